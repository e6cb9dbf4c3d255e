import { ArmError, type Answer, type Json } from '../core/arm-error.ts';
import type { Call } from '../core/provider.ts';
import { regionName } from '../core/resource-id.ts';
import type { Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { Guest } from './guest.ts';
import { resolveImage } from './image-source.ts';
import { setMachine, VM_TYPE, type NetworkInterfaceReference, type VmProperties } from './machine.ts';
import { createNic, requireFreeNic } from './network.ts';
import { shownOsProfile } from './os-profile.ts';
import { requireQuota, requireSize } from './quota.ts';
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
  requireSize(vmSize, location);
  const where = { location, subscriptionId: call.subscriptionId };
  const image = resolveImage(world, storageProfile.imageReference, where);
  checkVmBody(world, id, body, image, location);
  requireQuota(world, where, vmSize);

  const securityType = securityProfile?.securityType ?? 'Standard';
  const storage = createStorage(world, { id, location, image, securityType }, storageProfile);
  const vm = world.resources.put<VmProperties>({
    id,
    type: VM_TYPE,
    location,
    tags: body.tags,
    fields: keptFields(body),
    properties: {
      ...keptProperties(properties),
      vmId: world.random.uuid(),
      timeCreated: world.timeline.iso(),
      hardwareProfile: { vmSize },
      storageProfile: storage,
      networkProfile: { networkInterfaces: createInterfaces(world, call, id, location, body) },
    },
  });
  const guest = new Guest(osProfile?.computerName ?? vm.name, image);
  setMachine(vm, { guest, image, securityType, plan: image.plan, generalized: false });
  return write(world, call, {
    resource: vm,
    isNew: true,
    // A guest that does not come up is waited for; Azure gives up after some 20 to 40 minutes.
    seconds: image.boots ? [60, 180] : [1200, 1800],
    finish: () => {
      guest.boot(world.timeline.now(), image.boots ? world.random.between(20, 90) : Number.POSITIVE_INFINITY);
      if (!image.boots) throw neverCameUp(vm);
    },
    show: (resource) => vmView(world, resource as Resource<VmProperties>),
  });
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
    const nic = requireFreeNic(world, nicId, id);
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

function keptFields({ plan, zones, identity }: VmBody): Json {
  return { ...(plan && { plan }), ...(zones && { zones }), ...(identity && { identity }) };
}

/** What comes back as it was sent, except secrets; everything else is rebuilt. */
function keptProperties(properties: NonNullable<VmBody['properties']>): Partial<VmProperties> {
  const { osProfile, securityProfile, licenseType, diagnosticsProfile } = properties;
  return {
    ...(osProfile && { osProfile: shownOsProfile(osProfile) }),
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
