import type { Failure } from '../errors.ts';
import { type Instant, minutesAfter } from '../instant.ts';
import {
  answers,
  decideStage,
  entered,
  isStageNews,
  type StageCommand,
  type StageEvent,
  type Standing,
  stayed,
} from '../workflow/stages.ts';
import type { Workflow } from '../workflow/workflow.ts';
import type { ImageSetPlan } from './image-set.ts';
import type { Common, Facts } from './version.ts';
import type { VersionNumber } from './version-number.ts';

/**
 * The stages a version passes, in order, with the minutes each may take (Azure saying no for two hours on end
 * is within them). A stage has a file of its own
 * beside this one, and is done when that file says so; then the next begins by itself, except after
 * `validate`, where people approve.
 */
export const stages = {
  resolve: 240, //     the source, once, to an exact version
  provision: 300, //  gallery, definition and the build VM
  customise: 480, //  the recipe, step by step
  generalise: 360, // sysprep and its proof, deallocated, generalised
  capture: 480, //    into the gallery, dark: excluded from latest
  'clean-up': 360, // the bench, and prove it gone
  replicate: 720, //  every region by itself
  test: 1440, //      the hosts of the first channel brought onto it
  validate: 360, //   and found healthy
  promote: 300, //    no longer dark
  announce: 240, //    chat is told
  release: 14400, //  the hosts of the later channels brought onto it
} as const;
export type Stage = keyof typeof stages;
const order = Object.keys(stages) as Stage[];

/** Takes a version back that will not be: stops its rollouts and leaves nothing on the bench. */
const withdrawing = { withdraw: 1440 } as const;
export type AnyStage = Stage | keyof typeof withdrawing;

export type Version = Common &
  (
    | { readonly phase: 'running'; readonly standing: Standing<Stage> }
    | {
        readonly phase: 'awaiting-approval';
        readonly look: number;
        readonly since: Instant;
        readonly expiresAt: Instant;
      }
    | { readonly phase: 'withdrawing'; readonly standing: Standing<'withdraw'>; readonly ending: Ending }
    | {
        readonly phase: 'failed';
        readonly look: number;
        readonly at: Instant;
        readonly stage: AnyStage;
        readonly failure: Failure;
      }
    | {
        readonly phase: 'canceled';
        readonly look: number;
        readonly at: Instant;
        readonly by: string;
        readonly reason: string;
      }
    | { readonly phase: 'released'; readonly at: Instant }
  );

/** What a version that is being taken back will have been. */
type Ending =
  | { readonly as: 'failed'; readonly stage: AnyStage; readonly failure: Failure }
  | { readonly as: 'canceled'; readonly by: string; readonly reason: string };

export type VersionEvent =
  | {
      readonly type: 'requested';
      set: string;
      number: VersionNumber;
      plan: ImageSetPlan;
      by: string;
      notes: string;
      at: Instant;
    }
  | { readonly type: 'approved'; by: string; reason: string; at: Instant }
  | { readonly type: 'rejected'; by: string; reason: string; at: Instant }
  | { readonly type: 'approval-expired'; look: number; failure: Failure; at: Instant }
  | { readonly type: 'canceled'; by: string; reason: string; at: Instant }
  | { readonly type: 'retried'; by: string; from: Stage; at: Instant }
  | StageEvent<AnyStage, Facts>;

export type VersionCommand = StageCommand | { readonly type: 'expire-approval' };

export const versionLife: Workflow<Version, VersionEvent, VersionCommand> = {
  evolve(version, event) {
    if (!version) return event.type === 'requested' ? requested(event) : undefined;
    if (event.type === 'requested') return version;
    return isAnswer(event) ? afterLook(version, event) : afterPeople(version, event);
  },

  decide(version, now) {
    switch (version.phase) {
      case 'running':
      case 'withdrawing':
        return decideStage<AnyStage>(version.standing, now);
      case 'awaiting-approval':
        return now < version.expiresAt
          ? { lookAgainAt: version.expiresAt }
          : { command: { type: 'expire-approval' } };
      case 'failed':
      case 'canceled':
      case 'released':
        return {};
    }
  },

  isNews: isStageNews,
};

type PeopleEvent = Exclude<VersionEvent, StageEvent<AnyStage, Facts> | { type: 'requested' }>;

function isAnswer(event: VersionEvent): event is StageEvent<AnyStage, Facts> {
  return 'stage' in event;
}

