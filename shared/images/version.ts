import type { Failure } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { ImageSetPlan } from './image-set.ts';
import type { Finding, Waiver } from './inspection.ts';
import type { Priority } from './bench-places.ts';
import type { RecipeRevision, StepProgress } from './recipe.ts';
import type { ResolvedSource } from './source.ts';
import type { Standing } from '../workflow/stages.ts';
import type { VersionNumber } from './version-number.ts';

/** What every phase keeps. */
export interface Common {
  readonly set: string;
  readonly number: VersionNumber;
  readonly plan: ImageSetPlan;
  readonly requested: {
    readonly by: string;
    readonly at: Instant;
    readonly notes: string;
    readonly recipe: RecipeRevision;
    readonly priority: Priority;
    /** The release that was asked for with it. */
    readonly release?: WantedRelease;
  };
  readonly facts: Facts;
  /** What people wrote of it since. */
  readonly noted?: Noted;
}

export interface WantedRelease {
  /** The last channel it is to go to; the last of the set where it is not said. */
  readonly upTo?: string;
}

export interface Noted {
  readonly notes: string;
  readonly description: string;
  readonly by: string;
  readonly at: Instant;
}

/** Where a version stands. Which stages there are, and what lies beside the way, says image.ts. */
export type Phase<Stage extends string, Aside extends string> =
  | { readonly phase: 'running'; readonly standing: Standing<Stage | 'quarantine'> }
  | {
      /** Its capture failed, and the bench is kept for a while. */
      readonly phase: 'held';
      readonly look: number;
      readonly since: Instant;
      readonly expiresAt: Instant;
      readonly stage: Stage | Aside;
      readonly failure: Failure;
    }
  | {
      readonly phase: 'withdrawing';
      readonly standing: Standing<Aside>;
      readonly ending: Ending<Stage | Aside>;
    }
  | NotToBe<Stage | Aside>
  | Shelf<Stage | Aside>;

/** It was never finished, or not wanted any more before it was. */
type NotToBe<Stage extends string> =
  | {
      readonly phase: 'failed';
      readonly look: number;
      readonly at: Instant;
      readonly stage: Stage;
      readonly failure: Failure;
    }
  | {
      readonly phase: 'canceled';
      readonly look: number;
      readonly at: Instant;
      readonly by: string;
      readonly reason: string;
    };

/** A version that is built stands on the shelf, for channels to take: shelf.ts says what may become of it. */
export type Shelf<Stage extends string> =
  | (Revocation & { readonly phase: 'revoked'; readonly standing: Standing<'recall'> })
  | {
      readonly phase: 'deleting';
      readonly standing: Standing<'delete'>;
      readonly by: string;
      readonly reason: string;
      /** What it is again, should it be found in use. */
      readonly before: AtRest<Stage>;
    }
  | {
      /** The tombstone: its number is never issued again. */
      readonly phase: 'deleted';
      readonly look: number;
      readonly at: Instant;
      readonly by: string;
      readonly reason: string;
    }
  | Exclude<AtRest<Stage>, NotToBe<Stage>>;

/** Nothing is under way with it: what can be deleted, if nothing uses it. */
export type AtRest<Stage extends string> =
  | NotToBe<Stage>
  | { readonly phase: 'available' | 'promoted' | 'superseded'; readonly look: number; readonly at: Instant }
  | {
      /** Nothing new may begin to use it. */
      readonly phase: 'deprecated';
      readonly look: number;
      readonly at: Instant;
      readonly by: string;
      readonly reason: string;
    }
  | (Revocation & { readonly phase: 'revoked'; readonly look: number });

export interface Revocation {
  readonly at: Instant;
  readonly by: string;
  readonly reason: string;
  /** Whether the channels that hold it are rolled back. */
  readonly rollback: boolean;
}

/** What a version that is being taken back will have been. */
export type Ending<Stage extends string> =
  | { readonly as: 'failed'; readonly stage: Stage; readonly failure: Failure }
  | { readonly as: 'canceled'; readonly by: string; readonly reason: string };

export interface Requested {
  readonly type: 'requested';
  readonly set: string;
  readonly number: VersionNumber;
  readonly plan: ImageSetPlan;
  readonly recipe: RecipeRevision;
  readonly priority: Priority;
  readonly by: string;
  readonly notes: string;
  readonly release?: WantedRelease;
  readonly at: Instant;
}

