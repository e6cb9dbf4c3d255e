import { type Instant, secondsBetween } from '../instant.ts';

/**
 * The seconds between two readings of a pool while an end may come at any moment. Azure gives a scale set ten
 * lists a minute; this leaves room for the rollout and for people.
 */
export const tickSeconds = 10;

/** So many machines come in a page of a list, as far as anybody has seen; Azure publishes no number. */
const machinesPerPage = 100;
/**
 * Each page is a list of its own to Azure, which gives one every six seconds. A fifth is left for those who cannot
 * wait for a tick: where none is, a list breaks off half way, and what it took so far is lost.
 */
const secondsPerPage = 7.5;

/** Whose ticks they are: each pool has its own, and those of one whose list has several pages lie further apart. */
export interface Ticking {
  readonly pool: { readonly hostPool: string };
  /** How many machines the list of its scale set has, if it is asked for; one page if not stated. */
  readonly listed?: number;
}

/** The seconds between two readings of such a pool. */
export function tickOf({ listed = 0 }: Pick<Ticking, 'listed'>): number {
  return Math.max(tickSeconds, secondsPerPage * Math.ceil(listed / machinesPerPage));
}

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
export function untilTick(now: Instant, plan: Ticking, seconds: number): number {
  const [tick, offset] = [tickOf(plan), offsetOf(plan)];
  const at = Date.parse(now) / 1000 - offset;
  const ticks = Math.max(Math.floor(at / tick) + 1, Math.round((at + seconds) / tick));
  return ticks * tick - at;
}

/** The seconds since the pool's last tick. */
export function sinceTick(now: Instant, plan: Ticking): number {
  return (Date.parse(now) / 1000 - offsetOf(plan)) % tickOf(plan);
}

function offsetOf({ pool: { hostPool }, ...plan }: Ticking): number {
  let sum = 0;
  for (let at = 0; at < hostPool.length; at += 1) sum = (sum * 31 + hostPool.charCodeAt(at)) % 9973;
  return sum % tickOf(plan);
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
