import { ArmError } from '../core/arm-error.ts';
import { parseId } from '../core/resource-id.ts';
import type { Resource } from '../core/resources.ts';
import { refuseForeignLink } from '../core/tenants.ts';
import type { World } from '../core/world.ts';
import type { Captured } from './captured.ts';
import { capturedAs, contentOfMachine } from './content.ts';
import { fromOsDisk, requireDataDisks, type DataDiskImage } from './gallery-source-disks.ts';
import { refuseUnlike, requireId, requireThere, wrong, type NewVersion } from './gallery-source-rules.ts';
import { imageInVersion } from './image-source.ts';
import type { Image } from './image.ts';
import { VERSION_TYPE, type StorageProfile, type VersionProperties } from './image-version.ts';
import { machineOf, VM_TYPE, type Machine, type VmProperties } from './machine.ts';
import { imageInManaged, IMAGE_TYPE, type ManagedImageProperties } from './managed-image.ts';
import { refuseUnready } from './source-state.ts';

/** What a new version is made of. */
export interface Source {
  readonly captured: Captured;
  readonly dataDiskImages: readonly DataDiskImage[];
  /** Locked until the copy in the version's own region is complete. */
  readonly locks: readonly string[];
  /** Locked until the last region is complete. */
  readonly held: readonly string[];
  /** Copied from, and not to be deleted meanwhile. */
  readonly reads: readonly string[];
}

/** Finds what a new version is made from and refuses what does not fit the definition. */
export function requireSource(world: World, wanted: NewVersion, profile: StorageProfile = {}): Source {
  const { source = {}, osDiskImage, dataDiskImages = [] } = profile;
  const whole = [source.virtualMachineId, source.id, source.communityGalleryImageId];
  const given = [...whole, osDiskImage?.source].filter((one) => one !== undefined);
  if (given.length !== 1 || (osDiskImage?.source === undefined && dataDiskImages.length > 0)) {
    throw wrong(
      'The gallery artifact version source can only be specified either directly under storageProfile or within individual ' +
        'OS or data disks. One and only one source type (user image, snapshot, disk, virtual machine) can be provided',
    );
  }
  if (osDiskImage?.source !== undefined) {
    const os = fromOsDisk(world, wanted, osDiskImage.source);
    const data = requireDataDisks(world, wanted, osDiskImage.source, dataDiskImages);
    const reads = [...os.reads, ...data.reads];
    const dataDisks = data.images.map(({ lun, sizeInGB }) => ({ lun, sizeInGB }));
    return {
      captured: { ...os.captured, dataDisks },
      dataDiskImages: data.images,
      locks: [],
      held: [],
      reads,
    };
  }
  return fromWhole(world, wanted, source);
}

function fromWhole(world: World, wanted: NewVersion, source: NonNullable<StorageProfile['source']>): Source {
  const path = source.virtualMachineId === undefined ? 'source.id' : 'source.virtualMachineId';
  const id = requireId(source.virtualMachineId ?? source.id, path);
  const type = parseId(id).type.toLowerCase();
  const isVm = type === VM_TYPE.toLowerCase();
  if (source.virtualMachineId !== undefined && !isVm) {
    throw wrong(`The source id: ${id} must be a virtual machine`);
  }
  refuseForeignLink(world, wanted, id);
  if (isVm) return fromVm(world, wanted, id);
  if (type === IMAGE_TYPE.toLowerCase()) return fromManagedImage(world, wanted, id);
  if (type === VERSION_TYPE.toLowerCase()) return fromVersion(world, wanted, id);
  throw wrong(
    `The source id: ${id} must either be a managed image, virtual machine or another gallery image version`,
  );
}

function fromVm(world: World, { definition, location }: NewVersion, id: string): Source {
  const vm = requireThere<VmProperties>(world, id, location);
  world.operations.refuseIfBusy(vm.id);
  const machine = machineOf(vm);
  const { image, securityType, plan, generalized } = machine;
  const { osType, generation, architecture } = image;
  if (vm.properties.provisioningState === 'Failed') {
    throw notAllowed(`The source virtual machine '${vm.id}' is in a failed state.`);
  }
  const osState = generalized ? 'Generalized' : 'Specialized';
  const traits = { osType, generation, architecture, osState, securityType, plan } as const;
  refuseUnlike({ kind: 'vm', id: vm.id, ...traits }, definition);
  refuseRunning(vm, machine);
  const { osDisk, dataDisks } = vm.properties.storageProfile;
  const data = dataDisks.map(({ lun, diskSizeGB = 127 }) => ({ lun, sizeInGB: diskSizeGB }));
  const sizeInGB = osDisk.diskSizeGB ?? image.sizeInGB;
  return {
    captured: { ...capturedAs(contentOfMachine(machine), osState, sizeInGB), dataDisks: data },
    dataDiskImages: unsourced(data),
    locks: [vm.id],
    held: [],
    reads: [],
  };
}

/** "You need to wait for the image version to completely finish being built and replicated" before it is used again. */
function fromManagedImage(world: World, { definition, location }: NewVersion, id: string): Source {
  const resource = requireThere<ManagedImageProperties>(world, id, location);
  world.operations.refuseIfBusy(resource.id);
  refuseUnready(resource);
  const image = imageInManaged(resource);
  refuseUnlike({ ...image, id: resource.id, kind: 'managed image' }, definition);
  return { ...wholly(image), held: [resource.id], reads: [] };
}

function fromVersion(world: World, { definition, location }: NewVersion, id: string): Source {
  const version = requireThere<VersionProperties>(world, id, location);
  world.operations.refuseIfBusy(version.id);
  refuseUnready(version);
  const image = imageInVersion(world, version);
  refuseUnlike({ ...image, id: version.id, kind: 'version' }, definition);
  return { ...wholly(image), held: [], reads: [version.id] };
}

function wholly(image: Image): Pick<Source, 'captured' | 'dataDiskImages' | 'locks'> {
  return { captured: image, dataDiskImages: unsourced(image.dataDisks), locks: [] };
}

function unsourced(disks: Image['dataDisks']): DataDiskImage[] {
  return disks.map(({ lun, sizeInGB }) => ({ lun, sizeInGB, hostCaching: 'None' }));
}

/** "Create an image definition and an image version": a generalized source must be stopped as well. */
function refuseRunning(vm: Resource<VmProperties>, { generalized, guest }: Machine): void {
  if (!generalized || guest.power === 'deallocated') return;
  throw notAllowed(`The source virtual machine '${vm.id}' is not deallocated.`);
}

function notAllowed(message: string): ArmError {
  return new ArmError(409, 'OperationNotAllowed', message);
}
