import { type Instant, secondsBetween, toInstant } from '../instant.ts';
import type { Capacity } from './capacity.ts';
import { mostSeconds, percentile } from './durations.ts';
import type { MaintenanceWindow, Took } from './pool.ts';
import { fitOf } from './windows.ts';

/** What is to be done, as far as time goes. */
export interface Work extends Capacity {
  /** In the order in which they start. */
  readonly hosts: readonly { readonly costs: boolean; readonly hasUsers: boolean }[];
  readonly maxUnderWay: number;
  /** Seconds that those under way have before them; their places are gone already. */
  readonly underWay?: readonly number[];
  readonly waves: readonly { readonly upTo: number; readonly bakeMinutes: number }[];
  readonly windows: readonly MaintenanceWindow[];
  /** How long hosts are expected to take; and without users, how long they are watched to stay empty. */
  readonly took: readonly Took[];
  readonly quietSeconds: number;
  readonly from: Instant;
}

/** A step of the capacity curve: from this minute on. */
export interface Point {
  readonly minute: number;
  readonly usable: number;
  readonly underWay: number;
}

export interface Forecast {
  /** When half of all such rollouts would be over, and nine of ten; absent if this one never would be. */
  readonly p50?: Instant;
  readonly p90?: Instant;
  readonly curve: readonly Point[];
}

/** So many hosts are drawn in all, in as many runs as that makes. */
const mostDraws = 20_000;
const mostRuns = 101;
const fewestRuns = 5;

/**
 * When it will be over: the same rules played through many times, each host taking as long as some host of
 * the past did. The draws are the same each time, so that the same question gets the same answer.
 */
export function forecastOf(work: Work): Forecast {
  const middle: Took = {
    users: percentile(
      work.took.map(({ users }) => users),
      50,
    ),
    rest: percentile(
      work.took.map(({ rest }) => rest),
      50,
    ),
  };
  const curve: Point[] = [];
  const usual = played(work, () => middle, curve);
  if (usual === undefined) return { curve };
  const runs = Math.min(
    mostRuns,
    Math.max(fewestRuns, Math.floor(mostDraws / Math.max(work.hosts.length, 1))),
  );
  const ends: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const draw = drawing(run + 1);
    const end = played(work, () => work.took[draw(work.took.length)] ?? middle);
    if (end !== undefined) ends.push(end);
  }
  return {
    p50: toInstant(percentile(ends, 50)),
    p90: toInstant(percentile(ends, 90)),
    curve,
  };
}

/** Whole numbers below a bound that look drawn and are the same each time. */
function drawing(seed: number): (bound: number) => number {
  let state = seed * 2_654_435_761;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/** One rollout, played through, with its curve if that is asked for: when it ends, unless it stands still for ever. */
function played(work: Work, takes: () => Took, curve?: Point[]): number | undefined {
  const most = mostSeconds(work.took);
  const quietMost = mostSeconds(work.took, work.quietSeconds);
  const table = new Table(work, curve);
  let wave = 0;
  for (const [index, host] of work.hosts.entries()) {
    const full = work.waves[wave];
    if (full && index === full.upTo) {
      table.finishAll();
      table.pass(full.bakeMinutes * 60);
      wave += 1;
    }
    if (!table.waitFor(host.costs, host.hasUsers ? most : quietMost)) return undefined;
    const { users, rest } = takes();
    table.start(host.costs, (host.hasUsers ? users : Math.min(users, work.quietSeconds)) + rest);
  }
  table.finishAll();
  return table.at;
}

/** Who is under way, until when, and what is left meanwhile. */
class Table {
  readonly #work: Work;
  /** The next to end is the last. */
  readonly #underWay: { readonly end: number; readonly costs: boolean }[] = [];
  readonly #curve: Point[] | undefined;
  readonly #from: number;
  #usable: number;
  at: number;

  constructor(work: Work, curve: Point[] | undefined) {
    this.#work = work;
    this.#curve = curve;
    this.#from = Date.parse(work.from);
    this.#usable = work.usable;
    this.at = this.#from;
    for (const seconds of work.underWay ?? []) this.#enter(this.at + seconds * 1000, true);
    this.#note();
  }

  /** Lets time pass until a host may start; false if none ever may. */
  waitFor(costs: boolean, mostSeconds: number): boolean {
    for (;;) {
      if (!this.#hasRoomFor(costs)) {
        if (!this.finishOne()) return false;
        continue;
      }
      if (this.#work.windows.length === 0) return true;
      const fit = fitOf(this.#work.windows, toInstant(this.at), mostSeconds);
      if (fit.fits) return true;
      if (fit.opensAt === undefined) return false;
      this.passUntil(Date.parse(fit.opensAt));
    }
  }

  #hasRoomFor(costs: boolean): boolean {
    const { maxUnderWay, need, perHost } = this.#work;
    return this.#underWay.length < maxUnderWay && (!costs || this.#usable - perHost >= need);
  }

  start(costs: boolean, seconds: number): void {
    this.#enter(this.at + seconds * 1000, costs);
    if (costs) this.#usable -= this.#work.perHost;
    this.#note();
  }

  #enter(end: number, costs: boolean): void {
    const place = this.#underWay.findLastIndex((other) => other.end >= end) + 1;
    this.#underWay.splice(place, 0, { end, costs });
  }

  finishOne(): boolean {
    const next = this.#underWay.pop();
    if (!next) return false;
    this.at = Math.max(this.at, next.end);
    if (next.costs) this.#usable += this.#work.perHost;
    this.#note();
    return true;
  }

  finishAll(): void {
    while (this.finishOne()) {
      // one after the other
    }
  }

  pass(seconds: number): void {
    this.passUntil(this.at + seconds * 1000);
  }

  passUntil(time: number): void {
    while ((this.#underWay.at(-1)?.end ?? Infinity) <= time) this.finishOne();
    this.at = Math.max(this.at, time);
  }

  /** One point a minute: the last of it. */
  #note(): void {
    if (!this.#curve) return;
    const minute = Math.floor((this.at - this.#from) / 60_000);
    if (this.#curve.at(-1)?.minute === minute) this.#curve.pop();
    this.#curve.push({ minute, usable: this.#usable, underWay: this.#underWay.length });
  }
}

/** When the forecast says that it is over, counted from now; or that nobody can say. */
export function minutesOf({ p50, p90 }: Forecast, from: Instant) {
  if (p50 === undefined || p90 === undefined) return undefined;
  const minutes = (at: Instant) => Math.ceil(secondsBetween(from, at) / 60);
  return { p50Minutes: minutes(p50), p90Minutes: minutes(p90), p50At: p50, p90At: p90 };
}
