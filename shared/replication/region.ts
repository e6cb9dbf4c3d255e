import { type Failure, failure } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { type Course, isStalled, withMove } from './course.ts';

export type StorageType = 'Standard_LRS' | 'Standard_ZRS' | 'Premium_LRS';

/** What somebody wants of a region. */
export interface Wanted {
  readonly replicas: number;
  readonly storageType: StorageType;
  /** The version waits for it, and fails with it; an optional region is given up. */
  readonly required: boolean;
}

/** One target region of one version, and how its copy goes. */
export type Region = Still | Copying | Completed;

interface Known {
  readonly wanted: Wanted;
  /** Where the version was made: Azure never lets go of it, so that it cannot be repaired. */
  readonly isSource: boolean;
  readonly since: Instant;
  /** How far Azure last said it is. */
  readonly percent: number;
  /** As Azure shows it; absent while it is no target. */
  readonly shown?: { readonly replicas: number; readonly storageType: StorageType };
  /** How often it was removed and added again, since it was last asked for. */
  readonly repairs: number;
  /** What went wrong last, until it is complete. */
  readonly failure?: Failure;
}
interface Still extends Known {
  readonly state: 'desired' | 'repairing' | 'removing' | 'failed' | 'abandoned' | 'blocking';
}
interface Copying extends Known {
  readonly state: 'replicating' | 'stalled';
  readonly course: Course;
}
interface Completed extends Known {
  readonly state: 'completed';
  readonly completedAt: Instant;
}

/** What Azure shows of one region. */
export interface Seen {
  readonly target?: Exclude<Known['shown'], undefined>;
  readonly state?: 'replicating' | 'completed' | 'failed';
  readonly percent: number;
  readonly why?: string;
  /** A change of the version runs, so that it takes no other. */
  readonly isChanging: boolean;
}

export type RegionEvent = { readonly at: Instant } & (
  | {
      readonly type: 'wanted';
      readonly wanted: Wanted;
      readonly isSource: boolean;
      /** By a retry: what was given up is tried again. */
      readonly anew?: boolean;
    }
  | { readonly type: 'unwanted' }
  | { readonly type: 'repair-asked' }
  | { readonly type: 'seen'; readonly name: string; readonly seen: Seen }
  /** It was to be removed, and is in use. */
  | { readonly type: 'kept' }
  /** Azure took no change that names it. */
  | { readonly type: 'refused'; readonly failure: Failure }
);

/** So often a region is removed and added again by itself; whoever asks for a repair grants as many anew. */
export const mostRepairs = 2;

/** One fact folded into a region; undefined before its beginning and once it is gone. */
export function afterRegion(region: Region | undefined, event: RegionEvent): Region | undefined {
  if (event.type === 'wanted') return afterWanted(region, event);
  if (!region) return undefined;
  const { at } = event;
  switch (event.type) {
    case 'unwanted':
      return region.isSource || region.state === 'removing' ? region : inState(region, 'removing', at);
    case 'repair-asked':
      return canBeRepaired(region) ? inState({ ...region, repairs: 0 }, 'repairing', at) : region;
    case 'seen':
      return afterSeen(region, event);
    case 'kept':
      return region.state === 'removing' ? inState(region, 'desired', at) : region;
    case 'refused':
      return afterRefusal(region, event.failure, at);
  }
}

/** A copy that is complete or moves is left alone. */
export function canBeRepaired({ isSource, state }: Region): boolean {
  return !isSource && ['stalled', 'failed', 'blocking', 'abandoned'].includes(state);
}

/** Whether the region belongs among the targets of the version, as things stand. */
export function isKeptOut({ state }: Region): boolean {
  return state === 'removing' || state === 'repairing' || state === 'abandoned';
}

function afterWanted(
  region: Region | undefined,
  { wanted, isSource, anew = false, at }: Extract<RegionEvent, { type: 'wanted' }>,
): Region {
  if (!region) return { wanted, isSource, state: 'desired', since: at, percent: 0, repairs: 0 };
  const isSame = JSON.stringify(region.wanted) === JSON.stringify(wanted);
  const now = isSame ? region : { ...region, wanted };
  switch (region.state) {
    case 'removing':
      return anew ? region : inState({ ...now, repairs: 0 }, 'desired', at);
    case 'abandoned':
      return anew || wanted.required ? begunAnew(now, at) : now;
    case 'blocking':
      return anew ? begunAnew(now, at) : wanted.required ? now : inState(now, 'abandoned', at);
    default:
      return now;
  }
}

function begunAnew(region: Region, at: Instant): Region {
  return inState({ ...region, repairs: 0 }, region.isSource ? 'desired' : 'repairing', at);
}

