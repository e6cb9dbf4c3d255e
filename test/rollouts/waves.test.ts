import { describe, expect, it } from 'vitest';
import { minutesAfter } from '../../shared/instant.ts';
import type { HostView } from '../../shared/rollouts/capacity.ts';
import { DefinePool } from '../../shared/rollouts/request-bodies.ts';
import { type HostRecord, waveNow } from '../../shared/rollouts/waves.ts';
import { evenTempered } from '../support/small-azure.ts';
import { body, poolOf, start } from './pool-of.ts';

const noon = '2026-01-05T12:00:00.000Z';
const later = (minutes: number) => minutesAfter(noon, minutes);
const canary = { upTo: 1, bakeMinutes: 30 } as const;
const waves = [canary, { upTo: '50%', bakeMinutes: 0 }] as const;

const view = (name: string, more: Partial<HostView> = {}): HostView => ({
  instanceId: name,
  name,
  isOnVersion: false,
  isBusy: false,
  isPoweredOff: false,
  takesUsers: true,
  sessions: 0,
  standing: 'untouched',
  ...more,
});
const record = (name: string, outcome: string) =>
  ({ instanceId: name, name, outcome, endedAt: noon }) as HostRecord;

describe('the wave that a rollout is in', () => {
  // Ten hosts, named by their outcomes: `d` done, `a` admitted, `x` failed, `p` put back, `.` not begun.
  const outcomes: Record<string, string> = {
    d: 'done',
    a: 'admitted',
    x: 'failed',
    p: 'put-back',
    s: 'skipped',
  };
  const now = (story: string, minutes: number, change: (one: HostView) => HostView = (one) => one) => {
    const names = story.split('').map((letter, at) => [letter, `${letter}${at}`] as const);
    const records = names.flatMap(([letter, name]) => {
      const outcome = outcomes[letter];
      return outcome === undefined ? [] : [record(name, outcome)];
    });
    const views = names.map(([letter, name]) =>
      change(view(name, letter === '.' ? {} : { standing: letter === 'a' ? 'in-flight' : 'ended' })),
    );
    const { number, of, room, because } = waveNow(waves, records, views, later(minutes));
    return [`${number}/${of}`, room, because.code];
  };
  const table: [title: string, story: string, minutes: number, wave: string, room: number, code: string][] = [
    ['begins with the canary', '..........', 0, '1/3', 1, 'WaveUnderWay'],
    ['waits for it', 'a.........', 0, '1/3', 0, 'WaveUnderWay'],
    ['lets it bake', 'd.........', 29, '1/3', 0, 'Baking'],
    ['goes on when it has baked', 'd.........', 30, '2/3', 4, 'WaveUnderWay'],
    ['starts the next in its wave as one ends', 'daad......', 30, '2/3', 1, 'WaveUnderWay'],
    ['takes another canary for one that was put back', 'p.........', 0, '1/3', 1, 'WaveUnderWay'],
    ['takes another canary for one that failed', 'x.........', 0, '1/3', 1, 'WaveUnderWay'],
    ['waits for the last of a wave', 'dddda.....', 60, '2/3', 0, 'WaveUnderWay'],
    ['needs no bake where none is stated', 'ddddd.....', 30, '3/3', 5, 'WaveUnderWay'],
    ['is in the last wave from then on', 'dddddaa...', 30, '3/3', 3, 'WaveUnderWay'],
    ['stays there when one of the last fails', 'dddddx....', 30, '3/3', 5, 'WaveUnderWay'],
    ['counts none that were on the version already', 'ss........', 0, '1/3', 1, 'WaveUnderWay'],
  ];
  it.each(table)('%s', (_, story, minutes, wave, room, code) => {
    expect(now(story, minutes)).toEqual([wave, room, code]);
  });

  it('does not end while one of its hosts takes no users, unless that one is off', () => {
    const ill = (one: HostView) => (one.name === 'd0' ? { ...one, takesUsers: false } : one);
    expect(now('d.........', 30, ill)).toEqual(['1/3', 0, 'WaveUnhealthy']);
    const off = (one: HostView) => ({ ...ill(one), isPoweredOff: true });
    expect(now('d.........', 30, off)).toEqual(['2/3', 4, 'WaveUnderWay']);
  });

  it('has one wave where none is stated', () => {
    expect(waveNow([], [], [view('a'), view('b')], noon)).toMatchObject({ number: 1, of: 1, room: 2 });
  });
});

