import type { Outside } from '../outside.ts';
import { AppError } from '../errors.ts';
import { ensureAdmitted, leavingBench, leftBench, waitingForQuota } from '../images/admit.ts';
import { benchPlacesLife, type BenchPlaces, type BenchPlacesEvent } from '../images/bench-places.ts';
import { endsOfLife } from '../images/bring-end-of-life.ts';
import { ensureCaptured } from '../images/capture.ts';
import { ensureCleanedUp } from '../images/clean-up.ts';
import { ensureCustomised } from '../images/customise.ts';
import { type DeletePorts, ensureDeleted } from '../images/delete.ts';
import { ensureGeneralised } from '../images/generalise.ts';
import { beginningRelease, ensureHandedOver, releaseOf, type StartRelease } from '../images/hand-over.ts';
import { type Version, type VersionEvent, versionLife } from '../images/image.ts';
import { type ImageSet, type ImageSetEvent, imageSetLife } from '../images/image-set.ts';
import { ensureInspected } from '../images/inspect.ts';
import { keepRequests } from '../images/keep-requests.ts';
import { type Leftover, type LeftoverEvent, leftoverLife } from '../images/leftover.ts';
import { listsOfSets, listsOfVersions } from '../images/lists.ts';
import { performVersion } from '../images/perform.ts';
import { benchPlaces } from '../images/places.ts';
import { ensurePrepared } from '../images/prepare.ts';
import { ensureProvisioned } from '../images/provision.ts';
import { ensureQuarantined } from '../images/quarantine.ts';
import { performLeftover, reaper } from '../images/reap.ts';
import { ensureRecalled, type RecallPorts } from '../images/recall.ts';
import { type KeptRecipe, type KeptRecipeEvent, keptRecipeLife } from '../images/recipe-revision.ts';
import { ensureReplicated } from '../images/replicate.ts';
import { imageRequests } from '../images/requests.ts';
import { ensureResolved } from '../images/resolve.ts';
import type { RetentionParts } from '../images/retention-run.ts';
import { nameOfSource } from '../images/source.ts';
import { versionId } from '../images/stage.ts';
import { versionPort } from '../images/standing.ts';
import { usesOfVersion } from '../images/usage.ts';
import type { UsedBy } from '../images/use.ts';
import { isVersionNumber } from '../images/version-number.ts';
import { ensureWithdrawn } from '../images/withdraw.ts';
import { logged } from '../news.ts';
import { replicationRoom } from '../replication/room.ts';
import type { UsedIn } from '../replication/perform.ts';
import { claimsIn } from '../workflow/claim.ts';
import { Engine } from '../workflow/engine.ts';
import { WorkflowStore } from '../workflow/store.ts';
import type { Events } from './events.ts';
import { plansApart } from './plans.ts';
import { factsOfRegions, factsOfVersions } from './facts-of-images.ts';
import { resting } from './resting.ts';

/** What versions need of the rooms that publish them. */
type Publishing = Omit<RecallPorts, 'gallery' | 'copiesOf'> &
  Omit<DeletePorts, 'gallery' | 'usedBy'> & {
    readonly startRelease: StartRelease;
    /** A version is there. May be told often, or be lost: who waits for it looks by himself, too. */
    readonly isAvailable: (set: string, number: string) => Promise<void>;
    readonly notify: RetentionParts['notify'];
    /** The number of the version that a channel holds, if it holds one. */
    readonly heldIn: (set: string, channel: string) => Promise<string | undefined>;
    /** Who uses a version: of every room but this one. */
    readonly rooms: readonly UsedBy[];
    readonly copiesOf: (
      set: string,
      number: string,
    ) => Promise<
      readonly { readonly place: string; readonly imageVersionId: string; readonly state: string }[]
    >;
    /** Who depends on an image version in a region. */
    readonly usedIn: UsedIn;
  };

export type Images = ReturnType<typeof wireImages>;

