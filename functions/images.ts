import { app } from '@azure/functions';
import {
  accepted,
  answer,
  bodyAs,
  historyView,
  idempotencyKey,
  pathValue,
  queryValue,
  WakeUp,
} from '../shared/http.ts';
import {
  Decide,
  DefineImageSet,
  Delete,
  RequestVersion,
  Retry,
  Revision,
  Revoke,
  SetName,
  VersionStatus,
} from '../shared/images/request-bodies.ts';
import { runningApp } from '../shared/running-app.ts';
import { explainView, imageSetView, leftoverView, revokedView, versionView } from '../shared/images/view.ts';

const setOf = (request: Parameters<typeof pathValue>[0]) => pathValue(request, 'set', SetName);
const numberOf = (request: Parameters<typeof pathValue>[0]) => pathValue(request, 'version');

app.http('define-image-set', {
  methods: ['PUT'],
  route: 'image-sets/{set}',
  authLevel: 'function',
  handler: answer(async (request) => {
    const name = setOf(request);
    const { set, created } = await runningApp().images.define(name, await bodyAs(request, DefineImageSet));
    return { status: created ? 201 : 200, jsonBody: imageSetView(name, set) };
  }),
});

app.http('list-image-sets', {
  methods: ['GET'],
  route: 'image-sets',
  authLevel: 'function',
  handler: answer(async () => {
    const sets = await runningApp().images.sets();
    return { jsonBody: { value: sets.map(({ name, set }) => imageSetView(name, set)) } };
  }),
});

app.http('get-image-set', {
  methods: ['GET'],
  route: 'image-sets/{set}',
  authLevel: 'function',
  handler: answer(async (request) => {
    const name = setOf(request);
    return { jsonBody: imageSetView(name, await runningApp().images.set(name)) };
  }),
});

app.http('get-recipe', {
  methods: ['GET'],
  route: 'image-sets/{set}/recipes/{revision}',
  authLevel: 'function',
  handler: answer(async (request) => {
    const revision = Number(pathValue(request, 'revision', Revision));
    return { jsonBody: await runningApp().images.recipe(setOf(request), revision) };
  }),
});

app.http('request-version', {
  methods: ['POST'],
  route: 'image-sets/{set}/versions',
  authLevel: 'function',
  handler: answer(async (request) => {
    const { images, requestFor, address } = runningApp();
    const name = setOf(request);
    const body = await bodyAs(request, RequestVersion);
    const id = await requestFor(`versions of ${name}`, idempotencyKey(request), body);
    const version = await images.request(name, id, body);
    return accepted(address(`image-sets/${name}/versions/${version.number}`), versionView(version));
  }),
});

app.http('list-versions', {
  methods: ['GET'],
  route: 'image-sets/{set}/versions',
  authLevel: 'function',
  handler: answer(async (request) => {
    const status = queryValue(request, 'status', VersionStatus);
    const versions = await runningApp().images.versions(setOf(request));
    const shown = versions.filter(({ phase }) => status === undefined || phase === status);
    return { jsonBody: { value: shown.map(versionView) } };
  }),
});

app.http('get-version', {
  methods: ['GET'],
  route: 'image-sets/{set}/versions/{version}',
  authLevel: 'function',
  handler: answer(async (request) => ({
    jsonBody: versionView(await runningApp().images.version(setOf(request), numberOf(request))),
  })),
});

app.http('explain-version', {
  methods: ['GET'],
  route: 'image-sets/{set}/versions/{version}/explain',
  authLevel: 'function',
  handler: answer(async (request) => ({
    jsonBody: explainView(await runningApp().images.version(setOf(request), numberOf(request))),
  })),
});

app.http('get-version-history', {
  methods: ['GET'],
  route: 'image-sets/{set}/versions/{version}/history',
  authLevel: 'function',
  handler: answer(async (request) => {
    const lines = await runningApp().images.history(setOf(request), numberOf(request));
    return { jsonBody: historyView(lines) };
  }),
});

app.http('cancel-version', {
  methods: ['POST'],
  route: 'image-sets/{set}/versions/{version}/cancel',
  authLevel: 'function',
  handler: answer(async (request) => {
    const body = await bodyAs(request, Decide);
    const version = await runningApp().images.cancel(setOf(request), numberOf(request), body);
    return { jsonBody: versionView(version) };
  }),
});

app.http('revoke-version', {
  methods: ['POST'],
  route: 'image-sets/{set}/versions/{version}/revoke',
  authLevel: 'function',
  handler: answer(async (request) => {
    const { images, address } = runningApp();
    const [set, number] = [setOf(request), numberOf(request)];
    const revoked = await images.revoke(set, number, await bodyAs(request, Revoke));
    return accepted(address(`image-sets/${set}/versions/${number}`), revokedView(revoked));
  }),
});

app.http('delete-version', {
  methods: ['DELETE'],
  route: 'image-sets/{set}/versions/{version}',
  authLevel: 'function',
  handler: answer(async (request) => {
    const { images, address } = runningApp();
    const [set, number] = [setOf(request), numberOf(request)];
    const version = await images.remove(set, number, await bodyAs(request, Delete));
    const body = versionView(version);
    if (version.phase === 'deleted') return { jsonBody: body };
    return accepted(address(`image-sets/${set}/versions/${number}`), body);
  }),
});

app.http('retry-version', {
  methods: ['POST'],
  route: 'image-sets/{set}/versions/{version}/retry',
  authLevel: 'function',
  handler: answer(async (request) => {
    const { images, address } = runningApp();
    const [set, number] = [setOf(request), numberOf(request)];
    const version = await images.retry(set, number, await bodyAs(request, Retry));
    return accepted(address(`image-sets/${set}/versions/${number}`), versionView(version));
  }),
});

app.http('list-leftovers', {
  methods: ['GET'],
  route: 'leftovers',
  authLevel: 'function',
  handler: answer(async () => {
    const left = await runningApp().images.leftovers();
    return { jsonBody: { value: left.map(leftoverView) } };
  }),
});

app.serviceBusQueue('reap-leftover', {
  connection: 'ServiceBus',
  queueName: 'reap-leftover',
  handler: async (message) => await runningApp().reapLeftover(WakeUp.parse(message).id),
});

app.serviceBusQueue('advance-image', {
  connection: 'ServiceBus',
  queueName: 'advance-image',
  handler: async (message) => await runningApp().advanceImage(WakeUp.parse(message).id),
});
