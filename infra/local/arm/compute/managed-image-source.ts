import { ArmError } from '../core/arm-error.ts';
import { regionName } from '../core/resource-id.ts';
import type { Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { accountOf } from '../storage/blobs.ts';
import type { Captured } from './captured.ts';
import { capturedAs, contentOf, contentOfMachine, type OsContent } from './content.ts';
import { refuseRunning, refuseUnready } from './source-state.ts';
import { DISK_TYPE, SNAPSHOT_TYPE, type DiskProperties } from './disks.ts';
import type { Plan } from './image.ts';
import { machineOf, type VmProperties } from './machine.ts';
import type { ImageDiskSource, ImageOsDisk, ManagedImageProperties } from './managed-image.ts';
import { requireVhd } from './vhd.ts';
import { invalid, required } from './writing.ts';

/** What a managed image is made of. */
export interface ImageSource {
  readonly captured: Captured;
  readonly osDisk: ImageOsDisk;
  readonly generation: 'V1' | 'V2';
  readonly plan: Plan | undefined;
  readonly locks: readonly string[];
  readonly reads: readonly string[];
}

/** "Create a legacy managed image": from a VM that is deallocated and generalized, and not Trusted Launch. */
export function imageFromVm(world: World, id: string, location: string): ImageSource {
  const vm = world.resources.find<VmProperties>(id);
  if (!vm) throw new ArmError(404, 'NotFound', `The source virtual machine '${id}' was not found.`);
  refuseElsewhere(vm, location);
  world.operations.refuseIfBusy(vm.id);
  const machine = machineOf(vm);
  const { image, guest, securityType, generalized, plan } = machine;
  if (securityType === 'TrustedLaunch') {
    throw new ArmError(
      409,
      'OperationNotAllowed',
      'Creation of managed images are not supported for virtual machine with TrustedLaunch security type.',
    );
  }
  if (!generalized || guest.power !== 'deallocated') {
    throw new ArmError(
      409,
      'OperationNotAllowed',
      `The source virtual machine '${vm.name}' must be deallocated and generalized before an image is created from it.`,
    );
  }
  const { osDisk, dataDisks } = vm.properties.storageProfile;
  const sizeInGB = osDisk.diskSizeGB ?? image.sizeInGB;
  return {
    captured: {
      ...capturedAs(contentOfMachine(machine), 'Generalized', sizeInGB),
      dataDisks: dataDisks.map(({ lun, diskSizeGB = 127 }) => ({ lun, sizeInGB: diskSizeGB })),
    },
    osDisk: { osType: image.osType, osState: 'Generalized', managedDisk: { id: osDisk.managedDisk.id } },
    generation: image.generation,
    plan,
    locks: [vm.id],
    reads: [],
  };
}

/** From an OS disk, a snapshot of one, or a VHD, with data disks of the same kinds. */
export function imageFromDisks(
  world: World,
  { storageProfile, hyperVGeneration = 'V1' }: Partial<ManagedImageProperties>,
  location: string,
): ImageSource {
  const { osDisk, dataDisks = [] } = storageProfile ?? {};
  required('image.properties.storageProfile.osDisk', osDisk);
  required('osDisk.osType', osDisk.osType);
  required('osDisk.osState', osDisk.osState);
  if (osDisk.osState !== 'Generalized') {
    throw invalid('osDisk.osState', osDisk.osState, 'Managed images are made of generalized disks.');
  }
  const os = partOf(world, osDisk, location, 'osDisk');
  if (os.generation !== undefined && os.generation !== hyperVGeneration) {
    throw invalid(
      'hyperVGeneration',
      hyperVGeneration,
      `The source has Hypervisor generation '${os.generation}'.`,
    );
  }
  const data = dataDisks.map((disk) => {
    required('dataDisks.lun', disk.lun);
    const part = partOf(world, disk, location, 'dataDisks');
    return { lun: disk.lun, id: part.id, sizeInGB: part.sizeInGB };
  });
  const double = data.find(({ lun }, index) => data.findIndex((one) => one.lun === lun) !== index);
  if (double) throw invalid('dataDisks.lun', double.lun, 'LUNs must be unique.');
  const content = os.content ?? EMPTY;
  const boots = content.sealed && content.generation === hyperVGeneration;
  return {
    captured: {
      ...capturedAs(content, 'Generalized', os.sizeInGB),
      boots,
      dataDisks: data.map(({ lun, sizeInGB }) => ({ lun, sizeInGB })),
    },
    osDisk,
    generation: hyperVGeneration,
    plan: os.plan,
    locks: [],
    reads: [os, ...data].flatMap(({ id }) => id ?? []),
  };
}

interface Part {
  readonly id?: string;
  readonly sizeInGB: number;
  readonly content?: OsContent | undefined;
  readonly generation?: 'V1' | 'V2' | undefined;
  readonly plan?: Plan | undefined;
}

const EMPTY: OsContent = {
  osType: 'Windows',
  generation: 'V1',
  architecture: 'x64',
  facts: new Map(),
  sealed: false,
};

function partOf(world: World, disk: ImageDiskSource, location: string, path: string): Part {
  const { snapshot, managedDisk, blobUri } = disk;
  if ([snapshot, managedDisk, blobUri].filter((one) => one !== undefined).length !== 1) {
    throw invalid(
      path,
      Object.keys(disk),
      'Exactly one of snapshot, managedDisk and blobUri must be specified.',
    );
  }
  if (blobUri !== undefined) {
    const storageAccountId = accountOf(world, blobUri)?.id ?? '';
    const { sizeInGB, content } = requireVhd(world, { uri: blobUri, storageAccountId, location });
    return { sizeInGB, content };
  }
  const source = requireDisk(
    world,
    (snapshot ?? managedDisk)?.id ?? '',
    snapshot ? SNAPSHOT_TYPE : DISK_TYPE,
  );
  refuseElsewhere(source, location);
  world.operations.refuseIfBusy(source.id);
  refuseUnready(source);
  refuseRunning(world, source);
  refuseTrusted(source);
  const { diskSizeGB, hyperVGeneration, purchasePlan } = source.properties;
  const content = contentOf(world, source);
  return { id: source.id, sizeInGB: diskSizeGB, content, generation: hyperVGeneration, plan: purchasePlan };
}

function requireDisk(world: World, id: string, type: string): Resource<DiskProperties> {
  const source = world.resources.find<DiskProperties>(id);
  if (source?.type === type) return source;
  throw new ArmError(404, 'NotFound', `The source '${id}' was not found.`);
}

function refuseTrusted({ properties }: Resource<DiskProperties>): void {
  if (properties.securityProfile?.securityType === 'TrustedLaunch') {
    throw new ArmError(
      409,
      'OperationNotAllowed',
      'Creation of managed images are not supported for disks with TrustedLaunch security type.',
    );
  }
}

function refuseElsewhere(source: Resource<object>, location: string): void {
  if (regionName(source.location ?? '') === location) return;
  throw invalid('image.location', location, `The source '${source.id}' is in region '${source.location}'.`);
}
