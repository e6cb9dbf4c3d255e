import { type Instant, secondsBetween, toInstant } from '../instant.ts';
import type { Capacity } from './capacity.ts';
import { mostSeconds, percentile } from './durations.ts';
import type { MaintenanceWindow, Took } from './pool.ts';
import { fitOf } from './windows.ts';

/** What is to be done, as far as time goes. */
export interface Work extends Capacity {
  /** In the order in which they start. */
  readonly hosts: readonly HostAhead[];
  /** Worked on at once, and as many more drained meanwhile. */
  readonly maxUnderWay: number;
  readonly drainAhead: number;
  /** What those under way have before them; their places are gone already. */
  readonly underWay?: readonly Took[];
  readonly waves: readonly { readonly upTo: number; readonly bakeMinutes: number }[];
  readonly windows: readonly MaintenanceWindow[];
  /** How long hosts are expected to take; and without users, how long they are watched to stay empty. */
  readonly took: readonly Took[];
  /** How many times as long as the middle of these a host takes elsewhere: for what this pool has not shown yet. */
  readonly elsewhere?: readonly number[];
  readonly quietSeconds: number;
  /** For so long, of the rest that a host takes, it holds up nobody any more. */
  readonly settleSeconds: number;
  readonly from: Instant;
  /** Places that the scaling plan wants from then on, whatever `need` is. */
  readonly minimums?: readonly { readonly from: Instant; readonly places: number }[];
}

export interface HostAhead {
  readonly costs: boolean;
  readonly hasUsers: boolean;
  /** Of its own, instead of the pool's. */
  readonly windows?: readonly MaintenanceWindow[];
}

/** A step of the capacity curve: from this minute on. */
export interface Point {
  readonly minute: number;
  readonly usable: number;
  /** Where it changes with time: what must remain. */
  readonly floor?: number;
  /** Out of service; and of these, worked on. */
  readonly underWay: number;
  readonly workedOn: number;
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

/** What is usual elsewhere counts as much as so many hosts of the pool's own. */
const worthOfElsewhere = 10;

/**
 * When it will be over: the same rules played through many times, each host taking as long as some host of
 * the past did. The draws are the same each time, so that the same question gets the same answer.
 * The past is a draw itself: of the next hundred hosts three or eight may be slow where five were. So each time a past
 * is drawn from the past first, and hosts from that; without it nine of ten would be three of four.
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
    const end = played(work, takenFrom(work, middle, draw));
    if (end !== undefined) ends.push(end);
  }
  return {
    p50: toInstant(percentile(ends, 50)),
    p90: toInstant(percentile(ends, 90)),
    curve,
  };
}

/** How long hosts take in one of the pasts that might as well have been. */
function takenFrom(
  { took, elsewhere = [] }: Work,
  middle: Took,
  draw: (bound: number) => number,
): () => Took {
  const past = took.map(() => took[draw(took.length)] ?? middle);
  return () => {
    const one = past[draw(past.length)] ?? middle;
    const isOwn = elsewhere.length === 0 || draw(past.length + worthOfElsewhere) < past.length;
    return isOwn ? one : { ...one, rest: middle.rest * (elsewhere[draw(elsewhere.length)] ?? 1) };
  };
}

/** Whole numbers below a bound that look drawn and are the same each time. */
export function drawing(seed: number): (bound: number) => number {
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
    if (!table.waitFor(host, host.hasUsers ? most : quietMost)) return undefined;
    const { users, rest } = takes();
    table.start(host.costs, { users: host.hasUsers ? users : Math.min(users, work.quietSeconds), rest });
  }
  table.finishAll();
  return table.at;
}

/** One host under way: when what it is at ends, and what comes after it. */
interface Leg {
  readonly end: number;
  readonly costs: boolean;
  readonly rest: number;
}

/** Those who are at the same, the next to end last. */
class Legs {
  readonly #legs: Leg[] = [];

  get count(): number {
    return this.#legs.length;
  }

  get next(): number {
    return this.#legs.at(-1)?.end ?? Infinity;
  }

  enter(leg: Leg): void {
    const place = this.#legs.findLastIndex((other) => other.end >= leg.end) + 1;
    this.#legs.splice(place, 0, leg);
  }

  leave(): Leg | undefined {
    return this.#legs.pop();
  }
}

/** Who is under way, until when, and what is left meanwhile. */
class Table {
  readonly #work: Work;
  /** To be empty, or empty and waiting for their turn. */
  readonly #draining = new Legs();
  readonly #working = new Legs();
  readonly #settling = new Legs();
  readonly #curve: Point[] | undefined;
  readonly #from: number;
  readonly #minimums: readonly { readonly from: number; readonly places: number }[];
  #usable: number;
  at: number;

