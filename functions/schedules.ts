import { app } from '@azure/functions';
import { endpoint } from '../shared/api/endpoint.ts';
import { history, list } from '../shared/api/list-endpoint.ts';
import { listOf } from '../shared/api/lists.ts';
import { etagOf } from '../shared/http.ts';
import { queueTrigger } from '../shared/triggers.ts';
import { SetName } from '../shared/images/request-bodies.ts';
import { runningApp } from '../shared/running-app.ts';
import { PreviewAnswer, RunAnswer, ScheduleAnswer } from '../shared/schedules/answers.ts';
import {
  Count,
  PutSchedule,
  RunNow,
  RunState,
  ScheduleId,
  SkipNext,
} from '../shared/schedules/request-bodies.ts';
import { scheduleView } from '../shared/schedules/view.ts';

const path = { schedule: ScheduleId };
const is = { about: 'The schedule.', body: ScheduleAnswer, headers: ['ETag'] } as const;

const shown = (id: string, schedule: Parameters<typeof scheduleView>[1]) => ({
  headers: etagOf(schedule),
  jsonBody: scheduleView(id, schedule),
});

app.http(
  ...endpoint({
    name: 'put-schedule',
    method: 'PUT',
    route: 'schedules/{schedule}',
    role: 'releaser',
    about: 'Asks for a version of an image set by the calendar, or whenever its source has a new one.',
    path,
    body: PutSchedule,
    takes: ['If-Match', 'If-None-Match'],
    answers: { 200: is, 201: { ...is, about: 'The schedule, which is new.' } },
    handle: async ({ path: { schedule: id }, body, onlyIf }) => {
      const { schedule, created } = await runningApp().schedules.put(id, body, onlyIf);
      return { status: created ? 201 : 200, ...shown(id, schedule) };
    },
  }),
);

app.http(
  ...list({
    name: 'list-schedules',
    route: 'schedules',
    about: 'All schedules, by name.',
    filters: { imageSet: SetName.optional() },
    answer: { about: 'The schedules.', body: listOf(ScheduleAnswer) },
    page: async (part, { query }) => await runningApp().schedules.list(part, query),
    show: ({ id, schedule }) => scheduleView(id, schedule),
  }),
);

app.http(
  ...endpoint({
    name: 'get-schedule',
    method: 'GET',
    route: 'schedules/{schedule}',
    role: 'reader',
    about: 'One schedule: what it asks for, when it is due next, what became of the last time.',
    path,
    answers: { 200: is },
    handle: async ({ path: { schedule: id } }) => shown(id, await runningApp().schedules.get(id)),
  }),
);

app.http(
  ...endpoint({
    name: 'remove-schedule',
    method: 'DELETE',
    route: 'schedules/{schedule}',
    role: 'releaser',
    about: 'It never runs again; what it began goes on.',
    path,
    takes: ['If-Match'],
    answers: { 204: { about: 'It is gone, whether it was there or not.' } },
    handle: async ({ path: { schedule: id }, caller, onlyIf }) => {
      await runningApp().schedules.remove(id, caller.name, onlyIf);
      return { status: 204 };
    },
  }),
);

app.http(
  ...endpoint({
    name: 'run-schedule',
    method: 'POST',
    route: 'schedules/{schedule}/run',
    role: 'releaser',
    about: 'Begins a run now, whatever the calendar says.',
    path,
    body: RunNow,
    takes: ['Idempotency-Key'],
    answers: { 200: is },
    refuses: ['IdempotencyKeyReused', 'InvalidPhase'],
    handle: async ({ path: { schedule: id }, body, key }) => {
      const { schedules, requestFor } = runningApp();
      const request = await requestFor(`run ${id}`, key, body);
      return shown(id, await schedules.runNow(id, body, request));
    },
  }),
);

app.http(
  ...endpoint({
    name: 'skip-schedule',
    method: 'POST',
    route: 'schedules/{schedule}/skip',
    role: 'releaser',
    about: 'The next time that it is due nothing is begun.',
    path,
    body: SkipNext,
    answers: { 200: is },
    refuses: ['InvalidPhase'],
    handle: async ({ path: { schedule: id }, body }) =>
      shown(id, await runningApp().schedules.skipNext(id, body)),
  }),
);

app.http(
  ...endpoint({
    name: 'preview-schedule',
    method: 'GET',
    route: 'schedules/{schedule}/preview',
    role: 'reader',
    about: 'The next times, and what would become of each.',
    path,
    query: { count: Count },
    answers: { 200: { about: 'The next times.', body: PreviewAnswer } },
    handle: async ({ path: { schedule: id }, query: { count } }) => ({
      jsonBody: { value: await runningApp().schedules.preview(id, count) },
    }),
  }),
);

app.http(
  ...list({
    name: 'list-schedule-runs',
    route: 'schedules/{schedule}/runs',
    about: 'What became of the last fifty times, newest first.',
    path,
    filters: { state: RunState },
    answer: { about: 'The runs.', body: listOf(RunAnswer) },
    page: async (part, { path: { schedule: id }, query }) =>
      await runningApp().schedules.runs(id, part, query),
    show: (run) => run,
  }),
);

app.http(
  ...history({
    name: 'get-schedule-history',
    route: 'schedules/{schedule}/history',
    about: 'All that happened to it, oldest first.',
    path,
    lines: async (part, { schedule: id }) => await runningApp().schedules.history(id, part),
  }),
);

app.serviceBusQueue(
  ...queueTrigger('advance-schedule', async (id) => await runningApp().advanceSchedule(id)),
);
