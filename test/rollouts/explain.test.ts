import { describe, expect, it } from 'vitest';
import { AppError, failure } from '../../shared/errors.ts';
import { minutesAfter, secondsBetween } from '../../shared/instant.ts';
import { explained } from '../../shared/rollouts/explain.ts';
import { DefinePool } from '../../shared/rollouts/request-bodies.ts';
import type { Rollout } from '../../shared/rollouts/rollout.ts';
import type { Reason } from '../../shared/rollouts/waves.ts';
import { link } from '../support/fleet.ts';
import { body, poolOf, start } from './pool-of.ts';
import { refusal } from './refusal.ts';

const noon = '2026-01-05T12:00:00.000Z';
const later = (minutes: number) => minutesAfter(noon, minutes);
const withPolicy = (policy: object) => DefinePool.parse({ ...body, policy: { ...body.policy, ...policy } });
const common = {
  pool: 'pool',
  link,
  version: { number: '1.1.0', imageVersionId: 'v' },
  requested: { by: 'ann', at: noon, reason: '' },
  facts: {},
};
const standing = (stage: 'claim' | 'prepare' | 'roll') => ({
  stage,
  since: noon,
  look: 1,
  lookAt: later(1),
  deadline: later(9999),
  troubles: 0,
  waitingFor: '',
});
const waiting = (code: Reason['code'], more: Partial<Reason> = {}): Rollout => ({
  ...common,
  facts: { waits: { since: later(-5), because: [{ code, message: 'so it is', ...more }] } },
  phase: 'running',
  standing: standing('roll'),
});
const underWay = {
  id: 'r.0',
  name: 'avd-0',
  outcome: 'running' as const,
  why: 'users to leave',
  stage: 'empty',
  canBePutBack: true,
  told: 0,
  loggedOff: 0,
  seconds: { users: 0, azure: 0, own: 0 },
};

describe('G23: an explanation', () => {
  const why = failure('BreakerOpen', 'two failed');
  const ending = { phase: 'failed', stage: 'roll', failure: why } as const;
  const table: [title: string, rollout: Rollout, movement: string, codes: string, youCan: RegExp][] = [
    ['claims', { ...common, phase: 'running', standing: standing('claim') }, 'moving', 'Stage', /abort it/],
    ['waits for its window', waiting('OutsideWindow'), 'waiting', 'OutsideWindow', /widen windows/],
    [
      'has no window that is long enough',
      waiting('WindowTooShort'),
      'blocked',
      'WindowTooShort',
      /graceMinutes \(now 10\)/,
    ],
    [
      'is frozen',
      waiting('Frozen', { detail: { freeze: 'fair' } }),
      'blocked',
      'Frozen',
      /DELETE \/freezes\/fair/,
    ],
    ['bakes', waiting('Baking'), 'waiting', 'Baking', /bakeMinutes/],
    [
      'has an ill wave',
      waiting('WaveUnhealthy', { detail: { hosts: 'avd-7' } }),
      'blocked',
      'WaveUnhealthy',
      /see why avd-7/,
    ],
    [
      'is at its floor',
      waiting('CapacityFloor'),
      'blocked',
      'CapacityFloor',
      /headroomPercent \(now 10\) or floor.percent \(now 40\)/,
    ],
    ['waits for Azure', waiting('AzureBusy'), 'waiting', 'AzureBusy', /pause it/],
    [
      'is refused by Azure',
      {
        ...waiting('LastHosts'),
        standing: { ...standing('roll'), troubles: 3, waitingFor: 'no answer' },
      } as Rollout,
      'waiting',
      'AzureTrouble LastHosts',
      /tried again/,
    ],
    [
      'is paused',
      { ...waiting('Paused'), pause: { by: 'ann', reason: 'lunch', at: noon } } as Rollout,
      'paused',
      'Paused',
      /resume it: POST \/rollouts\/r\/resume/,
    ],
    [
      'stops',
      { ...common, phase: 'stopping', standing: { ...standing('roll'), stage: 'settle' }, ending },
      'moving',
      'Stopping',
      /^$/,
    ],
    ['has failed', { ...common, ...ending, at: noon }, 'over', 'Failed', /start a new rollout/],
    [
      'was aborted',
      { ...common, phase: 'aborted', by: 'ann', reason: 'no', at: noon },
      'over',
      'Aborted',
      /^$/,
    ],
    ['has succeeded', { ...common, phase: 'succeeded', at: noon }, 'over', 'Succeeded', /^$/],
  ];
  it.each(table)('of a rollout that %s', (_, rollout, movement, codes, youCan) => {
    const told = explained('r', rollout, [], noon);
    expect([told.movement, told.because.map(({ code }) => code).join(' ')]).toEqual([movement, codes]);
    expect(told.youCan.join('; ')).toMatch(youCan);
    expect(told.because.every(({ message }) => message !== '')).toBe(true);
    expect('nextCheck' in told).toBe('standing' in rollout);
  });

  it('names the hosts under way, and is moving though no further one may start', () => {
    const told = explained('r', waiting('CapacityFloor'), [underWay], noon);
    expect(told).toMatchObject({
      movement: 'moving',
      since: later(-5),
      because: [
        {
          code: 'HostsUnderWay',
          message: 'hosts under way: avd-0 in empty (users to leave)',
          detail: { hosts: 1 },
        },
        { code: 'CapacityFloor' },
      ],
      nextCheck: later(1),
    });
  });
});

