import { app } from '@azure/functions';
import { accepted, answer, bodyAs, etagOf, historyView, ifMatch, pathValue, WakeUp } from '../shared/http.ts';
import { SetName } from '../shared/images/request-bodies.ts';
import { runningApp } from '../shared/running-app.ts';
import { PlaceName, PutPlace, RemovePlace, RetryCopy } from '../shared/sharing/request-bodies.ts';
import { bare, copyView, placeView } from '../shared/sharing/view.ts';

type Request = Parameters<typeof pathValue>[0];
const setOf = (request: Request) => pathValue(request, 'set', SetName);
const placeOf = (request: Request) => [setOf(request), pathValue(request, 'place', PlaceName)] as const;
const versionOf = (request: Request) => [setOf(request), pathValue(request, 'version')] as const;
const copyOf = (request: Request) => [...versionOf(request), pathValue(request, 'place', PlaceName)] as const;
const places = 'image-sets/{set}/places';
const copies = 'image-sets/{set}/versions/{version}/copies';

app.http('list-places', {
  methods: ['GET'],
  route: places,
  authLevel: 'function',
  handler: answer(async (request) => ({
    jsonBody: { value: (await runningApp().sharing.list(setOf(request))).map(placeView) },
  })),
});

app.http('put-place', {
  methods: ['PUT'],
  route: `${places}/{place}`,
  authLevel: 'function',
  handler: answer(async (request) => {
    const body = await bodyAs(request, PutPlace);
    const place = await runningApp().sharing.put(...placeOf(request), body, ifMatch(request));
    return { status: place.revision === 1 ? 201 : 200, headers: etagOf(place), jsonBody: bare(place) };
  }),
});

app.http('get-place', {
  methods: ['GET'],
  route: `${places}/{place}`,
  authLevel: 'function',
  handler: answer(async (request) => {
    const found = await runningApp().sharing.get(...placeOf(request));
    return { headers: etagOf(found.place), jsonBody: placeView(found) };
  }),
});

app.http('get-place-history', {
  methods: ['GET'],
  route: `${places}/{place}/history`,
  authLevel: 'function',
  handler: answer(async (request) => ({
    jsonBody: historyView(await runningApp().sharing.placeHistory(...placeOf(request))),
  })),
});

app.http('remove-place', {
  methods: ['DELETE'],
  route: `${places}/{place}`,
  authLevel: 'function',
  handler: answer(async (request) => {
    const [set, name] = placeOf(request);
    const body = await bodyAs(request, RemovePlace);
    const place = await runningApp().sharing.remove(set, name, body, ifMatch(request));
    return accepted(runningApp().address(`image-sets/${set}/places/${name}`), bare(place));
  }),
});

app.http('list-copies', {
  methods: ['GET'],
  route: copies,
  authLevel: 'function',
  handler: answer(async (request) => ({
    jsonBody: { value: (await runningApp().sharing.copies(...versionOf(request))).map(copyView) },
  })),
});

app.http('get-copy-history', {
  methods: ['GET'],
  route: `${copies}/{place}/history`,
  authLevel: 'function',
  handler: answer(async (request) => ({
    jsonBody: historyView(await runningApp().sharing.copyHistory(...copyOf(request))),
  })),
});

app.http('retry-copy', {
  methods: ['POST'],
  route: `${copies}/{place}/retry`,
  authLevel: 'function',
  handler: answer(async (request) => {
    const [set, number, place] = copyOf(request);
    const body = await bodyAs(request, RetryCopy);
    const copy = await runningApp().sharing.retry(set, number, place, body);
    const at = runningApp().address(`image-sets/${set}/versions/${number}/copies`);
    return accepted(at, copyView({ copy, pools: [] }));
  }),
});

app.serviceBusQueue('advance-copy', {
  connection: 'ServiceBus',
  queueName: 'advance-copy',
  handler: async (message) => await runningApp().advanceCopy(WakeUp.parse(message).id),
});
