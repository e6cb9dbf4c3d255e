import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Local, startLocal } from '../../infra/local/local.ts';
import { apiAt } from '../../tools/demo/api.ts';
import { follow, imageSet, request } from '../../tools/demo/job.ts';
import { truthAt } from '../../tools/demo/truth.ts';
import { example, type Json } from '../end-to-end/bad-requests.ts';

let local: Local;
/** A version that only the pool of the testers has seen. */
let version: string;
const policy = { maxUnavailable: 2, floor: { percent: 0, headroomPercent: 0 }, waves: [{ upTo: 1 }] };

async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${local.url}/api/${path}`, {
    method,
    headers: { 'x-functions-key': local.keys.host, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Json };
}
const whatever = { 'if-match': '*' };
const get = async <T>(path: string) => (await send('GET', path)).body as T;

interface Explained {
  readonly movement: string;
  readonly because: readonly { readonly code: string }[];
  readonly progress: { readonly underWay: number; readonly left: number; readonly done?: number };
}
interface Timeline {
  readonly seconds: number;
  readonly rollout: Readonly<Record<string, number>>;
}

beforeAll(async () => {
  const fleet = { testHosts: 2, productionHosts: 5, people: 15 };
  local = await startLocal({ speed: 250, fleet, onLine: () => {} });
  const api = apiAt({ url: local.url, key: local.keys.host });
  await api.put(`image-sets/${imageSet}`, example('image-set'));
  await api.put('host-pools/test', example('host-pool-test'));
  version = await request(api, randomUUID());
  const { release } = await follow(api, version, { onProgress: () => {} });
  expect(release.status).toBe('released');
  // No release comes to this channel: what happens here is asked for, step by step.
  const pool = { ...example('host-pool-production'), channel: 'by-hand', policy };
  expect((await send('PUT', 'host-pools/production', pool)).status).toBe(201);
}, 240_000);
afterAll(async () => await local?.stop());

describe('a rollout that somebody steers', () => {
  it('is planned first, and refused in a freeze and once its plan is stale', async () => {
    const first = await send('POST', 'host-pools/production/plan', { version });
    expect(first).toMatchObject({ status: 200, body: { blockers: [], waves: [{ upTo: 1 }, {}] } });
    const freeze = {
      scope: { kind: 'host-pool', name: 'production' },
      reason: 'a fair',
      until: '2099-01-01T00:00:00Z',
    };
    expect((await send('PUT', 'freezes/fair', freeze)).status).toBe(201);
    expect((await send('PUT', 'freezes/fair', freeze)).status).toBe(200);
    const start = { version, planHash: first.body['planHash'] };
    expect(await send('POST', 'host-pools/production/rollouts', start)).toMatchObject({
      status: 423,
      body: { error: { code: 'Frozen', message: expect.stringMatching(/a fair/) } },
    });
    expect(await get('freezes')).toMatchObject({ value: [{ id: 'fair', status: 'active' }] });
    expect((await send('DELETE', 'freezes/fair')).status).toBe(428);
    expect((await send('DELETE', 'freezes/fair', undefined, whatever)).status).toBe(204);
    expect((await send('GET', 'freezes/fair')).status).toBe(404);

    const pool = {
      ...example('host-pool-production'),
      channel: 'by-hand',
      policy: { ...policy, maxFailed: 3 },
    };
    expect((await send('PUT', 'host-pools/production', pool)).status).toBe(428);
    expect((await send('PUT', 'host-pools/production', pool, whatever)).status).toBe(200);
    expect(await send('POST', 'host-pools/production/rollouts', start)).toMatchObject({
      status: 409,
      body: { error: { code: 'PlanStale', details: [{ code: 'PolicyChanged' }] } },
    });
    expect(await get('rollouts')).not.toMatchObject({ value: [{ hostPool: 'production' }] });
  });

  it(
    'R8: starts nothing within two seconds of its pause, goes on when resumed, and accounts for its time',
    { timeout: 200_000 },
    async () => {
      const { body: plan } = await send('POST', 'host-pools/production/plan', { version });
      const started = await send('POST', 'host-pools/production/rollouts', {
        version,
        planHash: plan['planHash'],
      });
      expect(started.status).toBe(202);
      const path = `rollouts/${String(started.body['id'])}`;
      const explained = async () => await get<Explained>(`${path}/explain`);
      const begunOf = async () => {
        const { value } = await get<{ value: readonly unknown[] }>(`${path}/hosts`);
        return value.length;
      };
      await until(async () => (await explained()).progress.done === 1 && (await begunOf()) > 1);
      await send('POST', `${path}/pause`, { reason: 'somebody presents' });
      const begun = await begunOf();
      // Five seconds here are twenty minutes there: nobody who starts hosts waits for so long.
      await sleep(5_000);
      expect(await begunOf()).toBe(begun);
      expect(await explained()).toMatchObject({
        movement: 'paused',
        because: expect.arrayContaining([expect.objectContaining({ code: 'Paused' })]),
      });
      expect((await send('POST', `${path}/resume`, {})).status).toBe(200);
      expect((await send('POST', `${path}/resume`, {})).status).toBe(409);
      await until(async () => (await explained()).movement === 'over');
      expect(await get(path)).toMatchObject({
        status: 'succeeded',
        requested: { planHash: plan['planHash'] },
      });
      const { hosts } = await truthAt(local).pool('hp-production');
      expect(hosts.every(({ reimages, usable }) => reimages === 1 && usable)).toBe(true);
      const { seconds, rollout } = await get<Timeline>(`${path}/timeline`);
      expect(Object.values(rollout).reduce((sum, share) => sum + share, 0)).toBeCloseTo(seconds, 0);
      expect(rollout['pause']).toBeGreaterThan(900);
    },
  );
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const late = Date.now() + 120_000;
  while (!(await isSo())) {
    expect(Date.now(), 'it takes too long').toBeLessThan(late);
    await sleep(200);
  }
}
