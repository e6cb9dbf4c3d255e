import type { Failure } from '../errors.ts';
import type { Proof } from './holding.ts';

type Waiting = {
  readonly status: 'running';
  readonly waitingFor: string;
  readonly lookAgainInSeconds: number;
};

/** What a channel needs of the versions. Handed in: a capability knows only itself. */
export interface Versions {
  readonly standing: (
    set: string,
    number: string,
  ) => Promise<{ readonly versionId: string; readonly imageVersionId?: string | undefined } | undefined>;
  /** Whether anything may begin to use it now: undefined, or why not. */
  readonly refusal: (set: string, number: string) => Promise<Failure | undefined>;
  /** Sees to it that Azure's `latest` includes the version, or does not. */
  readonly ensureInLatest: (
    set: string,
    number: string,
    included: boolean,
  ) => Promise<
    Waiting | { readonly status: 'done' } | { readonly status: 'failed'; readonly failure: Failure }
  >;
  /** The channel holds the version from now on, or does so no more. Repeatable; movement numbers order them. */
  readonly held: (what: {
    readonly set: string;
    readonly number: string;
    readonly channel: string;
    readonly movement: number;
    readonly isHeld: boolean;
    readonly isPromotion: boolean;
  }) => Promise<void>;
}

/** What a channel needs of the rollouts. `movement` names a movement of a channel. */
export interface Rollouts {
  /** Sees to it that every host pool of the channel is brought onto the version. */
  readonly ensureRolledOut: (wanted: {
    readonly movement: string;
    readonly set: string;
    readonly number: string;
    readonly imageVersionId: string;
    readonly channel: string;
    readonly by: string;
    readonly reason: string;
  }) => Promise<{
    readonly status: 'running' | 'done' | 'failed';
    readonly waitingFor?: string;
    readonly failure?: Failure;
    readonly rollouts: readonly string[];
  }>;
  /** What failed or was ended is set aside, so that new ones begin; what is under way goes on. */
  readonly setAside: (movement: string) => Promise<{ readonly status: 'running' | 'done' }>;
  /** Nothing of the movement's rollouts starts any more; done once all are over, the failed ones set aside. */
  readonly stopRollouts: (
    movement: string,
    reason: string,
  ) => Promise<{ readonly status: 'running' | 'done' }>;
}

/** When half of all such movements would be over, and nine of ten. */
export interface Eta {
  readonly p50Minutes: number;
  readonly p90Minutes: number;
  readonly p50At: string;
  readonly p90At: string;
}

/** What people are told of a version beside its number. */
export type About = (
  set: string,
  number: string,
  channel: string,
  proof: Proof,
) => Promise<{
  readonly source: string;
  readonly notes: string;
  readonly regions: readonly string[];
  /** How many checks the proof counts, where that is known. */
  readonly checks?: { readonly passed: number; readonly total: number };
  /** Who said yes, and why, where anybody was asked. */
  readonly approvals?: readonly { readonly by: string; readonly reason: string }[];
  /** Whom it reaches, and when all of them are expected to be on it; what is not known is left out. */
  readonly hosts?: { readonly pools: number; readonly total?: number };
  readonly eta?: Eta;
}>;

/** May the version enter the channel? By what, or why not. */
export type ProofFor = (asked: {
  readonly set: string;
  readonly number: string;
  readonly channel: string;
  readonly by: string;
  /** What they say who ask for it. */
  readonly reason?: string;
}) => Promise<
  { readonly ok: true; readonly proof: Proof } | { readonly ok: false; readonly failure: Failure }
>;

/** The channels of a set in their order; undefined if there is no such set. */
export type OrderOf = (set: string) => Promise<readonly string[] | undefined>;

/** What holds a version, in words. */
export interface Use {
  readonly kind: 'channel' | 'rollback-window';
  readonly name: string;
  readonly message: string;
  readonly until?: string;
  /** Of a channel that holds it: the version that a rollback goes to, if there is one. */
  readonly back?: string;
}
