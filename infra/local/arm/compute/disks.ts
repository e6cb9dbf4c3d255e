import { ArmError } from '../core/arm-error.ts';
import type { Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import type { CreationData } from './disk-body.ts';
import type { Image, Plan } from './image.ts';

/** The properties of a disk, and of a snapshot. */
export interface DiskProperties {
  timeCreated: string;
  /** Only OS disks have one. */
  osType?: 'Windows' | 'Linux';
  hyperVGeneration?: 'V1' | 'V2';
  diskSizeGB: number;
  diskSizeBytes: number;
  diskState: 'Attached' | 'Reserved' | 'Unattached';
  creationData: CreationData;
  uniqueId: string;
  securityProfile?: { securityType?: string };
  purchasePlan?: Plan;
  supportedCapabilities?: { architecture?: string };
  incremental?: boolean;
}

export const DISK_TYPE = 'Microsoft.Compute/disks';
export const SNAPSHOT_TYPE = 'Microsoft.Compute/snapshots';

interface NewDisk {
  readonly id: string;
  readonly managedBy: string;
  readonly location: string;
  readonly sku: string;
  /** Of the machine it is made for: its disks lie where it stands. */
  readonly zones?: readonly string[] | undefined;
  readonly sizeInGB?: number | undefined;
  readonly isOs: boolean;
  /** Without one the disk starts empty. */
  readonly image?: Image | undefined;
  /** Which of the image's data disks it is. */
  readonly lun?: number | undefined;
  readonly securityType?: string;
}

/** Makes a disk for a machine; a name that is taken is refused, because it would be someone's data. */
export function createDisk({ resources, timeline, random }: World, made: NewDisk): Resource<DiskProperties> {
  refuseTaken(resources.find(made.id), made.id);
  const { image } = made;
  const diskSizeGB = made.sizeInGB ?? image?.sizeInGB ?? 127;
  // No tags: users saw implicit disks get their VM's at creation (Azure/azure-sdk-for-js#17787), but no document of
  // Azure promises it, so whoever cleans up by tag must not rely on it.
  return resources.put<DiskProperties>({
    id: made.id,
    type: DISK_TYPE,
    location: made.location,
    fields: {
      managedBy: made.managedBy,
      sku: { name: made.sku, tier: made.sku.split('_')[0] },
      ...(made.zones && made.zones.length > 0 && { zones: [...made.zones] }),
    },
    properties: {
      provisioningState: 'Succeeded',
      timeCreated: timeline.iso(),
      ...(image && made.isOs && systemOf(image, made.securityType)),
      ...(image?.plan && { purchasePlan: image.plan }),
      diskSizeGB,
      diskSizeBytes: diskSizeGB * 2 ** 30,
      diskState: 'Attached',
      creationData: image
        ? {
            createOption: 'FromImage',
            imageReference: { id: image.id, ...(made.lun !== undefined && { lun: made.lun }) },
          }
        : { createOption: 'Empty' },
      uniqueId: random.uuid(),
    },
  });
}

/** What makes a disk an OS disk. */
function systemOf(
  { osType, generation, architecture }: Image,
  securityType: string | undefined,
): Partial<DiskProperties> {
  const trusted = securityType === 'TrustedLaunch';
  return {
    osType,
    hyperVGeneration: generation,
    supportedCapabilities: { architecture },
    ...(trusted && { securityProfile: { securityType } }),
  };
}

/** Only what was given: an absent property and an undefined one are not the same to Azure. */
export function given(all: {
  [K in keyof DiskProperties]?: DiskProperties[K] | undefined;
}): Partial<DiskProperties> {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Refuses to create a disk over one that is there, e.g. one that a former VM of this name left behind. */
export function refuseTaken(before: Resource | undefined, id: string): void {
  if (!before) return;
  const [, group, name] = /\/resourceGroups\/([^/]+)\/.*\/([^/]+)$/i.exec(id) ?? [];
  throw new ArmError(
    409,
    'ConflictingUserInput',
    `Disk ${name} already exists in resource group ${group?.toUpperCase()}. Only CreateOption.Attach is supported.`,
    { target: 'storageProfile.osDisk' },
  );
}

/** Gives a disk that is nobody's to a machine. */
export function attachDisk({ resources }: World, disk: Resource<object>, managedBy: string): void {
  disk.fields['managedBy'] = managedBy;
  Object.assign(disk.properties, { diskState: 'Attached' });
  resources.touch(disk);
}

/** The disk's state when its machine is deallocated, started or gone. */
export function setDiskState({ resources }: World, id: string, state: DiskProperties['diskState']): void {
  const disk = resources.find<DiskProperties>(id);
  if (!disk) return;
  disk.properties.diskState = state;
  if (state === 'Unattached') delete disk.fields['managedBy'];
  resources.touch(disk);
}
