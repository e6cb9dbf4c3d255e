import { ArmError } from '../core/arm-error.ts';
import { parseId } from '../core/resource-id.ts';
import type { World } from '../core/world.ts';
import { attachDisk, createDisk, DISK_TYPE, refuseTaken } from './disks.ts';
import type { Image } from './image.ts';
import type { DataDisk, VmProperties } from './machine.ts';
import type { Size } from './sizes.ts';
import type { BootSource } from './vm-boot-source.ts';
import { planDataDisks, type PlannedDataDisk } from './vm-data-disks.ts';
import type { WantedStorage } from './vm-request.ts';

interface Making {
  readonly id: string;
  readonly location: string;
  readonly zones: readonly string[];
  readonly source: BootSource;
  readonly securityType: string;
  readonly size: Size;
}

type Planned = { managedDisk: { id: string; storageAccountType: string } };
type PlannedOsDisk = VmProperties['storageProfile']['osDisk'] & Planned;

/** Makes a VM's disks under their own names or Azure's, or takes them over, and the profile that refers to them. */
export function createStorage(
  world: World,
  vm: Making,
  wanted: WantedStorage,
): VmProperties['storageProfile'] {
  const { image, osDisk: takenOver } = vm.source;
  const osDisk = plannedOsDisk(world, vm, wanted.osDisk ?? {});
  const plans = planDataDisks(world, { ...vm, image }, wanted.dataDisks ?? []);
  const data = plans.map((plan, index) => ({ plan, disk: plannedDataDisk(world, vm, plan, index) }));
  // All are looked at before the first disk is made: a refused request leaves nothing behind.
  const made = data.filter(({ plan }) => plan.attached === undefined).map(({ disk }) => disk);
  for (const { managedDisk, name } of [...(takenOver ? [] : [osDisk]), ...made]) {
    refuseTaken(world.resources.find(managedDisk.id), managedDisk.id);
    refusePremium(vm.size, name, managedDisk.storageAccountType);
  }

  const { location, zones, securityType } = vm;
  const common = { managedBy: vm.id, location, zones, securityType };
  const make = (disk: Planned, more: { isOs: boolean; sizeInGB?: number; image?: Image; lun?: number }) =>
    createDisk(world, {
      ...common,
      ...more,
      id: disk.managedDisk.id,
      sku: disk.managedDisk.storageAccountType,
    });
  if (takenOver) attachDisk(world, takenOver, vm.id);
  else make(osDisk, { isOs: true, sizeInGB: osDisk.diskSizeGB ?? image.sizeInGB, image });
  for (const { plan, disk } of data) {
    const { attached, sizeInGB, lun, createOption } = plan;
    if (attached !== undefined) attachDisk(world, world.resources.require(attached), vm.id);
    else make(disk, { isOs: false, sizeInGB, ...(createOption === 'FromImage' && { image, lun }) });
  }
  return {
    ...referenceTo(image, wanted),
    osDisk,
    dataDisks: data.map(({ disk }) => disk),
    ...(wanted.diskControllerType !== undefined && { diskControllerType: wanted.diskControllerType }),
  };
}

/** The reference as it was sent, with the version it came to. */
function referenceTo(
  { exactVersion }: Image,
  { imageReference }: WantedStorage,
): Pick<VmProperties['storageProfile'], 'imageReference'> {
  if (!imageReference) return {};
  return { imageReference: { ...imageReference, ...(exactVersion !== '' && { exactVersion }) } };
}

function plannedOsDisk(
  world: World,
  vm: Making,
  wanted: NonNullable<WantedStorage['osDisk']>,
): PlannedOsDisk {
  const { image, osDisk: takenOver } = vm.source;
  const { caching = 'ReadWrite', deleteOption = 'Detach' } = wanted;
  const osType = image.osType;
  if (takenOver) {
    const { name, id, properties, fields } = takenOver;
    const managedDisk = { id, storageAccountType: skuOf(fields) };
    const diskSizeGB = properties.diskSizeGB;
    return { osType, createOption: 'Attach', caching, deleteOption, name, diskSizeGB, managedDisk };
  }
  const name = wanted.name ?? `${parseId(vm.id).name}_OsDisk_1_${suffix(world)}`;
  const managedDisk = managed(vm, name, wanted.managedDisk?.storageAccountType);
  const { diskSizeGB = image.sizeInGB } = wanted;
  if (diskSizeGB < image.sizeInGB) {
    throw new ArmError(
      409,
      'OperationNotAllowed',
      `The specified disk size ${diskSizeGB} GB is smaller than the size of the corresponding disk in the VM image: ` +
        `${image.sizeInGB} GB. This is not allowed. Please choose equal or greater size or do not specify an explicit size.`,
      { target: 'osDisk.diskSizeGB' },
    );
  }
  return { osType, createOption: 'FromImage', caching, deleteOption, name, diskSizeGB, managedDisk };
}

function plannedDataDisk(world: World, vm: Making, plan: PlannedDataDisk, index: number): DataDisk & Planned {
  const { lun, createOption, sizeInGB: diskSizeGB, wanted, attached } = plan;
  const { deleteOption = 'Detach', caching = 'None' } = wanted;
  if (attached !== undefined) {
    const { id, name, fields } = world.resources.require(attached);
    const managedDisk = { id, storageAccountType: skuOf(fields) };
    return { lun, name, createOption, caching, deleteOption, diskSizeGB, managedDisk };
  }
  const name = wanted.name ?? `${parseId(vm.id).name}_lun_${lun}_${index + 2}_${suffix(world)}`;
  const managedDisk = managed(vm, name, wanted.managedDisk?.storageAccountType);
  return { lun, name, createOption, caching, deleteOption, diskSizeGB, managedDisk };
}

function managed({ id, size }: Making, name: string, sku: string | undefined): Planned['managedDisk'] {
  const { subscriptionId, resourceGroup } = parseId(id);
  return {
    id: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/${DISK_TYPE}/${name}`,
    storageAccountType: sku ?? (size.premium ? 'Premium_LRS' : 'Standard_LRS'),
  };
}

function skuOf(fields: Readonly<Record<string, unknown>>): string {
  return (fields['sku'] as { name?: string } | undefined)?.name ?? 'Standard_LRS';
}

function refusePremium(size: Size, disk: string, sku: string): void {
  if (size.premium || !sku.startsWith('Premium')) return;
  throw new ArmError(
    400,
    'InvalidParameter',
    `Requested operation cannot be performed because the VM size ${size.name} does not support the storage account type ` +
      `${sku} of disk '${disk}'. Consider updating the VM to a size that supports Premium storage.`,
    { target: 'osDisk.managedDisk.storageAccountType' },
  );
}

function suffix({ random }: World): string {
  return random.uuid().replaceAll('-', '');
}
