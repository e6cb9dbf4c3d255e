import type {
  ComputeManagementClient,
  GalleryImage,
  GalleryImageVersion,
  GalleryImageVersionStorageProfile,
} from '@azure/arm-compute';
import type { FoundGalleryVersion } from '../images/sources.ts';
import { regionName } from '../resource-id.ts';
import { asking, finding } from './errors.ts';
import { featureOf } from './features.ts';
import { planOf, resourceOf } from './found.ts';

interface Wanted {
  readonly resourceGroup: string;
  /** Gallery, definition, and the number or `latest`. */
  readonly names: readonly string[];
  readonly region: string;
}

/** A version of any gallery, with what its definition says of it. */
export async function findGalleryVersion(
  client: ComputeManagementClient,
  { resourceGroup, names, region }: Wanted,
): Promise<FoundGalleryVersion | undefined> {
  const [home = '', definition = '', number = ''] = names;
  const { galleryImages, galleryImageVersions: versions } = client;
  const image = await finding(
    `image definition ${definition}`,
    async () => await galleryImages.get(resourceGroup, home, definition),
  );
  if (!image) return undefined;
  const find = async (exact: string) => {
    const expand = { expand: 'ReplicationStatus' } as const;
    const get = async () => await versions.get(resourceGroup, home, definition, exact, expand);
    const found = await finding(`gallery version ${exact}`, get);
    return found && galleryVersionOf(image, found);
  };
  if (number.toLowerCase() !== 'latest') return await find(number);
  const listed = await asking(`versions of ${definition}`, async () => {
    const all: GalleryImageVersion[] = [];
    for await (const one of versions.listByGalleryImage(resourceGroup, home, definition)) all.push(one);
    return all;
  });
  // The list does not say where a version has arrived.
  for (const { name = '' } of listed.filter((one) => isOffered(one, region)).toSorted(newestFirst)) {
    const found = await find(name);
    if (found?.completedRegions.includes(region)) return found;
  }
  return undefined;
}

/** `latest` means the highest version that is not excluded, neither everywhere nor in this region. */
function isOffered({ publishingProfile, provisioningState }: GalleryImageVersion, region: string): boolean {
  const { excludeFromLatest = false, targetRegions = [] } = publishingProfile ?? {};
  const here = targetRegions.find(({ name }) => regionName(name) === region);
  const isMade = provisioningState !== 'Failed' && provisioningState !== 'Deleting';
  return isMade && !excludeFromLatest && here !== undefined && !here.excludeFromLatest;
}

/** Numbers, not text: 1.10.0 comes after 1.9.0. */
function newestFirst(one: GalleryImageVersion, other: GalleryImageVersion): number {
  const [a, b] = [one, other].map(({ name = '' }) => name.split('.').map(Number));
  const differences = [0, 1, 2].map((at) => (b?.[at] ?? 0) - (a?.[at] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}

function galleryVersionOf(image: GalleryImage, found: GalleryImageVersion): FoundGalleryVersion {
  const { osType, osState, hyperVGeneration, architecture, features, purchasePlan } = image;
  return {
    ...resourceOf(found),
    osType,
    osState: osState === 'Specialized' ? 'Specialized' : 'Generalized',
    generation: hyperVGeneration === 'V2' ? 'V2' : 'V1',
    architecture: architecture === 'Arm64' ? 'Arm64' : 'x64',
    securityType: featureOf(features, 'SecurityType') ?? 'Standard',
    plan: planOf(purchasePlan),
    completedRegions: completedRegionsOf(found),
    endOfLifeDate: found.publishingProfile?.endOfLifeDate?.toISOString(),
    dataDisks: dataDisksOf(found.storageProfile),
  };
}

function completedRegionsOf({ replicationStatus }: GalleryImageVersion): string[] {
  const summary = replicationStatus?.summary ?? [];
  return summary.flatMap(({ region = '', state }) => (state === 'Completed' ? [regionName(region)] : []));
}

function dataDisksOf({ dataDiskImages = [] }: GalleryImageVersionStorageProfile = {}) {
  return dataDiskImages.map(({ lun, sizeInGB = 0 }) => ({ lun, sizeGB: sizeInGB }));
}
