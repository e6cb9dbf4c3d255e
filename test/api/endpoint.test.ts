import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { endpoint } from '../../shared/api/endpoint.ts';
import { ask } from './asking.ts';

const name = z.string().regex(/^[a-z]+$/, 'Small letters.');
const thing = endpoint({
  name: 'ask-thing',
  method: 'POST',
  route: 'things/{thing}/ask',
  role: 'anyone',
  about: '',
  path: { thing: name },
  query: { most: z.coerce.number().int().min(1).default(7) },
  body: z.strictObject({ kind: z.enum(['a', 'b']) }),
  answers: { 200: { about: '', body: z.unknown() } },
  async handle({ path, query, body }) {
    if (path.thing === 'broken') throw new Error('AccountKey=geheim is not what was meant');
    return { jsonBody: { ...path, ...query, ...body } };
  },
});
const params = { thing: 'one' };
const good = { method: 'POST', params, body: { kind: 'a' } };

describe('an endpoint', () => {
  it('hands its handler what was asked, with what goes without saying', async () => {
    expect(await ask(thing, good)).toMatchObject({ status: 200, body: { thing: 'one', most: 7, kind: 'a' } });
    // The host takes keys as parameters, too.
    expect((await ask(thing, { ...good, query: { code: 'key', most: '2' } })).body).toMatchObject({
      most: 2,
    });
  });

  it.each<[what: string, asked: Parameters<typeof ask>[1], target: string]>([
    ['a parameter that there is none of', { query: { mots: '1' } }, 'mots'],
    ['a parameter that every object has', { query: { toString: '1' } }, 'toString'],
    ['a parameter of another kind', { query: { most: 'x' } }, 'most'],
    ['a path of another form', { params: { thing: 'A' } }, 'thing'],
    ['a field that there is none of', { body: { kind: 'a', kidn: 'b' } }, 'kidn'],
    ['a field of another kind', { body: { kind: 'c' } }, 'kind'],
    ['no body where it needs one', { body: {} }, 'kind'],
  ])('refuses %s, and names it', async (_, asked, target) => {
    expect(await ask(thing, { ...good, ...asked })).toMatchObject({
      status: 400,
      headers: { 'x-ms-error-code': 'ValidationFailed' },
      body: { error: { code: 'ValidationFailed', target, remedy: expect.any(String) } },
    });
  });

  it('that has a defect says so as it says all else, and nothing of the defect', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    const lines = vi.spyOn(console, 'log').mockImplementation(() => {});
    const answered = await ask(thing, { ...good, params: { thing: 'broken' } });
    expect(answered).toMatchObject({
      status: 500,
      headers: { 'x-ms-error-code': 'InternalError', 'x-ms-request-id': 'id of ask-thing' },
      body: { error: { code: 'InternalError', remedy: expect.any(String) } },
    });
    expect(JSON.stringify(answered)).not.toContain('geheim');
    expect(JSON.stringify([said.mock.calls, lines.mock.calls])).not.toContain('geheim');
    vi.restoreAllMocks();
  });
});