function afterRefusal(region: Region, why: Failure, at: Instant): Region {
  const { shown, wanted } = region;
  const known = { ...region, failure: why };
  switch (region.state) {
    // Azure would not let go of it: it stays what it was, and the next look says what that is.
    case 'removing':
      return inState(known, 'desired', at);
    case 'desired':
    case 'repairing':
      return inState(known, wanted.required ? 'blocking' : 'abandoned', at);
    default:
      return shown ? { ...known, wanted: { ...wanted, replicas: shown.replicas } } : known;
  }
}

function afterSeen(before: Region, event: Extract<RegionEvent, { type: 'seen' }>): Region | undefined {
  const { seen, at } = event;
  const region = asShown(before, seen);
  if (isKeptOut(region)) return afterRemoval(region, seen, at);
  if (seen.target) {
    // A copy that was once complete stays so while more replicas of it are made. Hosts may depend on it.
    if (region.state === 'completed') return region;
    const isMoved = seen.state === 'completed' || seen.percent > before.percent;
    return region.state === 'blocking' && !isMoved ? region : afterCopy(region, event);
  }
  // What Azure never took waits for people; what somebody else took away is put back.
  const isWaiting = region.state === 'desired' || (region.state === 'blocking' && !before.shown);
  return isWaiting ? region : inState(region, 'desired', at);
}

/** Of a region that is to be taken out: what was whole before that, nobody takes out to repair it. */
function afterRemoval(region: Region, { target, state }: Seen, at: Instant): Region | undefined {
  const isThere = target !== undefined || state !== undefined;
  if (region.state === 'removing') return isThere ? region : undefined;
  if (target && state === 'completed') return completed(region, at);
  return region.state === 'repairing' && !isThere ? inState(region, 'desired', at) : region;
}

/** Of a region that is among the targets: how far its copy is, and whether it gets on. */
function afterCopy(region: Region, { name, seen, at }: Extract<RegionEvent, { type: 'seen' }>): Region {
  const { state, percent, why, isChanging } = seen;
  if (state === 'completed') return completed(region, at);
  if (state === 'failed') {
    const message = `Azure could not replicate to ${name}: ${why ?? 'it gave no reason'}`;
    return broken(region, 'failed', { why: failure('ReplicationFailed', message), isChanging, at });
  }
  const course = withMove('course' in region ? region.course : [], percent, at);
  if (isStalled(course, at)) {
    const last = course.at(-1)?.at ?? at;
    const message = `The copy in ${name} has stood at ${percent} % since ${last}.`;
    return broken(region, 'stalled', { why: failure('ReplicationStalled', message), isChanging, at, course });
  }
  if (region.state === 'replicating') return region.course === course ? region : { ...region, course };
  return { ...inState(region, 'desired', at), state: 'replicating', course };
}

interface Breakage {
  readonly why: Failure;
  readonly isChanging: boolean;
  readonly at: Instant;
  readonly course?: Course;
}

/** First told; then, as soon as Azure takes a change, repaired; and once the repairs are spent, given up. */
function broken(
  region: Region,
  state: 'failed' | 'stalled',
  { why, isChanging, at, course }: Breakage,
): Region {
  const known = { ...region, failure: why };
  const isSpent = region.isSource || region.repairs >= mostRepairs;
  if (isSpent) return inState(known, region.wanted.required ? 'blocking' : 'abandoned', at);
  if (region.state === state) {
    return isChanging ? region : inState({ ...known, repairs: region.repairs + 1 }, 'repairing', at);
  }
  const still = inState(known, 'failed', at);
  return state === 'stalled' ? { ...still, state, course: course ?? [] } : still;
}

function completed(region: Region, at: Instant): Completed {
  const { failure: _, ...known } = inState(region, 'desired', at);
  return { ...known, state: 'completed', percent: 100, completedAt: at };
}

/** The region with what Azure shows of it; the very same if that is nothing new. */
function asShown(region: Region, { target, percent }: Seen): Region {
  const isSame = JSON.stringify(region.shown) === JSON.stringify(target);
  if (isSame && region.percent === percent) return region;
  const { shown: _, ...unseen } = region;
  const known: Region = { ...unseen, percent };
  return target ? { ...known, shown: target } : known;
}

/** Without what belongs to the state before. */
function inState(region: Region, state: Still['state'], at: Instant): Still {
  const { wanted, isSource, percent, shown, repairs, failure } = region;
  const kept = { wanted, isSource, percent, repairs, ...(shown && { shown }), ...(failure && { failure }) };
  return { ...kept, state, since: at };
}
