import { app } from '@azure/functions';
import { answer, bodyAs, pathValue } from '../shared/http.ts';
import { FreezeId, PutFreeze } from '../shared/rollouts/request-bodies.ts';
import { freezeView } from '../shared/rollouts/view.ts';
import { runningApp } from '../shared/running-app.ts';

const freezeOf = (request: Parameters<typeof pathValue>[0]) => pathValue(request, 'freeze', FreezeId);

app.http('put-freeze', {
  methods: ['PUT'],
  route: 'freezes/{freeze}',
  authLevel: 'function',
  handler: answer(async (request) => {
    const { freezes, now } = runningApp();
    const id = freezeOf(request);
    const { freeze, created } = await freezes.put(id, await bodyAs(request, PutFreeze));
    return { status: created ? 201 : 200, jsonBody: freezeView(id, freeze, now()) };
  }),
});

app.http('list-freezes', {
  methods: ['GET'],
  route: 'freezes',
  authLevel: 'function',
  handler: answer(async () => {
    const { freezes, now } = runningApp();
    const value = (await freezes.list()).map(({ id, freeze }) => freezeView(id, freeze, now()));
    return { jsonBody: { value } };
  }),
});

app.http('get-freeze', {
  methods: ['GET'],
  route: 'freezes/{freeze}',
  authLevel: 'function',
  handler: answer(async (request) => {
    const { freezes, now } = runningApp();
    const id = freezeOf(request);
    return { jsonBody: freezeView(id, await freezes.get(id), now()) };
  }),
});

app.http('lift-freeze', {
  methods: ['DELETE'],
  route: 'freezes/{freeze}',
  authLevel: 'function',
  handler: answer(async (request) => {
    await runningApp().freezes.lift(freezeOf(request));
    return { status: 204 };
  }),
});
