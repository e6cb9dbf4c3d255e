import { ArmError } from '../core/arm-error.ts';
import type { Call } from '../core/provider.ts';
import { isResourceId, parseId, regionName, sameId } from '../core/resource-id.ts';
import type { Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { contentOf } from './content.ts';
import { refuseUnready } from './source-state.ts';
import { DISK_TYPE, type DiskProperties } from './disks.ts';
import { resolveImage } from './image-source.ts';
import type { Image } from './image.ts';
import type { WantedStorage } from './vm-request.ts';
import { invalid, required } from './writing.ts';

/** What a new VM boots from: an image, or a disk that is there already. */
export interface BootSource {
  readonly image: Image;
  /** Present when the VM takes a disk over instead of getting a copy of an image. */
  readonly osDisk?: Resource<DiskProperties>;
}

interface Making {
  readonly id: string;
  readonly location: string;
  readonly zones: readonly string[];
}

/** Finds what a new VM is to boot from, or Azure's refusal of it. */
export function requireBootSource(
  world: World,
  call: Call,
  { id, location, zones }: Making,
  { imageReference, osDisk = {} }: WantedStorage,
): BootSource {
  required('osDisk.createOption', osDisk.createOption);
  if (osDisk.createOption === 'Attach') {
    if (imageReference) {
      throw new ArmError(400, 'InvalidParameter', "Parameter 'imageReference' is not allowed.", {
        target: 'imageReference',
      });
    }
    required('osDisk.managedDisk.id', osDisk.managedDisk?.id);
    required('osDisk.osType', osDisk.osType);
    const disk = requireFreeDisk(world, osDisk.managedDisk.id, { id, location, zones });
    if (disk.properties.osType !== osDisk.osType) {
      throw invalid('osDisk.osType', osDisk.osType, `The disk's is '${disk.properties.osType ?? ''}'.`);
    }
    return { image: imageOn(world, disk, osDisk.osType), osDisk: disk };
  }
  if (osDisk.createOption !== 'FromImage') {
    throw invalid('osDisk.createOption', osDisk.createOption, 'Use FromImage or Attach.');
  }
  const link = { id, headers: call.headers };
  const { subscriptionId } = call;
  return { image: resolveImage(world, imageReference, { location, subscriptionId, link }) };
}

/** A disk that a VM may take: there, in its region, and nobody else's. */
export function requireFreeDisk(world: World, diskId: string, vm: Making): Resource<DiskProperties> {
  if (!isResourceId(diskId) || parseId(diskId).type.toLowerCase() !== DISK_TYPE.toLowerCase()) {
    throw invalid('managedDisk.id', diskId, 'It must be the id of a managed disk.');
  }
  const disk = world.resources.find<DiskProperties>(diskId);
  if (!disk) {
    const { name, resourceGroup } = parseId(diskId);
    throw new ArmError(404, 'NotFound', `Disk '${name}' is not found in resource group '${resourceGroup}'.`);
  }
  if (regionName(disk.location ?? '') !== vm.location) {
    throw new ArmError(
      400,
      'BadRequest',
      `Disk '${disk.id}' is in region '${disk.location}', but the VM is in region '${vm.location}'.`,
    );
  }
  refuseOtherZone(disk, vm);
  world.operations.refuseIfBusy(disk.id);
  refuseUnready(disk);
  const { managedBy } = disk.fields;
  if (typeof managedBy === 'string' && !sameId(managedBy, vm.id)) {
    throw new ArmError(
      409,
      'ConflictingUserInput',
      `Disk '${disk.id}' cannot be attached as the disk is already owned by VM '${managedBy}'.`,
    );
  }
  return disk;
}

/** "Managed disks and availability zones": a disk in a zone goes with machines of that zone, one in none with those in none. */
function refuseOtherZone({ id, fields }: Resource<DiskProperties>, { zones }: Making): void {
  const { zones: own = [], sku } = fields as { zones?: string[]; sku?: { name?: string } };
  if (sku?.name?.endsWith('ZRS') || own.join() === zones.join()) return;
  throw new ArmError(
    400,
    'BadRequest',
    `Disk '${id}' cannot be attached to the VM because it is not in the same zone as the VM. VM zone: ` +
      `'${zones.join()}'. Disk zone: '${own.join()}'.`,
  );
}

/** A disk seen as the image of a single machine: nothing provisions it, so it comes up only if it is not sealed. */
function imageOn(world: World, disk: Resource<DiskProperties>, osType: Image['osType']): Image {
  const { hyperVGeneration = 'V1', securityProfile, supportedCapabilities, purchasePlan } = disk.properties;
  const content = contentOf(world, disk);
  return {
    ...content,
    id: disk.id,
    exactVersion: '',
    osType,
    osState: 'Specialized',
    generation: hyperVGeneration,
    securityType: securityProfile?.securityType ?? 'Standard',
    architecture: supportedCapabilities?.architecture === 'Arm64' ? 'Arm64' : 'x64',
    plan: purchasePlan,
    sizeInGB: disk.properties.diskSizeGB,
    dataDisks: [],
    // A disk imported as generation 1 does not boot what was installed for generation 2.
    boots: content !== undefined && !content.sealed && content.generation === hyperVGeneration,
    facts: content?.facts ?? new Map(),
  };
}