/** What people say, and what follows when they say nothing for too long. */
function afterPeople(version: Version, event: PeopleEvent): Version {
  const { at } = event;
  switch (event.type) {
    case 'approved': {
      if (version.phase !== 'awaiting-approval') return version;
      const approval = { by: event.by, reason: event.reason, at };
      return enter('promote', { ...version, facts: { ...version.facts, approval } }, at);
    }
    case 'rejected':
      if (version.phase !== 'awaiting-approval') return version;
      return withdraw(version, { as: 'canceled', by: event.by, reason: event.reason }, at);
    case 'approval-expired':
      if (version.phase !== 'awaiting-approval' || version.look !== event.look) return version;
      return withdraw(version, { as: 'failed', stage: 'validate', failure: event.failure }, at);
    case 'canceled':
      if (!canBeCanceled(version)) return version;
      return withdraw(version, { as: 'canceled', by: event.by, reason: event.reason }, at);
    case 'retried':
      return canBeRetried(version).includes(event.from) ? enter(event.from, version, at) : version;
  }
}

/** From `promote` on a version is taken back by rolling back, not by canceling. */
export function canBeCanceled(version: Version): boolean {
  if (version.phase === 'awaiting-approval') return true;
  return version.phase === 'running' && order.indexOf(version.standing.stage) < order.indexOf('promote');
}

/** The stages a failed version may start again from: all it has the means for, and none it never reached. */
export function canBeRetried(version: Version): readonly Stage[] {
  if (version.phase !== 'failed' || version.stage === 'withdraw') return [];
  const reached = order.slice(0, order.indexOf(version.stage) + 1);
  // Withdrawing emptied the bench: what was not captured before starts from its source.
  return version.facts.imageVersionId === undefined
    ? reached.slice(0, 2)
    : reached
        .slice(order.indexOf('replicate'))
        .filter((stage) => stage !== 'promote' || version.facts.approval !== undefined);
}

function requested({
  set,
  number,
  plan,
  by,
  notes,
  at,
}: Extract<VersionEvent, { type: 'requested' }>): Version {
  return {
    set,
    number,
    plan,
    requested: { by, at, notes },
    facts: {},
    phase: 'running',
    standing: entered('resolve', at, stages.resolve, 0),
  };
}

/** What every phase keeps, so that nothing of the phase before is left over. */
function common({ set, number, plan, requested, facts }: Version): Common {
  return { set, number, plan, requested, facts };
}

function lookOf(version: Version): number {
  if (version.phase === 'released') return 0;
  return 'standing' in version ? version.standing.look : version.look;
}

function enter(stage: Stage, version: Version, at: Instant): Version {
  const standing = entered(stage, at, stages[stage], lookOf(version) + 1);
  return { ...common(version), phase: 'running', standing };
}

function withdraw(version: Version, ending: Ending, at: Instant): Version {
  const standing = entered('withdraw' as const, at, withdrawing.withdraw, lookOf(version) + 1);
  return { ...common(version), phase: 'withdrawing', standing, ending };
}

function ended(version: Version, ending: Ending, at: Instant): Version {
  const look = lookOf(version) + 1;
  const { as: phase, ...why } = ending;
  return { ...common(version), phase, look, at, ...why } as Version;
}

function afterLook(version: Version, event: StageEvent<AnyStage, Facts>): Version {
  if (!('standing' in version) || !answers<AnyStage, Facts>(version.standing, event)) return version;
  const facts = 'facts' in event ? { ...version.facts, ...event.facts } : version.facts;
  const known = { ...version, facts };
  switch (event.type) {
    case 'stage-running':
    case 'stage-intended':
    case 'stage-troubled':
      return { ...known, standing: stayed<AnyStage, Facts>(version.standing, event) } as Version;
    case 'stage-done':
      return version.phase === 'withdrawing'
        ? ended(known, version.ending, event.at)
        : afterStage(known, version.standing, event.at);
    case 'stage-failed':
    case 'stage-overdue': {
      const ending: Ending = { as: 'failed', stage: event.stage, failure: event.failure };
      return version.phase === 'withdrawing'
        ? ended(known, ending, event.at)
        : withdraw(known, ending, event.at);
    }
  }
}

/** People approve between `validate` and `promote`; every other stage follows by itself. */
function afterStage(version: Version, { stage, look }: Standing<Stage>, at: Instant): Version {
  if (stage === 'validate') {
    const expiresAt = minutesAfter(at, version.plan.approvalDays * 24 * 60);
    return { ...common(version), phase: 'awaiting-approval', look: look + 1, since: at, expiresAt };
  }
  const next = order[order.indexOf(stage) + 1];
  return next ? enter(next, version, at) : { ...common(version), phase: 'released', at };
}
