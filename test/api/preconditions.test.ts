import { globSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Answer, endpoint, endpoints } from '../../shared/api/endpoint.ts';
import { openApi } from '../../shared/api/openapi.ts';
import type { AppError } from '../../shared/errors.ts';
import { mayPut, mayRemove, type Precondition } from '../../shared/precondition.ts';
import { ask } from './asking.ts';

const root = join(import.meta.dirname, '../..');
const seven = { revision: 7 };
const usual = { revision: 0, isUsual: true };

function outcome(asked: () => void): string {
  try {
    asked();
    return 'made';
  } catch (error) {
    const { code, target, revision } = error as AppError;
    return `${code} ${target}${revision === undefined ? '' : ` ${revision}`}`;
  }
}

describe('what is to be true of what is put over', () => {
  it.each<[string, Parameters<typeof mayPut>[1], Precondition, boolean, string]>([
    ['nothing is there', undefined, {}, false, 'made'],
    ['nothing is there, and that is asked for', undefined, { isNew: true }, false, 'made'],
    ['nothing is there of what was read', undefined, { match: 7 }, false, 'PreconditionFailed If-Match'],
    [
      'nothing is there, and something must be',
      undefined,
      { match: '*' },
      false,
      'PreconditionFailed If-Match',
    ],
    ['something else is there', seven, {}, false, 'PreconditionRequired If-Match 7'],
    ['the same is there', seven, {}, true, 'made'],
    ['what was read is there', seven, { match: 7 }, false, 'made'],
    ['what was read has changed', seven, { match: 6 }, false, 'PreconditionFailed If-Match 7'],
    ['it has changed into what is asked', seven, { match: 6 }, true, 'PreconditionFailed If-Match 7'],
    ['whatever is there', seven, { match: '*' }, false, 'made'],
    ['it is there, and must not be', seven, { isNew: true }, true, 'PreconditionFailed If-None-Match 7'],
    ['nobody has put one yet', usual, {}, false, 'made'],
    ['nobody has put one, and that is asked for', usual, { isNew: true }, false, 'made'],
    ['the usual was read', usual, { match: 0 }, false, 'made'],
    ['the usual is there, whatever it is', usual, { match: '*' }, false, 'made'],
    ['more than the usual was read', usual, { match: 1 }, false, 'PreconditionFailed If-Match 0'],
    ['it was kept before revisions were counted', {}, { match: 1 }, false, 'made'],
  ])('%s', (_, there, asked, isSame, expected) => {
    expect(outcome(() => mayPut('It', there, asked, isSame))).toBe(expected);
  });

  it.each<[string, Parameters<typeof mayRemove>[1], Precondition, string]>([
    ['nothing is there', undefined, { match: 7 }, 'made'],
    ['nobody says that he has read it', seven, {}, 'PreconditionRequired If-Match 7'],
    ['what was read is there', seven, { match: 7 }, 'made'],
    ['whatever is there', seven, { match: '*' }, 'made'],
    ['what was read has changed', seven, { match: 6 }, 'PreconditionFailed If-Match 7'],
  ])('and of what is deleted: %s', (_, there, asked, expected) => {
    expect(outcome(() => mayRemove('It', there, asked))).toBe(expected);
  });
});

describe('an endpoint that takes them', () => {
  const heard: Precondition[] = [];
  const put = endpoint({
    name: 'put-thing',
    method: 'PUT',
    route: 'things',
    role: 'anyone',
    about: '',
    takes: ['If-Match', 'If-None-Match'],
    answers: { 200: { about: '', body: z.unknown() } },
    handle: async ({ onlyIf }) => {
      heard.push(onlyIf);
      mayPut('It', seven, onlyIf);
      return { jsonBody: {} };
    },
  });

  it.each<[Record<string, string>, number, Precondition | undefined]>([
    [{}, 428, {}],
    [{ 'if-match': '"7"' }, 200, { match: 7 }],
    [{ 'if-match': '*' }, 200, { match: '*' }],
    [{ 'if-match': '"6"' }, 412, { match: 6 }],
    [{ 'if-none-match': '*' }, 412, { isNew: true }],
    [{ 'if-match': '7' }, 400, undefined],
    [{ 'if-match': 'W/"7"' }, 400, undefined],
    [{ 'if-match': '"6", "7"' }, 400, undefined],
    [{ 'if-none-match': '"7"' }, 400, undefined],
  ])('reads %j, and answers %i', async (headers, status, expected) => {
    heard.length = 0;
    const answered = await ask(put, { method: 'PUT', headers });
    expect([answered.status, heard[0]]).toEqual([status, expected]);
    if (status === 412 || status === 428) expect(answered.headers).toMatchObject({ etag: '"7"' });
    if (status === 400) expect(answered.body.error?.target?.toLowerCase()).toBe(Object.keys(headers)[0]);
  });
});

/** What belongs to a version or is asked for once: its last word counts. */
const withoutTags = [
  'DELETE image-sets/{set}/versions/{version}',
  'PATCH image-sets/{set}/versions/{version}',
  'PUT releases/{release}',
  'PUT image-sets/{set}/versions/{version}/regions/{region}',
  'DELETE image-sets/{set}/versions/{version}/regions/{region}',
];

describe('everything that can be changed', () => {
  beforeAll(async () => {
    for (const file of globSync('functions/*.ts', { cwd: root })) await import(join(root, file));
  });

  const all = () => endpoints().filter(({ name }) => name !== 'put-thing');
  const changing = () => all().filter(({ method }) => ['PUT', 'PATCH', 'DELETE'].includes(method));
  const taking = () => changing().filter(({ takes }) => takes?.includes('If-Match'));

  it('takes If-Match, but for what belongs to a version', () => {
    const without = changing().filter(({ takes }) => !takes?.includes('If-Match'));
    const found = without.map(({ method, route }) => `${method} ${route}`).toSorted();
    expect(found).toEqual(withoutTags.toSorted());
    const puts = taking().filter(({ method }) => method === 'PUT');
    expect(puts.filter(({ takes }) => !takes?.includes('If-None-Match'))).toEqual([]);
  });

  it('says in the document that it is answered 412 and 428', () => {
    const { paths = {} } = openApi(all(), 'https://goldsmith.example/api');
    for (const { name, method, route } of taking()) {
      const statuses = Object.keys(paths[`/${route}`]?.[method.toLowerCase() as 'put']?.responses ?? {});
      expect({ name, statuses }).toMatchObject({ statuses: expect.arrayContaining(['412', '428']) });
    }
  });

  it('comes with an ETag, where it is put and where it is read', () => {
    const hasTag = ({ body, headers }: Answer) => !body || headers?.includes('ETag');
    const read = all().filter(
      (one) => one.method === 'GET' && taking().some(({ route }) => route === one.route),
    );
    for (const { name, answers } of [...taking(), ...read])
      expect({ name, all: Object.values(answers).every(hasTag) }).toEqual({ name, all: true });
  });
});
