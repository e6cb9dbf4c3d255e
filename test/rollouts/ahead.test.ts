import { describe, expect, it } from 'vitest';
import { minutesAfter, secondsBetween } from '../../shared/instant.ts';
import type { Policy } from '../../shared/rollouts/pool.ts';
import { DefinePool } from '../../shared/rollouts/request-bodies.ts';
import type { HostRecord } from '../../shared/rollouts/waves.ts';
import { oldVersion, type SmallAzure } from '../support/small-azure.ts';
import type { World } from '../support/world.ts';
import { body, poolOf, start } from './pool-of.ts';

const withPolicy = (policy: Partial<Policy>) =>
  DefinePool.parse({ ...body, policy: { ...body.policy, maxUnavailable: 1, drainAhead: 2, ...policy } });

/** A pool in which one host is worked on at once and two more are drained meanwhile, and its rollout. */
async function rolling(hosts: number, policy: Partial<Policy> = {}) {
  const pool = await poolOf(hosts);
  await pool.asks.definePool('pool', withPolicy(policy));
  const { id } = await pool.asks.startRollout('pool', start, 'r');
  const records = async () => await pool.asks.hostsOf(id);
  const waitFor = async (isSo: (all: readonly HostRecord[]) => boolean) =>
    await pool.world.passUntil(async () => isSo(await records()), { days: 2 });
  const waiting = async () =>
    (await pool.seen.hosts.loadAll(id)).filter(
      ({ saved: { state } }) => 'standing' in state && state.standing.stage === 'turn',
    ).length;
  /** One is worked on, and two wait for it. */
  const untilTwoWait = async () =>
    await pool.world.passUntil(async () => (await waiting()) === 2, { days: 1 });
  return { ...pool, id, records, waitFor, waiting, untilTwoWait };
}
const isDrained = ({ desktop }: SmallAzure, name: string) => desktop.isOpen(name) === false;
const drainedIn = (azure: SmallAzure) =>
  [...azure.fleet.values()].filter(({ machine }) => isDrained(azure, machine.computerName)).length;

/** The most hosts that were ever drained at once, from now on. */
function mostDrained(azure: SmallAzure, world: World): () => number {
  let most = 0;
  const watch = () => {
    most = Math.max(most, drainedIn(azure));
    world.after(5, watch);
  };
  watch();
  return () => most;
}

describe('a rollout that drains ahead', () => {
  it('has the next host empty when a place is free, and waits neither for its users nor for a second look', async () => {
    const { end, records, seen, id } = await rolling(5);
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
    const work = (await seen.hosts.loadAll(id)).map(({ saved }) => saved.state);
    const healthy = work.map(({ facts }) => facts.firstHealthyAt ?? '').toSorted();
    const turns = (await records()).map(({ goAt = '' }) => goAt).toSorted();
    for (const [index, turn] of turns.slice(1).entries()) {
      const gap = secondsBetween(healthy[index] ?? '', turn);
      expect(gap).toBeGreaterThanOrEqual(0);
      // Messages come up to twenty seconds late; a second look would take sixty, and a drain two minutes.
      expect(gap).toBeLessThan(60);
    }
  });

  it('R3: has no more out of service than are worked on at once and drained ahead', async () => {
    const { azure, end, world } = await rolling(6);
    const most = mostDrained(azure, world);
    await end();
    expect(most()).toBe(3);
  });

  it('says how many wait for a place, and whose time that was', async () => {
    const { insight, id, untilTwoWait, end } = await rolling(4);
    await untilTwoWait();
    const { movement, because, youCan, eta } = await insight.explain(id);
    expect(movement).toBe('moving');
    expect(because).toContainEqual({
      code: 'DrainedAhead',
      message: '2 hosts are drained and wait for a place in the window',
      detail: { hosts: 2 },
    });
    expect(youCan.join()).toContain('drainAhead (now 2)');
    expect(eta).toBeDefined();
    await end();
    const { sum } = await insight.timeline(id);
    expect(sum.worked.turn).toBeGreaterThan(600);
  });

  it('R7: touches nobody of a wave that is not open yet', async () => {
    const { azure, records, waitFor } = await rolling(4, { waves: [{ upTo: 1, bakeMinutes: 30 }] });
    await waitFor((all) => all.some(({ outcome }) => outcome === 'done'));
    expect(await records()).toHaveLength(1);
    expect(drainedIn(azure)).toBe(0);
  });

  it('R2: drains no more ahead than the floor leaves', async () => {
    const { asks, azure, end, id, world } = await rolling(5, { floor: { percent: 60, headroomPercent: 0 } });
    const most = mostDrained(azure, world);
    await end();
    const { facts } = await asks.rollout(id);
    expect(facts.lowest).toMatchObject({ usable: 30, need: 30 });
    expect(most()).toBe(2);
  });
});