  constructor(work: Work, curve: Point[] | undefined) {
    this.#work = work;
    this.#curve = curve;
    this.#from = Date.parse(work.from);
    this.#minimums = (work.minimums ?? []).map(({ from, places }) => ({ from: Date.parse(from), places }));
    this.#usable = work.usable;
    this.at = this.#from;
    for (const took of work.underWay ?? []) this.#enter(true, took);
    this.#note();
  }

  /** Lets time pass until a host may start; false if none ever may. */
  waitFor({ costs, windows = this.#work.windows }: HostAhead, mostSeconds: number): boolean {
    for (;;) {
      if (!this.#hasRoomFor(costs)) {
        if (!this.#stepOrMinimum()) return false;
        continue;
      }
      if (windows.length === 0) return true;
      const fit = fitOf(windows, toInstant(this.at), mostSeconds);
      if (fit.fits) return true;
      if (fit.opensAt === undefined) return false;
      this.passUntil(Date.parse(fit.opensAt));
    }
  }

  get #underWay(): number {
    return this.#draining.count + this.#working.count + this.#settling.count;
  }

  #hasRoomFor(costs: boolean): boolean {
    const { maxUnderWay, drainAhead, perHost } = this.#work;
    return this.#underWay < maxUnderWay + drainAhead && (!costs || this.#usable - perHost >= this.#need);
  }

  get #need(): number {
    const now = this.#minimums.findLast(({ from }) => from <= this.at);
    return Math.max(this.#work.need, now?.places ?? 0);
  }

  /** The next that happens, or the next moment at which the scaling plan wants more hosts or fewer. */
  #stepOrMinimum(): boolean {
    const change = this.#minimums.find(({ from }) => from > this.at);
    if (!change || this.#nextAt() <= change.from) return this.#step();
    this.at = change.from;
    this.#note();
    return true;
  }

  start(costs: boolean, took: Took): void {
    this.#enter(costs, took);
    if (costs) this.#usable -= this.#work.perHost;
    this.#note();
  }

  #enter(costs: boolean, { users, rest }: Took): void {
    this.#draining.enter({ end: this.at + users * 1000, costs, rest });
  }

  /** The next that happens, of all that is under way; false if nothing is. */
  #step(): boolean {
    const next = this.#nextAt();
    if (next === Infinity) return false;
    this.at = Math.max(this.at, next);
    if (next === this.#settling.next) this.#end(this.#settling.leave());
    else if (next === this.#working.next) this.#settle(this.#working.leave());
    else this.#begin(this.#draining.leave());
    this.#note();
    return true;
  }

  #begin(leg: Leg | undefined): void {
    if (!leg) return;
    const settle = Math.min(this.#work.settleSeconds, leg.rest);
    this.#working.enter({ ...leg, end: this.at + (leg.rest - settle) * 1000, rest: settle });
  }

  #settle(leg: Leg | undefined): void {
    if (leg) this.#settling.enter({ ...leg, end: this.at + leg.rest * 1000 });
  }

  #end(leg: Leg | undefined): void {
    if (leg?.costs) this.#usable += this.#work.perHost;
  }

  finishAll(): void {
    while (this.#step()) {
      // one after the other
    }
  }

  pass(seconds: number): void {
    this.passUntil(this.at + seconds * 1000);
  }

  passUntil(time: number): void {
    while (this.#nextAt() <= time && this.#step()) {
      // whatever happens until then
    }
    this.at = Math.max(this.at, time);
  }

  #nextAt(): number {
    const turn = this.#working.count < this.#work.maxUnderWay ? this.#draining.next : Infinity;
    return Math.min(turn, this.#working.next, this.#settling.next);
  }

  /** One point a minute: the last of it. */
  #note(): void {
    if (!this.#curve) return;
    const minute = Math.floor((this.at - this.#from) / 60_000);
    if (this.#curve.at(-1)?.minute === minute) this.#curve.pop();
    const [usable, underWay, workedOn] = [this.#usable, this.#underWay, this.#working.count];
    const floor = this.#minimums.length > 0 ? { floor: this.#need } : {};
    this.#curve.push({ minute, usable, ...floor, underWay, workedOn });
  }
}

/** When the forecast says that it is over, counted from now; or that nobody can say. */
export function minutesOf({ p50, p90 }: Forecast, from: Instant) {
  if (p50 === undefined || p90 === undefined) return undefined;
  const minutes = (at: Instant) => Math.ceil(secondsBetween(from, at) / 60);
  return { p50Minutes: minutes(p50), p90Minutes: minutes(p90), p50At: p50, p90At: p90 };
}
