import { parseId } from '../core/resource-id.ts';
import type { World } from '../core/world.ts';
import { createDisk, DISK_TYPE, refuseTaken } from './disks.ts';
import type { Image } from './image.ts';
import type { DataDisk, VmProperties } from './machine.ts';
import type { VmBody } from './vm-request.ts';

interface Making {
  readonly id: string;
  readonly location: string;
  readonly image: Image;
  readonly securityType: string;
}

type Wanted = NonNullable<NonNullable<VmBody['properties']>['storageProfile']>;

/** Makes a VM's disks under their own names or Azure's, and the profile that refers to them. */
export function createStorage(world: World, vm: Making, wanted: Wanted): VmProperties['storageProfile'] {
  const { image } = vm;
  const { imageReference = {}, dataDisks = [], diskControllerType } = wanted;
  const osDisk = plannedOsDisk(world, vm, wanted.osDisk ?? {});
  const data = dataDisks.map((disk, index) => plannedDataDisk(world, vm, disk, index));
  // All names are looked at before the first disk is made: a refused request leaves nothing behind.
  for (const { managedDisk } of [osDisk, ...data])
    refuseTaken(world.resources.find(managedDisk.id), managedDisk.id);
  const common = { managedBy: vm.id, location: vm.location, securityType: vm.securityType };
  for (const disk of [osDisk, ...data]) {
    const { id, storageAccountType: sku } = disk.managedDisk;
    const isOs = disk === osDisk;
    createDisk(world, { ...common, id, sku, sizeInGB: disk.diskSizeGB, isOs, ...(isOs && { image }) });
  }
  return {
    imageReference: { ...imageReference, exactVersion: image.exactVersion },
    osDisk,
    dataDisks: data,
    ...(diskControllerType !== undefined && { diskControllerType }),
  };
}

const STANDARD = { storageAccountType: 'Premium_LRS', deleteOption: 'Detach' } as const;

type PlannedDisk = { managedDisk: { id: string; storageAccountType: string } };

function plannedOsDisk(
  world: World,
  vm: Making,
  wanted: NonNullable<Wanted['osDisk']>,
): VmProperties['storageProfile']['osDisk'] & PlannedDisk {
  const name = wanted.name ?? `${parseId(vm.id).name}_OsDisk_1_${suffix(world)}`;
  return {
    osType: vm.image.osType,
    createOption: 'FromImage',
    caching: wanted.caching ?? 'ReadWrite',
    deleteOption: wanted.deleteOption ?? STANDARD.deleteOption,
    name,
    diskSizeGB: wanted.diskSizeGB ?? vm.image.sizeInGB,
    managedDisk: managed(vm, name, wanted.managedDisk?.storageAccountType),
  };
}

function plannedDataDisk(
  world: World,
  vm: Making,
  wanted: NonNullable<Wanted['dataDisks']>[number],
  index: number,
): DataDisk & PlannedDisk {
  const {
    lun = index,
    createOption = 'Empty',
    deleteOption = STANDARD.deleteOption,
    diskSizeGB = 127,
  } = wanted;
  const name = wanted.name ?? `${parseId(vm.id).name}_lun_${lun}_${index + 2}_${suffix(world)}`;
  const managedDisk = managed(vm, name, wanted.managedDisk?.storageAccountType);
  return { lun, name, createOption, deleteOption, diskSizeGB, managedDisk };
}

function managed({ id }: Making, name: string, sku: string | undefined): PlannedDisk['managedDisk'] {
  const { subscriptionId, resourceGroup } = parseId(id);
  return {
    id: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/${DISK_TYPE}/${name}`,
    storageAccountType: sku ?? STANDARD.storageAccountType,
  };
}

function suffix({ random }: World): string {
  return random.uuid().replaceAll('-', '');
}
