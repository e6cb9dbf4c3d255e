import { AppError, hasCode } from '../../shared/errors.ts';
import type { Copy, CopyEvent } from '../../shared/sharing/copy.ts';
import type { Place, PlaceEvent } from '../../shared/sharing/place.ts';
import { PutPlace } from '../../shared/sharing/request-bodies.ts';
import { sharingRoom } from '../../shared/sharing/room.ts';
import type { VersionStanding } from '../../shared/sharing/stage.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import { blind } from '../support/fleet.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { type Ills, World } from '../support/world.ts';
import { foreignGallery, SmallGalleries } from './small-galleries.ts';

export const sets = ['a', 'b'] as const;
export const numbers = ['1.0.0', '1.1.0', '9.0.0'] as const;
/** Each subscription's id is that of a place: `s2` is shared with by both sets. */
export const placeNames = ['copied', 'theirs', 'granted', 'found'] as const;
type PlaceName = (typeof placeNames)[number];

/** What somebody asks for, and when. */
export interface Ask {
  readonly minute: number;
  readonly what: 'put' | 'delete-place' | 'begin' | 'delete-version' | 'use' | 'leave' | 'retry';
  readonly set: (typeof sets)[number];
  readonly number: (typeof numbers)[number];
  readonly place: PlaceName;
}
export interface Lot {
  readonly asks: readonly Ask[];
  /** Of each copy that is made, in turn, whether it fails. */
  readonly fates: readonly boolean[];
}
export interface Without {
  readonly sweeper?: true;
  readonly etags?: true;
}

export type Lived = Awaited<ReturnType<typeof liveSharing>>;

const guid = (n: number) => `00000000-0000-0000-0000-00000000000${n}`;
export const shared = guid(2);

/** Two sets in one gallery share one subscription, and each has a place of every kind. */
function bodyOf(set: string, name: PlaceName): unknown {
  if (name === 'granted') return { how: 'grant', subscriptionId: shared };
  // It is shared with that one already, by somebody else.
  if (name === 'found') return { how: 'grant', subscriptionId: guid(9) };
  const gallery = name === 'theirs' ? foreignGallery : `gal_${set}`;
  const definition = name === 'theirs' && set === 'a' ? 'win11' : `win11-${set}`;
  return {
    how: 'copy',
    subscriptionId: guid(4),
    gallery: { resourceGroup: 'rg', name: gallery, location: 'westeurope' },
    definition,
    regions: [{ name: 'westeurope' }, { name: 'northeurope' }],
  };
}

