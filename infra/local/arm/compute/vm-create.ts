import { ArmError, type Answer, type Json } from '../core/arm-error.ts';
import type { Call } from '../core/provider.ts';
import { regionName } from '../core/resource-id.ts';
import type { Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { computersOf } from './computers.ts';
import { unjoin } from './directory.ts';
import { setDiskState } from './disks.ts';
import { prepareGuest } from './guest/dirt.ts';
import type { Guest } from './guest.ts';
import type { Image } from './image.ts';
import {
  addMachine,
  bootMachine,
  comesUp,
  VM_TYPE,
  type NetworkInterfaceReference,
  type VmProperties,
} from './machine.ts';
import { createNic, detachNic, requireFreeNic } from './network.ts';
import { shownOsProfile, type OsProfile } from './os-profile.ts';
import { requireQuota } from './quota.ts';
import { checkSize } from './resource-skus.ts';
import { requireSize } from './sizes.ts';
import { requireBootSource } from './vm-boot-source.ts';
import { checkVmBody, type VmBody } from './vm-request.ts';
import { createStorage } from './vm-storage.ts';
import { vmView } from './vm-view.ts';
import { required, write } from './writing.ts';

/** Makes a VM with its disks and network interfaces; it runs when the operation ends. */
export function createVm(world: World, call: Call, id: string, location: string, body: VmBody): Answer {
  const { properties = {} } = body;
  const { hardwareProfile, storageProfile, osProfile, securityProfile } = properties;
  required('hardwareProfile.vmSize', hardwareProfile?.vmSize);
  required('storageProfile', storageProfile);
  const { vmSize } = hardwareProfile;
  const size = requireSize(vmSize, location);
  const { subscriptionId } = call;
  const { zones = [] } = body;
  const source = requireBootSource(world, call, { id, location, zones }, storageProfile);
  const { image } = source;
  checkVmBody(world, id, body, source, location);
  const securityType = securityProfile?.securityType ?? 'Standard';
  const wanted = { vmId: id, subscriptionId, location, zones, image, securityType };
  checkSize(world, size, wanted);
  requireQuota(world, { location, subscriptionId }, vmSize);
  const storage = createStorage(world, { id, location, zones, source, securityType, size }, storageProfile);
  if (call.fault?.fault === 'leave-parts') return leaveParts(world, call, { id, location, body, storage });
  const vm = world.resources.put<VmProperties>({
    id,
    type: VM_TYPE,
    location,
    tags: body.tags,
    fields: keptFields(body),
    properties: {
      ...keptProperties(properties, image.osType),
      vmId: world.random.uuid(),
      timeCreated: world.timeline.iso(),
      hardwareProfile: { vmSize },
      storageProfile: storage,
      networkProfile: { networkInterfaces: createInterfaces(world, call, id, location, body) },
    },
  });
  const guest = guestOf(world, vm, image, osProfile);
  const machine = addMachine(world, vm, { guest, image, securityType });
  if (properties.userData !== undefined) machine.userData = properties.userData;
  const isProvisioned = image.osState === 'Generalized';
  const comes = comesUp(world, machine);
  return write(world, call, {
    resource: vm,
    isNew: true,
    // A guest that does not come up is waited for; Azure gives up after some 20 to 40 minutes. It waits for
    // those that it provisions only: what is specialized counts as made when its disks are.
    seconds: comes || !isProvisioned ? [60, 180] : [1200, 1800],
    finish: () => {
      bootMachine(world, machine);
      if (!comes && isProvisioned) throw neverCameUp(vm);
    },
    show: (resource) => vmView(world, resource as Resource<VmProperties>),
  });
}

/** The guest on the VM's disk, before its first boot. */
function guestOf(
  world: World,
  { name, properties }: Resource<VmProperties>,
  image: Image,
  account: OsProfile | undefined,
): Guest {
  const guest = computersOf(world).guest(account?.computerName ?? name, image);
  if (image.osState === 'Generalized') unjoin(guest);
  const diskSizeGB = properties.storageProfile.osDisk.diskSizeGB ?? image.sizeInGB;
  prepareGuest(world, guest, { vm: name, image: image.id, account, diskSizeGB });
  return guest;
}

/** Configurations become interfaces; the answer only refers to them. */
function createInterfaces(
  world: World,
  call: Call,
  id: string,
  location: string,
  body: VmBody,
): NetworkInterfaceReference[] {
  const { networkInterfaces = [], networkInterfaceConfigurations = [] } =
    body.properties?.networkProfile ?? {};
  const group = `/subscriptions/${call.subscriptionId}/resourceGroups/${call.resourceGroup}`;
  const found = networkInterfaces.map(({ id: nicId = '', properties }) => {
    const nic = requireFreeNic(world, nicId, { id, location });
    nic.properties.virtualMachine = { id };
    return { id: nic.id, properties: { primary: true, deleteOption: 'Detach', ...properties } } as const;
  });
  const made = networkInterfaceConfigurations.map((nic) => ({
    id: createNic(world, { vmId: id, group, location, nic }).id,
    properties: {
      primary: nic.properties?.primary ?? true,
      deleteOption: nic.properties?.deleteOption ?? ('Detach' as const),
    },
  }));
  return [...found, ...made];
}

interface Parts {
  readonly id: string;
  readonly location: string;
  readonly body: VmBody;
  readonly storage: VmProperties['storageProfile'];
}

/** A creation that breaks off between the parts and the whole: disks and interfaces are there, and no VM owns them. */
function leaveParts(world: World, call: Call, { id, location, body, storage }: Parts): never {
  for (const { id: nic } of createInterfaces(world, call, id, location, body)) detachNic(world, nic);
  for (const { managedDisk } of [storage.osDisk, ...storage.dataDisks]) {
    setDiskState(world, managedDisk.id, 'Unattached');
  }
  const { code = 'AllocationFailed', message = 'Allocation failed. We do not have sufficient capacity.' } =
    call.fault ?? {};
  throw new ArmError(409, code, message);
}

function keptFields({ plan, zones, identity }: VmBody): Json {
  return { ...(plan && { plan }), ...(zones && { zones }), ...(identity && { identity }) };
}

/** What comes back as it was sent, except secrets; everything else is rebuilt. */
function keptProperties(
  properties: NonNullable<VmBody['properties']>,
  osType: Image['osType'],
): Partial<VmProperties> {
  const { osProfile, securityProfile, licenseType, diagnosticsProfile, ...more } = properties;
  // User data is kept from every answer but that to who asks for it.
  const { hardwareProfile: _, storageProfile: __, networkProfile: ___, userData: ____, ...kept } = more;
  return {
    ...kept,
    ...(osProfile && { osProfile: shownOsProfile(osProfile, osType) }),
    ...(securityProfile && { securityProfile }),
    ...(licenseType !== undefined && { licenseType }),
    ...(diagnosticsProfile && { diagnosticsProfile }),
  };
}

function neverCameUp({ name, location }: Resource<VmProperties>): ArmError {
  return new ArmError(
    409,
    'OSProvisioningTimedOut',
    `OS Provisioning for VM '${name}' did not finish in the allotted time. The VM may still finish provisioning ` +
      'successfully. Please check provisioning state later. For details on how to check current provisioning state of ' +
      `Windows VMs, refer to https://aka.ms/WindowsVMLifecycle. (${regionName(location ?? '')})`,
  );
}
