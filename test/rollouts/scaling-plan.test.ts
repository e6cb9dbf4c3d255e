import { describe, expect, it } from 'vitest';
import { minutesAfter } from '../../shared/instant.ts';
import { capacityOf, type HostView } from '../../shared/rollouts/capacity.ts';
import { forecastOf } from '../../shared/rollouts/forecast.ts';
import type { HostPoolReading, ScalingPlanReading } from '../../shared/rollouts/host-pool.ts';
import { DefinePool } from '../../shared/rollouts/request-bodies.ts';
import { hostsKeptOn, minimumPercentAt, minimumsAhead } from '../../shared/rollouts/scaling-plan.ts';
import { admit } from '../../shared/rollouts/waves.ts';
import { floor, host, hosts } from './host-views.ts';
import { body, poolOf, start } from './pool-of.ts';

const weekdays = {
  days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'],
  rampUpStart: '07:00',
  rampUpMinimumPercent: 60,
  peakStart: '09:00',
  rampDownStart: '18:00',
  rampDownMinimumPercent: 10,
  offPeakStart: '20:00',
} as const;
const plan: ScalingPlanReading = {
  name: 'office',
  timeZone: 'Europe/Berlin',
  exclusionTag: 'no-scaling',
  createsAndDeletes: false,
  schedules: [weekdays],
};
const saturday = { ...weekdays, days: ['Sat'], rampUpMinimumPercent: 30, rampDownMinimumPercent: 5 } as const;

describe('what a scaling plan keeps on', () => {
  const late = { ...weekdays, rampDownStart: '02:00', rampDownMinimumPercent: 20 };
  const table: [title: string, plan: ScalingPlanReading, at: string, percent: number][] = [
    ['is the share of the peak by day', plan, '2026-01-05T11:00:00.000Z', 60],
    ['is the share of ramp-down after it', plan, '2026-01-05T17:30:00.000Z', 10],
    ['is still that of the peak until ramp-down', plan, '2026-01-05T16:59:00.000Z', 60],
    ['is asked for half an hour before its ramp-up', plan, '2026-01-06T05:30:00.000Z', 60],
    ['and not a minute earlier', plan, '2026-01-06T05:29:00.000Z', 10],
    ['overnight belongs to the day before', plan, '2026-01-06T02:00:00.000Z', 10],
    ['goes on over days without a schedule', plan, '2026-01-10T12:00:00.000Z', 10],
    ['until the next ramp-up', plan, '2026-01-12T06:00:00.000Z', 60],
    [
      'has a schedule of its own on other days',
      { ...plan, schedules: [weekdays, saturday] },
      '2026-01-10T12:00:00.000Z',
      30,
    ],
    [
      'goes on after that one too',
      { ...plan, schedules: [weekdays, saturday] },
      '2026-01-11T12:00:00.000Z',
      5,
    ],
    ['is by the clock of its zone: in summer', plan, '2026-07-06T04:30:00.000Z', 60],
    ['is by the clock of its zone: not before', plan, '2026-07-06T04:29:00.000Z', 10],
    [
      'on the day that the clock is put forward',
      { ...plan, schedules: [{ ...weekdays, days: ['Sun'] }] },
      '2026-03-29T04:30:00.000Z',
      60,
    ],
    [
      'on the day that the clock is put back',
      { ...plan, schedules: [{ ...weekdays, days: ['Sun'] }] },
      '2026-10-25T05:29:00.000Z',
      10,
    ],
    ['may ramp down after midnight', { ...plan, schedules: [late] }, '2026-01-06T00:30:00.000Z', 60],
    ['and keeps that share', { ...plan, schedules: [late] }, '2026-01-06T01:00:00.000Z', 20],
    ['is nothing without any schedule', { ...plan, schedules: [] }, '2026-01-05T12:00:00.000Z', 0],
  ];
  it.each(table)('%s', (_, plan, at, percent) => {
    expect(minimumPercentAt(plan, at)).toBe(percent);
  });

  it.each([
    [10, 10, 1],
    [11, 10, 2],
    [0, 10, 0],
    [1, 3, 1],
    [100, 7, 7],
  ])('rounds up: %i %% of %i hosts are %i', (percent, of, kept) => {
    expect(hostsKeptOn(percent, of)).toBe(kept);
  });

  it('is known for the week to come, each change as early as it is asked for', () => {
    const [first, second, third] = minimumsAhead(plan, '2026-01-05T03:00:00.000Z');
    expect([first, second, third]).toEqual([
      { from: '2026-01-05T03:00:00.000Z', percent: 10 },
      { from: '2026-01-05T05:30:00.000Z', percent: 60 },
      { from: '2026-01-05T17:00:00.000Z', percent: 10 },
    ]);
  });
});