describe('a rollout in waves', () => {
  const inWaves = (policy: object) =>
    DefinePool.parse({
      ...body,
      policy: { ...body.policy, maxUnavailable: 10, maxFailed: 2, waves, ...policy },
    });

  it('proves the canary, lets it bake, and then starts many at once', async () => {
    const { asks, end } = await poolOf(6);
    await asks.definePool('pool', inWaves({}));
    const { id } = await asks.startRollout('pool', start, 'r');
    const [rollout] = await end();
    expect(rollout).toMatchObject({ phase: 'succeeded', facts: { wave: { number: 3, of: 3, upTo: 6 } } });
    const hosts = (await asks.hostsOf(id)).toSorted((a, b) => (a.admittedAt < b.admittedAt ? -1 : 1));
    const begun = [...new Set(hosts.map(({ admittedAt }) => admittedAt))];
    expect(begun.map((at) => hosts.filter(({ admittedAt }) => admittedAt === at).length)).toEqual([1, 2, 3]);
    const [first] = hosts;
    expect(begun[1] !== undefined && begun[1] >= minutesAfter(first?.endedAt ?? '', 30)).toBe(true);
  });

  it('R7: stops at the first host that fails before the last wave', async () => {
    const { asks, azure, end } = await poolOf(4);
    const [first] = azure.fleet.values();
    if (first) first.temper = { ...evenTempered, isIll: true };
    await asks.definePool('pool', inWaves({}));
    const { id } = await asks.startRollout('pool', start, 'r');
    expect(await end()).toMatchObject([
      {
        phase: 'failed',
        failure: { code: 'BreakerOpen', message: expect.stringMatching(/0 may in wave 1 of 3/) },
      },
    ]);
    expect(await asks.hostsOf(id)).toHaveLength(1);
  });

  it('says that it bakes, and does not ask Azure all the while', async () => {
    const { asks, world } = await poolOf(3);
    await asks.definePool('pool', inWaves({ waves: [{ upTo: 1, bakeMinutes: 600 }] }));
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(() => false, { days: 0.3 });
    const { facts, ...rollout } = await asks.rollout(id);
    expect(facts.waits?.because).toMatchObject([{ code: 'Baking' }]);
    expect(rollout).toMatchObject({
      standing: { waitingFor: expect.stringMatching(/^wave 1 of 2 bakes until 2026/) },
    });
    expect('standing' in rollout && rollout.standing.look).toBeLessThan(400);
  });

  it.each([
    ['no size', { bakeMinutes: 1 }],
    ['no host', { upTo: 0 }],
    ['more than all', { upTo: '101%' }],
    ['a bake of months', { upTo: 1, bakeMinutes: 100_000 }],
  ])('is not defined with a wave of %s', (_, wave) => {
    expect(DefinePool.safeParse({ ...body, policy: { waves: [wave] } }).success).toBe(false);
  });
});

describe('the only host of a pool', () => {
  const floor = { percent: 50, headroomPercent: 0 };
  const night = { start: '22:00', end: '23:30', timeZone: 'Etc/UTC', days: ['Mon', 'Tue'] } as const;
  const withWindow = (outage: boolean) =>
    DefinePool.parse({ ...body, policy: { ...body.policy, floor, windows: [{ ...night, outage }] } });

  it('R2: stays while no window says that its users may be without one', async () => {
    const { asks, world } = await poolOf(1);
    await asks.definePool('pool', withWindow(false));
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(() => false, { days: 3 });
    expect(await asks.hostsOf(id)).toEqual([]);
  });

  it('goes in the window that says so', async () => {
    const { asks, end } = await poolOf(1);
    await asks.definePool('pool', withWindow(true));
    const { id } = await asks.startRollout('pool', start, 'r');
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
    const [host] = await asks.hostsOf(id);
    expect(host && host.admittedAt >= '2026-01-05T22:00' && host.admittedAt < '2026-01-05T23:00').toBe(true);
  });

  it('R2: is not meant by it where there are two', async () => {
    const { asks, world } = await poolOf(2);
    const { policy } = withWindow(true);
    await asks.definePool('pool', {
      ...withWindow(true),
      policy: { ...policy, floor: { percent: 60, headroomPercent: 0 } },
    });
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(() => false, { days: 3 });
    expect(await asks.hostsOf(id)).toEqual([]);
  });
});