/** What people say of a version that is being built, and that they said nothing for too long. */
export type Said<Stage extends string, Aside extends string> =
  | { readonly type: 'canceled'; readonly by: string; readonly reason: string; readonly at: Instant }
  | {
      readonly type: 'retried';
      readonly by: string;
      readonly from: Stage;
      readonly waivers?: readonly Waiver[];
      readonly at: Instant;
    }
  | {
      readonly type: 'expired';
      readonly look: number;
      readonly stage: Stage | Aside;
      readonly failure: Failure;
      readonly at: Instant;
    };

/** What is known of a version so far; each stage adds its own. */
export interface Facts {
  /** Counts the builds from the source: a retry begins the next. Absent for the first. */
  readonly attempt?: number;
  readonly source?: ResolvedSource;
  /** The recipe's steps that are done, in order, and the one under way. */
  readonly steps?: readonly StepResult[];
  readonly step?: StepProgress | undefined;
  /** What the step that ended last wrote: with the event that tells of it, history has each step's 4 KB. */
  readonly lastOutput?: { readonly step: string; readonly attempt: number; readonly output: string };
  readonly findings?: readonly Finding[];
  /** How the guest itself said that it is generalised, before the machine was stopped. */
  readonly sealed?: string;
  /** The ids of everything that is made on the bench for it: kept before the first of them is asked for. */
  readonly benchParts?: readonly string[];
  /** What may change of the definition was brought to what the set wants: once, whatever Azure makes of it. */
  readonly definitionChanged?: boolean;
  /** Gallery and definition are as the set wants them. */
  readonly definitionReady?: boolean;
  /** The ids of the copies that are complete. */
  readonly copies?: readonly string[];
  /** Azure could not make the image version: a retry takes the failed one away first. */
  readonly captureFailed?: boolean;
  readonly imageVersionId?: string;
  readonly benchGoneAt?: Instant;
  /** Since when it is on the shelf; and when it was tried again from its capture on, if it was. */
  readonly builtAt?: Instant;
  readonly retriedAt?: Instant;
  /** The ids of what the bench would not let go of; the reaper goes on trying. */
  readonly leftovers?: readonly string[];
  /** Why cleaning up, or taking it back, did not come to its end. */
  readonly notCleanedUp?: Failure;
  readonly regions?: Readonly<Record<string, RegionState>>;
  /** The channels that held it, and whether they still do, by what they said last. */
  readonly holding?: Readonly<Record<string, Holding>>;
  /** Since when it was first more than proven: a channel beyond the first took it. */
  readonly promotedAt?: Instant;
  /** What came of its revocation so far. */
  readonly recall?: Recall;
  /** Why it was not deleted, when it was to be. */
  readonly deleteRefused?: Failure & { readonly at: Instant };
}

export interface Holding {
  /** Counts the channel's movements: of two facts the one with the higher number is the later. */
  readonly movement: number;
  readonly isHeld: boolean;
  /** Whether the channel is one beyond that in which it is proven. */
  readonly isPromotion: boolean;
  readonly at: Instant;
}

export interface Recall {
  /** The rollouts to it that were stopped. */
  readonly stopped: readonly string[];
  readonly rolledBack: readonly string[];
  /** The channels that could not be rolled back, and why. */
  readonly noWayBack: readonly { readonly channel: string; readonly failure: Failure }[];
  readonly doneAt?: Instant;
  /** Why it did not come to its end: revoking once more tries again. */
  readonly failure?: Failure;
}

export interface StepResult {
  readonly name: string;
  readonly exitCode: number;
  readonly seconds: number;
  /** The last line or two of what it wrote; `lastOutput` has more. */
  readonly tail: string;
  readonly attempts: number;
}

export interface RegionState {
  readonly state:
    | 'desired'
    | 'replicating'
    | 'completed'
    | 'stalled'
    | 'failed'
    | 'repairing'
    | 'abandoned'
    | 'blocking'
    | 'removing';
  readonly percent: number;
  readonly completedAt?: Instant;
  /** Stated where it is not: the version goes on without it. */
  readonly required?: boolean;
}
