import { describe, expect, it } from 'vitest';
import { isTimeZone } from '../../shared/local-time.ts';
import type { MaintenanceWindow } from '../../shared/rollouts/pool.ts';
import { DefinePool } from '../../shared/rollouts/request-bodies.ts';
import { body, poolOf, start } from './pool-of.ts';

const window = (times: string, timeZone: string): MaintenanceWindow => {
  const [start = '', end = ''] = times.split('-');
  return { start, end, timeZone, days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] };
};

describe('a pool with maintenance windows', () => {
  const windowed = (windows: MaintenanceWindow[]) =>
    DefinePool.parse({ ...body, policy: { ...body.policy, windows } });

  it('is not defined with a window that cannot be', () => {
    const parse = (change: object) =>
      DefinePool.safeParse({
        ...body,
        policy: { windows: [{ ...window('20:00-23:00', 'Europe/Berlin'), ...change }] },
      });
    expect(parse({}).success).toBe(true);
    for (const change of [
      { start: '24:00' },
      { end: '8:00' },
      { timeZone: 'Berlin' },
      { days: [] },
      { days: ['Sa'] },
    ]) {
      expect(parse(change).success, JSON.stringify(change)).toBe(false);
    }
    expect([isTimeZone('Asia/Tokyo'), isTimeZone('Mars/Base')]).toEqual([true, false]);
  });

  it('R8: waits for its window and says when it opens', async () => {
    const { asks, world, end } = await poolOf(2);
    await asks.definePool('pool', windowed([window('22:00-02:00', 'Europe/Berlin')]));
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(() => false, { days: 1 / 24 });
    expect(await asks.rollout(id)).toMatchObject({
      standing: { waitingFor: 'the maintenance window opens at 2026-01-05T21:00:00.000Z' },
    });
    await end();
    const hosts = await asks.hostsOf(id);
    expect(hosts.map(({ outcome }) => outcome)).toEqual(['done', 'done']);
    for (const { admittedAt, endedAt = '' } of hosts) {
      expect([admittedAt >= '2026-01-05T21:00', endedAt < '2026-01-06T01:00']).toEqual([true, true]);
    }
  });

  it('R8: starts none that would not end in time, and goes on when it opens again', async () => {
    const { asks, end } = await poolOf(3);
    await asks.definePool('pool', windowed([window('13:00-13:30', 'Etc/UTC')]));
    const { id } = await asks.startRollout('pool', start, 'r');
    const [rollout] = await end();
    expect(rollout?.phase).toBe('succeeded');
    const days = (await asks.hostsOf(id)).map(({ admittedAt }) => admittedAt.slice(0, 10));
    expect(new Set(days).size).toBeGreaterThan(1);
  });

  it('R8: takes hosts without users where those with users would not end in time', async () => {
    const { asks, azure, world } = await poolOf(2);
    azure.desktop.arrive('ann', 1_000_000);
    await world.passUntil(() => false, { days: 1 / 480 });
    await asks.definePool('pool', windowed([window('13:00-13:35', 'Etc/UTC')]));
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(() => false, { days: 2 });
    const hosts = await asks.hostsOf(id);
    expect(hosts.map(({ outcome, told }) => `${outcome} ${told}`)).toEqual(['done 0']);
    const { facts } = await asks.rollout(id);
    // Fifteen minutes of grace, two of quiet and twenty-four of Azure.
    expect(facts.waits?.because).toMatchObject([{ code: 'WindowTooShort', detail: { minutes: 41 } }]);
    await asks.pause(id, { reason: 'a longer one' });
    await asks.definePool(
      'pool',
      windowed([window('13:00-13:35', 'Etc/UTC'), window('15:00-16:00', 'Etc/UTC')]),
    );
    await asks.resume(id, {});
    await world.passUntil(async () => (await asks.hostsOf(id)).length > 1, { days: 2 });
    expect((await asks.hostsOf(id)).map(({ admittedAt }) => admittedAt.slice(11, 13)).toSorted()).toEqual([
      '13',
      '15',
    ]);
  });

  it('says so when no window is long enough', async () => {
    const { asks, world } = await poolOf(1);
    await asks.definePool('pool', windowed([window('13:00-13:20', 'Etc/UTC')]));
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(() => false, { days: 3 });
    const { facts } = await asks.rollout(id);
    expect(facts.waits?.because).toMatchObject([{ code: 'WindowTooShort' }]);
  });

  it('learns from its own hosts how long they take', async () => {
    const { asks, end } = await poolOf(6);
    await asks.startRollout('pool', start, 'r');
    await end();
    const { took = [] } = await asks.pool('pool');
    expect(took).toHaveLength(6);
    expect(took.every(({ users, rest }) => users + rest > 0)).toBe(true);
  });
});
