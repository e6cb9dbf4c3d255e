import { type Instant, secondsBetween } from '../instant.ts';

/**
 * The seconds between two readings of a pool while an end may come at any moment. Azure gives a scale set ten
 * lists a minute; this leaves room for the rollout and for people.
 */
export const tickSeconds = 10;

/** How long something of Azure's takes: hardly ever less, and seldom more. */
export interface Usual {
  readonly least: number;
  readonly most: number;
}

/** Until a process has seen for itself how long things take in a pool. */
const defaults = {
  reimage: { least: 180, most: 900 },
  remove: { least: 30, most: 300 },
  create: { least: 60, most: 600 },
  boot: { least: 20, most: 300 },
  register: { least: 90, most: 600 },
  health: { least: 0, most: 300 },
} as const satisfies Record<string, Usual>;
export type Work = keyof typeof defaults;

/** Far apart at first, close where the end is expected, and ever more seldom when it is overdue. */
export function paceOf(elapsed: number, { least, most }: Usual): number {
  if (elapsed < least) return Math.max(tickSeconds, Math.min(least - elapsed, 300));
  if (elapsed <= most) return tickSeconds;
  return Math.min(60, tickSeconds * Math.ceil((2 * elapsed) / most - 1));
}

/**
 * The wait until the pool's tick that is nearest to `seconds` from now, so that its hosts look at the same
 * time. Each pool has ticks of its own, or all of them would come at once.
 */
export function untilTick(now: Instant, pool: string, seconds: number): number {
  const at = Date.parse(now) / 1000 - offsetOf(pool);
  const ticks = Math.max(Math.floor(at / tickSeconds) + 1, Math.round((at + seconds) / tickSeconds));
  return ticks * tickSeconds - at;
}

/** The seconds since the pool's last tick. */
export function sinceTick(now: Instant, pool: string): number {
  return (Date.parse(now) / 1000 - offsetOf(pool)) % tickSeconds;
}

function offsetOf(pool: string): number {
  let sum = 0;
  for (let at = 0; at < pool.length; at += 1) sum = (sum * 31 + pool.charCodeAt(at)) % 9973;
  return sum % tickSeconds;
}

/** Whether a full period since `from` has ended between the last look and this one. */
export function isTimeTo(seconds: number, from: Instant, { last, now }: { last: Instant; now: Instant }) {
  const periods = (at: Instant) => Math.floor(secondsBetween(from, at) / seconds);
  return periods(now) > Math.max(0, periods(last));
}

const remembered = 20;
const enough = 3;

/** How long things take in each pool, as far as this process has seen. Forgotten with it: defaults do no harm. */
export class Durations {
  readonly #seen = new Map<string, readonly number[]>();

  saw(pool: string, work: Work, seconds: number): void {
    const key = `${pool}/${work}`;
    this.#seen.set(key, [...(this.#seen.get(key) ?? []), seconds].slice(-remembered));
  }

  usual(pool: string, work: Work): Usual {
    const seen = this.#seen.get(`${pool}/${work}`) ?? [];
    if (seen.length < enough) return defaults[work];
    // A margin on either side: what was seen is not all there is, and an early end must not be missed.
    return { least: Math.min(...seen) * 0.8, most: Math.max(...seen) * 1.25 };
  }
}
