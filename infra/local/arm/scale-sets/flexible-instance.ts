import { computersOf } from '../compute/computers.ts';
import { createDisk, DISK_TYPE } from '../compute/disks.ts';
import { COMPANY_DOMAIN, join } from '../compute/directory.ts';
import type { Guest } from '../compute/guest.ts';
import type { Image } from '../compute/image.ts';
import { addMachine, VM_TYPE, type Machine, type OsDisk, type VmProperties } from '../compute/machine.ts';
import { createNic, type NicConfiguration } from '../compute/network.ts';
import type { World } from '../core/world.ts';
import type { FoundImage } from './image-rules.ts';
import { skuOf, type ScaleSet } from './scale-set.ts';

/** A virtual machine of a Flexible scale set, as its model makes it; its guest is off, or has been up for long. */
export function makeFlexible(
  world: World,
  scaleSet: ScaleSet,
  { image, reference }: FoundImage,
  { unique, up }: { readonly unique: string; readonly up: boolean },
): Machine {
  const { virtualMachineProfile: profile } = scaleSet.properties;
  const { computerNamePrefix = scaleSet.name, ...account } = profile.osProfile ?? {};
  const group = groupOf(scaleSet);
  const name = `${scaleSet.name}_${unique.slice(0, 8)}`;
  const id = `${group}/providers/${VM_TYPE}/${name}`;
  const location = scaleSet.location ?? '';
  const osDisk = newOsDisk(world, scaleSet, id, image);
  // Azure makes computer names of the prefix and six characters of its own.
  const letters = Number.parseInt(unique.slice(0, 8), 16)
    .toString(36)
    .toUpperCase()
    .padStart(6, '0')
    .slice(-6);
  const computerName = `${computerNamePrefix}${letters}`.slice(0, 15);
  const vm = world.resources.put<VmProperties>({
    id,
    type: VM_TYPE,
    location,
    tags: { ...scaleSet.tags },
    properties: {
      vmId: world.random.uuid(),
      timeCreated: world.timeline.iso(),
      virtualMachineScaleSet: { id: scaleSet.id },
      hardwareProfile: { vmSize: skuOf(scaleSet).name },
      storageProfile: { imageReference: { ...reference }, osDisk, dataDisks: [] },
      osProfile: { ...account, computerName },
      securityProfile: { ...profile.securityProfile },
      networkProfile: {
        networkInterfaces: [
          { id: nicOf(world, scaleSet, id), properties: { primary: true, deleteOption: 'Delete' } },
        ],
      },
      ...(profile.licenseType !== undefined && { licenseType: profile.licenseType }),
      provisioningState: 'Succeeded',
    },
  });
  const guest = computersOf(world).guest(computerName, image);
  setUp(guest);
  const securityType = profile.securityProfile?.securityType ?? 'Standard';
  const machine = addMachine(world, vm, { guest, image, securityType, up });
  if (up) {
    Object.assign(guest, { power: 'running', agentReadyAt: world.timeline.now() });
    guest.facts.set('booted-at', world.timeline.iso());
  }
  return machine;
}

/** A new OS disk in the place of the old one, which is deleted or left behind as the model says. */
export function renewFlexible(
  world: World,
  scaleSet: ScaleSet,
  machine: Machine,
  { image, reference }: FoundImage,
): void {
  const { properties, id } = machine.instance;
  const { osDisk: old } = properties.storageProfile;
  // "The retaining of old OS disk depends on the value of delete option of OS disk" (Reimage a virtual machine).
  const disk = world.resources.find<{ diskState?: string }>(old.managedDisk.id);
  if (old.deleteOption === 'Delete') world.resources.remove(old.managedDisk.id);
  else if (disk) {
    disk.properties.diskState = 'Unattached';
    delete disk.fields['managedBy'];
  }
  properties.storageProfile = {
    ...properties.storageProfile,
    imageReference: { ...reference },
    osDisk: newOsDisk(world, scaleSet, id, image),
  };
  machine.image = image;
  const { facts } = machine.guest;
  facts.clear();
  for (const [name, value] of image.facts) facts.set(name, value);
  setUp(machine.guest);
}

/** The model's extensions run on every new disk, and one of them joins the domain. */
function setUp(guest: Guest): void {
  join(guest, COMPANY_DOMAIN);
}

function newOsDisk(world: World, scaleSet: ScaleSet, vmId: string, image: Image): OsDisk {
  const { storageProfile, securityProfile } = scaleSet.properties.virtualMachineProfile;
  const { caching, deleteOption } = (storageProfile?.osDisk ?? {}) as Partial<OsDisk>;
  const name = `${vmId.split('/').at(-1)}_OsDisk_1_${world.random.uuid().replaceAll('-', '')}`;
  const id = `${groupOf(scaleSet)}/providers/${DISK_TYPE}/${name}`;
  const sku = 'Premium_LRS';
  const { securityType } = securityProfile ?? {};
  const location = scaleSet.location ?? '';
  const trust = securityType === undefined ? {} : { securityType };
  createDisk(world, { id, managedBy: vmId, location, sku, isOs: true, image, ...trust });
  return {
    osType: image.osType,
    createOption: 'FromImage',
    caching: caching ?? 'ReadWrite',
    // What a scale set made goes with its instances, unless its model says otherwise.
    deleteOption: deleteOption ?? 'Delete',
    diskSizeGB: image.sizeInGB,
    name,
    managedDisk: { id, storageAccountType: sku },
  };
}

function nicOf(world: World, scaleSet: ScaleSet, vmId: string): string {
  const { networkInterfaceConfigurations = [] } = (scaleSet.properties.virtualMachineProfile.networkProfile ??
    {}) as { networkInterfaceConfigurations?: NicConfiguration[] };
  const [nic = { name: 'nic', properties: { ipConfigurations: [] } }] = networkInterfaceConfigurations;
  return createNic(world, { vmId, group: groupOf(scaleSet), location: scaleSet.location ?? '', nic }).id;
}

function groupOf({ id }: ScaleSet): string {
  return id.split('/providers/')[0] ?? '';
}
