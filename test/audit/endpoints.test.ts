import { globSync } from 'node:fs';
import { join } from 'node:path';
import { HttpRequest, type HttpResponseInit, InvocationContext } from '@azure/functions';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type AnyEndpoint, endpoint, endpoints } from '../../shared/api/endpoint.ts';
import type { AuditEntry } from '../../shared/audit/entry.ts';
import { noteRepeat } from '../../shared/correlation.ts';
import { AppError } from '../../shared/errors.ts';
import { principal, sha256 } from '../api/asking.ts';
import { keptAudit } from './kept.ts';

const root = join(import.meta.dirname, '../..');
let audit: ReturnType<typeof keptAudit>;
let all: readonly AnyEndpoint[];
let asked = 0;

beforeAll(async () => {
  for (const file of globSync('functions/*.ts', { cwd: root })) await import(join(root, file));
  all = endpoints();
  vi.stubEnv(
    'KeyRoles',
    JSON.stringify([
      { name: 'ops', sha256: sha256('key of ops'), role: 'admin' },
      { name: 'eyes', sha256: sha256('key of eyes'), role: 'reader' },
    ]),
  );
});
afterAll(() => vi.unstubAllEnvs());
beforeEach(() => {
  audit = keptAudit();
});

interface Sent {
  readonly headers?: Record<string, string>;
  readonly params?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly body?: string;
}

/** Asks an endpoint as the host would; answers the status, and what the audit has of it. */
async function send(
  declared: { readonly name: string; readonly method: string },
  [, { handler }]: ReturnType<typeof endpoint>,
  { headers, body, ...rest }: Sent,
) {
  const invocationId = `request-${(asked += 1)}`;
  const request = new HttpRequest({
    method: declared.method,
    url: 'http://localhost/api/x',
    headers: { 'content-type': 'application/json', ...headers },
    ...rest,
    ...(body !== undefined && { body: { string: body } }),
  });
  const context = new InvocationContext({ invocationId, functionName: declared.name });
  const { status = 200 } = (await handler(request, context)) as HttpResponseInit;
  const { value } = await audit.room.requests.page({ most: 1000 });
  return { status, entries: value.filter(({ id }) => id === invocationId) };
}
const paramsOf = (route: string) =>
  Object.fromEntries([...route.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, `a-${name}`]));
const ops = { 'x-functions-key': 'key of ops' };
const small = { answers: { 200: { about: '', body: z.unknown() } } } as const;

describe('every endpoint that may change something', () => {
  it('leaves one entry: who, what, and what became of it; others leave none', async () => {
    for (const { path: _, query: __, body: ___, ...one } of all) {
      const handled = endpoint({ ...one, ...small, handle: async () => ({ jsonBody: {} }) });
      const { status, entries } = await send(one, handled, { headers: ops, params: paramsOf(one.route) });
      const isOpen = one.role === 'token' || one.role === 'anyone';
      const wanted = {
        operation: one.name,
        method: one.method,
        route: one.route,
        actor: isOpen ? 'nobody' : 'key ops',
        roles: isOpen ? [] : ['admin'],
        outcome: 'done',
        status: 200,
      };
      expect({ name: one.name, status, entries }).toMatchObject({
        name: one.name,
        status: 200,
        entries: one.method === 'GET' ? [] : [wanted],
      });
    }
  });

  it('leaves one where it is refused, too, and is not carried out where none can be written', async () => {
    const changing = all.filter(({ method }) => method !== 'GET');
    for (const { path: _, query: __, body: ___, ...one } of changing) {
      const refuse = () => Promise.reject(new AppError('InvalidPhase', 'Not now.'));
      const { entries } = await send(one, endpoint({ ...one, ...small, handle: refuse }), { headers: ops });
      expect({ name: one.name, entries }).toMatchObject({
        name: one.name,
        entries: [{ outcome: 'refused', status: 409, code: 'InvalidPhase' }],
      });
    }
    const carriedOut: string[] = [];
    const errors = vi.spyOn(console, 'error').mockImplementation(() => {});
    audit.rows('auditjournal').write = () => Promise.reject(new Error('no table'));
    for (const { path: _, query: __, body: ___, ...one } of changing) {
      const handle = async () => {
        carriedOut.push(one.name);
        return { jsonBody: {} };
      };
      const { status } = await send(one, endpoint({ ...one, ...small, handle }), { headers: ops });
      expect({ name: one.name, status }).toEqual({ name: one.name, status: 503 });
    }
    errors.mockRestore();
    expect(carriedOut).toEqual([]);
  });
});

const Body = z.strictObject({
  reason: z.string().optional(),
  by: z.string().optional(),
  url: z.string().optional(),
});
const story = (handle: () => Promise<HttpResponseInit>) => {
  const declared = {
    name: 'tell',
    method: 'POST',
    route: 'image-sets/{set}/tell',
    role: 'operator',
  } as const;
  const path = { set: z.string().regex(/^[a-z]/) };
  return { declared, handled: endpoint({ ...declared, ...small, about: '', path, body: Body, handle }) };
};
const done = async () => ({ jsonBody: {} });

