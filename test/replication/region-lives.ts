import { hasCode, AppError } from '../../shared/errors.ts';
import { ensureReplicated } from '../../shared/images/replicate.ts';
import type { EnsureVersionStage } from '../../shared/images/stage.ts';
import { mostRepairs } from '../../shared/replication/region.ts';
import { isAtRest, type Replication, type ReplicationEvent } from '../../shared/replication/replication.ts';
import { replicationRoom } from '../../shared/replication/room.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import { after } from '../images/versions.ts';
import { blind } from '../support/fleet.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { type Ills, World } from '../support/world.ts';
import { type Fate, SmallGallery, source } from './small-gallery.ts';

const id = 'win11.1.0.0';
const [set, number] = ['win11', '1.0.0'] as const;

/** What somebody asks for, and when. */
export interface Ask {
  readonly minute: number;
  readonly what: 'put' | 'remove' | 'repair' | 'use' | 'leave';
  readonly name: string;
  readonly required: boolean;
  readonly replicas: number;
}

export interface Lot {
  /** By region: what befalls each of its copies; after those it is copied. */
  readonly fates: Readonly<Record<string, readonly Fate[]>>;
  readonly optional: readonly string[];
  readonly asks: readonly Ask[];
  readonly refused?: readonly string[];
}

export interface Without {
  readonly sweeper?: true;
  readonly etags?: true;
}

export interface Lived {
  readonly replication: Replication | undefined;
  readonly gallery: SmallGallery;
  /** By region: how often somebody asked for what grants it repairs anew. */
  readonly granted: ReadonlyMap<string, number>;
  readonly isAtRest: boolean;
  readonly verdict: Awaited<ReturnType<EnsureVersionStage>>;
}

/** The regions of one version until nothing more comes of them, whatever people ask meanwhile. */
export async function liveRegions(ills: Ills, lot: Lot, without: Without = {}): Promise<Lived> {
  const world = new World(ills, { sweeping: !without.sweeper });
  const { now } = world;
  const gallery = new SmallGallery(world, lot.fates, lot.refused);
  const [rows, due] = [memoryRows(), memoryRows()];
  const room: ReturnType<typeof replicationRoom> = replicationRoom({
    gallery: gallery.port(),
    usedIn: async (_, region) => (gallery.usedSince.has(region) ? ['host pool p'] : []),
    rows: world.rows(without.etags ? blind(rows) : rows),
    due: world.rows(due),
    wake: world.queue(
      async (which) => await room.advance(which),
      async () => await room.sweep(),
    ),
    now,
  });
  const requests = room.requests(async () => id);
  const stageAt = now();
  const region = (name: string) => ({
    replicas: 1,
    storageType: 'Standard_LRS' as const,
    required: !lot.optional.includes(name),
  });
  const names = [source, ...Object.keys(lot.fates), ...(lot.refused ?? [])];
  const regions = Object.fromEntries(names.map((name) => [name, region(name)]));
  const ref = { subscriptionId: 's', resourceGroup: 'g', gallery: 'g', definition: 'd', number };
  const version = { ref, imageVersionId: '/v', source, isShallow: false };
  const want = async () => await room.copies.want({ versionId: id, version, regions, stageAt });
  world.start(want);

  const granted = new Map<string, number>();
  for (const ask of lot.asks) {
    world.start(async () => await asked(ask), ask.minute * 60);
  }
  const requested = async ({ what, name, required, replicas }: Ask): Promise<void> => {
    granted.set(name, (granted.get(name) ?? 0) + 1);
    if (what === 'remove' && name !== source) gallery.mayGo.add(name);
    try {
      if (what === 'put') await requests.put(set, number, name, { required, replicas, by: 'ana' });
      else if (what === 'remove') await requests.remove(set, number, name);
      else await requests.repair(set, number, name, { by: 'ana' });
    } catch (error) {
      if (!(error instanceof AppError) || hasCode(error, 'Conflict')) throw error;
    }
  };
  const asked = async (ask: Ask): Promise<void> => {
    const { what, name } = ask;
    // As in life: hosts come to depend only on what is complete.
    const mayBeUsed = gallery.isWhole(name) && !gallery.mayGo.has(name);
    if (what === 'leave') gallery.usedSince.delete(name);
    else if (what !== 'use') await requested(ask);
    else if (mayBeUsed) gallery.usedSince.set(name, now());
  };

  /** What the version's stage makes of it, in a world where nothing goes wrong any more. */
  const verdict = async () => {
    const calm = replicationRoom({
      gallery: gallery.port(),
      usedIn: async () => [],
      rows,
      due,
      wake: async () => {},
      now,
    });
    const work = { ...after(), facts: { imageVersionId: '/v' } };
    const stage = ensureReplicated({
      want: async (wanted) => await calm.copies.want({ ...wanted, version }),
    });
    return await stage({ id, work, now: now(), since: stageAt, intent: undefined });
  };

  const seen = new WorkflowStore<Replication, ReplicationEvent>('replication', rows, due);
  const load = async () => (await seen.load(id))?.state;
  const lastAsk = Math.max(0, ...lot.asks.map(({ minute }) => minute));
  await world.passUntil(() => false, { days: (lastAsk + 60) / 1440 });
  await world.passUntil(
    async () => {
      const current = await load();
      return current !== undefined && isAtRest(current);
    },
    { days: 6 },
  );
  // Whatever is still on its way lands.
  await world.passUntil(() => false, { days: 1 / 24 });
  const replication = await load();
  const isOver = replication !== undefined && isAtRest(replication);
  return { replication, gallery, granted, isAtRest: isOver, verdict: await verdict() };
}

/** How often a region may have been taken out before it was complete: by itself, when given up, and as asked. */
export function mostRemovals(asks: number): number {
  return (mostRepairs + 2) * (1 + asks);
}
