import type { Failure } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { StageEvent, Standing } from '../workflow/stages.ts';

/** What a version passes in each channel, in order, after it was built. */
export type Stage = 'build' | 'soak' | 'approve' | 'enter' | 'check';
/** `watch` waits for a person; `settle` ends what is open. */
export type AnyStage = Stage | 'watch' | 'settle';

/** Somebody's word that a version goes on although checks of it failed; kept and shown for ever. */
export interface Override {
  readonly checks: readonly string[];
  readonly channel: string;
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
  /** It counts before this, and is judged again when the next channel is entered. */
  readonly expiresAt: Instant;
}

/** By what right a version entered a channel; kept in the movement and in history. */
export interface Proof {
  readonly validation?: string;
  readonly approval?: string;
  readonly overrides?: readonly Override[];
}

/** How a validation came out, as far as a release keeps it. */
export interface Outcome {
  readonly id: string;
  readonly status: string;
  readonly endedAt?: Instant;
  readonly passed: number;
  readonly of: number;
  /** The required checks that did not pass. */
  readonly wrong: readonly { readonly name: string; readonly state: string; readonly evidence: string }[];
}

/** What came of a version in one channel. */
export interface Step {
  /** Counts what was tried: each resume asks for a new approval, or for the movement anew. */
  readonly approvals?: number;
  readonly requests?: number;
  readonly retries?: number;
  readonly retried?: number;
  /** The channel did not let it in: the next try is another request. */
  readonly isRefused?: boolean;
  /** Since when the channel before has had it on all its hosts, and until when it soaks. */
  readonly soakUntil?: Instant;
  readonly soakedAt?: Instant;
  readonly approval?: {
    readonly id: string;
    readonly status: string;
    readonly expiresAt: Instant;
    readonly decisions: readonly {
      readonly by: string;
      readonly reason: string;
      readonly at: Instant;
      readonly decision: string;
    }[];
  };
  /** What the channel held before: what the gate compares with. */
  readonly before?: { readonly number: string; readonly versionId: string };
  /** By what right it was asked to enter. */
  readonly proof?: Proof;
  readonly movement?: number;
  /** The channel went on from it to a newer one, and not back: what it did there still counts. */
  readonly isPassedOn?: boolean;
  readonly enteredAt?: Instant;
  readonly appliedAt?: Instant;
  /** Which validation of the channel counts for it; absent before one is asked for, and after a resume. */
  readonly run?: number;
  /** By which attempt of its own the release asked for that one; none where somebody else did. */
  readonly asked?: number | undefined;
  readonly validation?: Outcome;
  readonly passedAt?: Instant;
  /** The channel was asked to go back, and why it would not. */
  readonly takenBack?: { readonly at: Instant; readonly refused?: string };
}

export type Way = Readonly<Record<string, Step>>;

/** What a release knows; a look brings what is new. */
export interface Facts {
  readonly requestedBy?: string;
  readonly imageVersionId?: string;
  readonly way: Way;
  readonly overrides: readonly Override[];
  /** Who did what, the newest last; history has all of it. */
  readonly said: readonly Said[];
  /** Rollouts of its movement may be paused: they are resumed before anything else is done. */
  readonly isHeld?: boolean;
  /** How it is to end, as a look found. */
  readonly ending?: Ending;
}

export interface Said {
  readonly what: 'started' | 'paused' | 'resumed' | 'stopped' | 'overrode' | 'rolled back';
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
}

/** How a release ends that did not go all its way. */
export type Ending =
  | { readonly phase: 'stopped'; readonly by: string; readonly reason: string }
  | { readonly phase: 'superseded'; readonly newer: string; readonly channel: string }
  | RolledBack
  | { readonly phase: 'revoked'; readonly reason: string }
  | { readonly phase: 'canceled'; readonly reason: string };

export interface RolledBack {
  readonly phase: 'rolled-back';
  /** The channels that went back. */
  readonly wentBack: readonly string[];
  readonly to?: string;
  /** Set where this release takes them back itself: who asked for it, and the name of that request. */
  readonly asked?: { readonly by: string; readonly reason: string; readonly request: string };
}

/** What every phase keeps. */
export interface Common {
  readonly set: string;
  readonly number: string;
  /** The channels of the set as they were when it began, up to where it goes. */
  readonly channels: readonly string[];
  readonly requested: { readonly by: string; readonly at: Instant; readonly reason: string };
  readonly facts: Facts;
}

/** Nothing new begins while it lasts, and what it has set going stands still. */
export interface Pause extends Person {
  /** When it ends by itself; absent where somebody has to end it. */
  readonly until?: Instant;
}

