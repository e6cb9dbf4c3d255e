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
import { customiseMinutes } from './recipe.ts';
import {
  afterSaying,
  afterShelfStage,
  common,
  lookOf,
  onShelf,
  type ShelfEvent,
  type ShelfStage,
} from './shelf.ts';
import type { Common, Ending, Facts, Phase, Requested, Said } from './version.ts';

/**
 * The stages a version passes, in order, with the minutes each may take (Azure saying no for two hours on end
 * is within them). A stage has a file of its own beside this one, and is done when that file says so; then the
 * next begins by itself. After the last the version is available: what channels make of it is said in shelf.ts.
 */
export const stages = {
  resolve: 600, //     the source, once, to exactly what it is, and whether all agrees with it
  admit: 4320, //      a place on the bench, in its turn, and the quota for it
  prepare: 960, //     copies of disks, where the source is one
  provision: 600, //   gallery, definition and the build VM
  customise: 480, //   the recipe, step by step: beside what its steps may take themselves
  inspect: 480, //     what must not be in an image, and what should
  generalise: 720, //  sysprep and its proof, deallocated, generalised
  capture: 720, //     into the gallery, dark: excluded from latest
  'clean-up': 360, //  the bench, and prove it gone
  replicate: 2880, //  the regions that it needs: Azure alone takes six hours to give one up, and each is repaired twice
  'hand-over': 240, // to the release that was asked for with it
} as const;
export type Stage = keyof typeof stages;
const order = Object.keys(stages) as Stage[];

/** What lies beside the way: a version is taken back, or what of it cannot be removed is left to the reaper. */
const asides = { withdraw: 1440, quarantine: 600 } as const;
type Aside = keyof typeof asides;
export type AnyStage = Stage | Aside | ShelfStage;

/** How long a bench is kept whose capture failed, so that a retry need not build again. */
const heldHours = 24;

export type Version = Common & Phase<Stage, Aside>;
type Ended = Ending<Stage | Aside>;
export type VersionEvent = Requested | Said<Stage, Aside> | ShelfEvent | StageEvent<AnyStage, Facts>;
export type VersionCommand = StageCommand | { readonly type: 'expire' };

export const versionLife: Workflow<Version, VersionEvent, VersionCommand> = {
  evolve(version, event) {
    if (!version) return event.type === 'requested' ? requested(event) : undefined;
    if (event.type === 'requested') return version;
    if (isAnswer(event)) return afterLook(version, event);
    return isOfBuilding(event) ? afterPeople(version, event) : afterSaying(version, event);
  },

  decide(version, now) {
    if ('standing' in version) return decideStage<AnyStage>(version.standing, now);
    if (version.phase !== 'held') return {};
    return now < version.expiresAt ? { lookAgainAt: version.expiresAt } : { command: { type: 'expire' } };
  },

  isNews: isStageNews,
};

function isAnswer(event: VersionEvent): event is StageEvent<AnyStage, Facts> {
  return 'look' in event && event.type !== 'expired';
}

function isOfBuilding(event: Said<Stage, Aside> | ShelfEvent): event is Said<Stage, Aside> {
  return event.type === 'canceled' || event.type === 'retried' || event.type === 'expired';
}

/** What people say, and what follows when they say nothing for too long. */
function afterPeople(version: Version, event: Said<Stage, Aside>): Version {
  const { at } = event;
  switch (event.type) {
    case 'canceled':
      if (!canBeCanceled(version)) return version;
      return withdraw(version, { as: 'canceled', by: event.by, reason: event.reason }, at);
    case 'retried':
      return canBeRetried(version).includes(event.from) ? startAgain(version, event) : version;
    case 'expired':
      return afterSilence(version, event);
  }
}

function afterSilence(version: Version, event: Extract<VersionEvent, { type: 'expired' }>): Version {
  if (version.phase !== 'held' || version.look !== event.look) return version;
  return withdraw(version, { as: 'failed', stage: event.stage, failure: event.failure }, event.at);
}

/** Once it has all its regions a version is revoked or deleted, not canceled. */
export function canBeCanceled(version: Version): boolean {
  if (version.phase === 'held') return true;
  return version.phase === 'running' && version.standing.stage !== 'hand-over';
}

/** The stages a failed version may start again from: all it has the means for, and none it never reached. */
export function canBeRetried(version: Version): readonly Stage[] {
  if (version.phase === 'held') return ['capture'];
  if (version.phase !== 'failed' || version.stage in asides) return [];
  const reached = order.slice(0, order.indexOf(version.stage as Stage) + 1);
  // Withdrawing emptied the bench: what was not captured before starts from its source.
  return version.facts.imageVersionId === undefined
    ? reached.slice(0, order.indexOf('prepare'))
    : reached.slice(order.indexOf('replicate'));
}

