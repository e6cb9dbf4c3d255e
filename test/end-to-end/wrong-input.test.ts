import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Local, startLocal } from '../../infra/local/local.ts';
import { badRequests, example, type Json } from './bad-requests.ts';
import { badRolloutRequests } from './bad-rollout-requests.ts';
import { badPublishingRequests, tooEarly } from './publishing-bad-requests.ts';

let local: Local;
/** Everything that a client can see, to tell whether a refused request left a trace. */
const collections = [
  'image-sets',
  'image-sets/win11-avd',
  'image-sets/win11-avd/versions',
  'host-pools',
  'rollouts',
  'freezes',
  'image-sets/win11-avd/channels',
  'image-sets/win11-avd/channels/production/gate',
  'image-sets/win11-avd/places',
  'approvals?all=true',
  'releases',
];
let seen: unknown[];

async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${local.url}/api/${path}`, {
    method,
    headers: { 'x-functions-key': local.keys.host, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : (JSON.parse(text) as Json),
  };
}
const all = async () => await Promise.all(collections.map(async (path) => (await send('GET', path)).body));

beforeAll(async () => {
  local = await startLocal();
  expect((await send('PUT', 'image-sets/win11-avd', example('image-set'))).status).toBe(201);
  expect((await send('PUT', 'host-pools/production', example('host-pool-production'))).status).toBe(201);
  seen = await all();
});
afterAll(async () => await local?.stop());

describe('a request that is wrong is refused with code, message and target, and leaves no trace', () => {
  for (const [what, [method, path, body, headers], status, code, target] of [
    ...badRequests,
    ...badRolloutRequests,
    ...badPublishingRequests,
  ]) {
    it(what, async () => {
      expectRefusal(await send(method, path, body, headers), status, code, target);
      expect(await all()).toEqual(seen);
    });
  }

  it('and Azure never heard of any of them', async () => {
    const { total } = (await (await fetch(`${local.arm.url}/local/requests/counts`)).json()) as {
      total: number;
    };
    expect(total).toBe(0);
  });
});

describe('a request that comes at the wrong time is refused', () => {
  const version = 'image-sets/win11-avd/versions/1.0.0';
  const key = { 'idempotency-key': 'once' };
  beforeAll(async () => {
    const asked = await send('POST', 'image-sets/win11-avd/versions', example('version'), key);
    expect(asked).toMatchObject({ status: 202, body: { version: '1.0.0' } });
    expect(asked.headers.get('location')).toBe(`${local.url}/api/${version}`);
    const operation = `${local.url}/api/operations/build.1.win11-avd.1.0.0`;
    expect(asked.headers.get('operation-location')).toBe(operation);
  });

  it('when its key came with another body before', async () => {
    const answer = await send('POST', 'image-sets/win11-avd/versions', { bump: 'major' }, key);
    expectRefusal(answer, 409, 'IdempotencyKeyReused', 'Idempotency-Key');
  });

  it('when it changes what Azure fixes at creation', async () => {
    const set = example('image-set');
    const definition = { ...(set['definition'] as Json), architecture: 'Arm64' };
    const answer = await send('PUT', 'image-sets/win11-avd', { ...set, definition });
    expectRefusal(answer, 409, 'ImmutableField', 'definition.architecture');
  });

  for (const [what, [method, path, body], status, code, target] of tooEarly) {
    it(`${what}, while the version is being built`, async () => {
      expectRefusal(await send(method, path, body), status, code, target);
    });
  }

  it('when it approves what nobody has asked approval for yet', async () => {
    const answer = await send('POST', `${version}/approve`, example('approval'));
    expectRefusal(answer, 404, 'NotFound', '1.0.0');
    expect(answer.body).toMatchObject({
      error: { message: expect.stringMatching(/no open approval.*build/) },
    });
  });

  it('when it rolls out what is not in the gallery yet', async () => {
    const answer = await send('POST', 'host-pools/production/rollouts', example('rollout'));
    expectRefusal(answer, 409, 'VersionNotReady', 'version');
  });

  it('or goes through the audit by other filters, while nextLink leads on with the same', async () => {
    const { body = {} } = await send('GET', 'audit?maxpagesize=1');
    const next = String(body['nextLink']).replace(`${local.url}/api/`, '');
    expect((await send('GET', next)).status).toBe(200);
    expectRefusal(await send('GET', `${next}&outcome=refused`), 400, 'ValidationFailed', 'cursor');
    const unknown = await send('GET', 'audit?operation=promote-chanel');
    expectRefusal(unknown, 400, 'ValidationFailed', 'operation');
    expect(JSON.stringify(unknown.body)).toMatch(/there are such as promote-channel/);
  });

  it('and the one version goes its way', async () => {
    const { body } = await send('GET', 'image-sets/win11-avd/versions');
    expect(body).toMatchObject({ value: [{ version: '1.0.0', status: 'running' }] });
    expect((await send('GET', 'rollouts')).body).toEqual({ value: [] });
  });

  it('or goes on with a page of another list, while nextLink leads through the whole of its own', async () => {
    const put = async (name: string) =>
      expect((await send('PUT', `freezes/${name}`, example('freeze'))).status).toBe(201);
    for (const name of ['a', 'b', 'c']) await put(name);
    const found: unknown[] = [];
    let path = 'freezes?maxpagesize=2';
    for (let next: unknown = path; typeof next === 'string';) {
      path = next.replace(`${local.url}/api/`, '');
      const { status, body = {} } = await send('GET', path);
      expect(status).toBe(200);
      found.push(...(body['value'] as Json[]).map(({ id }) => id));
      next = body['nextLink'];
    }
    expect(found).toEqual(['a', 'b', 'c']);
    expect(path).toMatch(/^freezes\?maxpagesize=2&cursor=[\w-]+$/);
    expectRefusal(await send('GET', `${path}&status=over`), 400, 'ValidationFailed', 'cursor');
    expectRefusal(await send('GET', `${path}x`), 400, 'ValidationFailed', 'cursor');
    expectRefusal(await send('GET', path.replace('freezes', 'rollouts')), 400, 'ValidationFailed', 'cursor');
  });
});

function expectRefusal(
  { status, headers, body = {} }: Awaited<ReturnType<typeof send>>,
  expected: number,
  code: string,
  target?: string,
): void {
  expect(body).toMatchObject({ error: { code, message: expect.stringMatching(/\S/) } });
  expect((body['error'] as Json)['target']).toBe(target);
  expect(status).toBe(expected);
  expect(headers.get('x-ms-error-code')).toBe(code);
}
