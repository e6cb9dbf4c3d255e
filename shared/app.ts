import { hostEngine } from './hosts/host-engine.ts';
import type { Host, HostEvent } from './hosts/host.ts';
import type { Machines as HostMachines } from './hosts/machine.ts';
import { sharedReadings } from './hosts/readings.ts';
import { hostRequests } from './hosts/requests.ts';
import type { SessionHosts } from './hosts/session-host.ts';
import { ensureAdmitted, leavingBench, leftBench, waitingForQuota } from './images/admit.ts';
import { benchPlacesLife, type BenchPlaces, type BenchPlacesEvent } from './images/bench-places.ts';
import type { Shelves } from './images/browse.ts';
import { marketplaceRequests } from './images/browse-requests.ts';
import type { Capacity } from './images/capacity.ts';
import { ensureCaptured } from './images/capture.ts';
import { ensureCleanedUp } from './images/clean-up.ts';
import { ensureCustomised } from './images/customise.ts';
import type { Gallery } from './images/gallery.ts';
import { type DeletePorts, ensureDeleted } from './images/delete.ts';
import { ensureGeneralised } from './images/generalise.ts';
import { ensureHandedOver, type StartRelease } from './images/hand-over.ts';
import { type Version, type VersionEvent, versionLife } from './images/image.ts';
import { type ImageSet, type ImageSetEvent, imageSetLife } from './images/image-set.ts';
import { ensureInspected } from './images/inspect.ts';
import { type Leftover, type LeftoverEvent, leftoverLife } from './images/leftover.ts';
import type { Machines, Scripts } from './images/machine.ts';
import type { Marketplace } from './images/marketplace.ts';
import type { Parts } from './images/parts.ts';
import { performVersion } from './images/perform.ts';
import { benchPlaces } from './images/places.ts';
import { ensurePrepared } from './images/prepare.ts';
import { ensureProvisioned } from './images/provision.ts';
import { ensureQuarantined } from './images/quarantine.ts';
import { performLeftover, reaper } from './images/reap.ts';
import { ensureRecalled, type RecallPorts } from './images/recall.ts';
import { type KeptRecipe, type KeptRecipeEvent, keptRecipeLife } from './images/recipe-revision.ts';
import { ensureReplicated } from './images/replicate.ts';
import { imageRequests } from './images/requests.ts';
import { ensureResolved } from './images/resolve.ts';
import type { Secrets } from './images/secrets.ts';
import type { Sources } from './images/sources.ts';
import { versionId } from './images/stage.ts';
import { versionPort } from './images/standing.ts';
import { isVersionNumber } from './images/version-number.ts';
import { ensureWithdrawn } from './images/withdraw.ts';
import type { Instant } from './instant.ts';
import type { Post } from './notifications/deliver.ts';
import { type Delivery, type DeliveryEvent, deliveryLife } from './notifications/delivery.ts';
import { performDelivery } from './notifications/perform.ts';
import type { Promotion } from './notifications/promotion.ts';
import { logged } from './news.ts';
import { repeats } from './repeats.ts';
import type { RegionGallery } from './replication/gallery.ts';
import { replicationRoom } from './replication/room.ts';
import { channelRequests } from './rollouts/channels.ts';
import type { HostPools } from './rollouts/host-pool.ts';
import { rememberingHostPools } from './rollouts/host-pool-memory.ts';
import { rolloutInsight } from './rollouts/insight.ts';
import { planner } from './rollouts/planner.ts';
import { type Pool, type PoolEvent, poolLife } from './rollouts/pool.ts';
import { freezeRequests } from './rollouts/freeze-requests.ts';
import { type FreezeCalendar, type FreezeEvent, freezeLife, freezesIn } from './rollouts/freezes.ts';
import { poolClaims } from './rollouts/pools.ts';
import { rolloutRequests } from './rollouts/requests.ts';
import { rolloutEngine } from './rollouts/rollout-engine.ts';
import type { Rollout, RolloutEvent } from './rollouts/rollout.ts';
import type { Gallery as RolloutGallery, ReplicaGallery, ScaleSets } from './rollouts/scale-set.ts';
import { usageOf } from './rollouts/usage.ts';
import { Engine } from './workflow/engine.ts';
import type { Rows } from './workflow/rows.ts';
import { WorkflowStore } from './workflow/store.ts';

export type Queue =
  | 'advance-image'
  | 'reap-leftover'
  | 'advance-replication'
  | 'advance-release'
  | 'advance-channel'
  | 'advance-validation'
  | 'advance-approval'
  | 'advance-copy'
  | 'advance-rollout'
  | 'advance-host'
  | 'deliver-notification';

