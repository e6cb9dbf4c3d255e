import { type Failure, failure } from '../errors.ts';
import type { Instant } from '../instant.ts';

export type Cause = 'release' | 'rollback' | 'request';

/** Why a version may be let in: kept with the movement, and in history, for ever. */
export interface Proof {
  readonly validation?: string;
  readonly approval?: string;
  readonly overrides?: readonly Override[];
}

/** Somebody's word that a failed check is no reason to stop, until then. */
export interface Override {
  readonly checks: readonly string[];
  readonly channel: string;
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
  readonly expiresAt: Instant;
}

/** What is asked of a channel: to hold this version from now on. */
export interface Wanted {
  /** Names who asks: asking twice with the same name is asking once. */
  readonly request: string;
  readonly number: string;
  readonly versionId: string;
  readonly imageVersionId: string;
  readonly cause: Cause;
  /** Not only to be proven here: the channel is a later one, or the only one. */
  readonly isPromotion: boolean;
  /** Of the first channel nothing is to be proven before. */
  readonly isFirst: boolean;
  readonly by: string;
  readonly reason: string;
  readonly proof: Proof;
}

/** A version in a channel, from the movement that brought it. */
export interface Holding extends Wanted {
  /** Counts the movements of the channel. */
  readonly movement: number;
  readonly at: Instant;
  /** Since when all host pools of the channel are on it. */
  readonly appliedAt?: Instant;
  readonly rollouts: readonly string[];
}

/** A version that was in the channel, and why it is no more. */
export interface Past extends Holding {
  readonly leftAt: Instant;
  readonly leftFor: { readonly movement: number; readonly number: string; readonly cause: Cause };
  /** It was never let in: the channel went on holding what it held. */
  readonly undone?: Failure;
}

/** A version that the channel holds no more and whose own room has perhaps not heard of it yet. */
export interface Left {
  readonly number: string;
  readonly isPromotion: boolean;
  /** It was taken back, and is to be dark again unless another channel holds it. */
  readonly isTakenBack: boolean;
}

export const channelId = (set: string, channel: string) => `${set}.${channel}`;
/** What the rollouts know a movement by. */
export const movementId = (set: string, channel: string, movement: number) => `${set}.${channel}.${movement}`;

/** By their parts: text order puts 1.10.0 before 1.9.0. */
export function isNewer(number: string, than: string): boolean {
  const [one, other] = [number.split('.').map(Number), than.split('.').map(Number)];
  const at = one.findIndex((part, index) => part !== other[index]);
  return at !== -1 && (one[at] ?? 0) > (other[at] ?? 0);
}

function isProven({ validation, approval, overrides = [] }: Proof): boolean {
  return validation !== undefined || approval !== undefined || overrides.length > 0;
}

/** Why a version is not let into a channel that holds this; going back asks for nothing of it. */
export function whyNotLetIn(
  held: Holding | undefined,
  { number, isFirst, proof }: Wanted,
): Failure | undefined {
  if (held && isNewer(held.number, number)) {
    return failure('VersionIsNewer', `The channel holds ${held.number}, which is newer than ${number}.`);
  }
  if (isFirst || isProven(proof)) return undefined;
  return failure('GateNotPassed', `Nothing proves that ${number} may leave the channel before.`);
}

export function withRollouts(holds: Holding, rollouts: readonly string[]): Holding {
  return { ...holds, rollouts: [...new Set([...holds.rollouts, ...rollouts])] };
}
