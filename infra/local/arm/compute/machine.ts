import { ArmError, type Json } from '../core/arm-error.ts';
import type { Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import type { Computer } from './computer.ts';
import { computersOf } from './computers.ts';
import { joinOf } from './directory.ts';
import type { Guest } from './guest.ts';
import type { Image, ImageReference, Plan } from './image.ts';

/** A VM's properties, as far as they mean something here; what else is sent comes back as it was. */
export interface VmProperties {
  vmId: string;
  timeCreated: string;
  hardwareProfile: { vmSize: string };
  storageProfile: {
    imageReference?: ImageReference;
    osDisk: OsDisk;
    dataDisks: DataDisk[];
    diskControllerType?: string;
  };
  osProfile?: Json & { computerName?: string };
  securityProfile?: { securityType?: string; uefiSettings?: Json };
  networkProfile: { networkInterfaces: NetworkInterfaceReference[] };
  licenseType?: string;
  diagnosticsProfile?: Json;
  /** The Flexible scale set it is in. */
  virtualMachineScaleSet?: { id: string };
  availabilitySet?: { id: string };
}

type DeleteOption = 'Delete' | 'Detach';

export interface OsDisk {
  name: string;
  osType: 'Windows' | 'Linux';
  createOption: 'FromImage' | 'Attach' | 'Empty';
  caching?: string;
  deleteOption?: DeleteOption;
  diskSizeGB?: number;
  managedDisk: { id: string; storageAccountType?: string; securityProfile?: Json };
}

export interface DataDisk {
  lun: number;
  name: string;
  createOption: string;
  caching?: string;
  deleteOption?: DeleteOption;
  diskSizeGB?: number;
  managedDisk: { id: string; storageAccountType?: string };
}

export interface NetworkInterfaceReference {
  id: string;
  properties?: { primary?: boolean; deleteOption?: DeleteOption };
}

export const VM_TYPE = 'Microsoft.Compute/virtualMachines';

/** What Azure knows of a VM beside its resource. */
export interface Machine extends Computer {
  readonly instance: Resource<VmProperties>;
  image: Image;
  readonly securityType: string;
  readonly plan: Plan | undefined;
  /** Shown to who asks for it, and only then. */
  userData?: string;
  /** `generalize` was called: the VM can only be captured or deleted from here on. */
  generalized: boolean;
}

const machines = new WeakMap<object, Machine>();

interface NewMachine {
  readonly guest: Guest;
  readonly image: Image;
  readonly securityType: string;
  /** Its guest has been up for long. */
  readonly up?: boolean;
}

/** Puts the machine behind a new VM resource; its guest is one that `computersOf(world)` made. */
export function addMachine(world: World, vm: Resource<VmProperties>, made: NewMachine): Machine {
  const { guest, image, securityType, up = false } = made;
  const machine: Machine = {
    instanceId: vm.name,
    instance: vm,
    guest,
    get joinedTo() {
      return joinOf(guest);
    },
    up,
    outage: undefined,
    image,
    securityType,
    plan: image.plan,
    generalized: false,
  };
  machines.set(vm, machine);
  computersOf(world).add(machine);
  return machine;
}

/** Whether Windows in it comes up when it is next powered on. */
export function comesUp(world: World, machine: Machine): boolean {
  return machine.image.boots && !computersOf(world).isOrderedDown(machine);
}

/** Powers its guest on; the VM agent reports a while later, or never. */
export function bootMachine(world: World, machine: Machine): void {
  const { timeline, random } = world;
  const seconds = comesUp(world, machine) ? random.between(20, 90) : Number.POSITIVE_INFINITY;
  machine.guest.boot(timeline.now(), seconds);
}

/** The machine behind a VM resource. */
export function machineOf(vm: object): Machine {
  const machine = machines.get(vm);
  if (!machine) throw new Error('a VM without a machine');
  return machine;
}

/** The VM and its machine, or ARM's 404. */
export function requireVm(world: World, id: string): { vm: Resource<VmProperties>; machine: Machine } {
  const vm = world.resources.require<VmProperties>(id);
  return { vm, machine: machineOf(vm) };
}

/** A VM that is being deleted takes no orders (seen in the wild as "VM is marked for deletion"). */
export function refuseDeleting(world: World, vm: Resource<VmProperties>): void {
  if (world.operations.running(vm.id)?.work.kind !== 'delete') return;
  throw new ArmError(
    409,
    'OperationNotAllowed',
    `Operation is not allowed on VM '${vm.name}' since the VM is marked for deletion. You can only retry the Delete ` +
      'operation (or wait for an ongoing one to complete).',
  );
}
