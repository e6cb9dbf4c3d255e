import type { Gallery, GalleryImage, GalleryImageVersion, SharingProfileGroup } from '@azure/arm-compute';
import { ownerTag } from '../images/machine.ts';
import { regionName } from '../resource-id.ts';
import type { CopyRegion, FoundCopy, FoundShares, Grantee, Traits } from '../sharing/gallery.ts';

/** What Azure fixed, as text; what Azure would have said by itself is said. */
export function traitsOf(found: GalleryImage): Traits {
  const { osType = '', osState = '', hyperVGeneration = 'V1', architecture = 'x64', identifier } = found;
  const { publisher = '', offer = '', sku = '' } = identifier ?? {};
  const plan = found.purchasePlan;
  const features = (found.features ?? []).map(({ name = '', value = '' }) => [canonical(name), value]);
  return {
    SecurityType: 'Standard',
    ...Object.fromEntries(features),
    osType,
    osState,
    hyperVGeneration,
    architecture,
    publisher,
    offer,
    sku,
    ...(plan && { purchasePlan: [plan.publisher, plan.product, plan.name].join('/') }),
  };
}

/** Names of features are compared without their case. */
const canonical = (name: string) => (name.toLowerCase() === 'securitytype' ? 'SecurityType' : name);

/** The same again elsewhere: what is fixed, and what else tells people what it is. */
export function definitionLike(like: GalleryImage, location: string, owner: string): GalleryImage {
  const { osType, osState, identifier, hyperVGeneration = 'V1', architecture = 'x64', purchasePlan } = like;
  const { description, features = [] } = like;
  const isSaid = features.some(({ name }) => name?.toLowerCase() === 'securitytype');
  return {
    location,
    tags: { [ownerTag]: owner },
    ...(osType && { osType }),
    ...(osState && { osState }),
    ...(identifier && { identifier }),
    hyperVGeneration,
    architecture,
    // Unsaid, Azure would take generation 2 for one that supports Trusted Launch.
    features: isSaid ? features : [...features, { name: 'SecurityType', value: 'Standard' }],
    ...(purchasePlan && { purchasePlan }),
    ...(description !== undefined && { description }),
  };
}

export function sharesOf({ sharingProfile, sharingStatus, identifier }: Gallery): FoundShares {
  const { permissions = 'Private', groups = [] } = sharingProfile ?? {};
  return {
    permissions: permissions as FoundShares['permissions'],
    grantees: groups.flatMap(granteesIn),
    // Not shown where nothing of it was changed of late.
    state: (sharingStatus?.aggregatedState ?? 'Succeeded') as FoundShares['state'],
    uniqueName: identifier?.uniqueName ?? '',
  };
}

function granteesIn({ type, ids = [] }: SharingProfileGroup): Grantee[] {
  return ids.map((id) => ({ kind: type === 'AADTenants' ? 'AADTenants' : 'Subscriptions', id }));
}

export function copyOf(found: GalleryImageVersion): FoundCopy {
  const { id = '', provisioningState = '', tags } = found;
  return { id, owner: tags?.[ownerTag], provisioningState, regions: regionsOf(found) };
}

export function regionsOf({ replicationStatus }: GalleryImageVersion): Record<string, CopyRegion> {
  const summary = replicationStatus?.summary ?? [];
  return Object.fromEntries(
    summary.map(({ region = '', state, progress = 0, details }): [string, CopyRegion] => {
      if (state === 'Completed') return [regionName(region), { state: 'completed', percent: 100 }];
      if (state !== 'Failed') return [regionName(region), { state: 'replicating', percent: progress }];
      return [regionName(region), { state: 'failed', percent: progress, ...(details && { why: details }) }];
    }),
  );
}
