import { ArmError, type Answer } from '../core/arm-error.ts';
import type { Call, Route } from '../core/provider.ts';
import { buckets } from '../core/throttle.ts';
import type { World } from '../core/world.ts';
import { requireExtension, type ExtensionBody } from './extension-request.ts';
import { ExtensionWork } from './extension-work.ts';
import { refuseDeleting, requireVm } from './machine.ts';
import { COMPUTE_API_VERSION } from './versions.ts';
import {
  extensionsOf,
  extensionView,
  putExtension,
  statusOf,
  type Extension,
  type ExtensionProperties,
} from './vm-extension.ts';
import { erase } from './writing.ts';

interface On {
  readonly path: string;
  readonly by: readonly string[];
  readonly vmId: (call: Call) => string;
}

/** Extensions of VMs: software that the VM agent installs, one at a time. */
export function vmExtensionRoutes(world: World, { path, by, vmId }: On): Route[] {
  const { resources, operations } = world;
  const one = `${path}/extensions/{extensionName}`;
  const idOf = (call: Call) => `${vmId(call)}/extensions/${call.params['extensionName'] ?? ''}`;
  const vmOf = (call: Call, verb: 'read' | 'write') => {
    resources.requireParent(idOf(call), verb);
    return requireVm(world, vmId(call));
  };

  const put = (call: Call): Answer => {
    const { vm, machine } = vmOf(call, 'write');
    refuseDeleting(world, vm);
    const name = call.params['extensionName'] ?? '';
    const id = `${vm.id}/extensions/${name}`;
    const before = resources.find<ExtensionProperties>(id);
    const there = extensionsOf(world, vm).filter((other) => other !== before);
    const { body, kind, secrets } = requireExtension(world, call.body as ExtensionBody, before, there);
    // The VM is changed by it: nothing else changes the VM meanwhile, and no second extension is begun.
    operations.refuseIfBusy(vm.id);
    checkRunning(machine.guest.isRunning());
    const { tags, location, properties } = body;
    const told = JSON.stringify([properties, secrets]);
    const isNews = before?.properties.provisioningState !== 'Succeeded' || statusOf(before)?.told !== told;
    const provisioningState = before ? 'Updating' : 'Creating';
    const shown = { ...properties, provisioningState };
    const extension = putExtension(world, vm, name, { location, tags, properties: shown });
    const settle = (state: 'Succeeded' | 'Failed') => {
      extension.properties.provisioningState = state;
      const all = extensionsOf(world, vm);
      const isFailed = all.some(({ properties: { provisioningState } }) => provisioningState === 'Failed');
      // A VM whose extension failed has failed ("VM provisioning state failed: extensions").
      vm.properties.provisioningState = isFailed ? 'Failed' : 'Succeeded';
      resources.touch(extension);
      resources.touch(vm);
    };
    const operation = operations.start(call, {
      resourceId: id,
      alsoLocks: [vm.id],
      location: vm.location ?? '',
      seconds: isNews ? 'open' : [5, 15],
      kind: 'put',
      finish: () => {
        settle('Succeeded');
        return extensionView(extension);
      },
      fail: () => settle('Failed'),
    });
    vm.properties.provisioningState = 'Updating';
    if (isNews) {
      new ExtensionWork({
        world,
        machine,
        extension,
        kind,
        secrets,
        told,
        operation: () => operation,
      }).begin();
    }
    return operations.answer(call, operation, before ? 200 : 201, extensionView(extension));
  };

  const withView = ({ query }: Call) => query.get('$expand')?.toLowerCase() === 'instanceview';
  const get = (call: Call): Answer => {
    vmOf(call, 'read');
    const extension: Extension = resources.require<ExtensionProperties>(idOf(call));
    return { status: 200, body: extensionView(extension, withView(call)) };
  };
  const list = (call: Call): Answer => {
    const { vm } = vmOf(call, 'read');
    const value = extensionsOf(world, vm).map((extension) => extensionView(extension, withView(call)));
    return { status: 200, body: { value } };
  };

  /** What it did to Windows stays. */
  const remove = (call: Call): Answer => {
    const vm = resources.find(vmId(call));
    if (!vm || !resources.find(idOf(call))) return { status: 204 };
    const { machine } = requireVm(world, vm.id);
    const running = operations.running(idOf(call));
    if (running?.work.kind !== 'delete') {
      operations.refuseIfBusy(vm.id);
      checkRunning(machine.guest.isRunning());
    }
    return erase(world, call, idOf(call), { seconds: [20, 60] });
  };

  const reads = buckets('GetVM', { perMinute: 12, by });
  const writes = buckets('UpdateVM', { perMinute: 4, by }, { perMinute: 500 });
  const apiVersion = COMPUTE_API_VERSION;
  return [
    { method: 'PUT', path: one, apiVersion, buckets: writes, handle: put },
    { method: 'GET', path: one, apiVersion, buckets: reads, handle: get },
    { method: 'DELETE', path: one, apiVersion, buckets: writes, handle: remove },
    { method: 'GET', path: `${path}/extensions`, apiVersion, buckets: reads, handle: list },
  ];
}

function checkRunning(isRunning: boolean): void {
  if (isRunning) return;
  throw new ArmError(
    409,
    'OperationNotAllowed',
    'Cannot modify extensions in the VM when the VM is not running.',
  );
}
