import type { HostView } from './capacity.ts';
import type { Records } from './hosts.ts';
import { hasBegun, type HostRecord, inOrder } from './waves.ts';

/** Of a pool that takes hosts more for a while: who is beside the others, and what may follow. */
export interface SurgeNow {
  /** So many hosts more may be added now. */
  readonly room: number;
  /** Added, there, and nobody is retired for them yet. */
  readonly free: readonly HostRecord[];
  /** Added hosts that are under way. */
  readonly coming: number;
  /** Added, and nobody is left who could be retired for them: they are too many themselves. */
  readonly surplus: readonly HostRecord[];
  /** How many hosts are to give way to others in all, of those that waves go by. */
  readonly total: number;
}

/** Whether the host is one more than its pool has: it was added, and nobody is gone for it. */
export function isBeside(record: HostRecord | undefined, records: Records): boolean {
  return record !== undefined && isAddition(record) && !isMatched(record, records);
}

/** It was added by this rollout, whatever becomes of it. */
export function isAddition({ task, for: successor }: HostRecord): boolean {
  return task === 'add' || (task === 'retire' && successor === undefined);
}

/** On its way out, or it could not be made to go. */
const stays: ReadonlySet<HostRecord['outcome']> = new Set(['admitted', 'put-back', 'deferred', 'failed']);

/** There for good, unless it is too many; also one that was to go as such, and was put off. */
function isThere(record: HostRecord): boolean {
  if (record.task === 'add') return record.outcome === 'done';
  return isAddition(record) && record.outcome === 'put-off';
}

function isMatched({ instanceId }: HostRecord, records: Records): boolean {
  return Object.values(records).some((other) => other.for === instanceId && isGone(other));
}

/** Gone as it was to, or by somebody else's hand; or so that nobody can bring it back. */
function isGone({ outcome, code }: HostRecord): boolean {
  return outcome === 'done' || outcome === 'quarantined' || code === 'HostVanished';
}

/** What surge calls for, with `most` hosts more than the pool has. */
export function surgeNow(records: Records, views: readonly HostView[], most: number): SurgeNow {
  const all = Object.values(records);
  const there = new Set(views.map(({ instanceId }) => instanceId));
  const coming = all.filter(({ task, outcome }) => task === 'add' && outcome === 'admitted').length;
  // One that somebody deleted since is nobody's successor.
  const present = all.filter((one) => isThere(one) && there.has(one.instanceId));
  const retiring = all.filter(({ task, for: successor }) => task === 'retire' && successor !== undefined);
  const underWay = retiring.filter(({ outcome }) => outcome === 'admitted');
  const taken = new Set(
    retiring.flatMap((one) => (one.outcome === 'admitted' || isGone(one) ? [one.for] : [])),
  );
  const free = present.filter(({ instanceId }) => !taken.has(instanceId));
  const leaving = all.filter(
    ({ task, outcome, ...one }) => task === 'retire' && one.for === undefined && stays.has(outcome),
  );
  const beside = coming + free.length + underWay.length + leaving.length;
  const untouched = inOrder(views).length;
  const isLast = untouched === 0 && underWay.length === 0 && coming === 0;
  return {
    room: Math.max(0, Math.min(most, untouched + underWay.length) - beside),
    free,
    coming,
    surplus: isLast ? free : [],
    total: untouched + retiring.filter(hasBegun).length,
  };
}

/**
 * The hosts as those who retire them see them: after one of them others are made, and it stays until they are; and if
 * nobody else is left, those that are too many are what is to go.
 */
export function retirable(
  views: readonly HostView[],
  records: Records,
  { surplus }: SurgeNow,
): readonly HostView[] {
  const models = new Set(
    Object.values(records).flatMap(({ outcome, like }) => (outcome === 'admitted' && like ? [like] : [])),
  );
  const tooMany = new Set(surplus.map(({ instanceId }) => instanceId));
  return views
    .filter(({ instanceId, standing }) => standing !== 'untouched' || !models.has(instanceId))
    .map((view) => (tooMany.has(view.instanceId) ? asToGo(view) : view));
}

function asToGo(view: HostView): HostView {
  return { ...view, isOnVersion: false, standing: 'untouched' };
}

/** For which added host each of these is retired, in their order; one that is too many itself goes for none. */
export function successorsOf(
  retired: readonly HostView[],
  { free, surplus }: SurgeNow,
): Readonly<Record<string, Pick<HostRecord, 'task' | 'for'>>> {
  const tooMany = new Set(surplus.map(({ instanceId }) => instanceId));
  const next = free.filter(({ instanceId }) => !tooMany.has(instanceId));
  return Object.fromEntries(
    retired.map(({ instanceId }, index) => {
      const successor = tooMany.has(instanceId) ? undefined : next[index]?.instanceId;
      return [instanceId, { task: 'retire', ...(successor !== undefined && { for: successor }) }];
    }),
  );
}

/** Additions of which nobody is gone, where nobody is retired for them any more: all of them are too many. */
export function leftOver(records: Records): readonly HostRecord[] {
  const all = Object.values(records);
  const taken = new Set(all.flatMap((one) => (one.outcome === 'admitted' || isGone(one) ? [one.for] : [])));
  return all.filter((record) => (isThere(record) || mayGoAgain(record)) && !taken.has(record.instanceId));
}

/** One too many that was tried as often as any is, and stayed each time. */
export function givenUp(records: Records): readonly HostRecord[] {
  return Object.values(records).filter(
    (record) => hasStayed(record) && !mayGoAgain(record) && !isGone(record),
  );
}

/** There is an end to trying. */
function mayGoAgain(record: HostRecord): boolean {
  return hasStayed(record) && (record.attempt ?? 1) < mostTries;
}

/** It was to go as one too many, and did not. */
function hasStayed(record: HostRecord): boolean {
  const isHere =
    record.outcome === 'put-back' || record.outcome === 'deferred' || record.outcome === 'failed';
  return record.task === 'retire' && isAddition(record) && isHere;
}

export const mostTries = 4;

/**
 * After which host others are made: the one that is retired last, so that it is there the longest. One that none can be
 * made after, or that was never finished, is no model, unless there is no other: then what is made after it says so.
 */
export function modelOf(views: readonly HostView[]): HostView | undefined {
  const all = inOrder(views).filter(({ isGone }) => !isGone);
  const whole = all.filter(({ isUnequipped }) => isUnequipped !== true);
  return (
    whole.findLast(({ notBeside }) => notBeside === undefined) ??
    whole.findLast(({ notAgain }) => notAgain === undefined) ??
    whole.at(-1) ??
    all.at(-1)
  );
}
