import { describe, expect, it } from 'vitest';
import { distribution, drawn } from '../../tools/bench/rollout-draws.ts';
import { peersOf } from '../../tools/bench/rollout-peers.ts';
import { ran } from '../../tools/bench/rollout-run.ts';

describe('the schedules that a rollout is compared with', () => {
  it('begin with one host, and fill each place as soon as it is free', () => {
    const peers = peersOf([10, 30, 10, 10, 10], 2, 1);
    expect(peers).toMatchObject({ lowerBound: 40, listSchedule: 40, longestFirst: 40 });
    // Two batches, each as long as its slowest.
    expect(peers.barrierBatches).toBe(10 + 30 + 10);
  });

  it('wait for the next tick where a timer drives them', () => {
    const { halfHourTicks, hourlyTicks } = peersOf([10, 30, 10, 10, 10], 2, 1);
    // One and two batches of three ticks each; three of two ticks, with no host before all others.
    expect(halfHourTicks).toBeGreaterThanOrEqual(3 * 90);
    expect(halfHourTicks).toBeLessThan(3 * 90 + 30);
    expect(hourlyTicks).toBeGreaterThanOrEqual(3 * 120);
    expect(hourlyTicks).toBeLessThan(3 * 120 + 60);
  });

  it('are no shorter than the lower bound, and no longer than batches', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const minutes = drawn(100, seed).map((draw) => draw.minutes);
      const { lowerBound, longestFirst, listSchedule, barrierBatches } = peersOf(minutes, 20, seed);
      expect(lowerBound).toBeLessThanOrEqual(longestFirst);
      expect(lowerBound).toBeLessThanOrEqual(listSchedule);
      expect(listSchedule).toBeLessThan(barrierBatches);
    }
  });

  it('are drawn from the distribution that is published', () => {
    const all = drawn(20_000, 1);
    const quick = all.filter(({ slowMinutes }) => slowMinutes === 0).map(({ minutes }) => minutes);
    const median = quick.toSorted((a, b) => a - b)[Math.floor(quick.length / 2)] ?? 0;
    expect(median).toBeCloseTo(distribution.medianMinutes, 0);
    expect(1 - quick.length / all.length).toBeCloseTo(distribution.slowShare, 2);
    expect(drawn(20, 3)).toEqual(drawn(20, 3));
  });
});

describe('a rollout of the bench', () => {
  it('takes Azure’s times and little more, forth and back', { timeout: 60_000 }, async () => {
    const draws = drawn(10, 1);
    const run = await ran({ seed: 1, pools: [draws], rollback: true });
    const minutes = draws.map((draw) => draw.minutes);
    const { listSchedule } = peersOf(minutes, 2, 1);
    // A minute for late users and one to settle are the policy's; the rest is how soon we see what has changed.
    const granted = peersOf(
      minutes.map((one) => one + 2),
      2,
      1,
    ).listSchedule;
    expect(run.phases).toEqual(['succeeded', 'succeeded']);
    expect(run.minutes).toBeGreaterThan(listSchedule);
    expect(run.minutes).toBeLessThan(granted * 1.1);
    expect(run.backMinutes).toBeLessThan(granted * 1.1);
  });
});