describe('a rollout that is asked why', () => {
  it('tells how far it has come and when it will be over, and is right', async () => {
    const { asks, end, insight, world } = await poolOf(8);
    await asks.definePool('pool', withPolicy({ maxUnavailable: 2 }));
    const { id } = await asks.startRollout('pool', start, 'r');
    const isOneOver = async () =>
      (await asks.hostsOf(id)).filter(({ outcome }) => outcome === 'done').length >= 5;
    await world.passUntil(isOneOver, { days: 1 });
    const told = await insight.explain(id);
    expect(told).toMatchObject({ movement: 'moving', progress: { total: 8 }, wave: { number: 1, of: 1 } });
    expect(told.progress.percent).toBeGreaterThanOrEqual(60);
    const at = world.now();
    const [over] = await end();
    if (over?.phase !== 'succeeded') throw new Error(over?.phase);
    const took = secondsBetween(at, over.at) / 60;
    expect(Math.abs(took - (told.eta?.p50Minutes ?? 0))).toBeLessThan(Math.max(10, took / 3));
    expect(await insight.explain(id)).toMatchObject({
      movement: 'over',
      since: over.at,
      progress: { percent: 100, done: 8 },
    });
  });

  it('says what the floor is, and what would let it go on', async () => {
    const { asks, insight, world } = await poolOf(2);
    await asks.definePool('pool', withPolicy({ floor: { percent: 60, headroomPercent: 20 } }));
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(() => false, { days: 1 / 24 });
    const told = await insight.explain(id);
    expect(told).toMatchObject({
      movement: 'blocked',
      because: [{ code: 'CapacityFloor', detail: { usable: 20, floor: 12, perHost: 10 } }],
    });
    expect(told.eta).toBeUndefined();
    expect(told.since < minutesAfter(world.now(), -30)).toBe(true);
  });

  it('reckons with the end of a pause and of a freeze', async () => {
    const { asks, freezeAsks, insight, world } = await poolOf(2);
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(async () => (await asks.hostsOf(id)).length > 0, { days: 1 });
    const until = minutesAfter(world.now(), 600);
    await asks.pause(id, { reason: 'later', until });
    const paused = await insight.explain(id);
    expect(paused).toMatchObject({
      movement: 'paused',
      because: [{ code: 'HostsUnderWay' }, { code: 'Paused' }],
    });
    expect(paused.eta && paused.eta.p50At > until).toBe(true);
    await asks.pause(id, { reason: 'for good' });
    expect((await insight.explain(id)).eta).toBeUndefined();
    await asks.resume(id, {});
    await freezeAsks.put('fair', { scope: { kind: 'all' }, reason: 'a fair', until, by: 'ann' });
    await world.passUntil(() => false, { days: 1 / 12 });
    const frozen = await insight.explain(id);
    expect(frozen).toMatchObject({
      movement: 'blocked',
      because: [{ code: 'Frozen', until, detail: { freeze: 'fair', by: 'ann', reason: 'a fair' } }],
    });
    expect(frozen.eta && frozen.eta.p50At > until).toBe(true);
  });

  it('is found, or not', async () => {
    const { insight } = await poolOf(1);
    expect((await refusal(insight.explain('none'))) instanceof AppError).toBe(true);
    expect((await refusal(insight.timeline('none')))?.code).toBe('NotFound');
  });
});
