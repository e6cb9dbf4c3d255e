import type { Computer } from '../compute/computer.ts';
import type { Power } from '../compute/guest.ts';
import type { Json } from '../core/arm-error.ts';
import { shown } from '../core/resources.ts';
import type { Machine } from './machine.ts';

const POWER_TEXT: Record<Power, string> = {
  starting: 'VM starting',
  running: 'VM running',
  stopping: 'VM stopping',
  stopped: 'VM stopped',
  deallocating: 'VM deallocating',
  deallocated: 'VM deallocated',
};

/** An instance as ARM shows it: named `scaleSet_instanceId`, with the instance view when asked for. */
export function instanceBody(machine: Machine, now: number, expand: string | null = null): Json {
  const { instance, scaleSet, instanceId } = machine;
  const withView = expand?.toLowerCase() === 'instanceview';
  return {
    ...shown(instance),
    name: `${scaleSet.name}_${instanceId}`,
    instanceId,
    etag: instance.etag,
    properties: { ...instance.properties, ...(withView && { instanceView: instanceView(machine, now) }) },
  };
}

/** A VM of a Flexible scale set, as the scale set tells of it: hardly more than that it is there. */
export function flexibleBody({ instance }: Computer, latestModelApplied?: boolean): Json {
  const { id, name, type, location } = instance;
  const properties = { latestModelApplied, vmId: instance.properties.vmId };
  return {
    id,
    name,
    type,
    location,
    instanceId: name,
    ...(latestModelApplied !== undefined && { properties }),
  };
}

/** Whether and since when the guest runs, and what its VM agent says. */
export function instanceView(machine: Machine, now: number): Json {
  const { instance, guest, bootError } = machine;
  const provisioning = instance.properties.provisioningState ?? 'Succeeded';
  const { osDisk } = instance.properties.storageProfile;
  const ready = guest.isAgentReady(now);
  return {
    ...(ready && {
      computerName: guest.name,
      osName: 'Windows 11 Enterprise multi-session',
      osVersion: '10.0.26100.6899',
      hyperVGeneration: 'V2',
    }),
    vmAgent: ready ? readyAgent(guest.agentReadyAt ?? now) : absentAgent(),
    disks: [
      { name: osDisk.name, statuses: [status('ProvisioningState/succeeded', 'Provisioning succeeded')] },
    ],
    statuses: [
      provisioningStatus(provisioning, bootError),
      status(`PowerState/${guest.power}`, POWER_TEXT[guest.power]),
    ],
  };
}

function provisioningStatus(state: string, bootError: string | undefined): Json {
  if (state !== 'Failed')
    return status(
      `ProvisioningState/${state.toLowerCase()}`,
      state === 'Succeeded' ? 'Provisioning succeeded' : state,
    );
  const code = bootError === undefined ? 'ProvisioningState/failed' : `ProvisioningState/failed/${bootError}`;
  return { code, level: 'Error', displayStatus: 'Provisioning failed' };
}

function readyAgent(since: number): Json {
  return {
    vmAgentVersion: '2.7.41491.1183',
    statuses: [
      {
        ...status('ProvisioningState/succeeded', 'Ready'),
        message: 'GuestAgent is running and processing the extensions.',
        time: new Date(since).toISOString(),
      },
    ],
  };
}

function absentAgent(): Json {
  return {
    vmAgentVersion: 'Unknown',
    statuses: [
      {
        code: 'ProvisioningState/Unavailable',
        level: 'Warning',
        displayStatus: 'Not Ready',
        message: 'VM status blob is found but not yet populated.',
      },
    ],
  };
}

function status(code: string, displayStatus: string): Json {
  return { code, level: 'Info', displayStatus };
}