/** Places and copies of two image sets until nothing more comes of them, whatever people ask meanwhile. */
export async function liveSharing(ills: Ills, lot: Lot, without: Without = {}) {
  const world = new World(ills, { sweeping: !without.sweeper });
  const { now } = world;
  const galleries = new SmallGalleries(world, lot.fates);
  const tables = { places: memoryRows(), copies: memoryRows(), grants: memoryRows() };
  const due = memoryRows();
  const status = new Map<string, VersionStanding['status']>();
  /** Which image version each host pool is made from, by place. */
  const pools = new Map<string, string>();
  const original = (set: string, number: string) =>
    `/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/galleries/gal/images/${set}/versions/${number}`;
  const standing = async (set: string, number: string): Promise<VersionStanding> => {
    const versionId = `${set}.${number}`;
    return { versionId, imageVersionId: original(set, number), status: status.get(versionId) ?? 'available' };
  };
  const seen = without.etags ? blind : (rows: ReturnType<typeof memoryRows>) => rows;
  const room: ReturnType<typeof sharingRoom> = sharingRoom({
    gallery: galleries.port(),
    versions: { standing },
    planOf: async (set) => ({
      subscriptionId: 's1',
      gallery: { resourceGroup: 'rg', name: 'gal' },
      definition: { name: set, securityType: 'Standard' },
    }),
    poolsAt: async (set, place) => {
      const used = pools.get(`${set}.${place}`);
      return used === undefined ? [] : [{ name: 'hp', imageVersionIds: [used] }];
    },
    rows: {
      places: world.rows(seen(tables.places)),
      copies: world.rows(seen(tables.copies)),
      grants: world.rows(seen(tables.grants)),
    },
    due: world.rows(due),
    wake: world.queue(
      async (id) => await room.advance(id),
      async () => await room.sweep(),
    ),
    now,
  });

  const leave = (key: string) => {
    const used = pools.get(key);
    if (used !== undefined) galleries.used.delete(used);
    pools.delete(key);
  };
  /** As whoever rolls out does it: first written down, then asked whether it may. */
  const use = async (set: string, number: string, place: string) => {
    const key = `${set}.${place}`;
    const answer = await room.port.imageVersionAt(set, number, place);
    if (!('imageVersionId' in answer)) return;
    leave(key);
    pools.set(key, answer.imageVersionId);
    const again = await room.port.imageVersionAt(set, number, place);
    if (!('imageVersionId' in again)) return leave(key);
    // From here on hosts are made from it.
    if (galleries.versions.has(again.imageVersionId)) galleries.used.add(again.imageVersionId);
  };
  /** As whoever deletes a version does it: first written down, then asked who uses it. */
  const deleteVersion = async (set: string, number: string): Promise<void> => {
    const id = `${set}.${number}`;
    if (status.get(id) === 'deleted') return;
    status.set(id, 'deleting');
    const verdict = await room.port.ensureCopiesRemoved(set, number);
    if (verdict.status === 'done') status.set(id, 'deleted');
    else if (verdict.status === 'failed') status.set(id, 'available');
    else world.start(async () => await deleteVersion(set, number), 120);
  };
  const asked = async ({ what, set, number, place }: Ask): Promise<void> => {
    try {
      if (what === 'put') await room.requests.put(set, place, PutPlace.parse(bodyOf(set, place)), undefined);
      else if (what === 'delete-place') await room.requests.remove(set, place);
      else if (what === 'begin') await room.port.ensureCopies(set, number);
      else if (what === 'delete-version') await deleteVersion(set, number);
      else if (what === 'use') await use(set, number, place);
      else if (what === 'leave') leave(`${set}.${place}`);
      else await room.requests.retry(set, number, place, {});
    } catch (error) {
      if (!(error instanceof AppError) || hasCode(error, 'Conflict')) throw error;
    }
  };
  for (const ask of lot.asks) world.start(async () => await asked(ask), ask.minute * 60);

  const copyStore = new WorkflowStore<Copy, CopyEvent>('copy', tables.copies, due);
  const placeStore = new WorkflowStore<Place, PlaceEvent>('hosting-place', tables.places, due);
  const copies = async () =>
    (await copyStore.loadAll('')).map(({ id, saved }) => Object.assign(saved.state, { id }));
  const places = async () =>
    (await placeStore.loadAll('')).map(({ id, saved }) => Object.assign(saved.state, { id }));
  const isAtRest = async () =>
    [...(await copies()), ...(await places())].every((one) => !('standing' in one)) &&
    ![...status.values()].includes('deleting');

  const lastAsk = Math.max(0, ...lot.asks.map(({ minute }) => minute));
  await world.passUntil(() => false, { days: (lastAsk + 20) / 1440 });
  const cameToRest = await world.passUntil(isAtRest, { days: 6 });
  // Whatever is still on its way lands.
  await world.passUntil(() => false, { days: 1 / 24 });
  return {
    galleries,
    copies: await copies(),
    places: await places(),
    status,
    cameToRest: cameToRest && (await isAtRest()),
    /** Everybody leaves, everything is deleted, until nothing is left to delete. */
    clearOut: async () => {
      pools.clear();
      galleries.used.clear();
      for (let round = 0; round < 12; round += 1) {
        for (const place of await places()) {
          const { set, name } = place;
          if (place.phase === 'there' || place.phase === 'stuck') {
            world.start(
              async () =>
                await asked({
                  what: 'delete-place',
                  set: set as 'a',
                  number: '1.0.0',
                  place: name as 'copied',
                  minute: 0,
                }),
            );
          }
        }
        await world.passUntil(() => false, { days: 0.05 });
        if (await world.passUntil(isAtRest, { days: 3 })) {
          if ((await places()).every(({ phase }) => phase === 'removed')) break;
        }
      }
      await world.passUntil(() => false, { days: 1 / 24 });
      return { copies: await copies(), places: await places() };
    },
  };
}
