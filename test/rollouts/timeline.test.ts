import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import { minutesAfter, secondsBetween } from '../../shared/instant.ts';
import { DefinePool } from '../../shared/rollouts/request-bodies.ts';
import { body, poolOf, start } from './pool-of.ts';

const withPolicy = (policy: object) => DefinePool.parse({ ...body, policy: { ...body.policy, ...policy } });
const all = (seconds: Partial<Record<string, number>>) =>
  Object.values(seconds).reduce<number>((sum, one) => sum + (one ?? 0), 0);

type Pool = Awaited<ReturnType<typeof poolOf>>;

/** The timeline of a rollout, in which every second must be accounted for, of the whole and of each host. */
async function timelineOf({ insight }: Pool, id: string) {
  const told = await insight.timeline(id);
  expect(all(told.rollout)).toBeCloseTo(told.seconds, 3);
  for (const { waited, worked, admittedAt, endedAt = told.until } of told.hosts) {
    expect(all(waited)).toBeCloseTo(secondsBetween(told.from, admittedAt), 3);
    expect(all(worked)).toBeCloseTo(secondsBetween(admittedAt, endedAt), 3);
  }
  expect(all(told.sum.waited) + all(told.sum.worked)).toBeCloseTo(
    all(Object.fromEntries(told.hosts.map(({ host, waited, worked }) => [host, all(waited) + all(worked)]))),
    3,
  );
  return told;
}

describe('where the time of a rollout went', () => {
  it('is accounted for to the second, by whose time it was', async () => {
    const pool = await poolOf(4);
    pool.azure.desktop.arrive('ann', 1_000_000);
    await pool.world.passUntil(() => false, { days: 1 / 480 });
    const { id } = await pool.asks.startRollout('pool', start, 'r');
    await pool.end();
    const { sum, hosts, rollout } = await timelineOf(pool, id);
    expect(hosts).toHaveLength(4);
    expect(sum.worked.azure).toBeGreaterThan(0);
    expect(sum.worked.users).toBeGreaterThanOrEqual(600);
    expect(Object.keys(rollout)).toEqual(expect.arrayContaining(['rolling']));
    // The last host has waited for all the others.
    expect(hosts.at(-1)?.waited.rolling).toBeGreaterThan(hosts[0]?.waited.rolling ?? 0);
  });

  it('is told while it is under way, too', async () => {
    const pool = await poolOf(3);
    const { id } = await pool.asks.startRollout('pool', start, 'r');
    await pool.world.passUntil(async () => (await pool.asks.hostsOf(id)).length > 1, { days: 1 });
    const { hosts, until } = await timelineOf(pool, id);
    expect(until).toBe(pool.world.now());
    expect(hosts.at(-1)?.worked.underWay).toBeGreaterThanOrEqual(0);
  });

  it('tells pauses, freezes, windows, bakes and the floor apart', async () => {
    const pool = await poolOf(4);
    const { asks, freezeAsks, world } = pool;
    const window = { start: '14:00', end: '11:00', timeZone: 'Etc/UTC', days: ['Mon', 'Tue', 'Wed', 'Thu'] };
    await asks.definePool('pool', withPolicy({ windows: [window], waves: [{ upTo: 1, bakeMinutes: 90 }] }));
    const { id } = await pool.unplanned();
    const done = async (count: number) => {
      const ended = (await asks.hostsOf(id)).filter(({ outcome }) => outcome === 'done');
      return ended.length >= count;
    };
    // From noon, where this world begins, until two: the window. Then the canary, and its bake.
    await world.passUntil(async () => await done(2), { days: 1 });
    await asks.pause(id, { reason: 'r' });
    await world.passUntil(() => false, { days: 30 / 1440 });
    await freezeAsks.put('f', { scope: { kind: 'all' }, reason: 'r', until: minutesAfter(world.now(), 45) });
    await asks.resume(id, {});
    await pool.end();
    const { rollout, hosts } = await timelineOf(pool, id);
    const minutes = Object.fromEntries(
      Object.entries(rollout).map(([share, s]) => [share, Math.round(s / 60)]),
    );
    expect(minutes).toMatchObject({ window: 120, bake: 90 });
    expect(minutes['pause']).toBeGreaterThanOrEqual(29);
    expect(minutes['freeze']).toBeGreaterThanOrEqual(43);
    expect(hosts[0]?.waited.window).toBeGreaterThan(7000);
    expect(hosts[0]?.waited.freeze).toBeUndefined();
    expect(hosts[3]?.waited.freeze).toBeGreaterThan(2500);
  });

  it('tells what the floor cost, and what stopping cost', async () => {
    const pool = await poolOf(2);
    await pool.asks.definePool('pool', withPolicy({ floor: { percent: 60, headroomPercent: 0 } }));
    const { id } = await pool.asks.startRollout('pool', start, 'r');
    await pool.world.passUntil(() => false, { days: 0.5 });
    await pool.asks.abort(id, { reason: 'enough' });
    await pool.end();
    const { rollout } = await timelineOf(pool, id);
    expect(rollout.floor).toBeGreaterThan(40_000);
    expect(rollout.stopping).toBeGreaterThan(100);
  });

  it('tells the time that Azure said no or not now', async () => {
    let calls = 0;
    const pool = await poolOf(1, (azure) => {
      const { model } = azure.fleets;
      azure.fleets = {
        ...azure.fleets,
        model: async (scaleSet) => {
          calls += 1;
          if (calls === 1) throw new AppError('Throttled', 'too many', { retryAfterSeconds: 60 });
          if (calls === 2) throw new AppError('AzureBusy', 'later', { retryAfterSeconds: 120 });
          return await model(scaleSet);
        },
      };
    });
    const { id } = await pool.unplanned();
    await pool.end();
    const { rollout, hosts } = await timelineOf(pool, id);
    expect([rollout.throttle, rollout.retries]).toEqual([60, 120]);
    expect(hosts[0]?.waited).toMatchObject({ throttle: 60, retries: 120 });
  });

  it('tells how much of a host’s time that was', async () => {
    let calls = 0;
    const pool = await poolOf(1, (azure) => {
      const { setTag } = azure.machines;
      azure.machines = {
        ...azure.machines,
        setTag: async (...given) => {
          calls += 1;
          if (calls === 1) throw new AppError('AzureBusy', 'later', { retryAfterSeconds: 60 });
          if (calls === 2) throw new AppError('Throttled', 'too many', { retryAfterSeconds: 40 });
          await setTag(...given);
        },
      };
    });
    const { id } = await pool.asks.startRollout('pool', start, 'r');
    await pool.end();
    const { hosts } = await timelineOf(pool, id);
    expect(hosts[0]?.ofWhich).toEqual({ retries: 60, throttle: 40 });
  });
});