/** One version’s way through the channels of its set. */
export type Release = Common &
  (
    | {
        readonly phase: 'running';
        /** Which of its channels it is at. */
        readonly index: number;
        readonly standing: Standing<Stage>;
        readonly pause?: Pause;
      }
    | {
        readonly phase: 'blocked';
        readonly index: number;
        readonly stage: Stage;
        readonly failure: Failure;
        readonly since: Instant;
        readonly standing: Standing<'watch'>;
      }
    | {
        readonly phase: 'stopping';
        readonly index: number;
        /** What may have been under way when it was stopped. */
        readonly from: { readonly stage: AnyStage; readonly intendedAt?: Instant };
        readonly standing: Standing<'settle'>;
        readonly ending: Ending;
      }
    | { readonly phase: 'released'; readonly at: Instant }
    | ({ readonly at: Instant } & Ending)
  );

/** Who says something, and why. */
export interface Person {
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
}

export type ReleaseEvent =
  | ({
      readonly type: 'started';
      set: string;
      number: string;
      channels: readonly string[];
    } & Person)
  | ({ readonly type: 'paused' } & Pause)
  | ({ readonly type: 'resumed' | 'stopped' } & Person)
  | ({ readonly type: 'rollback-asked'; request: string } & Person)
  | { readonly type: 'overridden'; override: Override; at: Instant }
  | { readonly type: 'nudged'; at: Instant }
  | StageEvent<AnyStage, Facts>;

export function stepOf(way: Way, channel: string): Step {
  return (Object.hasOwn(way, channel) ? way[channel] : undefined) ?? {};
}

/** The way with more known of one of its channels. */
function withStep(way: Way, channel: string, more: Step): Way {
  return { ...way, [channel]: { ...way[channel], ...more } };
}

/** It is on its way. */
export type Running = Extract<Release, { phase: 'running' }>;
/** It waits for a person. */
export type Blocked = Extract<Release, { phase: 'blocked' }>;

/** Nothing more comes of it by itself. */
export function isOver(release: Release): boolean {
  return !('standing' in release);
}

export function isPaused(release: Release): release is Running & { readonly pause: Pause } {
  return release.phase === 'running' && release.pause !== undefined;
}

export function canBePaused(release: Release): release is Running {
  return release.phase === 'running' && release.pause === undefined;
}

export function canBeResumed(release: Release): release is Running | Blocked {
  return isPaused(release) || release.phase === 'blocked';
}

export function canBeStopped(release: Release): release is Running | Blocked {
  return release.phase === 'running' || release.phase === 'blocked';
}

/** What has come to its end can still be taken back: by then it is known what became of it. */
export function canBeRolledBack({ phase }: Release): boolean {
  return phase !== 'canceled' && phase !== 'stopping';
}

/** Only what a check keeps from going on can be let through. */
export function canBeOverridden(release: Release): release is Blocked {
  return release.phase === 'blocked' && release.stage === 'check';
}

const mostSaid = 50;
/** With what somebody said, for whoever reads it. */
export function withWord<Kind extends Release>(
  release: Kind,
  what: Said['what'],
  { by, reason, at }: Person,
): Kind {
  const said = [...release.facts.said, { what, by, reason, at }].slice(-mostSaid);
  return { ...release, facts: { ...release.facts, said } };
}

/** With what a look has brought. */
export function merged(facts: Facts, { way, ...more }: Partial<Facts>): Facts {
  const ways = Object.entries(way ?? {});
  return {
    ...facts,
    ...more,
    way: ways.reduce((known, [channel, step]) => withStep(known, channel, step), facts.way),
  };
}

/** What is to be tried once more is asked for anew; what was found of it before does not count. */
export function triedAnew(release: Blocked): Blocked {
  const channel = release.channels[release.index] ?? '';
  const step = stepOf(release.facts.way, channel);
  const way = { ...release.facts.way, [channel]: stepAnew(step, release.stage) };
  return { ...release, facts: { ...release.facts, way } };
}

function stepAnew(step: Step, stage: Stage): Step {
  switch (stage) {
    case 'build':
    case 'soak':
      return step;
    case 'approve': {
      const { approval: _, ...others } = step;
      return { ...others, approvals: (step.approvals ?? 1) + 1 };
    }
    case 'enter': {
      if (!step.isRefused) return { ...step, retries: (step.retries ?? 0) + 1 };
      const { isRefused: _, movement: __, ...others } = step;
      return { ...others, requests: (step.requests ?? 1) + 1 };
    }
    case 'check': {
      const { run: _, ...others } = step;
      return others;
    }
  }
}
