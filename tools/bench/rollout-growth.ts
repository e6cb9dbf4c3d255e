import { percentile } from './figures.ts';
import { drawn } from './rollout-draws.ts';
import { over, peersOf } from './rollout-peers.ts';
import type { Asked, Ran } from './rollout-run.ts';

export type Done = Ran & { readonly seconds: number };

/** What one size of fleet cost, all of its pools at once. */
export interface Grown extends Omit<
  Ran,
  'phases' | 'lagSeconds' | 'commonest' | 'backMinutes' | 'planned' | 'spent'
> {
  readonly pools: number;
  readonly hostsEach: number;
  /** Over the best list schedule of the pool that took longest, in percent. */
  readonly overheadPercent: number;
  readonly lagP95: number;
  readonly seconds: number;
}

/** One pool of ten hosts up to what one scale set holds; then several, and fifty of two hundred. The largest come first. */
export function growing(seed: number, most: number): Asked['pools'][] {
  const sizes = [
    [1, 10],
    [1, 100],
    [1, 1000],
    [10, 1000],
    [50, 200],
  ] as const;
  return sizes
    .filter(([pools, each]) => pools * each <= most)
    .toReversed()
    .map(([pools, each]) => Array.from({ length: pools }, (_, index) => drawn(each, seed + index)));
}

export function grown({ pools, seed }: Asked, share: number, done: Done): Grown {
  const { minutes, armCallsPerHost, pressed, executionsPerHost, messagesPerHost, seconds } = done;
  const best = pools.map((draws) => {
    const places = Math.floor(draws.length * share);
    return peersOf(
      draws.map((draw) => draw.minutes),
      places,
      seed,
    ).listSchedule;
  });
  return {
    pools: pools.length,
    hostsEach: pools[0]?.length ?? 0,
    minutes,
    overheadPercent: over(minutes, Math.max(...best)),
    armCallsPerHost,
    pressed,
    lagP95: percentile(done.lagSeconds, 0.95),
    executionsPerHost,
    messagesPerHost,
    tableOperationsPerHost: done.tableOperationsPerHost,
    heapMB: done.heapMB,
    seconds,
  };
}
