import { ArmError, type Answer } from '../core/arm-error.ts';
import type { Call, Route } from '../core/provider.ts';
import { sameId } from '../core/resource-id.ts';
import type { Resource } from '../core/resources.ts';
import { buckets } from '../core/throttle.ts';
import type { World } from '../core/world.ts';
import { computersOf } from './computers.ts';
import { contentOf, setContent } from './content.ts';
import { setDiskState } from './disks.ts';
import { machineOf, requireVm, VM_TYPE, type VmProperties } from './machine.ts';
import { detachNic } from './network.ts';
import { requireRegion } from './regions.ts';
import { runCommandRoutes } from './run-commands.ts';
import type { ScriptReader } from './script.ts';
import { COMPUTE_API_VERSION } from './versions.ts';
import { vmActionRoutes } from './vm-actions.ts';
import { changeVm } from './vm-change.ts';
import { createVm } from './vm-create.ts';
import { vmExtensionRoutes } from './vm-extensions.ts';
import { listVms } from './vm-list.ts';
import type { VmBody } from './vm-request.ts';
import { instanceViewOf, vmView } from './vm-view.ts';
import { erase, refuseMove } from './writing.ts';

type Vm = Resource<VmProperties>;

const GROUP = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Compute';
const PATH = `${GROUP}/virtualMachines/{vmName}`;

/** Stand-alone virtual machines. */
export function virtualMachineRoutes(world: World, readers: readonly ScriptReader[]): Route[] {
  const { resources, operations } = world;
  const vmId = ({ subscriptionId, resourceGroup, params }: Call) =>
    `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/${VM_TYPE}/${params['vmName']}`;

  const put = (call: Call): Answer => {
    const id = vmId(call);
    const body = (call.body ?? {}) as VmBody;
    const location = requireRegion(body.location, VM_TYPE);
    const before = resources.find<VmProperties>(id);
    checkPrecondition(call, before);
    if (!before) return createVm(world, call, id, location, body);
    refuseMove(before, location);
    return changeVm(world, call, before, body);
  };

  const patch = (call: Call): Answer => {
    const { vm } = requireVm(world, vmId(call));
    checkPrecondition(call, vm);
    return changeVm(world, call, vm, call.body ?? {});
  };

  const get = (call: Call): Answer => {
    const { vm } = requireVm(world, vmId(call));
    return { status: 200, body: vmView(world, vm, call.query.get('$expand') ?? undefined) };
  };

  const list = (call: Call) => listVms(world, call);

  const remove = (call: Call): Answer => {
    const id = vmId(call);
    const force = call.query.get('forceDeletion') === 'true';
    const running = operations.running(id);
    // Only a forced deletion takes the place of what runs on the VM, and never that of a capture of it.
    const isOwn = sameId(running?.work.resourceId, id) && running?.work.kind !== 'delete';
    const isExtension = running?.work.resourceId.toLowerCase().startsWith(`${id.toLowerCase()}/extensions/`);
    if (running && ((force && isOwn) || isExtension)) operations.preempt(running);
    return erase(world, call, id, {
      // A forced deletion does not wait for the guest to shut down.
      seconds: force ? [10, 30] : [40, 120],
      begin: (vm) => computersOf(world).takeDown(machineOf(vm), 'delete', 'deallocating'),
      finish: (vm) => {
        leaveOrTake(world, vm as unknown as Vm);
        computersOf(world).remove(machineOf(vm));
      },
    });
  };

  const by = ['subscriptionId', 'resourceGroup', 'vmName'];
  const puts = buckets('PutVM', { perMinute: 4, by }, { perMinute: 500 });
  const gets = buckets('GetVM', { perMinute: 12, by });
  const lists = buckets('ListVM', undefined, { perMinute: 300 });
  const updates = buckets('UpdateVM', { perMinute: 4, by }, { perMinute: 500 });
  const deletes = buckets('DeleteVM', { perMinute: 4, by }, { perMinute: 500 });
  const everywhere = '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/virtualMachines';
  const apiVersion = COMPUTE_API_VERSION;
  const host = (call: Call) => {
    resources.requireParent(`${vmId(call)}/runCommands/any`, call.method === 'GET' ? 'read' : 'write');
    const { vm, machine } = requireVm(world, vmId(call));
    return {
      machineId: vm.id,
      location: vm.location ?? '',
      guest: machine.guest,
      identity: vm.fields['identity'],
    };
  };
  return [
    { method: 'PUT', path: PATH, apiVersion, buckets: puts, handle: put },
    { method: 'PATCH', path: PATH, apiVersion, buckets: updates, handle: patch },
    { method: 'GET', path: PATH, apiVersion, buckets: gets, handle: get },
    { method: 'DELETE', path: PATH, apiVersion, buckets: deletes, handle: remove },
    { method: 'GET', path: `${GROUP}/virtualMachines`, apiVersion, buckets: lists, handle: list },
    { method: 'GET', path: everywhere, apiVersion, buckets: lists, handle: list },
    {
      method: 'GET',
      path: `${PATH}/instanceView`,
      apiVersion,
      buckets: gets,
      handle: (call) => ({ status: 200, body: instanceViewOf(world, requireVm(world, vmId(call)).vm) }),
    },
    ...vmActionRoutes(world, PATH, vmId),
    ...vmExtensionRoutes(world, { path: PATH, by, vmId }),
    ...runCommandRoutes(world, { path: PATH, type: `${VM_TYPE}/runCommands`, by, host, readers }),
  ];
}

/** Disks and interfaces go with the VM only when it was created to take them along. */
function leaveOrTake(world: World, { id, properties }: Vm): void {
  const { osDisk, dataDisks } = properties.storageProfile;
  const left = world.resources.find(osDisk.managedDisk.id);
  // The disk holds from now on what the guest had come to hold.
  const content = left && contentOf(world, left);
  if (content) setContent(left, content);
  for (const { deleteOption, managedDisk } of [osDisk, ...dataDisks]) {
    if (deleteOption === 'Delete') world.resources.remove(managedDisk.id);
    else setDiskState(world, managedDisk.id, 'Unattached');
  }
  for (const nic of properties.networkProfile.networkInterfaces) {
    if (nic.properties?.deleteOption === 'Delete') world.resources.remove(nic.id);
    else if (!sameId(nic.id, id)) detachNic(world, nic.id);
  }
}

/** If-Match and If-None-Match, which the VM's PUT and PATCH take since 2024-07-01. */
function checkPrecondition({ headers }: Call, vm: Vm | undefined): void {
  const wanted = headers['if-match'];
  const unwanted = headers['if-none-match'];
  const fails =
    (wanted !== undefined && (!vm || (wanted !== '*' && wanted !== vm.etag))) || (unwanted === '*' && vm);
  if (fails)
    throw new ArmError(412, 'PreconditionFailed', 'The condition in the request header does not hold.');
}
