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
  };
  readonly facts: Facts;
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
      readonly phase: 'awaiting-approval';
      readonly look: number;
      readonly since: Instant;
      readonly expiresAt: Instant;
    }
  | {
      readonly phase: 'withdrawing';
      readonly standing: Standing<Aside>;
      readonly ending: Ending<Stage | Aside>;
    }
  | {
      readonly phase: 'failed';
      readonly look: number;
      readonly at: Instant;
      readonly stage: Stage | Aside;
      readonly failure: Failure;
    }
  | {
      readonly phase: 'canceled';
      readonly look: number;
      readonly at: Instant;
      readonly by: string;
      readonly reason: string;
    }
  | { readonly phase: 'released'; readonly at: Instant };

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
  readonly at: Instant;
}

/** What people say of a version, and that they said nothing for too long. */
export type Said<Stage extends string, Aside extends string> =
  | { readonly type: 'approved'; readonly by: string; readonly reason: string; readonly at: Instant }
  | { readonly type: 'rejected'; readonly by: string; readonly reason: string; readonly at: Instant }
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
  /** The ids of what the bench would not let go of; the reaper goes on trying. */
  readonly leftovers?: readonly string[];
  /** Why cleaning up, or taking it back, did not come to its end. */
  readonly notCleanedUp?: Failure;
  readonly regions?: Readonly<Record<string, RegionState>>;
  readonly rollouts?: readonly string[];
  readonly checks?: readonly Check[];
  readonly approval?: { readonly by: string; readonly reason: string; readonly at: Instant };
  readonly promotedAt?: Instant;
  readonly channels?: readonly string[];
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

/** One measured question about one host, with its evidence. */
export interface Check {
  readonly name: string;
  readonly host: string;
  readonly outcome: 'passed' | 'failed' | 'inconclusive';
  readonly evidence: string;
}
