import { app } from '@azure/functions';
import { answer, bodyAs, pathValue, queryValue } from '../shared/http.ts';
import { Base, PatchVersion, RunRetention, SetName } from '../shared/images/request-bodies.ts';
import { runningApp } from '../shared/running-app.ts';

type Request = Parameters<typeof pathValue>[0];
const setOf = (request: Request) => pathValue(request, 'set', SetName);
const versionOf = (request: Request) => [setOf(request), pathValue(request, 'version')] as const;
const version = 'image-sets/{set}/versions/{version}';

app.http('patch-version', {
  methods: ['PATCH'],
  route: version,
  authLevel: 'function',
  handler: answer(async (request) => {
    const body = await bodyAs(request, PatchVersion);
    return { jsonBody: await runningApp().keep.patch(...versionOf(request), body) };
  }),
});

for (const [name, part] of [
  ['get-version-notes', 'notes'],
  ['get-version-usage', 'usage'],
  ['get-version-ancestry', 'ancestry'],
] as const) {
  app.http(name, {
    methods: ['GET'],
    route: `${version}/${part}`,
    authLevel: 'function',
    handler: answer(async (request) => ({ jsonBody: await runningApp().keep[part](...versionOf(request)) })),
  });
}

app.http('diff-version', {
  methods: ['GET'],
  route: `${version}/diff`,
  authLevel: 'function',
  handler: answer(async (request) => {
    const base = queryValue(request, 'base', Base);
    return { jsonBody: await runningApp().keep.diff(...versionOf(request), base) };
  }),
});

app.http('plan-retention', {
  methods: ['GET'],
  route: 'image-sets/{set}/retention',
  authLevel: 'function',
  handler: answer(async (request) => ({ jsonBody: await runningApp().keep.retention(setOf(request)) })),
});

app.http('run-retention', {
  methods: ['POST'],
  route: 'image-sets/{set}/retention/run',
  authLevel: 'function',
  handler: answer(async (request) => {
    const body = await bodyAs(request, RunRetention);
    return { jsonBody: await runningApp().keep.runRetention(setOf(request), body) };
  }),
});

/** Once a day, when few work: ends of life are noticed and enforced, and what is over goes where the set says so. */
app.timer('retention', {
  schedule: '0 10 3 * * *',
  handler: async () => await runningApp().keep.runRetentionOfAll(),
});
