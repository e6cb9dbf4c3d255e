import type { Failure } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { Proof } from './course.ts';

/** A version, as far as releases need to know. */
export interface VersionStanding {
  readonly versionId: string;
  readonly number: string;
  readonly imageVersionId?: string | undefined;
  readonly status:
    | 'building'
    | 'failed'
    | 'canceled'
    | 'available'
    | 'promoted'
    | 'superseded'
    | 'deprecated'
    | 'revoked'
    | 'deleting'
    | 'deleted';
  readonly regionsCompleted: number;
  readonly requestedBy: string;
  readonly requestedAt: Instant;
  readonly notes: string;
  readonly waitingFor?: string | undefined;
  readonly failure?: Failure | undefined;
}

export interface Versions {
  readonly standing: (set: string, number: string) => Promise<VersionStanding | undefined>;
  /** Whether anything may begin to use it now: undefined, or why not. */
  readonly refusal: (set: string, number: string) => Promise<Failure | undefined>;
  /** Ends a build that is under way; nothing where there is none. */
  readonly cancel: (set: string, number: string, by: string, reason: string) => Promise<void>;
}

export interface ChannelPolicy {
  readonly entry: 'automatic' | 'approved';
  readonly soakHours: number;
  readonly approval: { readonly quorum: number; readonly notRequester: boolean; readonly days: number };
}

export interface ChannelStanding {
  readonly first: boolean;
  readonly only: boolean;
  readonly policy: ChannelPolicy;
  readonly holds?:
    | {
        readonly number: string;
        readonly versionId: string;
        readonly movement: number;
        readonly at: Instant;
        readonly appliedAt?: Instant | undefined;
      }
    | undefined;
  readonly phase: 'empty' | 'moving' | 'settled' | 'stuck';
  readonly failure?: Failure | undefined;
  readonly waitingFor?: string | undefined;
}

export type Entered =
  | {
      readonly status: 'moving' | 'settled';
      readonly movement: number;
      readonly appliedAt?: Instant | undefined;
      readonly waitingFor?: string | undefined;
    }
  | { readonly status: 'stuck'; readonly movement: number; readonly failure: Failure }
  | { readonly status: 'newer'; readonly number: string }
  | { readonly status: 'left'; readonly movement: number; readonly cause: string; readonly number: string }
  | { readonly status: 'refused'; readonly failure: Failure };

export interface Channels {
  /** Asks the channel to move to the version; asking twice with the same `request` finds the same movement. */
  readonly enter: (asked: {
    readonly set: string;
    readonly channel: string;
    readonly number: string;
    readonly versionId: string;
    readonly imageVersionId: string;
    readonly request: string;
    readonly by: string;
    readonly reason: string;
    readonly proof: Proof;
  }) => Promise<Entered>;
  readonly standing: (set: string, channel: string) => Promise<ChannelStanding>;
  readonly stop: (
    set: string,
    channel: string,
    versionId: string,
    by: string,
    reason: string,
  ) => Promise<{ readonly status: 'running' | 'done' }>;
  readonly rollBack: (asked: {
    readonly set: string;
    readonly channel: string;
    readonly from: string;
    readonly request: string;
    readonly by: string;
    readonly reason: string;
  }) => Promise<unknown>;
  /** Why it could not be taken back from what it holds; undefined where it could. */
  readonly noWayBack: (set: string, channel: string) => Promise<Failure | undefined>;
  readonly retry: (set: string, channel: string, versionId: string, by: string) => Promise<unknown>;
}

export interface Check {
  readonly name: string;
  readonly required: boolean;
  readonly state: 'pending' | 'running' | 'passed' | 'failed' | 'inconclusive' | 'errored' | 'skipped';
  readonly evidence: string;
}

export interface Validated {
  readonly id: string;
  readonly status: 'running' | 'passed' | 'failed' | 'inconclusive' | 'canceled';
  readonly endedAt?: Instant | undefined;
  readonly waitingFor?: string | undefined;
  readonly nextLookAt?: Instant | undefined;
  readonly checks: readonly Check[];
}

export interface Gates {
  /** Starts validation `<versionId>.<channel>.<attempt>`, or says how it stands. */
  readonly ensureValidated: (asked: {
    readonly versionId: string;
    readonly set: string;
    readonly number: string;
    readonly imageVersionId: string;
    readonly channel: string;
    readonly attempt: number;
    readonly by: string;
    readonly previous?: { readonly number: string; readonly versionId: string };
  }) => Promise<Validated>;
  readonly latest: (versionId: string, channel: string) => Promise<Validated | undefined>;
  readonly cancel: (id: string, by: string, reason: string) => Promise<unknown>;
}

export interface Asked {
  readonly id: string;
  readonly versionId: string;
  readonly set: string;
  readonly number: string;
  readonly channel: string;
  readonly requestedBy: string;
  readonly quorum: number;
  readonly notRequester: boolean;
  readonly days: number;
  /** What the approver should know, one line. */
  readonly facts: string;
}

export interface ApprovalStanding {
  readonly id: string;
  readonly status: 'pending' | 'approved' | 'rejected' | 'expired' | 'withdrawn';
  readonly decisions: readonly {
    readonly by: string;
    readonly reason: string;
    readonly at: Instant;
    readonly decision: 'approved' | 'rejected';
  }[];
  readonly expiresAt: Instant;
  readonly waitingFor?: string | undefined;
}

export interface Approvals {
  readonly ensureAsked: (asked: Asked) => Promise<ApprovalStanding>;
  readonly find: (id: string) => Promise<ApprovalStanding | undefined>;
  /** Asks for it and has it decided at once; refuses (AppError) whom P4 forbids. */
  readonly ensureApproved: (
    asked: Asked,
    who: { readonly by: string; readonly reason: string },
  ) => Promise<ApprovalStanding>;
  /** Nobody can decide it any more; with `asked` not even if it was only about to be asked for. */
  readonly withdraw: (id: string, reason: string, asked?: Omit<Asked, 'id' | 'days'>) => Promise<void>;
}

/** The rollouts of one movement of a channel, `<set>.<channel>.<movement>`. */
export interface Rollouts {
  readonly pauseRollouts: (movement: string, by: string, reason: string) => Promise<unknown>;
  readonly resumeRollouts: (movement: string, by: string) => Promise<unknown>;
}

/** What holds a version. */
export interface Use {
  readonly kind: 'release';
  readonly name: string;
  readonly message: string;
}

export type Proven =
  | { readonly ok: true; readonly proof: Proof }
  | { readonly ok: false; readonly failure: Failure };

export interface Ports {
  readonly versions: Versions;
  readonly channels: Channels;
  readonly gates: Gates;
  readonly approvals: Approvals;
  readonly rollouts: Rollouts;
}