describe('hosts that wait for their turn', () => {
  it('R8: are put back while the rollout is paused, and have their turn when it goes on', async () => {
    const { asks, azure, end, id, records, untilTwoWait, world } = await rolling(4);
    await untilTwoWait();
    await asks.pause(id, { reason: 'somebody presents' });
    await world.passUntil(() => false, { days: 1 / 12 });
    expect((await records()).map(({ outcome }) => outcome).toSorted()).toEqual([
      'done',
      'put-off',
      'put-off',
    ]);
    expect(drainedIn(azure)).toBe(0);
    expect([...azure.fleet.values()].filter(({ reimages }) => reimages > 0)).toHaveLength(1);
    await asks.resume(id, {});
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
    const all = await records();
    expect(all.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done', 'done']);
    expect(all.filter(({ attempt }) => attempt === 2)).toHaveLength(2);
  });

  it('R3: have their turn under the policy that the pool has by then, though they were waiting before', async () => {
    const { asks, azure, end, id, records, waitFor } = await rolling(6, { maxUnavailable: 3 });
    await waitFor((all) => all.length === 5);
    await asks.pause(id, { reason: 'a moment' });
    await asks.definePool('pool', withPolicy({ maxUnavailable: 1 }));
    await asks.resume(id, {});
    await end();
    const turns = (await records()).map(({ goAt = '' }) => goAt).toSorted();
    expect(turns).toHaveLength(6);
    for (const [index, turn] of turns.slice(1).entries())
      expect(secondsBetween(turns[index] ?? '', turn)).toBeGreaterThan(120);
    expect(azure.wrongs).toEqual([]);
  });

  it('R8: are put back in a freeze, and when it begins while the rollout is resumed', async () => {
    const { asks, azure, end, freezeAsks, id, untilTwoWait, world } = await rolling(4);
    await untilTwoWait();
    const until = minutesAfter(world.now(), 300);
    await asks.pause(id, { reason: 'a moment' });
    await freezeAsks.put('fair', { scope: { kind: 'all' }, reason: 'a fair', until });
    await asks.resume(id, {});
    await world.passUntil(() => false, { days: 1 / 12 });
    expect(drainedIn(azure)).toBe(0);
    const [rollout] = await end();
    expect(rollout?.phase).toBe('succeeded');
  });

  it('R8: are put back when they would not end within the window any more', async () => {
    const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
    const windows = [{ start: '12:00', end: '13:00', timeZone: 'Etc/UTC', days: [...days], outage: false }];
    const { azure, end, records, waitFor, world } = await rolling(4, { windows });
    await waitFor((all) => all.some(({ outcome }) => outcome === 'put-off'));
    await world.passUntil(() => world.now() > '2026-01-05T14:00', { days: 1 });
    expect(drainedIn(azure)).toBe(0);
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
    for (const { goAt = '', endedAt = '' } of await records()) {
      expect([goAt.slice(11, 13), endedAt.slice(11, 13)]).toEqual(['12', '12']);
    }
  });

  it('R11: are put back when the rollout is aborted', async () => {
    const { asks, azure, end, id, records, untilTwoWait } = await rolling(4);
    await untilTwoWait();
    await asks.abort(id, { reason: 'no more' });
    expect(await end()).toMatchObject([{ phase: 'aborted' }]);
    expect((await records()).map(({ outcome }) => outcome).toSorted()).toEqual([
      'done',
      'put-back',
      'put-back',
    ]);
    expect(drainedIn(azure)).toBe(0);
  });

  it('R7: do not have their turn after one host too many has failed', async () => {
    const { azure, end, records, waitFor } = await rolling(4);
    await waitFor((all) => all.some(({ goAt }) => goAt));
    const first = (await records()).find(({ goAt }) => goAt);
    const machine = azure.fleet.get(first?.instanceId ?? '');
    if (machine) machine.temper = { ...machine.temper, isIll: true };
    expect(await end()).toMatchObject([{ phase: 'failed', failure: { code: 'BreakerOpen' } }]);
    expect((await records()).map(({ outcome }) => outcome).toSorted()).toEqual([
      'put-back',
      'put-back',
      'quarantined',
    ]);
    const versions = [...azure.fleet.values()].map(({ machine }) => machine.imageVersionId);
    expect(versions.filter((version) => version === oldVersion)).toHaveLength(3);
  });
});

/** Whoever is logged off signs in again at once. */
function comeBack({ desktop }: SmallAzure): void {
  const { logOff } = desktop.sessionHosts;
  const logOffAndComeBack: typeof logOff = async (pool, name, id) => {
    const session = desktop.everySession.find((one) => one.id === id);
    await logOff(pool, name, id);
    if (session) desktop.arrive(session.user, 1_000_000);
  };
  desktop.sessionHosts = { ...desktop.sessionHosts, logOff: logOffAndComeBack };
}

describe('the users of a pool in which some hosts are empty', () => {
  it('are not bounced twice: who has to leave comes to a host that is done', async () => {
    const { asks, azure, end } = await poolOf(8, (azure) => {
      comeBack(azure);
    });
    const { desktop } = azure;
    // Breadth first, as host pools are unless somebody says otherwise.
    desktop.pick = (open) => open.toSorted((a, b) => desktop.count(a) - desktop.count(b))[0] ?? '';
    for (const host of [5, 6, 7])
      for (const user of ['a', 'b']) desktop.seat(`${user}-${host}`, `avd-${host}`, 1_000_000);
    const sessions = { ...body.policy.sessions, graceMinutes: 2 };
    await asks.definePool('pool', withPolicy({ maxUnavailable: 2, drainAhead: 4, sessions }));
    await asks.startRollout('pool', start, 'r');
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
    const told = new Map<string, number>();
    for (const session of desktop.everySession)
      told.set(session.user, (told.get(session.user) ?? 0) + session.told);
    expect([...told.values()]).toEqual(Array.from({ length: 6 }, () => 1));
  });
});
