import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, hostKey, type HostProcess, masterKey, startHostProcess } from './host-process.ts';
import { json } from './world.ts';

interface Echo {
  method: string;
  url: string;
  headers: Record<string, string>;
  query: Record<string, string>;
  params: Record<string, string>;
  body: string;
  functionName: string;
  triggerMetadata: unknown;
  traceParent: string;
}

let host: HostProcess;
beforeAll(async () => {
  host = await startHostProcess({ app: fixture('web'), settings: { FromBoth: 'environment' } });
});
afterAll(() => host[Symbol.asyncDispose]());

const at = (path: string) => `${host.url}${path}`;
const status = async (path: string, init: RequestInit = {}) => (await fetch(at(path), init)).status;

/** What fetch would not send: raw header lists, bodies of unknown or untrue length. */
function raw(
  path: string,
  headers: string[],
  body: string[] = [],
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(at(path), { method: 'POST', headers, agent: false }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
    });
    outgoing.on('error', reject);
    for (const piece of body) outgoing.write(piece);
    if (body.length > 0) outgoing.end();
    else outgoing.flushHeaders();
  });
}

describe('an HTTP function', () => {
  it('is told of the request as Azure tells it', async () => {
    const response = await fetch(at('/api/echo?a=1&b=x%20y&a=2'), {
      method: 'POST',
      body: 'some text',
      headers: { 'X-Mixed-Case': 'kept', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
    });
    const echo = (await response.json()) as Echo;
    expect(echo).toMatchObject({
      method: 'POST',
      url: at('/api/echo?a=1&b=x%20y&a=2'),
      query: { a: '1,2', b: 'x y' },
      params: {},
      body: 'some text',
      triggerMetadata: 'none',
      traceParent: expect.stringMatching(new RegExp(`^00-${'a'.repeat(32)}-(?!b{16})[0-9a-f]{16}-01$`)),
    });
    expect(echo.headers['x-mixed-case']).toBe('kept');
  });

  it('gets repeated headers joined by commas', async () => {
    const { text } = await raw(
      '/api/echo',
      ['Host', 'h', 'X-Twice', 'a', 'X-Twice', 'b', 'Content-Length', '1'],
      ['x'],
    );
    expect((JSON.parse(text) as Echo).headers['x-twice']).toBe('a,b');
  });

  it('sees nothing of a chunked body, and the log says so', async () => {
    const { text } = await raw('/api/echo', ['Host', 'h', 'Transfer-Encoding', 'chunked'], ['some', 'text']);
    expect((JSON.parse(text) as Echo).body).toBe('');
    // The log of the other process takes its own way here.
    await expect.poll(() => host.log(), { timeout: 5_000 }).toContain('without Content-Length (chunked)');
  });

  it('is spared a body of more than 100 MB', async () => {
    const tooLong = String(100 * 1024 * 1024 + 1);
    expect(await raw('/api/echo', ['Host', 'h', 'Content-Length', tooLong])).toEqual({
      status: 413,
      text: '',
    });
  });

  const answers: [title: string, path: string, expected: object][] = [
    ['an object', 'teapot', { status: 418, type: 'application/json', text: '{"short":true}' }],
    ['text', 'text', { status: 200, type: 'text/plain;charset=UTF-8', text: 'plain words' }],
    ['bytes', 'bytes', { status: 200, type: 'application/x-raw', text: '\0\uFFFD\u0001' }],
    ['nothing, as 204', 'nothing', { status: 204, type: null, text: '' }],
    ['204 without the body it gave', 'empty', { status: 204, text: '' }],
    ['an error, as 500 that says nothing', 'throws', { status: 500, type: null, text: '' }],
    ['another length than it announced, as 500', 'wrong-length', { status: 500, type: null, text: '' }],
    ['no response object, as 500', 'wrong-answer', { status: 500, type: null, text: '' }],
  ];
  it.each(answers)('answers %s', async (_title, path, expected) => {
    const response = await fetch(at(`/api/${path}`));
    const answer = {
      status: response.status,
      type: response.headers.get('content-type'),
      text: await response.text(),
    };
    expect(answer).toMatchObject(expected);
  });

  it('keeps its errors to the log, with the stack', async () => {
    await fetch(at('/api/throws'));
    expect(host.log()).toMatch(/error \[throws\] Executed \(Failed, .*Error: a secret reason\n.*answers\.ts/);
  });

  it('sets cookies, each in a header of its own', async () => {
    const { headers } = await fetch(at('/api/cookies'));
    expect(headers.getSetCookie()).toEqual([
      'plain=a%20b; path=/',
      'full=x; max-age=60; domain=example.com; path=/p; secure; samesite=none; httponly',
    ]);
  });

  it('answers HEAD where it lists it', async () => {
    const response = await fetch(at('/api/echo'), { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(await status('/api/text', { method: 'HEAD' })).toBe(404);
  });

  it('has the settings of local.settings.json, after those of the environment', async () => {
    expect(await json(at('/api/settings'))).toEqual({
      fromFile: 'file',
      fromBoth: 'environment',
      environment: 'Development',
      directory: fixture('web'),
    });
  });
});

describe('a route', () => {
  const found: [path: string, functionName: string, params: Record<string, string>][] = [
    ['/api/items/12', 'item', { id: '12' }],
    ['/API/Items/12/', 'item', { id: '12' }],
    ['/api/items/12/wing', 'item', { id: '12', part: 'wing' }],
    ['/api/items/abc', 'item-by-name', { name: 'abc' }],
    ['/api/files/a/b%20c', 'files', { path: 'a/b c' }],
    ['/api/files', 'files', {}],
    ['/api/files/a%2Fb', 'files', { path: 'a%2Fb' }],
    ['/api/either/one', 'aParameter', { which: 'one' }],
  ];
  it.each(found)('%s leads to %s', async (path, functionName, params) => {
    expect(await json(at(path))).toMatchObject({ functionName, params });
  });

  const lost = [
    '/api/items/1a',
    '/api/items/12/wing/more',
    '/items/12',
    '/api',
    '/api/',
    '/nowhere',
    '/api/items',
  ];
  it.each(lost)('%s leads nowhere', async (path) => {
    expect(await status(path)).toBe(404);
  });

  it('counts the method: a wrong one is 404, not 405', async () => {
    expect(await status('/api/items/12', { method: 'PUT' })).toBe(404);
    expect(await status('/api/items/12', { method: 'DELETE' })).toBe(200);
    expect(await status('/api/echo', { method: 'OPTIONS' })).toBe(404);
  });
});

describe('a key', () => {
  const key = (value: string) => ({ headers: { 'x-functions-key': value } });

  it('is asked for by authLevel function: the host key, the function key or the master key', async () => {
    const response = await fetch(at('/api/guarded'));
    expect([response.status, await response.text()]).toEqual([401, '']);
    const { keys } = await json<{ keys: { value: string }[] }>(at('/admin/functions/guarded/keys'), {
      'x-functions-key': masterKey,
    });
    const own = keys[0]?.value ?? '';
    for (const good of [hostKey, masterKey, own]) expect(await status('/api/guarded', key(good))).toBe(200);
    expect(await status(`/api/guarded?code=${own}`)).toBe(200);
    expect(await status('/api/guarded', key('another'))).toBe(401);
  });

  it('is the master key for authLevel admin', async () => {
    expect(await status('/api/mastered', key(hostKey))).toBe(401);
    expect(await status('/api/mastered', key(masterKey))).toBe(200);
  });

  it('is taken from the header even if the query has a better one', async () => {
    expect(await status(`/api/guarded?code=${hostKey}`, key('wrong'))).toBe(401);
  });

  it('of the master opens even a disabled function', async () => {
    expect(await status('/api/asleep')).toBe(404);
    expect(await status('/api/asleep', key(hostKey))).toBe(404);
    expect(await status('/api/asleep', key(masterKey))).toBe(200);
  });
});

describe('the host itself', () => {
  const master = { 'x-functions-key': masterKey };
  const run = (name: string, init: RequestInit = {}) =>
    fetch(at(`/admin/functions/${name}`), {
      method: 'POST',
      headers: { ...master, 'content-type': 'application/json' },
      body: '{"input":""}',
      ...init,
    });

  it('says at its start what it serves', () => {
    expect(host.functions).toContainEqual({
      name: 'itemRemove',
      type: 'httpTrigger',
      route: 'items/{id:int}',
      methods: ['DELETE'],
    });
  });

  it('has a home page', async () => {
    const response = await fetch(at('/'));
    expect([response.status, await response.text()]).toEqual([
      200,
      expect.stringContaining('up and running'),
    ]);
  });

  it('answers a ping to anyone, and all else under /admin to the master key alone', async () => {
    expect(await status('/admin/host/ping')).toBe(200);
    expect(await status('/admin/host/ping', { method: 'POST' })).toBe(200);
    for (const path of [
      '/admin/host/status',
      '/admin/functions',
      '/admin/functions/echo',
      '/admin/nowhere',
    ]) {
      expect(await status(path)).toBe(401);
      expect(await status(path, { headers: { 'x-functions-key': hostKey } })).toBe(401);
    }
    expect(await status('/admin/nowhere', { headers: master })).toBe(404);
  });

  it('describes itself and its functions', async () => {
    expect(await json(at('/admin/host/status'), master)).toMatchObject({ state: 'Running' });
    expect(await json<object[]>(at('/admin/functions'), master)).toHaveLength(host.functions.length);
    expect(await json(at('/admin/functions/ITEM'), master)).toMatchObject({
      name: 'item',
      invoke_url_template: at('/api/items/{id:int}/{part?}'),
      isDisabled: false,
    });
    expect(await status('/admin/functions/nobody', { headers: master })).toBe(404);
  });

  it('takes an order to run a function, or says what is wrong with it', async () => {
    expect((await run('echo')).status).toBe(202); // and fails: an HTTP function cannot run by hand
    expect((await run('nobody')).status).toBe(404);
    expect((await run('echo', { body: 'null' })).status).toBe(400);
    expect((await run('echo', { headers: master })).status).toBe(415);
    expect((await run('echo', { headers: { 'content-type': 'application/json' } })).status).toBe(401);
    expect(host.log()).toContain('A run by hand failed');
  });
});
