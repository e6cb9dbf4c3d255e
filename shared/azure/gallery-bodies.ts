import type {
  GalleryImage,
  GalleryImageFeature,
  GalleryImageVersion,
  GalleryImageVersionStorageProfile,
  GalleryImageVersionUpdate,
} from '@azure/arm-compute';
import type { FoundDefinition, ImageDefinition } from '../images/definition.ts';
import type { CaptureSource, Gallery, WantedVersion } from '../images/gallery.ts';
import { ownerTag } from '../images/machine.ts';
import type { PurchasePlan } from '../images/source.ts';
import { regionName } from '../resource-id.ts';
import { featureOf } from './features.ts';

/** An image definition as Azure is asked for it. */
export function definitionBody(
  location: string,
  wanted: ImageDefinition,
  plan: PurchasePlan | undefined,
): GalleryImage {
  const { osType, osState, hyperVGeneration, architecture, publisher, offer, sku } = wanted;
  const { description, eula, privacyStatementUri, releaseNoteUri, endOfLifeDate, recommended } = wanted;
  const { disallowedDiskTypes } = wanted;
  return {
    location,
    tags: { [ownerTag]: wanted.name },
    osType,
    osState,
    hyperVGeneration,
    architecture,
    identifier: { publisher, offer, sku },
    features: featuresOf(wanted),
    ...(plan && { purchasePlan: { name: plan.name, product: plan.product, publisher: plan.publisher } }),
    ...given({ description, eula, privacyStatementUri, releaseNoteUri }),
    ...(endOfLifeDate !== undefined && { endOfLifeDate: new Date(endOfLifeDate) }),
    ...(recommended && { recommended }),
    ...(disallowedDiskTypes && { disallowed: { diskTypes: [...disallowedDiskTypes] } }),
  };
}

/** Azure's own spelling; what the set does not mention is left to Azure. */
function featuresOf(wanted: ImageDefinition): GalleryImageFeature[] {
  const { securityType, diskControllerTypes, isAcceleratedNetworkSupported, isHibernateSupported } = wanted;
  const all = [
    ['SecurityType', securityType],
    ['DiskControllerTypes', diskControllerTypes],
    ['IsAcceleratedNetworkSupported', said(isAcceleratedNetworkSupported)],
    ['IsHibernateSupported', said(isHibernateSupported)],
  ] as const;
  return all.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

const said = (value: boolean | undefined) => (value === undefined ? undefined : value ? 'True' : 'False');

/** An image definition as Azure has it, in the words of an image set. */
export function definitionOf(found: GalleryImage): FoundDefinition {
  const { osType, osState, hyperVGeneration = 'V1', architecture = 'x64', features, identifier } = found;
  const { provisioningState = '', location, purchasePlan, recommended, disallowed } = found;
  const { description, eula, privacyStatementUri, releaseNoteUri, endOfLifeDate } = found;
  const { name, product, publisher } = purchasePlan ?? {};
  const yes = (feature: string) => {
    const value = featureOf(features, feature);
    return value === undefined ? undefined : value.toLowerCase() === 'true';
  };
  // Azure's words as they are: where they differ from ours, the stage tells people so.
  return given({
    provisioningState,
    location: regionName(location),
    osType,
    osState,
    hyperVGeneration,
    architecture,
    securityType: featureOf(features, 'SecurityType') ?? 'Standard',
    diskControllerTypes: featureOf(features, 'DiskControllerTypes'),
    isAcceleratedNetworkSupported: yes('IsAcceleratedNetworkSupported'),
    isHibernateSupported: yes('IsHibernateSupported'),
    ...identifier,
    purchasePlan: name && product && publisher ? { name, product, publisher } : undefined,
    description,
    eula,
    privacyStatementUri,
    releaseNoteUri,
    endOfLifeDate: endOfLifeDate?.toISOString(),
    recommended,
    disallowedDiskTypes: disallowed?.diskTypes,
  }) as unknown as FoundDefinition;
}

/** An image version as Azure is asked for it: dark, and with its own region among the targets. */
export function captureBody(wanted: WantedVersion): GalleryImageVersion {
  const { owner, location, source, regions, replicationMode, endOfLifeDate } = wanted;
  return {
    location,
    tags: { [ownerTag]: owner },
    publishingProfile: {
      excludeFromLatest: true,
      replicationMode,
      ...(endOfLifeDate !== undefined && { endOfLifeDate: new Date(endOfLifeDate) }),
      targetRegions: regions.map(({ name, replicas, storageType }) => ({
        name,
        regionalReplicaCount: replicas,
        storageAccountType: storageType,
      })),
    },
    storageProfile: storageProfileOf(source),
    safetyProfile: { allowDeletionOfReplicatedLocations: true },
  };
}

/** A change of an image version: what is not mentioned Azure keeps, the target regions too. */
export function changeBody({
  excludeFromLatest,
  isProtected,
}: Parameters<Gallery['changeVersion']>[1]): GalleryImageVersionUpdate {
  return {
    ...(excludeFromLatest !== undefined && { publishingProfile: { excludeFromLatest } }),
    // Required even where nothing in it changes.
    storageProfile: {},
    ...(isProtected !== undefined && {
      safetyProfile: { blockDeletionBeforeEndOfLife: isProtected, allowDeletionOfReplicatedLocations: true },
    }),
  };
}

function storageProfileOf(source: CaptureSource): GalleryImageVersionStorageProfile {
  if ('machineId' in source) return { source: { virtualMachineId: source.machineId } };
  if ('imageId' in source) return { source: { id: source.imageId } };
  const { osDisk, dataDisks } = source;
  const { id, uri, storageAccountId } = {
    id: undefined,
    uri: undefined,
    storageAccountId: undefined,
    ...osDisk,
  };
  return {
    osDiskImage: { source: given({ id, uri, storageAccountId }) },
    ...(dataDisks.length > 0 && {
      dataDiskImages: dataDisks.map((disk) => ({ lun: disk.lun, source: { id: disk.id } })),
    }),
  };
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what is undefined: to Azure that is another thing than not being mentioned. */
function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
}