describe('R2: the floor under a scaling plan', () => {
  const kept = (count: number) => ({ name: 'office', percent: 60, hosts: count });
  const admitted = (count: number) => {
    const views = hosts(10);
    const capacity = capacityOf(views, { ...floor(20), scalingPlan: kept(count) });
    return { capacity, ...admit(views, capacity, { window: 9, inFlight: 0 }) };
  };

  it('is what the plan keeps on, where that is the most', () => {
    const { capacity, admitted: names, because } = admitted(6);
    expect(capacity).toMatchObject({ need: 60, scalingPlan: kept(6) });
    expect(names).toHaveLength(4);
    expect(because).toMatchObject({
      code: 'CapacityFloor',
      message: 'usable 60 >= floor 60 (scaling plan office keeps 6 hosts on): the next host would leave 50',
      detail: { scalingPlan: 'office' },
    });
  });

  it('is that of the policy or of the users, where these ask for as much', () => {
    expect(admitted(2).capacity).toEqual({ usable: 100, need: 20, perHost: 10, planned: kept(2) });
    const busy = capacityOf(hosts(10, 9), { ...floor(0), scalingPlan: kept(6) });
    expect(busy).toEqual({ usable: 100, need: 90, perHost: 10, planned: kept(6) });
  });

  it('leaves as many to start as the plan keeps on, where all are off', () => {
    const off = { isPoweredOff: true, takesUsers: false };
    const of = (views: readonly HostView[]) => {
      const capacity = capacityOf(views, { ...floor(0), scalingPlan: kept(6) });
      return admit(views, capacity, { window: 9, inFlight: 0 });
    };
    const names = hosts(10).map(({ name }) => name);
    const those = (more: (at: number) => Partial<HostView>) =>
      names.map((name, at) => host(name, { ...off, ...more(at) }));
    const startable = those(() => ({ isStartable: true }));
    const { admitted: all, because } = of(startable);
    expect(all).toHaveLength(4);
    expect(because).toMatchObject({ code: 'CapacityFloor', detail: { scalingPlan: 'office' } });
    // Drained by others, or in no pool, nobody would start them for users.
    expect(of(those(() => ({}))).admitted).toHaveLength(9);
    // Those that are on count as well, and so do those that came back and are off again.
    const ended = those((at) => ({ isStartable: true, ...(at < 3 && { standing: 'ended' }) }));
    expect(of(ended).admitted).toHaveLength(4);
    const on = { isPoweredOff: false, takesUsers: true, isOnVersion: true };
    const some = those((at) => (at < 5 ? on : { isStartable: true }));
    expect(of(some).admitted).toHaveLength(4);
    expect(of(startable.slice(0, 1)).admitted).toHaveLength(1);
  });

  it('changes with time in a forecast', () => {
    const from = '2026-01-05T12:00:00.000Z';
    const work = {
      usable: 100,
      need: 0,
      perHost: 10,
      hosts: hosts(10).map(() => ({ costs: true, hasUsers: false })),
      maxUnderWay: 10,
      drainAhead: 0,
      waves: [{ upTo: 10, bakeMinutes: 0 }],
      windows: [],
      took: [{ users: 0, rest: 1200 }],
      quietSeconds: 0,
      settleSeconds: 60,
      from,
    };
    expect(forecastOf(work).p50).toBe(minutesAfter(from, 20));
    const minimums = [
      { from, places: 100 },
      { from: minutesAfter(from, 60), places: 50 },
    ];
    const { p50, curve } = forecastOf({ ...work, minimums });
    // Nobody for an hour, and five at once after it.
    expect(p50).toBe(minutesAfter(from, 100));
    expect(curve[0]).toMatchObject({ floor: 100, underWay: 0 });
    expect(curve.every(({ usable, floor: least = 0 }) => usable >= least)).toBe(true);
    expect(forecastOf({ ...work, minimums: minimums.slice(0, 1) }).p50).toBeUndefined();
  });
});

