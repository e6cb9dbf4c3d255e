import type { InstanceViewStatus, VirtualMachine, VirtualMachineScaleSetVM } from '@azure/arm-compute';
import type { Machine } from '../hosts/machine.ts';
import { withoutSecrets } from '../log.ts';
import { lastSegment } from '../resource-id.ts';
import type { Instance } from '../rollouts/fleet.ts';
import { whyNotAgain, whyNotBeside } from './replaceable.ts';

/** An instance of a Uniform scale set, or a virtual machine with a name of its own. */
export type FoundMachine = VirtualMachineScaleSetVM | VirtualMachine;

/** What rollouts and hosts both ask of a machine. */
export function instanceOf(found: FoundMachine): Instance {
  const { id = '', osProfile, provisioningState = '', instanceView } = found;
  return {
    id,
    instanceId: ('instanceId' in found && found.instanceId) || lastSegment(found.name),
    tags: found.tags ?? {},
    size: sizeOf(found),
    computerName: osProfile?.computerName ?? '',
    imageVersionId: imageVersionOf(found),
    provisioningState,
    power: powerOf(instanceView?.statuses ?? []),
    ...hindrancesOf(found),
  };
}

/** Of a machine that stands alone, what its own model says against replacing it; its network interfaces are not read. */
function hindrancesOf(found: FoundMachine): Pick<Instance, 'notAgain' | 'notBeside'> {
  if (!('storageProfile' in found) || 'instanceId' in found || isInScaleSet(found)) return {};
  const [notAgain, notBeside] = [whyNotAgain(found), whyNotBeside(found, [])];
  return { ...(notAgain !== undefined && { notAgain }), ...(notBeside !== undefined && { notBeside }) };
}

function isInScaleSet(found: FoundMachine): boolean {
  return 'virtualMachineScaleSet' in found && found.virtualMachineScaleSet !== undefined;
}

/** The machine as bringing its host to a version sees it. */
export function machineOf(found: FoundMachine): Machine {
  return {
    ...instanceOf(found),
    ...troubleOf(found),
    vmId: found.vmId ?? '',
    osDiskId: found.storageProfile?.osDisk?.managedDisk?.id ?? '',
    agentReady: found.instanceView?.vmAgent?.statuses?.[0]?.displayStatus === 'Ready',
  };
}

const mostLetters = 500;

/** As `ProvisioningState/failed/AllocationFailed`, with a message; what belongs to the guest is told elsewhere. */
function troubleOf({ instanceView }: FoundMachine): Pick<Machine, 'trouble'> {
  const statuses = instanceView?.statuses ?? [];
  const failed = statuses.filter(({ code = '' }) => /^provisioningstate\/failed/i.test(code));
  const told = failed.map(({ code = '', message, displayStatus = '' }) => {
    const kind = code.split('/').slice(2).join('/');
    return [kind, message ?? displayStatus].filter((part) => part !== '').join(': ');
  });
  return told.length === 0 ? {} : { trouble: withoutSecrets(told.join('; ')).slice(0, mostLetters) };
}

function sizeOf(found: FoundMachine): string {
  const size = found.hardwareProfile?.vmSize;
  return ('sku' in found ? found.sku?.name : undefined) ?? size ?? '';
}

/** A reference to a definition means its latest at the time; `exactVersion` says which that was. */
function imageVersionOf({ storageProfile }: FoundMachine): string {
  const { id = '', exactVersion } = storageProfile?.imageReference ?? {};
  if (/\/versions\/[^/]+$/i.test(id) || exactVersion === undefined) return id;
  return id === '' ? '' : `${id}/versions/${exactVersion}`;
}

const powers: Readonly<Record<string, Instance['power']>> = {
  running: 'running',
  starting: 'starting',
  stopping: 'stopped',
  stopped: 'stopped',
  deallocating: 'deallocated',
  deallocated: 'deallocated',
};

function powerOf(statuses: readonly InstanceViewStatus[]): Instance['power'] {
  const codes = statuses.map(({ code = '' }) => code.toLowerCase());
  const power = codes.find((code) => code.startsWith('powerstate/'))?.slice('powerstate/'.length) ?? '';
  return powers[power] ?? 'unknown';
}
