import type { ArmError, Json } from '../core/arm-error.ts';
import { shown, type Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import type { Guest, Power } from './guest.ts';
import { machineOf, type VmProperties } from './machine.ts';
import { extensionsOf, extensionView, instanceViewOf as extensionStatus } from './vm-extension.ts';

/** So long Azure goes on showing what an agent last said before it takes the agent for silent. */
const BELIEVED_MS = 5 * 60_000;

/**
 * The agent's status as Azure reports it for VMs and scale-set instances; nothing while the guest is down. The time is
 * that of the agent's last report. After a restart, or when the agent has died, Azure shows the old report for
 * minutes: `Ready` alone proves nothing.
 */
export function agentView(guest: Guest, now: number): Json | undefined {
  if (!guest.isRunning()) return undefined;
  const reported = guest.lastReport(now) ?? guest.lastReportBefore;
  if (reported !== undefined && now - reported < BELIEVED_MS) {
    return {
      vmAgentVersion: guest.os === 'Linux' ? '2.14.0.1' : '2.7.41491.1183',
      statuses: [
        {
          code: 'ProvisioningState/succeeded',
          level: 'Info',
          displayStatus: 'Ready',
          message:
            guest.os === 'Linux'
              ? 'Guest Agent is running'
              : 'GuestAgent is running and processing the extensions.',
          time: new Date(reported).toISOString(),
        },
      ],
      extensionHandlers: [],
    };
  }
  const silent = reported !== undefined;
  return {
    vmAgentVersion: 'Unknown',
    statuses: [
      {
        code: 'ProvisioningState/Unavailable',
        level: 'Warning',
        displayStatus: 'Not Ready',
        message: silent ? 'VM Agent is unresponsive.' : 'VM status blob is found but not yet populated.',
        time: new Date(reported ?? now).toISOString(),
      },
    ],
  };
}

export function powerStatus(power: Power): Json {
  return { code: `PowerState/${power}`, level: 'Info', displayStatus: `VM ${power}` };
}

/**
 * `ProvisioningState/succeeded` and its kin; the time is that of the last change. Of what failed, code and message
 * stand here as well ("States and billing status of Azure Virtual Machines").
 */
export function provisioningStatus(state: string | undefined, time: string, error?: ArmError): Json {
  const known = state ?? 'Succeeded';
  const word = known.toLowerCase();
  const over = word === 'succeeded' || word === 'failed';
  const why = word === 'failed' ? error : undefined;
  return {
    code: `ProvisioningState/${word}${why ? `/${why.code}` : ''}`,
    level: word === 'failed' ? 'Error' : 'Info',
    displayStatus: over ? `Provisioning ${word}` : known,
    ...(why && { message: why.message }),
    ...(over && { time }),
  };
}

/** What `…/instanceView` and `$expand=instanceView` answer. */
export function instanceViewOf(world: World, vm: Resource<VmProperties>): Json {
  const { guest, generalized, image } = machineOf(vm);
  const now = world.timeline.now();
  const { storageProfile, provisioningState } = vm.properties;
  const time = changedAt(world, vm);
  const agent = agentView(guest, now);
  const extensions = extensionsOf(world, vm);
  const disks = [storageProfile.osDisk, ...storageProfile.dataDisks];
  return {
    ...(guest.isAgentReady(now) && {
      computerName: guest.name,
      osName: guest.contents.system.caption.replace(/^Microsoft /, ''),
    }),
    ...(agent && { vmAgent: agent }),
    hyperVGeneration: image.generation,
    ...(extensions.length > 0 && { extensions: extensions.map(extensionStatus) }),
    disks: disks.map(({ name }) => ({ name, statuses: [provisioningStatus('Succeeded', time)] })),
    statuses: [
      provisioningStatus(provisioningState, time, world.operations.failureOf(vm)),
      ...(generalized
        ? [{ code: 'OSState/generalized', level: 'Info', displayStatus: 'VM generalized' }]
        : []),
      powerStatus(guest.power),
    ],
  };
}

/** A VM as GET shows it, with what `$expand` asks for. */
export function vmView(world: World, vm: Resource<VmProperties>, expand?: string): Json {
  const extensions = extensionsOf(world, vm);
  const resources = extensions.map((extension) => extensionView(extension));
  const body = { ...shown(vm), etag: vm.etag, ...(resources.length > 0 && { resources }) };
  const more = expanded(world, vm, expand?.toLowerCase());
  return more ? { ...body, properties: { ...vm.properties, ...more } } : body;
}

function expanded(world: World, vm: Resource<VmProperties>, expand: string | undefined): Json | undefined {
  if (expand === 'instanceview') return { instanceView: instanceViewOf(world, vm) };
  const { userData } = machineOf(vm);
  return expand === 'userdata' && userData !== undefined ? { userData } : undefined;
}

const changes = new WeakMap<object, { etag: string; at: string }>();

function changedAt({ timeline }: World, vm: Resource<VmProperties>): string {
  const known = changes.get(vm);
  if (known?.etag === vm.etag) return known.at;
  const at = timeline.iso();
  changes.set(vm, { etag: vm.etag, at });
  return at;
}
