import { AppError } from '../errors.ts';
import { ownerTag } from '../images/machine.ts';
import { parseResourceId, regionName } from '../resource-id.ts';
import type { CopyRef, DefinitionRef, GalleryRef, SharingGallery } from '../sharing/gallery.ts';
import type { Azure } from './clients.ts';
import { asking, finding } from './errors.ts';
import { captureBody } from './gallery-bodies.ts';
import { copyOf, definitionLike, regionsOf, sharesOf, traitsOf } from './sharing-bodies.ts';

const subscriptionsVersion = '2022-12-01';

/** Azure Compute Gallery: sharing it, and copies of a version in galleries elsewhere. */
export function sharingGallery({ compute, read }: Pick<Azure, 'compute' | 'read'>): SharingGallery {
  const clientOf = ({ subscriptionId, tenantId }: GalleryRef) =>
    compute(subscriptionId, tenantId === undefined ? {} : { of: tenantId });

  const tenants = new Map<string, string>();
  /** The tenant of a subscription that the app can read as its own. */
  const tenantOf = async (subscriptionId: string): Promise<string> => {
    const known = tenants.get(subscriptionId);
    if (known !== undefined) return known;
    const found = await asking(
      `subscription ${subscriptionId}`,
      async () => await read(subscriptionId, `/subscriptions/${subscriptionId}`, subscriptionsVersion),
    );
    const { tenantId } = found as { readonly tenantId?: unknown };
    if (typeof tenantId !== 'string') {
      throw new AppError('AzureRefused', `Azure does not say whose subscription ${subscriptionId} is.`);
    }
    tenants.set(subscriptionId, tenantId);
    return tenantId;
  };
  /** For what is made there of something here: Azure wants a token of both tenants. */
  const clientBeside = async ({ subscriptionId, tenantId }: GalleryRef, originalId: string) => {
    if (tenantId === undefined) return compute(subscriptionId);
    return compute(subscriptionId, {
      of: tenantId,
      beside: await tenantOf(versionRef(originalId).subscriptionId),
    });
  };
  const definitionAt = async (ref: DefinitionRef) => {
    const { resourceGroup, gallery, definition } = ref;
    return await finding(
      `image definition ${definition}`,
      async () => await clientOf(ref).galleryImages.get(resourceGroup, gallery, definition),
    );
  };
  const versionAt = async (ref: CopyRef) => {
    const { resourceGroup, gallery, definition, number } = ref;
    const expand = { expand: 'ReplicationStatus' } as const;
    const { galleryImageVersions: versions } = clientOf(ref);
    return await finding(
      `image version ${number} of gallery ${gallery}`,
      async () => await versions.get(resourceGroup, gallery, definition, number, expand),
    );
  };

  return {
    async findOriginal(imageVersionId) {
      const ref = versionRef(imageVersionId);
      const [definition, version] = await Promise.all([definitionAt(ref), versionAt(ref)]);
      if (!definition || !version) return undefined;
      const { provisioningState = '', location, publishingProfile } = version;
      const regions = Object.entries(regionsOf(version));
      const endOfLifeDate = publishingProfile?.endOfLifeDate?.toISOString();
      return {
        traits: traitsOf(definition),
        location: regionName(location),
        provisioningState,
        completedRegions: regions.flatMap(([name, { state }]) => (state === 'completed' ? [name] : [])),
        ...(endOfLifeDate !== undefined && { endOfLifeDate }),
      };
    },

    async findShares(ref) {
      const { resourceGroup, gallery } = ref;
      const found = await finding(
        `gallery ${gallery}`,
        async () =>
          await clientOf(ref).galleries.get(resourceGroup, gallery, { expand: 'SharingProfile/Groups' }),
      );
      return found && sharesOf(found);
    },

    async share(ref, change, { kind, id }) {
      const { resourceGroup, gallery } = ref;
      await asking(`${change === 'Add' ? 'sharing' : 'no longer sharing'} gallery ${gallery}`, async () => {
        const body = { operationType: change, groups: [{ type: kind, ids: [id] }] };
        await clientOf(ref).gallerySharingProfile.update(resourceGroup, gallery, body).submitted();
      });
    },

    async findGallery(ref) {
      const { resourceGroup, gallery } = ref;
      const get = async () => await clientOf(ref).galleries.get(resourceGroup, gallery);
      const found = await finding(`gallery ${gallery}`, get);
      return found && { provisioningState: found.provisioningState ?? '' };
    },

    async createGallery(ref, location, owner) {
      const { resourceGroup, gallery } = ref;
      await asking(`gallery ${gallery}`, async () => {
        const body = { location, tags: { [ownerTag]: owner } };
        await clientOf(ref).galleries.createOrUpdate(resourceGroup, gallery, body).submitted();
      });
    },

    async findDefinition(ref) {
      const found = await definitionAt(ref);
      return found && { provisioningState: found.provisioningState ?? '', traits: traitsOf(found) };
    },

    async createDefinition(ref, { location, originalId, owner }) {
      const like = await definitionAt(versionRef(originalId));
      if (!like) throw new AppError('AzureRefused', `The definition of ${originalId} is gone.`);
      const { resourceGroup, gallery, definition } = ref;
      await asking(`image definition ${definition}`, async () => {
        const body = definitionLike(like, location, owner);
        await clientOf(ref)
          .galleryImages.createOrUpdate(resourceGroup, gallery, definition, body)
          .submitted();
      });
    },

    async findCopy(ref) {
      const found = await versionAt(ref);
      return found && copyOf(found);
    },

    async makeCopy(ref, { owner, originalId, location, regions, endOfLifeDate }) {
      const { resourceGroup, gallery, definition, number } = ref;
      const client = await clientBeside(ref, originalId);
      const body = captureBody({
        owner,
        location,
        source: { imageId: originalId },
        regions,
        replicationMode: 'Full',
        ...(endOfLifeDate !== undefined && { endOfLifeDate }),
      });
      await asking(`copy of image version ${number} to gallery ${gallery}`, async () => {
        const { galleryImageVersions: versions } = client;
        await versions.createOrUpdate(resourceGroup, gallery, definition, number, body).submitted();
      });
    },

    async removeCopy(ref) {
      const { resourceGroup, gallery, definition, number } = ref;
      await finding(`removal of image version ${number} from gallery ${gallery}`, async () => {
        const { galleryImageVersions: versions } = clientOf(ref);
        await versions.delete(resourceGroup, gallery, definition, number).submitted();
      });
    },
  };
}

function versionRef(imageVersionId: string): CopyRef {
  const id = parseResourceId(imageVersionId);
  const [gallery, definition, number] = id?.names ?? [];
  if (!id || gallery === undefined || definition === undefined || number === undefined) {
    throw new AppError('AzureRefused', `${imageVersionId} is not the id of an image version`);
  }
  const { subscriptionId, resourceGroup } = id;
  return { subscriptionId, resourceGroup, gallery, definition, number };
}
