import { ArmError, type Answer } from '../core/arm-error.ts';
import type { Call, Route } from '../core/provider.ts';
import type { Resource } from '../core/resources.ts';
import { buckets } from '../core/throttle.ts';
import type { World } from '../core/world.ts';
import { computersOf } from './computers.ts';
import { setDiskState } from './disks.ts';
import { bootMachine, refuseDeleting, requireVm, type Machine, type VmProperties } from './machine.ts';
import { COMPUTE_API_VERSION } from './versions.ts';

interface Action {
  readonly name: string;
  readonly seconds: readonly [number, number];
  /** Refuses; asked when nothing else runs on the VM. */
  readonly check: (vm: Resource<VmProperties>, machine: Machine) => void;
  readonly begin: (machine: Machine) => void;
  readonly finish: (vm: Resource<VmProperties>, machine: Machine) => void;
}

/** What one can tell a VM to do. */
export function vmActionRoutes(world: World, path: string, vmId: (call: Call) => string): Route[] {
  const { operations, timeline } = world;
  const computers = computersOf(world);
  const actions: readonly Action[] = [
    {
      name: 'start',
      seconds: [30, 90],
      check: refuseGeneralized,
      begin: ({ guest }) => {
        if (!guest.isRunning()) guest.power = 'starting';
      },
      finish: (vm, machine) => {
        if (!machine.guest.isRunning()) bootMachine(world, machine);
        setDiskStates(world, vm, 'Attached');
      },
    },
    {
      name: 'restart',
      seconds: [30, 90],
      check: (vm, machine) => {
        refuseGeneralized(vm, machine);
        if (!machine.guest.isRunning()) throw notAllowed('restart', vm, 'the VM is not running');
      },
      begin: (machine) => computers.takeDown(machine, 'restart', 'starting', timeline.now()),
      finish: (_, machine) => bootMachine(world, machine),
    },
    {
      name: 'powerOff',
      seconds: [20, 60],
      check: () => {},
      begin: (machine) => {
        if (machine.guest.power !== 'deallocated') computers.takeDown(machine, 'powerOff', 'stopping');
      },
      finish: (_, { guest }) => {
        if (guest.power === 'stopping') guest.power = 'stopped';
      },
    },
    {
      name: 'deallocate',
      seconds: [40, 120],
      check: () => {},
      begin: (machine) => {
        if (machine.guest.power !== 'deallocated') computers.takeDown(machine, 'deallocate', 'deallocating');
      },
      finish: (vm, { guest }) => {
        guest.power = 'deallocated';
        setDiskStates(world, vm, 'Reserved');
      },
    },
  ];

  const act =
    (action: Action) =>
    (call: Call): Answer => {
      const { vm, machine } = requireVm(world, vmId(call));
      refuseDeleting(world, vm);
      operations.refuseIfBusy(vm.id);
      action.check(vm, machine);
      const operation = operations.start(call, {
        resourceId: vm.id,
        location: vm.location ?? '',
        seconds: action.seconds,
        kind: 'post',
        finish: () => {
          action.finish(vm, machine);
          vm.properties.provisioningState = 'Succeeded';
        },
      });
      action.begin(machine);
      vm.properties.provisioningState = 'Updating';
      return operations.answer(call, operation, 202);
    };

  /** Only marks the VM: nothing looks into the guest, so a guest that was never sysprepped is marked as well. */
  const generalize = (call: Call): Answer => {
    const { vm, machine } = requireVm(world, vmId(call));
    refuseDeleting(world, vm);
    operations.refuseIfBusy(vm.id);
    if (machine.guest.power !== 'stopped' && machine.guest.power !== 'deallocated') {
      throw notAllowed(
        'generalize',
        vm,
        'the VM is not stopped or deallocated. Please power off the VM first',
      );
    }
    machine.generalized = true;
    world.resources.touch(vm);
    return { status: 200 };
  };

  const by = ['subscriptionId', 'resourceGroup', 'vmName'];
  const updates = buckets('UpdateVM', { perMinute: 4, by }, { perMinute: 500 });
  const deletes = buckets('DeleteVM', { perMinute: 4, by }, { perMinute: 500 });
  const apiVersion = COMPUTE_API_VERSION;
  return [
    ...actions.map((action): Route => ({
      method: 'POST',
      path: `${path}/${action.name}`,
      apiVersion,
      buckets: action.name === 'deallocate' ? deletes : updates,
      handle: act(action),
    })),
    { method: 'POST', path: `${path}/generalize`, apiVersion, buckets: updates, handle: generalize },
  ];
}

/** What a deallocated machine has attached is Reserved. */
function setDiskStates(
  world: World,
  { properties }: Resource<VmProperties>,
  state: 'Attached' | 'Reserved',
): void {
  const { osDisk, dataDisks } = properties.storageProfile;
  for (const { managedDisk } of [osDisk, ...dataDisks]) setDiskState(world, managedDisk.id, state);
}

function refuseGeneralized(vm: Resource<VmProperties>, { generalized }: Machine): void {
  if (generalized) throw notAllowed('start', vm, 'the VM is generalized');
}

function notAllowed(operation: string, { name }: Resource<VmProperties>, why: string): ArmError {
  return new ArmError(
    409,
    'OperationNotAllowed',
    `Operation '${operation}' is not allowed on VM '${name}' since ${why}.`,
  );
}