describe('an entry', () => {
  const ask = async (sent: Sent, handle: () => Promise<HttpResponseInit> = done) => {
    const { declared, handled } = story(handle);
    return await send(declared, handled, { headers: ops, params: { set: 'win11' }, ...sent });
  };

  it.each<[what: string, sent: Sent, handle: () => Promise<HttpResponseInit>, wanted: Partial<AuditEntry>]>([
    ['the thing', {}, done, { subject: 'image-sets/win11' }],
    ['why', { body: '{"reason":"bad patch"}' }, done, { reason: 'bad patch' }],
    ['who was said to ask', { body: '{"by":"ana"}' }, done, { by: 'ana (key ops)' }],
    ['a digest of the body', { body: ' {"by":"ö"}\n' }, done, { bodySha256: sha256(' {"by":"ö"}\n') }],
    [
      'the client’s id',
      { headers: { ...ops, 'x-ms-client-request-id': 'c-1' } },
      done,
      { clientRequest: 'c-1' },
    ],
    [
      'what was begun',
      {},
      async () => ({ status: 200, headers: { location: 'https://x/api/rollouts/r-1' }, jsonBody: {} }),
      { began: 'rollouts/r-1' },
    ],
    [
      'that it is a repeat',
      {},
      async () => {
        noteRepeat();
        return { jsonBody: {} };
      },
      { isRepeat: true },
    ],
    [
      'that the body was no JSON',
      { body: '{' },
      done,
      { status: 400, code: 'MalformedJson', outcome: 'refused' },
    ],
    ['that the path was wrong', { params: { set: '1' } }, done, { status: 400, subject: 'image-sets/1' }],
    [
      'that a role was missing',
      { headers: { 'x-functions-key': 'key of eyes' } },
      done,
      { status: 403, actor: 'key eyes', roles: [] },
    ],
    ['that nobody was known', { headers: {} }, done, { status: 401, actor: 'nobody' }],
    [
      'that it failed',
      {},
      () => Promise.reject(new Error('a defect')),
      { status: 500, outcome: 'failed', code: 'InternalError' },
    ],
  ])('says %s', async (_, sent, handle, wanted) => {
    const { entries } = await ask(sent, handle);
    expect(entries).toMatchObject([{ operation: 'tell', milliseconds: expect.any(Number), ...wanted }]);
  });

  it('has neither keys, tokens, addresses of receivers nor anything else of a body', async () => {
    const secrets = ['key of ops', 'hook-secret', 'sig-secret', 'bearer-secret', 'link-secret'];
    await ask({
      headers: { ...ops, authorization: 'Bearer bearer-secret', 'x-ms-client-principal': principal({}) },
      query: { code: 'key of ops' },
      body: '{"url":"https://x.example/hook-secret","reason":"see https://x?sig=sig-secret","by":"https://x?sig=sig-secret"}',
    });
    const link = all.find(({ role }) => role === 'token') ?? expect.fail('there is no link');
    const { path: _, query: __, body: ___, ...one } = link;
    const sent = { params: { token: 'link-secret' } };
    await send(one, endpoint({ ...one, ...small, handle: done }), sent);
    const { value } = await audit.room.requests.page({ most: 10 });
    expect(value).toHaveLength(2);
    expect(value.map(({ subject }) => subject)).toContain('external-checks');
    for (const secret of secrets) expect(JSON.stringify(value)).not.toContain(secret);
  });

  it('says where a request came from only as the platform saw it', async () => {
    const headers = { ...ops, 'x-forwarded-for': '1.2.3.4, 203.0.113.9:4711', 'x-azure-clientip': '6.6.6.6' };
    expect((await ask({ headers })).entries[0]).not.toHaveProperty('from');
    vi.stubEnv('WEBSITE_INSTANCE_ID', 'instance');
    expect((await ask({ headers })).entries[0]).toMatchObject({ from: '203.0.113.9' });
    const six = { ...ops, 'x-forwarded-for': '[2001:db8::7]:4711' };
    expect((await ask({ headers: six })).entries[0]).toMatchObject({ from: '2001:db8::7' });
    vi.stubEnv('WEBSITE_INSTANCE_ID', '');
  });
});

describe('strangers', () => {
  it('do not fill the audit: the first refusals of each minute are kept, the others counted', async () => {
    const { declared, handled } = story(done);
    const stranger = { headers: {}, params: { set: 'win11' } };
    for (let n = 0; n < 50; n += 1) await send(declared, handled, stranger);
    const count = async () => (await audit.room.requests.page({ most: 100 })).value.length;
    expect(await count()).toBe(20);
    // Nobody else is kept from it.
    expect((await send(declared, handled, { ...stranger, headers: ops })).entries).toHaveLength(1);
    audit.clock.now = '2026-03-10T12:01:00.000Z';
    expect((await send(declared, handled, stranger)).entries).toMatchObject([{ leftOut: 30 }]);
  });

  it('do not fill it through links either', async () => {
    const link = { name: 'link', method: 'POST', route: 'links/{token}', role: 'token', about: '' } as const;
    const refuse = () => Promise.reject(new AppError('NotFound', 'No such link.'));
    const handled = endpoint({ ...link, ...small, handle: refuse });
    for (let n = 0; n < 50; n += 1) await send(link, handled, { params: { token: `t-${n}` } });
    const { value } = await audit.room.requests.page({ most: 100 });
    expect(value.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 20 }, () => 'refused'));
  });
});