describe('the scaling plan of a pool', () => {
  const withPlan = async (scalingPlan: Partial<ScalingPlanReading>, policy: object = {}, count = 2) => {
    let is: HostPoolReading = {
      maxSessionLimit: 10,
      type: 'Pooled',
      managedNatively: false,
      scalingPlan: { ...plan, schedules: [], ...scalingPlan },
    };
    const pool = await poolOf(count, ({ desktop }) => {
      desktop.hostPools = { ...desktop.hostPools, hostPool: async () => is };
    });
    const { exclusionTag: _, ...rest } = body.policy;
    const defined = DefinePool.parse({ ...body, policy: { ...rest, ...policy } });
    await pool.asks.definePool('pool', defined);
    return { ...pool, become: (other: HostPoolReading) => (is = other) };
  };
  const table: [title: string, plan: Partial<ScalingPlanReading>, policy: object, codes: string[]][] = [
    ['gives its tag where the policy has none of its own', {}, {}, []],
    ['may have the tag of the policy', {}, { exclusionTag: 'No-Scaling' }, []],
    ['must have a tag', { exclusionTag: '' }, {}, ['ScalingPlanWithoutTag']],
    ['must have the tag of the policy', {}, { exclusionTag: 'other' }, ['ExclusionTagMismatch']],
    ['must not make and delete hosts', { createsAndDeletes: true }, {}, ['ScalingPlanDeletesHosts']],
    [
      'must let a host go at some time',
      { schedules: [{ ...weekdays, rampUpMinimumPercent: 100, rampDownMinimumPercent: 60 }] },
      {},
      ['FloorUnreachable'],
    ],
  ];
  it.each(table)('%s', async (_, scalingPlan, policy, codes) => {
    const { asks, end, unplanned } = await withPlan(scalingPlan, policy);
    const { blockers } = await asks.plan('pool', { version: '1.1.0' });
    expect(blockers.map(({ code }) => code)).toEqual(codes);
    if (codes.includes('FloorUnreachable')) return;
    // A release, which looks at no plan, finds the same before the first host.
    await unplanned();
    const [rollout] = await end();
    expect(rollout?.phase === 'failed' ? [rollout.failure.code] : []).toEqual(codes);
  });

  it('excludes hosts by its own tag, and they have it no longer in the end', async () => {
    const { asks, azure, world, end, fleet } = await withPlan({});
    const tags = new Set<string>();
    fleet.onHostSaved.push(({ plan }) => tags.add(plan.policy.exclusionTag));
    await asks.startRollout('pool', start, 'r');
    await world.passUntil(
      () => [...azure.fleet.values()].some(({ machine }) => 'no-scaling' in machine.tags),
      { days: 1 },
    );
    await end();
    expect([...tags]).toEqual(['no-scaling']);
    const left = [...azure.fleet.values()].filter(({ machine }) => 'no-scaling' in machine.tags);
    expect(left).toEqual([]);
  });

  it('is read anew when the rollout is resumed', async () => {
    const { asks, world, become, end } = await withPlan({});
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(() => false, { days: 1 / 1440 });
    await asks.pause(id, { reason: 'another plan' });
    become({
      maxSessionLimit: 10,
      type: 'Pooled',
      managedNatively: false,
      scalingPlan: { ...plan, schedules: [], exclusionTag: 'other' },
    });
    await world.passUntil(() => false, { days: 1 / 96 });
    await asks.resume(id, {});
    await end();
    expect((await asks.rollout(id)).facts.exclusionTag).toBe('other');
  });

  it('R2: keeps hosts on while a rollout is under way, and says so', async () => {
    // It is noon in the worlds of these tests, and the plan keeps nine of ten until six in the evening.
    const schedules = [{ ...weekdays, rampUpMinimumPercent: 90 }];
    const { asks, world, insight } = await withPlan({ schedules }, { maxUnavailable: 5 }, 10);
    const { id } = await asks.startRollout('pool', start, 'r');
    const most = { inFlight: 0 };
    await world.passUntil(
      async () => {
        const { facts } = await asks.rollout(id);
        const inFlight = Object.values(facts.hosts ?? {}).filter(({ outcome }) => outcome === 'admitted');
        most.inFlight = Math.max(most.inFlight, inFlight.length);
        return false;
      },
      { days: 1 / 48 },
    );
    expect(most.inFlight).toBe(1);
    const { because, capacity, youCan } = await insight.explain(id);
    expect(because).toContainEqual(expect.objectContaining({ code: 'CapacityFloor' }));
    expect(capacity).toMatchObject({ need: 90, scalingPlan: { name: 'office', hosts: 9 } });
    expect(youCan.join()).toMatch(/scaling plan office/);
  });
});
