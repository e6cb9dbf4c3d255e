import { app } from '@azure/functions';
import { endpoint } from '../shared/api/endpoint.ts';
import { list } from '../shared/api/list-endpoint.ts';
import { listOf } from '../shared/api/lists.ts';
import { etagOf } from '../shared/http.ts';
import { FreezeAnswer } from '../shared/rollouts/answers.ts';
import { FreezeId, FreezeStatus, PutFreeze } from '../shared/rollouts/request-bodies.ts';
import { freezeView } from '../shared/rollouts/view.ts';
import { runningApp } from '../shared/running-app.ts';

const path = { freeze: FreezeId };
const is = { about: 'The freeze.', body: FreezeAnswer, headers: ['ETag'] } as const;

app.http(
  ...endpoint({
    name: 'put-freeze',
    method: 'PUT',
    route: 'freezes/{freeze}',
    role: 'operator',
    about: 'Keeps everything in a scope from starting, until a moment and for a reason.',
    path,
    body: PutFreeze,
    takes: ['If-Match', 'If-None-Match'],
    answers: { 200: is, 201: { ...is, about: 'The freeze, which is new.' } },
    handle: async ({ path: { freeze: id }, body, onlyIf }) => {
      const { freezes, now } = runningApp();
      const { freeze, created } = await freezes.put(id, body, onlyIf);
      return {
        status: created ? 201 : 200,
        headers: etagOf(freeze),
        jsonBody: freezeView(id, freeze, now()),
      };
    },
  }),
);

app.http(
  ...list({
    name: 'list-freezes',
    route: 'freezes',
    about: 'All freezes, by when they begin.',
    filters: { status: FreezeStatus },
    answer: { about: 'The freezes.', body: listOf(FreezeAnswer) },
    page: async (part, { query }) => await runningApp().freezes.list(part, query),
    show: ({ id, freeze }) => freezeView(id, freeze, runningApp().now()),
  }),
);

app.http(
  ...endpoint({
    name: 'get-freeze',
    method: 'GET',
    route: 'freezes/{freeze}',
    role: 'reader',
    about: 'One freeze.',
    path,
    answers: { 200: is },
    handle: async ({ path: { freeze: id } }) => {
      const { freezes, now } = runningApp();
      const freeze = await freezes.get(id);
      return { headers: etagOf(freeze), jsonBody: freezeView(id, freeze, now()) };
    },
  }),
);

app.http(
  ...endpoint({
    name: 'lift-freeze',
    method: 'DELETE',
    route: 'freezes/{freeze}',
    role: 'operator',
    about: 'Lifts a freeze; what waited for its end goes on at once.',
    path,
    takes: ['If-Match'],
    answers: { 204: { about: 'It is gone, whether it was there or not.' } },
    handle: async ({ path: { freeze }, caller, onlyIf }) => {
      await runningApp().freezes.lift(freeze, caller.name, onlyIf);
      return { status: 204 };
    },
  }),
);