/** All that the app needs of the world around it. */
export interface Outside {
  readonly rows: (table: string) => Rows;
  /** Asks for a look at a time; never throws. */
  readonly wake: (queue: Queue) => (id: string, at: Instant) => Promise<void>;
  readonly marketplace: Marketplace;
  readonly shelves: Shelves;
  readonly sources: Sources;
  readonly capacity: Capacity;
  readonly parts: Parts;
  readonly secrets: Secrets;
  readonly machines: Machines;
  readonly scripts: Scripts;
  readonly gallery: Gallery & RolloutGallery & ReplicaGallery & RegionGallery;
  readonly hostPools: HostPools;
  readonly scaleSets: ScaleSets;
  readonly hostMachines: HostMachines;
  readonly sessionHosts: SessionHosts;
  readonly post: Post;
  /** Whether anybody wants to hear of promotions. */
  readonly tellsTeams: boolean;
  readonly publicUrl: string;
  /** How many versions may be on the bench of one subscription at once. */
  readonly mostBuilds: number;
  readonly now: () => Instant;
  readonly newId: () => string;
}

/** What versions need of the rooms that publish them. */
export type Publishing = { readonly startRelease: StartRelease } & Omit<RecallPorts, 'gallery'> &
  Omit<DeletePorts, 'gallery'>;

