import { app } from '@azure/functions';
import { accepted, answer, bodyAs, historyView, pathValue, queryValue, WakeUp } from '../shared/http.ts';
import {
  OverrideChecks,
  PutRelease,
  ReleaseId,
  ResumeRelease,
  Say,
  SetFilter,
  StatusFilter,
} from '../shared/releases/request-bodies.ts';
import { releaseView } from '../shared/releases/view.ts';
import { runningApp } from '../shared/running-app.ts';

type Request = Parameters<typeof pathValue>[0];
const releaseOf = (request: Request) => pathValue(request, 'release', ReleaseId);

app.http('list-releases', {
  methods: ['GET'],
  route: 'releases',
  authLevel: 'function',
  handler: answer(async (request) => {
    const { releases, now } = runningApp();
    const set = queryValue(request, 'imageSet', SetFilter);
    const status = queryValue(request, 'status', StatusFilter);
    const found = await releases.list({ set, status });
    const value = found.map((release) => releaseView(release, now()));
    return { jsonBody: { value } };
  }),
});

app.http('put-release', {
  methods: ['PUT'],
  route: 'releases/{release}',
  authLevel: 'function',
  handler: answer(async (request) => {
    const { releases, address, now } = runningApp();
    const id = releaseOf(request);
    const { release, created } = await releases.put(id, await bodyAs(request, PutRelease));
    const body = releaseView(release, now());
    return created ? accepted(address(`releases/${id}`), body) : { jsonBody: body };
  }),
});

app.http('get-release', {
  methods: ['GET'],
  route: 'releases/{release}',
  authLevel: 'function',
  handler: answer(async (request) => {
    const { releases, now } = runningApp();
    return { jsonBody: releaseView(await releases.get(releaseOf(request)), now()) };
  }),
});

app.http('get-release-history', {
  methods: ['GET'],
  route: 'releases/{release}/history',
  authLevel: 'function',
  handler: answer(async (request) => ({
    jsonBody: historyView(await runningApp().releases.history(releaseOf(request))),
  })),
});

app.http('explain-release', {
  methods: ['GET'],
  route: 'releases/{release}/explain',
  authLevel: 'function',
  handler: answer(async (request) => ({
    jsonBody: await runningApp().releases.explain(releaseOf(request)),
  })),
});

/** 202: what was asked for is on record, and comes of it with the next looks. */
function asked(
  what: string,
  ask: (id: string, request: Request) => Promise<Parameters<typeof releaseView>[0]>,
) {
  app.http(`${what}-release`, {
    methods: ['POST'],
    route: `releases/{release}/${what}`,
    authLevel: 'function',
    handler: answer(async (request) => {
      const { address, now } = runningApp();
      const id = releaseOf(request);
      return accepted(address(`releases/${id}`), releaseView(await ask(id, request), now()));
    }),
  });
}

asked('pause', async (id, request) => await runningApp().releases.pause(id, await bodyAs(request, Say)));
asked(
  'resume',
  async (id, request) => await runningApp().releases.resume(id, await bodyAs(request, ResumeRelease)),
);
asked('stop', async (id, request) => await runningApp().releases.stop(id, await bodyAs(request, Say)));
asked(
  'rollback',
  async (id, request) => await runningApp().releases.rollback(id, await bodyAs(request, Say)),
);
asked(
  'override',
  async (id, request) => await runningApp().releases.override(id, await bodyAs(request, OverrideChecks)),
);

app.serviceBusQueue('advance-release', {
  connection: 'ServiceBus',
  queueName: 'advance-release',
  handler: async (message) => await runningApp().advanceRelease(WakeUp.parse(message).id),
});
