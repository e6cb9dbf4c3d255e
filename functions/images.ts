import { app } from '@azure/functions';
import { z } from 'zod';
import { endpoint } from '../shared/api/endpoint.ts';
import { history, list } from '../shared/api/list-endpoint.ts';
import { listOf } from '../shared/api/lists.ts';
import { accepted } from '../shared/http.ts';
import {
  ExplainedVersionAnswer,
  LeftoverAnswer,
  RevokedAnswer,
  VersionAnswer,
} from '../shared/images/answers.ts';
import {
  Decide,
  Delete,
  RequestVersion,
  Retry,
  Revoke,
  SetName,
  VersionStatus,
} from '../shared/images/request-bodies.ts';
import { explainView, leftoverView, revokedView, versionView } from '../shared/images/view.ts';
import { runningApp } from '../shared/running-app.ts';
import { queueTrigger } from '../shared/triggers.ts';

const set = SetName;
const version = z.string().describe('The number of a version, such as 1.4.0.');
const path = { set, version };
const is = { about: 'The version.', body: VersionAnswer };
const headers = ['Operation-Location', 'Retry-After'] as const;
type Kind = 'build' | 'revocation' | 'deletion';

/** 202, with the operation that this has begun, or found. */
async function taken(kind: Kind, name: string, number: string, body: unknown) {
  const { monitors, address } = runningApp();
  const operation = await monitors.of(kind, `${name}.${number}`);
  return accepted(address(`operations/${operation}`), address(`image-sets/${name}/versions/${number}`), body);
}

app.http(
  ...endpoint({
    name: 'request-version',
    method: 'POST',
    route: 'image-sets/{set}/versions',
    role: 'builder',
    about: 'Asks for a version: its number is issued, and it is built, replicated and released.',
    path: { set },
    body: RequestVersion,
    takes: ['Idempotency-Key'],
    answers: { 202: { about: 'The version, which is begun.', body: VersionAnswer, headers } },
    refuses: ['IdempotencyKeyReused', 'NumberTaken'],
    handle: async ({ path: { set: name }, body, key }) => {
      const { images, nameRequest, monitors, address } = runningApp();
      const requested = await images.request(name, nameRequest(key, body), body);
      const { number } = requested;
      const operation = address(`operations/${monitors.first('build', `${name}.${number}`)}`);
      return accepted(operation, address(`image-sets/${name}/versions/${number}`), versionView(requested));
    },
  }),
);

app.http(
  ...list({
    name: 'list-versions',
    route: 'image-sets/{set}/versions',
    about: 'The versions of an image set.',
    path: { set },
    filters: { status: VersionStatus },
    isByTime: true,
    answer: { about: 'The versions.', body: listOf(VersionAnswer) },
    page: async (part, { path: { set: name }, query }) =>
      await runningApp().images.versions(name, part, query),
    show: versionView,
  }),
);

app.http(
  ...endpoint({
    name: 'get-version',
    method: 'GET',
    route: 'image-sets/{set}/versions/{version}',
    role: 'reader',
    about: 'One version: how it stands, what it waits for, and what can be done about it.',
    path,
    answers: { 200: is },
    handle: async ({ path: { set: name, version: number } }) => ({
      jsonBody: versionView(await runningApp().images.version(name, number)),
    }),
  }),
);

app.http(
  ...endpoint({
    name: 'explain-version',
    method: 'GET',
    route: 'image-sets/{set}/versions/{version}/explain',
    role: 'reader',
    about: 'Why a version is or is not moving.',
    path,
    answers: { 200: { about: 'Why.', body: ExplainedVersionAnswer } },
    handle: async ({ path: { set: name, version: number } }) => ({
      jsonBody: explainView(await runningApp().images.version(name, number)),
    }),
  }),
);

app.http(
  ...history({
    name: 'get-version-history',
    route: 'image-sets/{set}/versions/{version}/history',
    about: 'All that happened to it and to the end of its life, oldest first.',
    path,
    lines: async (part, { set: name, version: number }) =>
      await runningApp().images.history(name, number, part),
  }),
);

app.http(
  ...endpoint({
    name: 'cancel-version',
    method: 'POST',
    route: 'image-sets/{set}/versions/{version}/cancel',
    role: 'builder',
    about: 'Ends a version that is being built; what was made for it is taken away.',
    path,
    body: Decide,
    answers: { 200: is },
    refuses: ['InvalidPhase'],
    handle: async ({ path: { set: name, version: number }, body }) => ({
      jsonBody: versionView(await runningApp().images.cancel(name, number, body)),
    }),
  }),
);

app.http(
  ...endpoint({
    name: 'revoke-version',
    method: 'POST',
    route: 'image-sets/{set}/versions/{version}/revoke',
    role: 'operator',
    about: 'From now on nothing begins to use it; its rollouts stop and, if asked, its channels roll back.',
    path,
    body: Revoke,
    answers: {
      202: { about: 'The version, with who has it now and the ways back.', body: RevokedAnswer, headers },
    },
    refuses: ['InvalidPhase', 'VersionOver', 'Throttled', 'AzureRefused'],
    handle: async ({ path: { set: name, version: number }, body }) => {
      const revoked = await runningApp().images.revoke(name, number, body);
      return await taken('revocation', name, number, revokedView(revoked));
    },
  }),
);

app.http(
  ...endpoint({
    name: 'delete-version',
    method: 'DELETE',
    route: 'image-sets/{set}/versions/{version}',
    role: 'admin',
    about: 'Deletes a version that nothing uses; its number is never issued again.',
    path,
    body: Delete,
    answers: {
      200: { ...is, about: 'The version, which was deleted before.' },
      202: { ...is, about: 'The version, which is on its way out.', headers },
    },
    refuses: ['InvalidPhase', 'ReferencedVersionCannotBeDeleted', 'Throttled', 'AzureRefused'],
    handle: async ({ path: { set: name, version: number }, body }) => {
      const deleted = await runningApp().images.remove(name, number, body);
      const jsonBody = versionView(deleted);
      return deleted.phase === 'deleted' ? { jsonBody } : await taken('deletion', name, number, jsonBody);
    },
  }),
);

app.http(
  ...endpoint({
    name: 'retry-version',
    method: 'POST',
    route: 'image-sets/{set}/versions/{version}/retry',
    role: 'builder',
    about:
      'Goes on with a version that failed, from the last stage that it can begin with or from one named.',
    path,
    body: Retry,
    answers: { 202: { ...is, about: 'The version, which goes on.', headers } },
    refuses: ['InvalidPhase'],
    handle: async ({ path: { set: name, version: number }, body }) => {
      const retried = await runningApp().images.retry(name, number, body);
      return await taken('build', name, number, versionView(retried));
    },
  }),
);

app.http(
  ...list({
    name: 'list-leftovers',
    route: 'leftovers',
    about: 'What builds could not take away so far.',
    filters: { imageSet: SetName.optional() },
    answer: { about: 'The leftovers.', body: listOf(LeftoverAnswer) },
    page: async (part, { query }) => await runningApp().images.leftovers(part, query),
    show: leftoverView,
  }),
);

app.serviceBusQueue(...queueTrigger('reap-leftover', async (id) => await runningApp().reapLeftover(id)));

app.serviceBusQueue(...queueTrigger('advance-image', async (id) => await runningApp().advanceImage(id)));
