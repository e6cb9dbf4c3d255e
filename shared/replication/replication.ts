import type { Failure } from '../errors.ts';
import { type Instant, secondsAfter } from '../instant.ts';
import type { Workflow } from '../workflow/workflow.ts';
import type { Change, Found, ImageVersionRef } from './gallery.ts';
import { leastSeconds, lookInSeconds } from './pace.ts';
import { afterRegion, isKeptOut, type Region, type RegionEvent, type Wanted } from './region.ts';

/** The regions of one version: what is wanted of each, and how far it is. */
export interface Replication {
  readonly version: VersionInGallery;
  readonly regions: Readonly<Record<string, Region>>;
  /** The stage of the version that asked last, known by when it began. */
  readonly askedAt: Instant;
  /** A change of the version runs, as far as is known. */
  readonly isChanging: boolean;
  /** Counts the answers heard: of two looks at once, the second answer is old news. */
  readonly look: number;
  readonly lookAt: Instant;
  /** Whatever anybody asks for: until then somebody may be at a change, or Azure has asked for a pause. */
  readonly notBefore: Instant;
  /** How often in a row Azure said no for now. */
  readonly troubles: number;
  /** What Azure last said no to, until it says otherwise. */
  readonly trouble?: Failure;
  /** Azure has no such version any more. */
  readonly goneAt?: Instant;
}

/** What is replicated. */
export interface VersionInGallery {
  readonly ref: ImageVersionRef;
  readonly imageVersionId: string;
  readonly source: string;
  readonly isShallow: boolean;
}

interface Said {
  readonly by: string;
  readonly at: Instant;
}
interface Answer {
  readonly look: number;
  readonly at: Instant;
}

export type ReplicationEvent =
  | {
      /** The version's stage asks for its regions. */
      readonly type: 'begun';
      readonly version: VersionInGallery;
      readonly regions: Readonly<Record<string, Wanted>>;
      /** When the stage began: a retry begins it anew. */
      readonly stageAt: Instant;
      readonly at: Instant;
    }
  | ({ readonly type: 'region-wanted'; readonly name: string; readonly wanted: Wanted } & Said)
  | ({ readonly type: 'region-unwanted'; readonly name: string } & Said)
  | ({ readonly type: 'repair-asked'; readonly name: string } & Said)
  | ({
      readonly type: 'looked';
      readonly found: Found;
      /** What was to be removed and is in use, with who uses it. */
      readonly kept?: Readonly<Record<string, readonly string[]>>;
      /** What the one who keeps this will ask Azure for. */
      readonly change?: Change;
      readonly news?: string;
    } & Answer)
  | ({ readonly type: 'changed'; readonly change: Change } & Answer)
  | ({ readonly type: 'change-refused'; readonly change: Change; readonly failure: Failure } & Answer)
  | ({ readonly type: 'troubled'; readonly failure: Failure; readonly lookAt: Instant } & Answer)
  | ({ readonly type: 'version-gone' } & Answer);

export type ReplicationCommand = { readonly type: 'look' };

/** Unless the one who meant to ask for a change answers, nobody looks before this: until then he may be at it. */
const changeHoldsSeconds = 5 * 60;
/** Azure shows a change that it took after a moment. */
const changeShowsSeconds = 20;

/** The regions of a version, each with a life of its own, over one resource that takes one change at a time. */
export const replicationLife: Workflow<Replication, ReplicationEvent, ReplicationCommand> = {
  evolve(replication, event) {
    if (event.type === 'begun') return begun(replication, event);
    if (!replication) return undefined;
    return 'look' in event ? afterLook(replication, event) : afterPeople(replication, event);
  },

  decide(replication, now) {
    if (isAtRest(replication)) return {};
    if (now < replication.lookAt) return { lookAgainAt: replication.lookAt };
    return { command: { type: 'look' } };
  },

  isNews: (event) => event.type !== 'looked' || event.news !== undefined,
};

/** Nothing is open, and nothing would come of looking again. */
export function isAtRest(replication: Replication): boolean {
  if (replication.goneAt !== undefined) return true;
  const isOver = ({ state }: Region) => ['completed', 'abandoned', 'blocking'].includes(state);
  return (
    !replication.isChanging &&
    Object.values(replication.regions).every(isOver) &&
    changeCalledFor(replication) === undefined
  );
}

