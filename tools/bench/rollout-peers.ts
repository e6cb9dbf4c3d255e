import { Random } from '../../test/support/random.ts';

/**
 * How long others take for the same hosts: their policies, written anew, on the same times, in minutes from the
 * request to the last host. All but the last begin with one host for proof.
 */
export interface Peers {
  /** No way of doing it can be faster: one host for proof, then every place busy to the end. */
  readonly lowerBound: number;
  /** The next host in turn begins the moment one ends; nobody waits for anything but Azure. */
  readonly listSchedule: number;
  /** The same with all times known beforehand, the longest first. */
  readonly longestFirst: number;
  /** So many hosts at once, and the next batch when the slowest has ended: native session host update. */
  readonly barrierBatches: number;
  /** A timer every 30 minutes, three ticks a batch: FederalAVD. */
  readonly halfHourTicks: number;
  /** A timer every hour, two ticks a batch, no host for proof: AVDSessionHostReplacer with idle hosts. */
  readonly hourlyTicks: number;
}

export function peersOf(minutes: readonly number[], window: number, seed: number): Peers {
  const [first = 0, ...rest] = minutes;
  const sum = rest.reduce((all, one) => all + one, 0);
  const random = new Random(seed);
  return {
    lowerBound: first + Math.max(sum / window, ...rest),
    listSchedule: first + scheduled(rest, window),
    longestFirst:
      first +
      scheduled(
        rest.toSorted((a, b) => b - a),
        window,
      ),
    barrierBatches: first + batches(rest, window).reduce((all, batch) => all + Math.max(...batch), 0),
    halfHourTicks: ticked([[first], ...batches(rest, window)], { every: 30, ticks: 3, random }),
    hourlyTicks: ticked(batches(minutes, window), { every: 60, ticks: 2, random }),
  };
}

/** Each in turn where a place is free first. */
function scheduled(minutes: readonly number[], places: number): number {
  const free = Array.from({ length: Math.max(1, places) }, () => 0);
  for (const one of minutes) {
    const place = free.indexOf(Math.min(...free));
    free[place] = (free[place] ?? 0) + one;
  }
  return Math.max(...free);
}

function batches(minutes: readonly number[], size: number): number[][] {
  const all: number[][] = [];
  for (let from = 0; from < minutes.length; from += size) all.push(minutes.slice(from, from + size));
  return all;
}

/**
 * A batch takes its ticks, and more if the slowest of it needs them; it is over when a tick finds it so. The
 * request comes at any moment between two ticks.
 */
function ticked(
  all: readonly (readonly number[])[],
  { every, ticks, random }: { every: number; ticks: number; random: Random },
): number {
  const taken = all.map((batch) => Math.max(ticks, Math.ceil(Math.max(...batch) / every)));
  return random.between(0, every) + every * taken.reduce((sum, one) => sum + one, 0);
}

/** How much longer than the best, in percent. */
export function over(minutes: number, best: number): number {
  return (minutes / best - 1) * 100;
}
