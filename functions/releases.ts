import { app } from '@azure/functions';
import type { z } from 'zod';
import { type AnyEndpoint, endpoint } from '../shared/api/endpoint.ts';
import { history, list } from '../shared/api/list-endpoint.ts';
import { listOf } from '../shared/api/lists.ts';
import { accepted } from '../shared/http.ts';
import { ReleaseAnswer, ReleaseExplanation } from '../shared/releases/answers.ts';
import {
  OverrideChecks,
  PutRelease,
  ReleaseId,
  ResumeRelease,
  PauseRelease,
  Say,
  SetFilter,
  StatusFilter,
} from '../shared/releases/request-bodies.ts';
import { releaseView } from '../shared/releases/view.ts';
import { runningApp } from '../shared/running-app.ts';
import { queueTrigger } from '../shared/triggers.ts';

const path = { release: ReleaseId };
const is = { about: 'The release.', body: ReleaseAnswer };
const onItsWay = {
  about: 'It is on record, and comes of it with the next looks.',
  body: ReleaseAnswer,
  headers: ['Operation-Location', 'Retry-After'],
} as const;

function taken(id: string, operation: string, view: unknown) {
  const { address } = runningApp();
  return accepted(address(`operations/${operation}`), address(`releases/${id}`), view);
}

app.http(
  ...list({
    name: 'list-releases',
    route: 'releases',
    about: 'All releases.',
    filters: { imageSet: SetFilter, status: StatusFilter },
    isByTime: true,
    answer: { about: 'The releases.', body: listOf(ReleaseAnswer) },
    page: async (part, { query: { imageSet: set, status } }) =>
      await runningApp().releases.list({ set, status }, part),
    show: (release) => releaseView(release, runningApp().now()),
  }),
);

app.http(
  ...endpoint({
    name: 'put-release',
    method: 'PUT',
    route: 'releases/{release}',
    role: 'releaser',
    about: 'Releases a version that was built without; one that has a release keeps it as it is.',
    path,
    body: PutRelease,
    answers: { 200: { ...is, about: 'The release that it has.' }, 202: onItsWay },
    refuses: ['Revoked', 'VersionOver', 'VersionNotReady'],
    handle: async ({ path: { release: id }, body }) => {
      const { releases, monitors, now } = runningApp();
      const { release, created } = await releases.put(id, body);
      const view = releaseView(release, now());
      return created ? taken(id, monitors.first('release', id), view) : { jsonBody: view };
    },
  }),
);

app.http(
  ...endpoint({
    name: 'get-release',
    method: 'GET',
    route: 'releases/{release}',
    role: 'reader',
    about: 'One release: all of its way, and who said what.',
    path,
    answers: { 200: is },
    handle: async ({ path: { release: id } }) => {
      const { releases, now } = runningApp();
      return { jsonBody: releaseView(await releases.get(id), now()) };
    },
  }),
);

app.http(
  ...history({
    name: 'get-release-history',
    route: 'releases/{release}/history',
    about: 'All that happened to it, oldest first.',
    path,
    lines: async (part, { release: id }) => await runningApp().releases.history(id, part),
  }),
);

app.http(
  ...endpoint({
    name: 'explain-release',
    method: 'GET',
    route: 'releases/{release}/explain',
    role: 'reader',
    about: 'Why it is or is not moving, and what somebody can do about it.',
    path,
    answers: { 200: { about: 'The explanation.', body: ReleaseExplanation } },
    handle: async ({ path: { release: id } }) => ({ jsonBody: await runningApp().releases.explain(id) }),
  }),
);

type Release = Parameters<typeof releaseView>[0];

interface Action<Body extends z.ZodType> {
  readonly role: 'operator' | 'approver';
  readonly about: string;
  readonly body: Body;
  readonly refuses?: NonNullable<AnyEndpoint['refuses']>;
  readonly ask: (id: string, body: z.output<Body>) => Promise<Release>;
}

/** 202: what was asked for is on record, and comes of it with the next looks. */
function asked<Body extends z.ZodType>(what: string, { role, about, body, refuses = [], ask }: Action<Body>) {
  app.http(
    ...endpoint({
      name: `${what}-release`,
      method: 'POST',
      route: `releases/{release}/${what}`,
      role,
      about,
      path,
      body,
      answers: { 202: onItsWay },
      refuses: ['InvalidPhase', ...refuses],
      handle: async ({ path: { release: id }, body: said }) => {
        const { monitors, now } = runningApp();
        const view = releaseView(await ask(id, said), now());
        // All but a rollback is part of the release, as it goes on or ends.
        const kind = what === 'rollback' ? 'release-rollback' : 'release';
        return taken(id, await monitors.of(kind, id), view);
      },
    }),
  );
}

asked('pause', {
  role: 'operator',
  about: 'Nothing new begins until it is resumed, or the pause is over; what it has set going stands still.',
  body: PauseRelease,
  ask: async (id, body) => await runningApp().releases.pause(id, body),
});
asked('resume', {
  role: 'operator',
  about: 'Goes on after a pause; tries again what it is blocked at.',
  body: ResumeRelease,
  ask: async (id, body) => await runningApp().releases.resume(id, body),
});
asked('stop', {
  role: 'operator',
  about: 'Ends it where it is.',
  body: Say,
  ask: async (id, body) => await runningApp().releases.stop(id, body),
});
asked('rollback', {
  role: 'operator',
  about: 'Stops it where it is, and takes every channel that holds its version back to what it had.',
  body: Say,
  refuses: ['NoRollbackTarget'],
  ask: async (id, body) => await runningApp().releases.rollback(id, body),
});
asked('override', {
  role: 'approver',
  about: 'Lets checks that did not pass through, by name, for a time: kept and shown for ever.',
  body: OverrideChecks,
  refuses: ['Revoked', 'VersionOver'],
  ask: async (id, body) => await runningApp().releases.override(id, body),
});

app.serviceBusQueue(...queueTrigger('advance-release', async (id) => await runningApp().advanceRelease(id)));