/** How the target regions that Azure shows differ from those wanted. What goes goes first: it takes a minute. */
export function changeCalledFor({ regions }: Replication): Change | undefined {
  const all = Object.entries(regions);
  const remove = all.flatMap(([name, region]) => (region.shown && isKeptOut(region) ? [name] : []));
  if (remove.length > 0) return { remove, put: [] };
  const put = all.flatMap(([name, region]) => {
    const { wanted, shown, state } = region;
    const isOpen = shown === undefined ? state === 'desired' : shown.replicas !== wanted.replicas;
    if (!isOpen || isKeptOut(region)) return [];
    return [{ name, replicas: wanted.replicas, storageType: shown?.storageType ?? wanted.storageType }];
  });
  return put.length > 0 ? { remove, put } : undefined;
}

function begun(
  before: Replication | undefined,
  { version, regions, stageAt, at }: Extract<ReplicationEvent, { type: 'begun' }>,
): Replication {
  if (before && before.askedAt >= stageAt) return before;
  if (!before || before.goneAt !== undefined) {
    const first = { version, regions: {}, askedAt: stageAt, isChanging: true, troubles: 0 };
    const none = { ...first, look: (before?.look ?? -1) + 1, lookAt: at, notBefore: at };
    return Object.entries(regions).reduce<Replication>((all, [name, wanted]) => {
      const isSource = name === version.source;
      return withRegion(all, name, () => ({ type: 'wanted', wanted, isSource, at }));
    }, none);
  }
  // What people wanted otherwise since the first time stays as they want it.
  const anew = Object.entries(before.regions).reduce<Replication>(
    (all, [name, { wanted, isSource }]) =>
      withRegion(all, name, () => ({ type: 'wanted', wanted, isSource, anew: true, at })),
    before,
  );
  return { ...anew, askedAt: stageAt, lookAt: later(at, before.notBefore) };
}

const later = (one: Instant, other: Instant) => (one > other ? one : other);

type People = Exclude<ReplicationEvent, Answer | { type: 'begun' }>;

function afterPeople(replication: Replication, event: People): Replication {
  const { name, at } = event;
  const isSource = name === replication.version.source;
  const changed = withRegion(replication, name, (): RegionEvent => {
    if (event.type === 'region-wanted') return { type: 'wanted', wanted: event.wanted, isSource, at };
    return { type: event.type === 'region-unwanted' ? 'unwanted' : 'repair-asked', at };
  });
  if (changed === replication) return replication;
  const soon = later(at, replication.notBefore);
  return {
    ...changed,
    lookAt: isAtRest(replication) || soon < replication.lookAt ? soon : replication.lookAt,
  };
}

type Heard = Extract<ReplicationEvent, Answer>;

function afterLook(replication: Replication, event: Heard): Replication {
  if (event.look !== replication.look || replication.goneAt !== undefined) return replication;
  const { at } = event;
  const { trouble: _, ...rest } = replication;
  const heard = { ...rest, look: replication.look + 1, troubles: 0 };
  switch (event.type) {
    case 'looked':
      return afterFound(heard, event);
    case 'changed':
      return { ...heard, isChanging: true, ...notFor(changeShowsSeconds, at) };
    case 'change-refused': {
      const { remove, put } = event.change;
      const names = [...remove, ...put.map(({ name }) => name)];
      const refused = names.reduce<Replication>(
        (all, name) => withRegion(all, name, () => ({ type: 'refused', failure: event.failure, at })),
        { ...heard, trouble: event.failure },
      );
      return { ...refused, ...notFor(changeShowsSeconds, at) };
    }
    case 'troubled': {
      const troubles = replication.troubles + 1;
      return { ...heard, troubles, trouble: event.failure, lookAt: event.lookAt, notBefore: event.lookAt };
    }
    case 'version-gone':
      return { ...heard, goneAt: at, lookAt: at };
  }
}

function afterFound(
  replication: Replication,
  { found, kept = {}, change, at }: Extract<ReplicationEvent, { type: 'looked' }>,
): Replication {
  const { isChanging } = found;
  let now: Replication = { ...replication, isChanging };
  for (const name of Object.keys(kept)) now = withRegion(now, name, () => ({ type: 'kept', at }));
  for (const name of Object.keys(replication.regions)) {
    const seen = { percent: 0, ...found.regions[name], isChanging };
    now = withRegion(now, name, () => ({ type: 'seen', name, seen, at }));
  }
  if (change) return { ...now, ...notFor(changeHoldsSeconds, at) };
  return { ...now, ...notFor(leastSeconds, at), lookAt: secondsAfter(at, lookInSeconds(now, at)) };
}

const notFor = (seconds: number, at: Instant) => {
  const lookAt = secondsAfter(at, seconds);
  return { lookAt, notBefore: lookAt };
};

function withRegion(replication: Replication, name: string, toEvent: () => RegionEvent): Replication {
  const { [name]: region, ...others } = replication.regions;
  const next = afterRegion(region, toEvent());
  if (next === region) return replication;
  return { ...replication, regions: next ? { ...replication.regions, [name]: next } : others };
}
