import { app } from '@azure/functions';
import { z } from 'zod';
import { endpoint } from '../shared/api/endpoint.ts';
import { history, list } from '../shared/api/list-endpoint.ts';
import { listOf } from '../shared/api/lists.ts';
import { accepted, etagOf } from '../shared/http.ts';
import { SetName } from '../shared/images/request-bodies.ts';
import { runningApp } from '../shared/running-app.ts';
import { queueTrigger } from '../shared/triggers.ts';
import { BarePlaceAnswer, CopyAnswer, PlaceAnswer } from '../shared/sharing/answers.ts';
import {
  CopyState,
  PlaceKind,
  PlaceName,
  PutPlace,
  RemovePlace,
  RetryCopy,
} from '../shared/sharing/request-bodies.ts';
import { bare, copyView, placeView } from '../shared/sharing/view.ts';

const places = 'image-sets/{set}/places';
const placePath = { set: SetName, place: PlaceName };
const isPut = { about: 'The place.', body: BarePlaceAnswer, headers: ['ETag'] } as const;
const copies = 'image-sets/{set}/versions/{version}/copies';
const versionPath = { set: SetName, version: z.string() };
const copyPath = { ...versionPath, place: PlaceName };

app.http(
  ...list({
    name: 'list-places',
    route: places,
    about: 'Where versions of the set are used from, outside its own gallery.',
    path: { set: SetName },
    filters: { how: PlaceKind },
    answer: { about: 'The places.', body: listOf(PlaceAnswer) },
    page: async (part, { path: { set }, query }) => await runningApp().sharing.list(set, part, query),
    show: placeView,
  }),
);

app.http(
  ...endpoint({
    name: 'put-place',
    method: 'PUT',
    route: `${places}/{place}`,
    role: 'admin',
    about: 'Versions of the set are to be used from there: copied, or shared.',
    path: placePath,
    body: PutPlace,
    takes: ['If-Match', 'If-None-Match'],
    answers: { 200: isPut, 201: { ...isPut, about: 'The place, which is new.' } },
    refuses: ['InvalidPhase', 'ImmutableField', 'UnsupportedSource'],
    handle: async ({ path: { set, place: name }, body, onlyIf }) => {
      const { place, created } = await runningApp().sharing.put(set, name, body, onlyIf);
      return { status: created ? 201 : 200, headers: etagOf(place), jsonBody: bare(place) };
    },
  }),
);

app.http(
  ...endpoint({
    name: 'get-place',
    method: 'GET',
    route: `${places}/{place}`,
    role: 'reader',
    about: 'One place, with who is there and what they use.',
    path: placePath,
    answers: { 200: { about: 'The place.', body: PlaceAnswer, headers: ['ETag'] } },
    handle: async ({ path: { set, place: name } }) => {
      const found = await runningApp().sharing.get(set, name);
      return { headers: etagOf(found.place), jsonBody: placeView(found) };
    },
  }),
);

app.http(
  ...history({
    name: 'get-place-history',
    route: `${places}/{place}/history`,
    about: 'All that happened to it, oldest first.',
    path: placePath,
    lines: async (part, { set, place }) => await runningApp().sharing.placeHistory(set, place, part),
  }),
);

app.http(
  ...endpoint({
    name: 'remove-place',
    method: 'DELETE',
    route: `${places}/{place}`,
    role: 'admin',
    about: 'The place goes with all that we made there, unless host pools there use any of it.',
    path: placePath,
    body: RemovePlace,
    takes: ['If-Match'],
    answers: {
      202: {
        about: 'The place, which is being emptied.',
        body: BarePlaceAnswer,
        headers: ['ETag', 'Operation-Location', 'Retry-After'],
      },
    },
    refuses: ['ReferencedVersionCannotBeDeleted'],
    handle: async ({ path: { set, place: name }, body, onlyIf }) => {
      const place = await runningApp().sharing.remove(set, name, body, onlyIf);
      const { monitors, address } = runningApp();
      const operation = address(`operations/${await monitors.of('place-removal', `${set}.${name}`)}`);
      return accepted(operation, address(`image-sets/${set}/places/${name}`), bare(place), etagOf(place));
    },
  }),
);

app.http(
  ...list({
    name: 'list-copies',
    route: copies,
    about: 'Where else the version is, and how far it is there.',
    path: versionPath,
    filters: { state: CopyState },
    answer: { about: 'The copies.', body: listOf(CopyAnswer) },
    page: async (part, { path: { set, version }, query }) =>
      await runningApp().sharing.copies(set, version, part, query),
    show: copyView,
  }),
);

app.http(
  ...history({
    name: 'get-copy-history',
    route: `${copies}/{place}/history`,
    about: 'All that happened to it, oldest first.',
    path: copyPath,
    lines: async (part, { set, version, place }) =>
      await runningApp().sharing.copyHistory(set, version, place, part),
  }),
);

app.http(
  ...endpoint({
    name: 'retry-copy',
    method: 'POST',
    route: `${copies}/{place}/retry`,
    role: 'releaser',
    about: 'Begins what failed anew, and what never was.',
    path: copyPath,
    body: RetryCopy,
    answers: {
      202: { about: 'The copy.', body: CopyAnswer, headers: ['Operation-Location', 'Retry-After'] },
    },
    refuses: ['InvalidPhase', 'Revoked', 'VersionOver', 'VersionNotReady'],
    handle: async ({ path: { set, version, place }, body }) => {
      const { sharing, monitors, address } = runningApp();
      const copy = await sharing.retry(set, version, place, body);
      const operation = address(`operations/${await monitors.of('copy', `${set}.${version}.${place}`)}`);
      const at = address(`image-sets/${set}/versions/${version}/copies`);
      return accepted(operation, at, copyView({ copy, pools: [] }));
    },
  }),
);

app.serviceBusQueue(...queueTrigger('advance-copy', async (id) => await runningApp().advanceCopy(id)));
