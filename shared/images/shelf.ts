import type { Failure } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { entered, type StageEvent } from '../workflow/stages.ts';
import type { AtRest, Common, Facts, Holding, Phase, Recall, Revocation, Shelf } from './version.ts';

/** What has to be done about a version on the shelf, with the minutes it may take. */
export const shelfStages = {
  recall: 1440, // its rollouts stopped, out of latest, its channels rolled back
  delete: 2880, // its copies and itself: Azure lets nothing go while it copies
} as const;
export type ShelfStage = keyof typeof shelfStages;

/** What is said of a version once it is built. */
export type ShelfEvent =
  | (Omit<Holding, 'at'> & { readonly type: 'held'; readonly channel: string; readonly at: Instant })
  | (Revocation & { readonly type: 'revoked' })
  | Spoken<'deprecated' | 'restored' | 'delete-asked'>
  | {
      readonly type: 'noted';
      readonly notes: string;
      readonly description: string;
      readonly by: string;
      readonly at: Instant;
    };

interface Spoken<Type extends string> {
  readonly type: Type;
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
}

type Any<S extends string, A extends string> = Common & Phase<S, A>;
type Rest<S extends string> = Common & AtRest<S>;

/** What every phase keeps, so that nothing of the phase before is left over. */
export function common({ set, number, plan, requested, facts, noted }: Common): Common {
  return { set, number, plan, requested, facts, ...(noted && { noted }) };
}

export function lookOf<S extends string, A extends string>(version: Any<S, A>): number {
  return 'standing' in version ? version.standing.look : version.look;
}

/** The channels that hold it. */
export function heldBy({ facts }: Pick<Common, 'facts'>): readonly string[] {
  return Object.entries(facts.holding ?? {}).flatMap(([name, { isHeld }]) => (isHeld ? [name] : []));
}

/** On the shelf: available, until a channel beyond the first takes it; superseded, once all of those have left it. */
export function onShelf(version: Common, at: Instant, look: number): Common & Shelf<never> {
  const { holding = {}, promotedAt } = version.facts;
  const isPromoted = Object.values(holding).some(({ isHeld, isPromotion }) => isHeld && isPromotion);
  const phase = isPromoted ? 'promoted' : promotedAt === undefined ? 'available' : 'superseded';
  return { ...common(version), phase, look, at };
}

/** Whether there is an image version of it that may be in use: what else is to be canceled. */
export function canBeRevoked<S extends string, A extends string>(version: Any<S, A>): boolean {
  switch (version.phase) {
    case 'running':
      return version.standing.stage === 'hand-over';
    case 'failed':
    case 'canceled':
      return version.facts.imageVersionId !== undefined;
    default:
      return !['held', 'withdrawing', 'deleted'].includes(version.phase);
  }
}

/** V5: what a channel holds is never even begun to be deleted; who else uses it, its stage asks. */
export function canBeDeleted<S extends string, A extends string>(
  version: Any<S, A>,
): version is Extract<Any<S, A>, Rest<S>> {
  return isAtRest(version) && version.facts.imageVersionId !== undefined && heldBy(version).length === 0;
}

function isAtRest<S extends string, A extends string>(
  version: Any<S, A>,
): version is Extract<Any<S, A>, Rest<S>> {
  return (
    !['running', 'held', 'withdrawing', 'deleting', 'deleted'].includes(version.phase) &&
    !('standing' in version)
  );
}

/** What a version is after what is said of it; unchanged where it cannot be said. */
export function afterSaying<S extends string, A extends string>(
  version: Any<S, A>,
  event: ShelfEvent,
): Any<S, A> {
  const { at } = event;
  switch (event.type) {
    case 'held':
      return afterHolding(version, event);
    case 'noted': {
      const { notes, description, by } = event;
      return version.phase === 'deleted' ? version : { ...version, noted: { notes, description, by, at } };
    }
    case 'revoked':
      return canBeRevoked(version) ? afterRevoking(version, event) : version;
    case 'deprecated': {
      const { by, reason } = event;
      if (!isOnShelf(version)) return version;
      return { ...common(version), phase: 'deprecated', look: lookOf(version) + 1, at, by, reason };
    }
    case 'restored':
      return version.phase === 'deprecated' ? onShelf(version, at, lookOf(version) + 1) : version;
    case 'delete-asked': {
      if (!canBeDeleted(version)) return version;
      const { by, reason } = event;
      const { deleteRefused: _, ...facts } = version.facts;
      const standing = entered('delete' as const, at, shelfStages.delete, version.look + 1);
      return {
        ...common({ ...version, facts }),
        phase: 'deleting',
        standing,
        by,
        reason,
        before: atRest(version),
      };
    }
  }
}

function isOnShelf<S extends string, A extends string>({ phase }: Any<S, A>): boolean {
  return phase === 'available' || phase === 'promoted' || phase === 'superseded';
}

