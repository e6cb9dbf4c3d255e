import type { GalleryImageVersion } from '@azure/arm-compute';
import { AppError } from '../errors.ts';
import type { Gallery, ImageVersion } from '../images/gallery.ts';
import { ownerTag } from '../images/machine.ts';
import type { Azure } from './clients.ts';
import { asking, finding } from './errors.ts';
import { captureBody, changeBody, definitionBody, definitionOf } from './gallery-bodies.ts';
import { parseResourceId, regionName } from '../resource-id.ts';

/** Azure Compute Gallery: what a version needs of it, and what a rollout does. */
export function gallery({ compute }: Pick<Azure, 'compute'>): Gallery & RolloutGallery {
  return {
    async findGallery({ subscriptionId, resourceGroup, gallery: name }) {
      const { galleries } = compute(subscriptionId);
      const found = await finding(`gallery ${name}`, async () => await galleries.get(resourceGroup, name));
      const { provisioningState = '', location = '' } = found ?? {};
      return found && { provisioningState, location: regionName(location) };
    },

    async createGallery({ subscriptionId, resourceGroup, gallery: name }, location) {
      await asking(`gallery ${name}`, async () => {
        const body = { location, tags: { [ownerTag]: name } };
        await compute(subscriptionId).galleries.createOrUpdate(resourceGroup, name, body).submitted();
      });
    },

    async findDefinition({ subscriptionId, resourceGroup, gallery: home, definition }) {
      const { galleryImages } = compute(subscriptionId);
      const found = await finding(
        `image definition ${definition}`,
        async () => await galleryImages.get(resourceGroup, home, definition),
      );
      return found && definitionOf(found);
    },

    async createDefinition(
      { subscriptionId, resourceGroup, gallery: home, definition },
      location,
      wanted,
      plan,
    ) {
      const body = definitionBody(location, wanted, plan);
      await asking(`image definition ${definition}`, async () => {
        const { galleryImages } = compute(subscriptionId);
        await galleryImages.createOrUpdate(resourceGroup, home, definition, body).submitted();
      });
    },

    async findVersion({ subscriptionId, resourceGroup, gallery: home, definition, number }) {
      const { galleryImageVersions: versions } = compute(subscriptionId);
      const expand = { expand: 'ReplicationStatus' } as const;
      const found = await finding(
        `image version ${number}`,
        async () => await versions.get(resourceGroup, home, definition, number, expand),
      );
      return found && versionOf(found);
    },

    async captureVersion({ subscriptionId, resourceGroup, gallery: home, definition, number }, wanted) {
      await asking(`capture of image version ${number}`, async () => {
        const { source } = wanted;
        const tenantId = 'imageId' in source ? source.tenantId : undefined;
        const { galleryImageVersions: versions } = compute(
          subscriptionId,
          tenantId === undefined ? {} : { beside: tenantId },
        );
        const body = captureBody(wanted);
        await versions.createOrUpdate(resourceGroup, home, definition, number, body).submitted();
      });
    },

    async changeVersion({ subscriptionId, resourceGroup, gallery: home, definition, number }, change) {
      const body = changeBody(change);
      await asking(`change of image version ${number}`, async () => {
        const { galleryImageVersions: versions } = compute(subscriptionId);
        await versions.update(resourceGroup, home, definition, number, body).submitted();
      });
    },

    async removeVersion({ subscriptionId, resourceGroup, gallery: home, definition, number }) {
      await finding(`removal of image version ${number}`, async () => {
        const { galleryImageVersions: versions } = compute(subscriptionId);
        await versions.delete(resourceGroup, home, definition, number).submitted();
      });
    },

    async completedRegions(imageVersionId) {
      const id = parseResourceId(imageVersionId);
      const [home, definition, number] = id?.names ?? [];
      if (!id || number === undefined || home === undefined || definition === undefined) {
        throw new AppError('AzureRefused', `${imageVersionId} is not the id of an image version`);
      }
      const { galleryImageVersions: versions } = compute(id.subscriptionId);
      const expand = { expand: 'ReplicationStatus' } as const;
      const found = await finding(
        `image version ${number}`,
        async () => await versions.get(id.resourceGroup, home, definition, number, expand),
      );
      return found && completed(found);
    },
  };
}

interface RolloutGallery {
  readonly completedRegions: (imageVersionId: string) => Promise<readonly string[] | undefined>;
}

function sizeOf({ storageProfile }: GalleryImageVersion): Pick<ImageVersion, 'sizeGb'> {
  const sizeGb = storageProfile?.osDiskImage?.sizeInGB;
  return sizeGb === undefined ? {} : { sizeGb };
}

function versionOf(found: GalleryImageVersion): ImageVersion {
  const { id = '', provisioningState = '', publishingProfile = {}, safetyProfile = {}, tags } = found;
  const { endOfLifeDate, excludeFromLatest = false } = publishingProfile;
  const { blockDeletionBeforeEndOfLife: isProtected = false } = safetyProfile;
  const summary = found.replicationStatus?.summary ?? [];
  const failures = summary.flatMap(({ region, state, details }) =>
    state === 'Failed' ? [`${region}: ${details || 'Azure gave no reason'}`] : [],
  );
  return {
    id,
    provisioningState,
    ...(failures.length > 0 && { error: failures.join('; ') }),
    excludeFromLatest,
    owner: tags?.[ownerTag],
    isProtected,
    ...sizeOf(found),
    ...(endOfLifeDate && { endOfLifeDate: endOfLifeDate.toISOString() }),
    regions: Object.fromEntries(
      summary.map(({ region = '', state, progress = 0 }) => [
        regionName(region),
        regionState(state, progress),
      ]),
    ),
  };
}

function regionState(state: string | undefined, percent: number): ImageVersion['regions'][string] {
  if (state === 'Completed') return { state: 'completed', percent: 100 };
  return { state: state === 'Failed' ? 'failed' : 'replicating', percent };
}

function completed({ replicationStatus }: GalleryImageVersion): readonly string[] {
  const summary = replicationStatus?.summary ?? [];
  return summary.flatMap(({ region, state }) =>
    state === 'Completed' && region !== undefined ? [region] : [],
  );
}
