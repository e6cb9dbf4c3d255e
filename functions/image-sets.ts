import { app } from '@azure/functions';
import { endpoint } from '../shared/api/endpoint.ts';
import { list } from '../shared/api/list-endpoint.ts';
import { listOf } from '../shared/api/lists.ts';
import { etagOf } from '../shared/http.ts';
import { ImageSetAnswer, RecipeRevisionAnswer } from '../shared/images/answers.ts';
import { DefineImageSet, OsType, Revision, SetName } from '../shared/images/request-bodies.ts';
import { imageSetView } from '../shared/images/view.ts';
import { runningApp } from '../shared/running-app.ts';

const path = { set: SetName };
const is = { about: 'The image set.', body: ImageSetAnswer, headers: ['ETag'] } as const;

app.http(
  ...endpoint({
    name: 'define-image-set',
    method: 'PUT',
    route: 'image-sets/{set}',
    role: 'admin',
    about: 'Makes or changes an image set: one gallery image definition, and the policy of its versions.',
    path,
    body: DefineImageSet,
    takes: ['If-Match', 'If-None-Match'],
    answers: { 200: is, 201: { ...is, about: 'The image set, which is new.' } },
    refuses: ['ImmutableField', 'InvalidPhase', 'DefinitionTaken'],
    handle: async ({ path: { set: name }, body, onlyIf }) => {
      const { set, created } = await runningApp().images.define(name, body, onlyIf);
      return { status: created ? 201 : 200, headers: etagOf(set), jsonBody: imageSetView(name, set) };
    },
  }),
);

app.http(
  ...list({
    name: 'list-image-sets',
    route: 'image-sets',
    about: 'All image sets, by name.',
    filters: { osType: OsType },
    answer: { about: 'The image sets.', body: listOf(ImageSetAnswer) },
    page: async (part, { query }) => await runningApp().images.sets(part, query),
    show: ({ name, set }) => imageSetView(name, set),
  }),
);

app.http(
  ...endpoint({
    name: 'get-image-set',
    method: 'GET',
    route: 'image-sets/{set}',
    role: 'reader',
    about: 'One image set.',
    path,
    answers: { 200: is },
    handle: async ({ path: { set: name } }) => {
      const set = await runningApp().images.set(name);
      return { headers: etagOf(set), jsonBody: imageSetView(name, set) };
    },
  }),
);

app.http(
  ...endpoint({
    name: 'get-recipe',
    method: 'GET',
    route: 'image-sets/{set}/recipes/{revision}',
    role: 'reader',
    about: 'A recipe that the set has or had: a revision never changes.',
    path: { ...path, revision: Revision },
    answers: { 200: { about: 'The recipe.', body: RecipeRevisionAnswer } },
    handle: async ({ path: { set: name, revision } }) => ({
      jsonBody: await runningApp().images.recipe(name, Number(revision)),
    }),
  }),
);
