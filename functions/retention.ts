import { app } from '@azure/functions';
import { z } from 'zod';
import { endpoint } from '../shared/api/endpoint.ts';
import {
  AncestryAnswer,
  DiffAnswer,
  RetentionAnswer,
  UsageAnswer,
  WrittenAnswer,
} from '../shared/images/answers.ts';
import { PatchVersion, RunRetention, SetName, VersionNumber } from '../shared/images/request-bodies.ts';
import { runningApp } from '../shared/running-app.ts';
import { timerTrigger } from '../shared/triggers.ts';

const set = { set: SetName };
const path = { ...set, version: z.string().describe('The number of a version, such as 1.4.0.') };
const written = { about: 'What is written of it, and when its life ends.', body: WrittenAnswer };

app.http(
  ...endpoint({
    name: 'patch-version',
    method: 'PATCH',
    route: 'image-sets/{set}/versions/{version}',
    role: 'releaser',
    about: 'Writes about a version, and moves the end of its life; what is not said stays.',
    path,
    body: PatchVersion,
    answers: { 200: written },
    refuses: ['InvalidPhase', 'VersionOver', 'Throttled', 'AzureRefused'],
    handle: async ({ path: { set: name, version }, body }) => ({
      jsonBody: await runningApp().keep.patch(name, version, body),
    }),
  }),
);

app.http(
  ...endpoint({
    name: 'get-version-notes',
    method: 'GET',
    route: 'image-sets/{set}/versions/{version}/notes',
    role: 'reader',
    about: 'What people wrote of a version, and when its life ends.',
    path,
    answers: { 200: written },
    refuses: ['Throttled', 'AzureRefused'],
    handle: async ({ path: { set: name, version } }) => ({
      jsonBody: await runningApp().keep.notes(name, version),
    }),
  }),
);

app.http(
  ...endpoint({
    name: 'get-version-usage',
    method: 'GET',
    route: 'image-sets/{set}/versions/{version}/usage',
    role: 'reader',
    about: 'What uses a version, whom its loss would hit, and how each could let go of it.',
    path,
    answers: { 200: { about: 'Its uses.', body: UsageAnswer } },
    refuses: ['Throttled', 'AzureRefused'],
    handle: async ({ path: { set: name, version } }) => ({
      jsonBody: await runningApp().keep.usage(name, version),
    }),
  }),
);

app.http(
  ...endpoint({
    name: 'get-version-ancestry',
    method: 'GET',
    route: 'image-sets/{set}/versions/{version}/ancestry',
    role: 'reader',
    about: 'What a version was built from, and what was built from it.',
    path,
    answers: { 200: { about: 'Its ancestry.', body: AncestryAnswer } },
    handle: async ({ path: { set: name, version } }) => ({
      jsonBody: await runningApp().keep.ancestry(name, version),
    }),
  }),
);

app.http(
  ...endpoint({
    name: 'diff-version',
    method: 'GET',
    route: 'image-sets/{set}/versions/{version}/diff',
    role: 'reader',
    about: 'What changed since the version before it, or since the one that is named.',
    path,
    query: { base: VersionNumber },
    answers: { 200: { about: 'The changes.', body: DiffAnswer } },
    handle: async ({ path: { set: name, version }, query: { base } }) => ({
      jsonBody: await runningApp().keep.diff(name, version, base),
    }),
  }),
);

app.http(
  ...endpoint({
    name: 'plan-retention',
    method: 'GET',
    route: 'image-sets/{set}/retention',
    role: 'reader',
    about: 'What retention would do now, and to which versions nothing.',
    path: set,
    answers: { 200: { about: 'The plan.', body: RetentionAnswer } },
    handle: async ({ path: { set: name } }) => ({ jsonBody: await runningApp().keep.retention(name) }),
  }),
);

app.http(
  ...endpoint({
    name: 'run-retention',
    method: 'POST',
    route: 'image-sets/{set}/retention/run',
    role: 'admin',
    about: 'Carries it out now: notices, ends of life, and what is to be deleted.',
    path: set,
    body: RunRetention,
    answers: { 200: { about: 'What was done, and what was left and why.', body: RetentionAnswer } },
    handle: async ({ path: { set: name }, body }) => ({
      jsonBody: await runningApp().keep.runRetention(name, body),
    }),
  }),
);

/** Once a day, when few work: ends of life are noticed and enforced, and what is over goes where the set says so. */
app.timer(
  ...timerTrigger('retention', '0 10 3 * * *', async () => await runningApp().keep.runRetentionOfAll()),
);