/** Image sets, their versions from the request to the tombstone, and the regions of each. */
export function wireImages(outside: Outside, { heard }: Events, publishing: Publishing) {
  const { rows, wake, now, gallery, machines, scripts, parts } = outside;
  const due = rows('due');
  const plans = plansApart(rows);
  const setStore = new WorkflowStore<ImageSet, ImageSetEvent>(
    'image-set',
    rows('imagesets'),
    due,
    listsOfSets,
    plans,
  );
  const recipeStore = new WorkflowStore<KeptRecipe, KeptRecipeEvent>('recipe', rows('recipes'), due);
  const placesStore = new WorkflowStore<BenchPlaces, BenchPlacesEvent>('places', rows('places'), due);
  const leftoverStore = new WorkflowStore<Leftover, LeftoverEvent>('leftover', rows('leftovers'), due);
  const versionStore = new WorkflowStore<Version, VersionEvent>(
    'version',
    rows('versions'),
    due,
    listsOfVersions,
    plans,
  );

  const sets = new Engine({
    workflow: imageSetLife,
    store: setStore,
    remembers: true,
    ...resting('image-set', now),
  });
  const recipes = new Engine({ workflow: keptRecipeLife, store: recipeStore, ...resting('recipe', now) });
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
    usedIn: publishing.usedIn,
    rows: rows('replications'),
    due,
    wake: wake('advance-replication'),
    now,
    ...heard('replication', 'replications', factsOfRegions),
  });
  const places = benchPlaces(
    new Engine({ workflow: benchPlacesLife, store: placesStore, ...resting('places', now) }),
    outside.mostBuilds,
    now,
  );
  const allVersions = async () => (await versionStore.loadAll('')).map(({ saved }) => saved.state);
  const usedBy = usesOfVersion({ rooms: publishing.rooms, all: allVersions });
  const versions = new Engine({
    workflow: versionLife,
    store: versionStore,
    perform: performVersion(
      {
        resolve: beginningRelease(publishing.startRelease, ensureResolved(outside, gallery)),
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
        delete: ensureDeleted({ gallery, usedBy, ...publishing }),
        withdraw: leavingBench(places, ensureWithdrawn(remains)),
        quarantine: leftBench(places, ensureQuarantined(remains, reaper(leftovers, now))),
      },
      now,
    ),
    wake: wake('advance-image'),
    now,
    ...heard('version', 'versions', factsOfVersions),
  });
  const ends = endsOfLife({
    gallery,
    rows: rows('endsoflife'),
    due,
    now,
    ...logged('end-of-life'),
  });
  const find = async (set: string, number: string) =>
    isVersionNumber(number) ? await versions.load(versionId({ set, number })) : undefined;

  return {
    requests: imageRequests({
      sets,
      setStore,
      claims: claimsIn({ kind: 'definition', rows: rows('definitionclaims'), due, now }),
      recipes,
      leftovers,
      leftoverStore,
      versions,
      versionStore,
      usedBy,
      heldIn: publishing.heldIn,
      now,
    }),
    keep: keepRequests({
      sets,
      setStore,
      versions,
      versionStore,
      endsOfLife: ends,
      rooms: publishing.rooms,
      notify: publishing.notify,
      gallery,
      copiesOf: async ({ set, number }) => {
        const copies = await publishing.copiesOf(set, number);
        return copies.map(({ place, state }) => ({
          kind: 'copy' as const,
          name: place,
          message: `The copy at ${place} is ${state}.`,
        }));
      },
      now,
    }),
    replication: replication.requests(async (set, number) => {
      const version = await find(set, number);
      return version && versionId(version);
    }),
    port: versionPort({ versions, gallery, now }),
    /** Begins the release that a version was asked for with, before its first look does. */
    async beginRelease(id: string): Promise<void> {
      const version = await versions.load(id);
      const wanted = version && releaseOf(version);
      if (wanted) await publishing.startRelease(wanted);
    },
    /** Every version that the set has. */
    versionsOf: async (set: string) =>
      (await versionStore.loadAll(`${set}.`)).map(({ saved }) => saved.state),
    /** The plan of a set, if there is such a set. */
    planOf: async (set: string) => (await sets.load(set))?.plan,
    /** The id of the image version behind a number; undefined if there is no such version. */
    async versionOf(set: string, number: string) {
      const version = await find(set, number);
      return version && { imageVersionId: version.facts.imageVersionId };
    },
    /** What people are told of a version. */
    async about(set: string, number: string) {
      const version = await find(set, number);
      if (!version) throw new AppError('NotFound', `Image set ${set} has no version ${number}.`);
      const { source, regions = {} } = version.facts;
      return {
        source: source ? nameOfSource(source) : '',
        notes: version.noted?.notes ?? version.requested.notes,
        regions: Object.keys(regions),
      };
    },
    async advanceImage(id: string): Promise<void> {
      await versions.advance(id);
      const version = await versions.load(id);
      if (version?.phase === 'available') await publishing.isAvailable(version.set, version.number);
    },
    advanceReplication: async (id: string) => await replication.advance(id),
    reapLeftover: async (id: string) => await leftovers.advance(id),
    kinds: [versions, replication, leftovers, ends],
  };
}
