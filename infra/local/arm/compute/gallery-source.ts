import { ArmError } from '../core/arm-error.ts';
import { isResourceId, parseId, regionName } from '../core/resource-id.ts';
import type { Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import type { Captured } from './captured.ts';
import { capturedAs, contentOfMachine } from './content.ts';
import { securityTypeOf, type DefinitionProperties } from './gallery-images.ts';
import { imageInVersion } from './image-source.ts';
import { VERSION_TYPE, type VersionProperties } from './image-version.ts';
import { machineOf, VM_TYPE, type Machine, type VmProperties } from './machine.ts';
import { invalid } from './writing.ts';

interface Source {
  readonly captured: Captured;
  /** Locked until the copy in the version's own region is complete. */
  readonly locks: readonly string[];
}

/** Finds what a new version is made from and refuses what does not fit the definition. */
export function requireSource(
  world: World,
  storageProfile: VersionProperties['storageProfile'] | undefined,
  definition: Resource<DefinitionProperties>,
  location: string,
): Source {
  const { source = {}, osDiskImage } = storageProfile ?? {};
  const given = [
    source.virtualMachineId,
    source.id,
    source.communityGalleryImageId,
    osDiskImage?.source,
  ].filter((one) => one !== undefined);
  if (given.length !== 1) {
    throw new ArmError(
      400,
      'InvalidParameter',
      'Exactly one source must be specified in galleryImageVersion.properties.storageProfile.',
      { target: 'galleryImageVersion.properties.storageProfile.source' },
    );
  }
  if (source.virtualMachineId !== undefined)
    return fromVm(world, source.virtualMachineId, definition, location);
  if (source.id !== undefined) return fromVersion(world, source.id, definition, location);
  throw invalid(
    'galleryImageVersion.properties.storageProfile',
    storageProfile,
    'This stand-in knows virtual machines and image versions as sources.',
  );
}

function fromVm(
  world: World,
  id: string,
  definition: Resource<DefinitionProperties>,
  location: string,
): Source {
  const vm = requireKind<VmProperties>(world, id, VM_TYPE);
  refuseElsewhere(vm, location);
  world.operations.refuseIfBusy(vm.id);
  const machine = machineOf(vm);
  refuseWrongState(vm, machine, definition.properties);
  refuseOther(
    'Hypervisor generation',
    vm.id,
    machine.image.generation,
    definition.properties.hyperVGeneration ?? 'V1',
  );
  // "Trusted Launch for Azure VMs", Azure Compute Gallery: a VM's capture goes into a definition with
  // SecurityType TrustedLaunch, and only such a VM's. The "…Supported" kinds take VHDs, managed images and
  // other versions; whether a plain VM may go into one is not said, so it may not.
  refuseOther('SecurityType', vm.id, machine.securityType, securityTypeOf(definition.properties));
  refuseOtherPlan(vm, machine, definition.properties);
  const { osState } = definition.properties;
  const captured = capturedAs(contentOfMachine(machine), osState, machine.image.sizeInGB);
  return { captured, locks: [vm.id] };
}

function fromVersion(
  world: World,
  id: string,
  definition: Resource<DefinitionProperties>,
  location: string,
): Source {
  const version = requireKind<VersionProperties>(world, id, VERSION_TYPE);
  refuseElsewhere(version, location);
  const image = imageInVersion(world, version);
  refuseOther('Hypervisor generation', id, image.generation, definition.properties.hyperVGeneration ?? 'V1');
  refuseOther('OS state', id, image.osState, definition.properties.osState);
  return { captured: image, locks: [] };
}

function requireKind<P extends object>(world: World, id: string, type: string): Resource<P> {
  const fits = isResourceId(id) && parseId(id).type.toLowerCase() === type.toLowerCase();
  if (!fits)
    throw invalid(
      'galleryImageVersion.properties.storageProfile.source',
      id,
      `It must be the id of a ${type}.`,
    );
  const found = world.resources.find<P>(id);
  if (found) return found;
  throw new ArmError(
    404,
    'ResourceNotFound',
    `The resource with id '${id}' was not found. It is the source of a gallery image version.`,
  );
}

function refuseElsewhere(source: Resource<object>, location: string): void {
  if (regionName(source.location ?? '') === regionName(location)) return;
  throw new ArmError(
    409,
    'Conflict',
    `The resource with id '${source.id}' is in location '${source.location}', but the gallery image version is in ` +
      `location '${location}'. The source must be in the same location as the image version.`,
  );
}

/** "Create an image definition and an image version": a generalized source must be stopped and marked as such. */
function refuseWrongState(
  vm: Resource<VmProperties>,
  machine: Machine,
  { osState }: DefinitionProperties,
): void {
  if (vm.properties.provisioningState === 'Failed') {
    throw new ArmError(
      409,
      'OperationNotAllowed',
      `The source virtual machine '${vm.id}' is in a failed state.`,
    );
  }
  if (osState === 'Generalized' && !machine.generalized) {
    throw new ArmError(
      409,
      'OperationNotAllowed',
      `The source virtual machine '${vm.id}' is not generalized, but the OS state of the gallery image is Generalized.`,
    );
  }
  if (osState === 'Specialized' && machine.generalized) {
    throw new ArmError(
      409,
      'OperationNotAllowed',
      `The source virtual machine '${vm.id}' is generalized, but the OS state of the gallery image is Specialized.`,
    );
  }
  if (osState === 'Generalized' && machine.guest.power !== 'deallocated') {
    throw new ArmError(
      409,
      'OperationNotAllowed',
      `The source virtual machine '${vm.id}' is not deallocated.`,
    );
  }
}

function refuseOther(what: string, id: string, source: string, parent: string): void {
  if (source === parent) return;
  throw new ArmError(
    409,
    'Conflict',
    `The resource with id '${id}' has a different ${what} ['${source}'] than the parent gallery image ${what} ` +
      `['${parent}'].`,
  );
}

function refuseOtherPlan(
  vm: Resource<VmProperties>,
  { plan }: Machine,
  { purchasePlan }: DefinitionProperties,
): void {
  const text = (one: typeof plan) => (one ? `${one.publisher}/${one.product}/${one.name}` : '');
  if (text(plan).toLowerCase() === text(purchasePlan).toLowerCase()) return;
  throw new ArmError(
    409,
    'Conflict',
    `The resource with id '${vm.id}' has a different plan ['${text(plan)}'] than the parent gallery image plan ` +
      `['${text(purchasePlan)}'].`,
  );
}
