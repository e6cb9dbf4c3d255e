import { AppError } from '../../shared/errors.ts';
import { endsOfLife } from '../../shared/images/bring-end-of-life.ts';
import { ensureDeleted } from '../../shared/images/delete.ts';
import type { Gallery, ImageVersionRef } from '../../shared/images/gallery.ts';
import { type AnyStage, type Version, type VersionEvent, versionLife } from '../../shared/images/image.ts';
import {
  type ImageSet,
  type ImageSetEvent,
  imageSetLife,
  type ImageSetPlan,
} from '../../shared/images/image-set.ts';
import { keepRequests } from '../../shared/images/keep-requests.ts';
import { performVersion, type VersionStages } from '../../shared/images/perform.ts';
import type { EndOfLifeNotice } from '../../shared/images/retention-run.ts';
import { versionId } from '../../shared/images/stage.ts';
import { usesOfVersion } from '../../shared/images/usage.ts';
import type { Use, UsedBy } from '../../shared/images/use.ts';
import type { VersionNumber } from '../../shared/images/version-number.ts';
import { type Instant, minutesAfter } from '../../shared/instant.ts';
import { Engine } from '../../shared/workflow/engine.ts';
import type { Rows } from '../../shared/workflow/rows.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { captures, done, noon, plan, requested, type Told, upTo } from './versions.ts';

export const set = 'win11';
export const days = (count: number, from: Instant = noon): Instant => minutesAfter(from, count * 24 * 60);

/** A gallery of versions that are there, each with the end of life that it was given. */
function smallShelf(now: () => Instant) {
  interface Kept {
    readonly id: string;
    readonly owner: string;
    endOfLifeDate?: Instant;
    updatingUntil: Instant;
    goneAt?: Instant;
  }
  const kept = new Map<string, Kept>();
  const find = ({ number }: Pick<ImageVersionRef, 'number'>) => {
    const found = kept.get(number);
    return found?.goneAt !== undefined && found.goneAt <= now() ? undefined : found;
  };
  const stateOf = ({ goneAt, updatingUntil }: Kept) =>
    goneAt !== undefined ? 'Deleting' : now() < updatingUntil ? 'Updating' : 'Succeeded';
  const change = (ref: ImageVersionRef): Kept => {
    const found = find(ref);
    if (!found || stateOf(found) !== 'Succeeded') throw new AppError('AzureBusy', 'not now');
    found.updatingUntil = minutesAfter(now(), 1);
    return found;
  };
  const port = {
    findVersion: async (ref: ImageVersionRef) => {
      const found = find(ref);
      if (!found) return undefined;
      const { id, owner, endOfLifeDate } = found;
      return {
        id,
        owner,
        provisioningState: stateOf(found),
        excludeFromLatest: true,
        isProtected: false,
        regions: {},
        ...(endOfLifeDate !== undefined && { endOfLifeDate }),
      };
    },
    changeVersion: async (ref: ImageVersionRef) => void change(ref),
    moveEndOfLife: async (ref: ImageVersionRef, date: Instant) => {
      change(ref).endOfLifeDate = date;
    },
    removeVersion: async (ref: ImageVersionRef) => {
      const found = find(ref);
      if (found) found.goneAt ??= minutesAfter(now(), 2);
    },
  };
  return {
    port,
    put: (number: string, one: Pick<Kept, 'id' | 'owner' | 'endOfLifeDate'>) =>
      kept.set(number, { ...one, updatingUntil: noon }),
    numbers: () => [...kept.keys()].filter((number) => find({ number })),
    endOfLifeOf: (number: string) => kept.get(number)?.endOfLifeDate,
  };
}

interface Manner {
  readonly now: () => Instant;
  readonly rows?: (rows: Rows) => Rows;
  readonly port?: <Port extends object>(port: Port) => Port;
  /** The rooms that may hold a version. */
  readonly rooms: readonly UsedBy[];
  readonly wake?: (id: string, at: Instant) => Promise<void>;
}