/** What a capture needs is still there, so it goes on; anything earlier begins with an empty bench of its own. */
function startAgain(
  version: Version,
  { from, waivers = [], at }: Extract<VersionEvent, { type: 'retried' }>,
): Version {
  const { inspection } = version.plan;
  // What is said now of a rule stands instead of what was said before: the list never grows beyond the rules.
  const isNew = ({ rule }: { readonly rule: string }) => waivers.some((waiver) => waiver.rule === rule);
  const waived = { ...inspection, waivers: [...inspection.waivers.filter((one) => !isNew(one)), ...waivers] };
  const { facts } = version;
  const isFromSource = order.indexOf(from) < order.indexOf('prepare');
  // Other names than before: what is left of the attempt before, or still on its way, is never met again.
  const { source, attempt = 1 } = facts;
  const fresh: Facts = { attempt: attempt + 1, ...(source && { source }) };
  const plan = { ...version.plan, inspection: waived };
  return enter(from, { ...version, plan, facts: isFromSource ? fresh : { ...facts, retriedAt: at } }, at);
}

function requested(event: Requested): Version {
  const { set, number, plan, recipe, priority, by, notes, release, at } = event;
  const standing = entered('resolve' as const, at, stages.resolve, 0);
  const asked = { by, at, notes, recipe, priority, ...(release && { release }) };
  return { set, number, plan, requested: asked, facts: {}, phase: 'running', standing };
}

function enter(stage: Stage | 'quarantine', version: Version, at: Instant): Version {
  const standing = entered(stage, at, minutesFor(stage, version.plan), lookOf(version) + 1);
  return { ...common(version), phase: 'running', standing };
}

function minutesFor(stage: Stage | Aside, plan: ImageSetPlan): number {
  if (stage === 'customise') return stages.customise + customiseMinutes(plan.recipe);
  return { ...stages, ...asides }[stage];
}

function hold(version: Version, stage: Stage | Aside, failure: Failure, at: Instant): Version {
  const expiresAt = minutesAfter(at, heldHours * 60);
  return {
    ...common(version),
    phase: 'held',
    look: lookOf(version) + 1,
    since: at,
    expiresAt,
    stage,
    failure,
  };
}

function withdraw(version: Version, ending: Ended, at: Instant, stage: Aside = 'withdraw'): Version {
  const standing = entered(stage, at, asides[stage], lookOf(version) + 1);
  return { ...common(version), phase: 'withdrawing', standing, ending };
}

function ended(version: Version, ending: Ended, at: Instant): Version {
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
    case 'stage-failed':
    case 'stage-overdue':
      return afterEnd(known, event);
  }
}

type End = Extract<StageEvent<AnyStage, Facts>, { type: 'stage-done' | 'stage-failed' | 'stage-overdue' }>;
type UnderWay = Extract<Version, { standing: unknown }>;

function afterEnd(version: UnderWay, event: End): Version {
  switch (version.phase) {
    case 'running':
      return event.type === 'stage-done'
        ? afterStage(version, version.standing, event.at)
        : afterFailure(version, event, version.standing.stage);
    case 'withdrawing':
      return event.type === 'stage-done'
        ? ended(version, version.ending, event.at)
        : afterFailedWithdrawal(version, version.ending, event);
    case 'revoked':
    case 'deleting':
      return afterShelfStage<Stage, Aside>(version, event);
  }
}

type Failed = Extract<StageEvent<AnyStage, Facts>, { type: 'stage-failed' | 'stage-overdue' }>;

function afterFailure(version: Version, { failure, at }: Failed, stage: Stage | 'quarantine'): Version {
  if (stage === 'capture') return hold(version, stage, failure, at);
  // The image is safe in the gallery: what is left on the bench does not keep it from going on.
  if (stage === 'clean-up') return enter('quarantine', notCleanedUp(version, failure), at);
  if (stage === 'quarantine') return enter('replicate', version, at);
  return withdraw(version, { as: 'failed', stage, failure }, at);
}

function notCleanedUp(version: Version, failure: Failure): Version {
  return { ...version, facts: { ...version.facts, notCleanedUp: failure } };
}

/** What it will have been stands; that something of it is left is told beside it. */
function afterFailedWithdrawal(version: Version, ending: Ended, { stage, failure, at }: Failed): Version {
  const known = notCleanedUp(version, failure);
  return stage === 'quarantine' ? ended(known, ending, at) : withdraw(known, ending, at, 'quarantine');
}

function afterStage(version: Version, { stage, look }: Standing<Stage | 'quarantine'>, at: Instant): Version {
  if (stage === 'quarantine') return enter('replicate', version, at);
  const next = order[order.indexOf(stage) + 1];
  if (next) return enter(next, version, at);
  return onShelf({ ...version, facts: { ...version.facts, builtAt: at } }, at, look + 1);
}