/** The whole app, wired in one place. Triggers and tests both start here. */
export function createApp(outside: Outside, publishing: Publishing) {
  const { rows, wake, now, newId, gallery, machines, scripts, parts, publicUrl } = outside;
  const due = rows('due');
  const asleep = async () => {}; // what has no time of its own is never woken
  const entity = (kind: string) => ({ wake: asleep, now, perform: neverCalledFor, ...logged(kind) });

  const setStore = new WorkflowStore<ImageSet, ImageSetEvent>('image-set', rows('imagesets'), due);
  const recipeStore = new WorkflowStore<KeptRecipe, KeptRecipeEvent>('recipe', rows('recipes'), due);
  const placesStore = new WorkflowStore<BenchPlaces, BenchPlacesEvent>('places', rows('places'), due);
  const leftoverStore = new WorkflowStore<Leftover, LeftoverEvent>('leftover', rows('leftovers'), due);
  const versionStore = new WorkflowStore<Version, VersionEvent>('version', rows('versions'), due);
  const poolStore = new WorkflowStore<Pool, PoolEvent>('host-pool', rows('hostpools'), due);
  const rolloutStore = new WorkflowStore<Rollout, RolloutEvent>('rollout', rows('rollouts'), due);
  const hostStore = new WorkflowStore<Host, HostEvent>('host', rows('hosts'), due);
  const deliveryStore = new WorkflowStore<Delivery, DeliveryEvent>('delivery', rows('deliveries'), due);

  const deliveries = new Engine({
    workflow: deliveryLife,
    store: deliveryStore,
    perform: performDelivery(outside.post, now),
    wake: wake('deliver-notification'),
    now,
    ...logged('delivery'),
  });
  const announce = async (promotion: Promotion) => {
    if (!outside.tellsTeams) return;
    const event: DeliveryEvent = { type: 'requested', receiver: 'teams', promotion, at: now() };
    await deliveries.record(`${promotion.versionId}.promoted.teams`, () => event);
  };

  const { hostMachines, sessionHosts, hostPools, scaleSets } = outside;
  const hostParts = { machines: hostMachines, sessionHosts, now };
  const readings = sharedReadings(hostParts);
  const hosts = hostEngine({
    ...hostParts,
    readings,
    store: hostStore,
    wake: wake('advance-host'),
    ...logged('host'),
  });
  const hostAsks = hostRequests({ ...hostParts, hosts, hostStore });

  const pools = new Engine({ workflow: poolLife, store: poolStore, ...entity('host-pool') });
  const calendar = new Engine({
    workflow: freezeLife,
    store: new WorkflowStore<FreezeCalendar, FreezeEvent>('freezes', rows('freezes'), due),
    ...entity('freezes'),
  });
  const freezes = freezesIn(calendar);
  const rollouts = rolloutEngine({
    freezes,
    pools: poolClaims(pools, now),
    gallery,
    // What a rollout reads of a pool its hosts may read too.
    hostPools: { ...rememberingHostPools(hostPools, now), list: readings.listSessionHosts },
    scaleSets: { ...scaleSets, list: readings.listMachines },
    hosts: hostAsks,
    store: rolloutStore,
    wake: wake('advance-rollout'),
    now,
    ...logged('rollout'),
  });
  const rolloutParts = { pools, poolStore, rollouts, rolloutStore, freezes, now };
  const planFor = planner({ hostPools, scaleSets, gallery, freezes, now });
  const examine = async (what: Parameters<typeof hostAsks.examine>[0]) => await hostAsks.examine(what);
  const channels = channelRequests({ ...rolloutParts, gallery, examine });

  const imageStores = { setStore, leftoverStore, versionStore };
  const sets = new Engine({ workflow: imageSetLife, store: setStore, ...entity('image-set') });
  const recipes = new Engine({ workflow: keptRecipeLife, store: recipeStore, ...entity('recipe') });
  const remains = { machines, parts, gallery, scripts };
  const leftovers = new Engine({
    workflow: leftoverLife,
    store: leftoverStore,
    perform: performLeftover(remains, now),
    wake: wake('reap-leftover'),
    now,
    ...logged('leftover'),
  });
  const replication = replicationRoom({
    gallery,
    usedIn: usageOf({ poolStore, rolloutStore, scaleSets }),
    rows: rows('replications'),
    due,
    wake: wake('advance-replication'),
    now,
    ...logged('replication'),
  });
  const places = benchPlaces(
    new Engine({ workflow: benchPlacesLife, store: placesStore, ...entity('places') }),
    outside.mostBuilds,
    now,
  );
  const versions = new Engine({
    workflow: versionLife,
    store: versionStore,
    perform: performVersion(
      {
        resolve: ensureResolved(outside, gallery),
        admit: ensureAdmitted(places, outside.capacity),
        prepare: ensurePrepared(parts),
        provision: waitingForQuota(ensureProvisioned(gallery, machines)),
        customise: ensureCustomised(outside),
        inspect: ensureInspected(scripts),
        generalise: ensureGeneralised(machines, scripts),
        capture: ensureCaptured(gallery, machines),
        'clean-up': leavingBench(places, ensureCleanedUp(remains)),
        replicate: ensureReplicated(replication.copies),
        'hand-over': ensureHandedOver(gallery, publishing.startRelease),
        recall: ensureRecalled({ gallery, ...publishing }),
        delete: ensureDeleted({ gallery, ...publishing }),
        withdraw: leavingBench(places, ensureWithdrawn(remains)),
        quarantine: leftBench(places, ensureQuarantined(remains, reaper(leftovers, now))),
      },
      now,
    ),
    wake: wake('advance-image'),
    now,
    ...logged('version'),
  });
  const versionOf = async (set: string, number: string) => {
    const version = isVersionNumber(number) ? await versions.load(versionId({ set, number })) : undefined;
    return version && { id: versionId(version), imageVersionId: version.facts.imageVersionId };
  };

  return {
    images: imageRequests({ sets, recipes, leftovers, versions, ...imageStores, ...publishing, now }),
    channels,
    announce,
    /** What the rooms that publish a version ask of it. */
    versions: versionPort({ versions, gallery, now }),
    marketplace: marketplaceRequests(outside.shelves),
    rollouts: {
      ...rolloutRequests({ ...rolloutParts, versionOf, planFor }),
      ...rolloutInsight({ ...rolloutParts, work: hostAsks }),
    },
    replication: replication.requests(async (set, number) => (await versionOf(set, number))?.id),
    freezes: freezeRequests({ ...rolloutParts, calendar }),
    hosts: hostAsks,
    requestFor: repeats(rows('requests'), now, newId),
    advanceImage: async (id: string) => await versions.advance(id),
    advanceReplication: async (id: string) => await replication.advance(id),
    reapLeftover: async (id: string) => await leftovers.advance(id),
    advanceRollout: async (id: string) => await rollouts.advance(id),
    advanceHost: async (id: string) => await hosts.advance(id),
    deliver: async (id: string) => await deliveries.advance(id),
    /** Wakes whatever is overdue. */
    sweep: async () => {
      // Each for itself: what one kind fails on must not keep the others from being found.
      const swept = await Promise.allSettled(
        [versions, replication, leftovers, rollouts, hosts, deliveries].map((kind) => kind.sweep()),
      );
      const failed = swept.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    },
    address: (path: string) => `${publicUrl}/api/${path}`,
    now,
  };
}

export type App = ReturnType<typeof createApp>;

async function neverCalledFor(id: string): Promise<never> {
  throw new Error(`${id} calls for nothing`);
}