/** Everything that keeps versions, wired as the app does it, over tables in memory. */
export function keptWorld({ now, rows = (same) => same, port = (same) => same, rooms, wake }: Manner) {
  const due = rows(memoryRows());
  const asleep = async () => {};
  const idle = async () => await Promise.reject(new Error('nothing is looked at here'));
  const setStore = new WorkflowStore<ImageSet, ImageSetEvent>('image-set', rows(memoryRows()), due);
  const versionStore = new WorkflowStore<Version, VersionEvent>('version', rows(memoryRows()), due);
  const sets = new Engine({ workflow: imageSetLife, store: setStore, perform: idle, wake: asleep, now });
  const shelf = smallShelf(now);
  const azure = port(shelf.port);
  const all = async () => (await versionStore.loadAll('')).map(({ saved }) => saved.state);
  const usedBy = usesOfVersion({ rooms, all });
  const remove = ensureDeleted({
    // Of the gallery, deleting needs what the shelf has.
    gallery: azure as unknown as Gallery,
    usedBy,
    ensureCopiesRemoved: async () => ({ status: 'done' }),
  });
  const stages = new Proxy({ delete: remove } as unknown as VersionStages, {
    get: (known, stage: AnyStage) => known[stage] ?? idle,
  });
  const versions = new Engine({
    workflow: versionLife,
    store: versionStore,
    perform: performVersion(stages, now),
    wake: wake ?? asleep,
    now,
  });
  const ends = endsOfLife({ gallery: azure, rows: rows(memoryRows()), due, now });
  const told = new Map<string, EndOfLifeNotice>();
  const copies: Use[] = [];
  const keep = keepRequests({
    sets,
    setStore,
    versions,
    versionStore,
    endsOfLife: ends,
    rooms,
    copiesOf: async () => copies,
    gallery: azure,
    notify: async (notice) => void told.set(notice.id, notice),
    now,
  });

  return {
    keep,
    versions,
    ends,
    shelf,
    told,
    copies,
    all,
    versionOf: async (number: string) => {
      const version = await versions.load(versionId({ set, number: number as VersionNumber }));
      if (!version) throw new Error(`there is no ${number}`);
      return version;
    },
    define: async (changed: Partial<ImageSetPlan> = {}, name = set) => {
      const event = { plan: { ...plan, ...changed }, recipeHash: 'abc', by: 'ana', at: now() };
      await sets.record(name, () => ({ type: 'defined', ...event }));
    },
    /** Looks at the version until nothing is called for. */
    lookAt: async (number: string) => await versions.advance(`${set}.${number}`),
  };
}

export type KeptWorld = ReturnType<typeof keptWorld>;

interface Put {
  readonly at?: Instant;
  readonly plan?: Partial<ImageSetPlan>;
  readonly set?: string;
  readonly endOfLifeDate?: Instant;
  /** What happened after it was built; built alone unless said. */
  readonly since?: readonly Told[];
  /** What happened instead of its being built. */
  readonly story?: readonly Told[];
}

/** A version that was requested then, built since, and is in the gallery. */
export async function put(
  { versions, shelf }: Pick<KeptWorld, 'versions' | 'shelf'>,
  number: VersionNumber,
  {
    at = noon,
    plan: changed = {},
    set: name = set,
    endOfLifeDate,
    since = [],
    story = [...upTo('hand-over'), done],
  }: Put = {},
): Promise<void> {
  const id = `${name}.${number}`;
  if (requested.type !== 'requested') throw new Error('every version begins with its request');
  const event = { ...requested, set: name, number, at, plan: { ...requested.plan, ...changed } };
  await versions.record(id, () => event);
  const imageVersionId = `/versions/${id}`;
  const facts = { imageVersionId };
  const captured: Told = (version, index) => Object.assign(captures(version, index), { facts });
  const told = [...story, ...since].map((one) => (one === captures ? captured : one));
  for (const [index, tell] of told.entries()) {
    const saved = await versions.load(id);
    const news = tell(saved, index + 1);
    await versions.record(id, () => ({ ...news, at: minutesAfter(at, index + 1) }));
  }
  shelf.put(number, { id: imageVersionId, owner: id, ...(endOfLifeDate !== undefined && { endOfLifeDate }) });
}
