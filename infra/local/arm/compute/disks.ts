import { ArmError } from '../core/arm-error.ts';
import type { Call, Route } from '../core/provider.ts';
import { paged, shown, type Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import type { Image } from './image.ts';
import { DISK_API_VERSION } from './versions.ts';
import { erase } from './writing.ts';

export interface DiskProperties {
  timeCreated: string;
  osType?: 'Windows' | 'Linux';
  hyperVGeneration?: string;
  diskSizeGB: number;
  diskState: 'Attached' | 'Reserved' | 'Unattached';
  creationData: object;
  uniqueId: string;
  securityProfile?: object;
}

export const DISK_TYPE = 'Microsoft.Compute/disks';

interface NewDisk {
  readonly id: string;
  readonly managedBy: string;
  readonly location: string;
  readonly sku: string;
  readonly sizeInGB?: number | undefined;
  /** The OS disk's image; data disks start empty. */
  readonly image?: Image;
  readonly securityType?: string;
}

/** Makes a disk for a machine; a name that is taken is refused, because it would be someone's data. */
export function createDisk({ resources, timeline, random }: World, made: NewDisk): Resource<DiskProperties> {
  refuseTaken(resources.find(made.id), made.id);
  const { image } = made;
  const trusted = made.securityType === 'TrustedLaunch';
  return resources.put<DiskProperties>({
    id: made.id,
    type: DISK_TYPE,
    location: made.location,
    fields: { managedBy: made.managedBy, sku: { name: made.sku, tier: made.sku.split('_')[0] } },
    properties: {
      provisioningState: 'Succeeded',
      timeCreated: timeline.iso(),
      ...(image && { osType: image.osType, hyperVGeneration: image.generation }),
      diskSizeGB: made.sizeInGB ?? image?.sizeInGB ?? 127,
      diskState: 'Attached',
      creationData: image
        ? { createOption: 'FromImage', imageReference: { id: image.id } }
        : { createOption: 'Empty' },
      uniqueId: random.uuid(),
      ...(trusted && { securityProfile: { securityType: 'TrustedLaunch' } }),
    },
  });
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

/** The disk's state when its machine is deallocated, started or gone. */
export function setDiskState({ resources }: World, id: string, state: DiskProperties['diskState']): void {
  const disk = resources.find<DiskProperties>(id);
  if (!disk) return;
  disk.properties.diskState = state;
  if (state === 'Unattached') delete disk.fields['managedBy'];
  resources.touch(disk);
}

/** Disks, as far as one has to see what a VM left behind and to clean it away. */
export function diskRoutes(world: World): Route[] {
  const { resources } = world;
  const group =
    '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Compute/disks';
  const one = `${group}/{diskName}`;
  const idOf = ({ subscriptionId, resourceGroup, params }: Call) =>
    `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/${DISK_TYPE}/${params['diskName']}`;
  const list = ({ subscriptionId, resourceGroup }: Call) => {
    const under = `/subscriptions/${subscriptionId}${resourceGroup === '' ? '' : `/resourceGroups/${resourceGroup}`}`;
    return resources.list({ type: DISK_TYPE, under }).map(shown);
  };
  const checkFree = (disk: Resource) => {
    const { managedBy } = disk.fields;
    if (typeof managedBy !== 'string') return;
    throw new ArmError(409, 'OperationNotAllowed', `Disk ${disk.name} is attached to VM ${managedBy}.`);
  };
  const apiVersion = DISK_API_VERSION;
  return [
    {
      method: 'GET',
      path: one,
      apiVersion,
      handle: (call) => ({ status: 200, body: shown(resources.require(idOf(call))) }),
    },
    { method: 'GET', path: group, apiVersion, handle: (call) => paged(call, list(call)) },
    {
      method: 'GET',
      path: '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/disks',
      apiVersion,
      handle: (call) => paged(call, list(call)),
    },
    {
      method: 'DELETE',
      path: one,
      apiVersion,
      handle: (call) => erase(world, call, idOf(call), { seconds: [5, 20], check: checkFree }),
    },
  ];
}
