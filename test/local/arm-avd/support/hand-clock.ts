import type { Clock } from '../../../../infra/local/clock.ts';

/** A clock that stands still until it is moved: the simulator then carries out what came due, at its moment. */
export interface HandClock extends Clock {
  readonly move: (virtualMs: number) => void;
}

export function handClock(start = Date.parse('2026-11-21T08:00:00Z')): HandClock {
  let now = start;
  return {
    now: () => now,
    // Nothing happens by itself; every request settles what is due before it is answered.
    after: () => setTimeout(() => {}, 0).unref(),
    realMs: () => 0,
    speed: 1,
    text: `${start}/${start}/1`,
    move: (virtualMs) => {
      now += virtualMs;
    },
  };
}