/** The phase alone, without what every phase keeps. */
function atRest<S extends string>(version: Rest<S>): AtRest<S> {
  const { set: _, number: _1, plan: _2, requested: _3, facts: _4, noted: _5, ...phase } = version;
  return phase;
}

type Held = Extract<ShelfEvent, { type: 'held' }>;

function afterHolding<S extends string, A extends string>(version: Any<S, A>, event: Held): Any<S, A> {
  const { channel, movement, isHeld, isPromotion, at } = event;
  const { holding = {}, promotedAt } = version.facts;
  const known = holding[channel];
  // Nothing holds a tombstone; and of a movement that is known there is nothing new to say.
  if (version.phase === 'deleted' || (known && movement <= known.movement)) return version;
  const isFirst = isHeld && isPromotion && promotedAt === undefined;
  const facts: Facts = {
    ...version.facts,
    holding: { ...holding, [channel]: { movement, isHeld, isPromotion, at } },
    ...(isFirst && { promotedAt: at }),
  };
  const told = { ...version, facts };
  if (!isOnShelf(version)) return told;
  const next = onShelf(told, at, lookOf(version) + 1);
  return next.phase === version.phase ? told : next;
}

function afterRevoking<S extends string, A extends string>(version: Any<S, A>, event: Revocation): Any<S, A> {
  if (version.phase === 'deleting') {
    const { before, standing } = version;
    const already = before.phase === 'revoked' ? before : undefined;
    return { ...version, before: { phase: 'revoked', look: standing.look, ...merged(already, event) } };
  }
  if (version.phase !== 'revoked') return recalled(version, merged(undefined, event), event.at);
  const asked = merged(version, event);
  const isMore = asked.rollback !== version.rollback;
  // Once more only where there is more to do than was done, or is being done: a look under way knew nothing of it.
  return isMore || version.facts.recall?.failure ? recalled(version, asked, event.at) : version;
}

/** Who said it first stays on record; that channels are to be rolled back may be said later. */
function merged(before: Revocation | undefined, { at, by, reason, rollback }: Revocation): Revocation {
  return before
    ? { at: before.at, by: before.by, reason: before.reason, rollback: before.rollback || rollback }
    : { at, by, reason, rollback };
}

function recalled<S extends string, A extends string>(
  version: Any<S, A>,
  revocation: Revocation,
  at: Instant,
): Any<S, A> {
  const standing = entered('recall' as const, at, shelfStages.recall, lookOf(version) + 1);
  const { failure: _, doneAt: _1, ...recall } = version.facts.recall ?? nothingRecalled;
  const facts = { ...version.facts, recall };
  return { ...common({ ...version, facts }), phase: 'revoked', ...revocation, standing };
}

const nothingRecalled: Recall = { stopped: [], rolledBack: [], noWayBack: [] };

type Ended = Extract<StageEvent<string, Facts>, { type: 'stage-done' | 'stage-failed' | 'stage-overdue' }>;
type UnderWay<S extends string, A extends string> = Extract<Any<S, A>, { phase: 'revoked' | 'deleting' }>;

/** What a version is after its recall or its deletion has come to an end. */
export function afterShelfStage<S extends string, A extends string>(
  version: UnderWay<S, A>,
  event: Ended,
): Any<S, A> {
  const { at } = event;
  const look = lookOf(version) + 1;
  if (version.phase === 'revoked') {
    const { at: since, by, reason, rollback, facts } = version;
    const failure = 'failure' in event ? event.failure : undefined;
    const recall = { ...nothingRecalled, ...facts.recall, ...(failure ? { failure } : { doneAt: at }) };
    const told = common({ ...version, facts: { ...facts, recall } });
    return { ...told, phase: 'revoked', look, at: since, by, reason, rollback };
  }
  if (event.type !== 'stage-done') return notDeleted<S, A>(version, { ...event.failure, at }, look);
  const { by, reason } = version;
  return { ...common(version), phase: 'deleted', look, at, by, reason };
}

/** Back to what it was. Where Azure may have been asked already, nothing new begins to use what is perhaps going. */
function notDeleted<S extends string, A extends string>(
  version: Extract<Any<S, A>, { phase: 'deleting' }>,
  deleteRefused: Failure & { readonly at: Instant },
  look: number,
): Any<S, A> {
  const { before, standing, by } = version;
  const { at } = deleteRefused;
  const told = common({ ...version, facts: { ...version.facts, deleteRefused } });
  switch (before.phase) {
    case 'available':
    case 'promoted':
    case 'superseded': {
      const reason = 'Its deletion was begun, and did not come to its end.';
      if (standing.intent) return { ...told, phase: 'deprecated', look, at, by, reason };
      return onShelf(told, at, look);
    }
    case 'revoked': {
      const again: Any<S, A> = { ...told, ...before, look };
      return told.facts.recall ? again : recalled<S, A>(again, before, at);
    }
    case 'deprecated':
    case 'failed':
    case 'canceled':
      return { ...told, ...before, look };
  }
}
