import type { GalleryImageVersion, RegionalReplicationStatus, TargetRegion } from '@azure/arm-compute';
import { AppError } from '../errors.ts';
import type { Change, Found, FoundRegion, ImageVersionRef, RegionGallery } from '../replication/gallery.ts';
import { parseResourceId, regionName } from '../resource-id.ts';
import type { Azure } from './clients.ts';
import { asking, finding } from './errors.ts';

/** Azure Compute Gallery: the target regions of a version. */
export function regionGallery({ compute }: Pick<Azure, 'compute'>): RegionGallery & PlannedGallery {
  const find = async ({ subscriptionId, resourceGroup, gallery, definition, number }: ImageVersionRef) =>
    await finding(
      `image version ${number}`,
      async () =>
        await compute(subscriptionId).galleryImageVersions.get(resourceGroup, gallery, definition, number, {
          expand: 'ReplicationStatus',
        }),
    );

  return {
    async findRegions(ref) {
      const found = await find(ref);
      return found && { isChanging: isChanging(found), regions: regionsOf(found) };
    },

    async replicasIn(imageVersionId, region) {
      const found = await find(refOf(imageVersionId));
      return found && regionsOf(found)[regionName(region)]?.target?.replicas;
    },

    async changeRegions(ref, change) {
      const { subscriptionId, resourceGroup, gallery, definition, number } = ref;
      // Read here and not by who decided: the less time between, the less of what others do is undone.
      const found = await find(ref);
      if (!found) throw new AppError('AzureRefused', `Image version ${number} is gone.`);
      if (isChanging(found)) throw new AppError('AzureBusy', `Image version ${number} is being changed.`);
      const targetRegions = changed(found, change);
      await asking(`regions of image version ${number}`, async () => {
        const { galleryImageVersions: versions } = compute(subscriptionId);
        // What is not mentioned Azure keeps, so that nobody's `excludeFromLatest` is undone.
        const body = {
          publishingProfile: { targetRegions },
          storageProfile: {},
          safetyProfile: { ...protectionOf(found), allowDeletionOfReplicatedLocations: true },
        };
        await versions.update(resourceGroup, gallery, definition, number, body).submitted();
      });
    },
  };
}

interface PlannedGallery {
  readonly replicasIn: (imageVersionId: string, region: string) => Promise<number | undefined>;
}

function refOf(imageVersionId: string): ImageVersionRef {
  const id = parseResourceId(imageVersionId);
  const [gallery, definition, number] = id?.names ?? [];
  if (!id || gallery === undefined || definition === undefined || number === undefined) {
    throw new AppError('AzureRefused', `${imageVersionId} is not the id of an image version`);
  }
  const { subscriptionId, resourceGroup } = id;
  return { subscriptionId, resourceGroup, gallery, definition, number };
}

/** Only these three are an end; any other state is one that Azure is at. */
function isChanging({ provisioningState = '' }: GalleryImageVersion): boolean {
  return !['Succeeded', 'Failed', 'Canceled'].includes(provisioningState);
}

/** Said again, for no page says that Azure keeps the one half of a safety profile that is not mentioned. */
function protectionOf({ safetyProfile }: GalleryImageVersion) {
  const { blockDeletionBeforeEndOfLife } = safetyProfile ?? {};
  return blockDeletionBeforeEndOfLife === undefined ? {} : { blockDeletionBeforeEndOfLife };
}

/** All target regions as Azure is asked for them: each as it shows it, but for what is changed. */
function changed(
  { publishingProfile, location }: GalleryImageVersion,
  { remove, put }: Change,
): TargetRegion[] {
  const before = publishingProfile?.targetRegions ?? [];
  const kept = before.filter(
    ({ name }) => regionName(name) === regionName(location) || !remove.includes(regionName(name)),
  );
  const after = kept.map((target) => withReplicas(target, put));
  const names = new Set(before.map(({ name }) => regionName(name)));
  const fresh = put.filter(({ name }) => !names.has(name));
  return [
    ...after,
    ...fresh.map(({ name, replicas, storageType }) => ({
      name,
      regionalReplicaCount: replicas,
      storageAccountType: storageType,
    })),
  ];
}

function withReplicas(target: TargetRegion, put: Change['put']): TargetRegion {
  const wanted = put.find(({ name }) => name === regionName(target.name));
  return wanted ? { ...target, regionalReplicaCount: wanted.replicas } : target;
}

function regionsOf({ publishingProfile = {}, replicationStatus }: GalleryImageVersion): Found['regions'] {
  const regions: Record<string, FoundRegion> = {};
  for (const { region = '', ...status } of replicationStatus?.summary ?? []) {
    regions[regionName(region)] = copyOf(status);
  }
  const { targetRegions = [], replicaCount = 1, storageAccountType } = publishingProfile;
  for (const { name, regionalReplicaCount = replicaCount, storageAccountType: own } of targetRegions) {
    const target = { replicas: regionalReplicaCount, storageType: knownType(own ?? storageAccountType) };
    regions[regionName(name)] = { percent: 0, ...regions[regionName(name)], target };
  }
  return regions;
}

function copyOf({ state, progress = 0, details }: Omit<RegionalReplicationStatus, 'region'>): FoundRegion {
  if (state === 'Completed') return { state: 'completed', percent: 100 };
  if (state !== 'Failed') return { state: 'replicating', percent: progress };
  return { state: 'failed', percent: progress, ...(details && { why: details }) };
}

/** Azure may know more types than we make; a region of such a type is kept as it is. */
function knownType(type: string | undefined): 'Standard_LRS' | 'Standard_ZRS' | 'Premium_LRS' {
  return type === 'Standard_ZRS' || type === 'Premium_LRS' ? type : 'Standard_LRS';
}
