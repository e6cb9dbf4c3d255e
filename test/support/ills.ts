import { integer, type Arbitrary, constantFrom, record } from 'fast-check';
import type { Random } from './random.ts';

/** How ill the world is. All rates are between 0 and 1; the seed decides the rest. */
export interface Ills {
  readonly seed: number;
  /** At each step: before and after every table operation and every call of a port. */
  readonly deaths: number;
  readonly lostMessages: number;
  readonly doubledMessages: number;
  /** Calls of a port that Azure throttles, refuses for now, fails, or answers into the void. */
  readonly faults: number;
  /** Messages that come up to twenty seconds late; nearly a third unless told otherwise. */
  readonly lateMessages?: number;
  /** Steps that take seconds, so that others come in between. */
  readonly slowness: number;
}

export const ills: Arbitrary<Ills> = record({
  seed: integer({ min: 1, max: 2 ** 30 }),
  deaths: constantFrom(0, 0.002, 0.01, 0.02),
  lostMessages: constantFrom(0, 0.1, 0.5, 0.9),
  doubledMessages: constantFrom(0, 0.1, 0.5),
  faults: constantFrom(0, 0.05, 0.15),
  slowness: constantFrom(0, 0.05, 0.3),
});

/** A world in which nothing goes wrong by itself. */
export const well: Ills = { seed: 1, deaths: 0, lostMessages: 0, doubledMessages: 0, faults: 0, slowness: 0 };

/** How the world goes about its business where it is not ill. */
export interface Manner {
  readonly sweeping?: boolean;
  /** How late every message is, where that is not left to the ills. */
  readonly messageSeconds?: (random: Random) => number;
  /** How long a call of a port takes. */
  readonly callSeconds?: (random: Random) => number;
}
