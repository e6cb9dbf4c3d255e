import { computersOf } from './compute/computers.ts';
import { createDisk, DISK_TYPE, setDiskState } from './compute/disks.ts';
import type { Image, ImageReference } from './compute/image.ts';
import { addMachine, VM_TYPE, type DataDisk, type Machine, type VmProperties } from './compute/machine.ts';
import { marketplaceImage } from './compute/marketplace.ts';
import { createNic } from './compute/network.ts';
import type { World } from './core/world.ts';

const LOCATION = 'westeurope';
const SECURITY = 'TrustedLaunch';

interface SeededVm {
  readonly name: string;
  readonly subnet: string;
  readonly image: Image;
  readonly reference: ImageReference;
  readonly size: string;
  readonly tags: Record<string, string>;
  readonly identity?: object;
  /** Of empty data disks, in GB. */
  readonly dataDisks?: readonly number[];
}

/** Puts a VM there that has run for long; whatever it came with stays when it is deleted. */
export function seedVm(world: World, group: string, made: SeededVm): Machine {
  const { name, subnet, image, reference, size, tags, identity, dataDisks = [] } = made;
  const id = `${group}/providers/${VM_TYPE}/${name}`;
  const common = { managedBy: id, location: LOCATION, sku: 'Premium_LRS', securityType: SECURITY };
  const diskId = `${group}/providers/${DISK_TYPE}/${name}-os`;
  createDisk(world, { ...common, id: diskId, isOs: true, image });
  const ipConfigurations = [{ name: 'ip', properties: { primary: true, subnet: { id: subnet } } }];
  const nic = { name: `${name}-nic`, properties: { primary: true, ipConfigurations } };
  const nicId = createNic(world, { vmId: id, group, location: LOCATION, nic }).id;
  const vm = world.resources.put<VmProperties>({
    id,
    type: VM_TYPE,
    location: LOCATION,
    tags,
    fields: identity ? { identity } : {},
    properties: {
      vmId: world.random.uuid(),
      timeCreated: world.timeline.iso(),
      hardwareProfile: { vmSize: size },
      storageProfile: {
        imageReference: reference,
        osDisk: {
          osType: 'Windows',
          createOption: 'FromImage',
          caching: 'ReadWrite',
          deleteOption: 'Detach',
          name: `${name}-os`,
          diskSizeGB: image.sizeInGB,
          managedDisk: { id: diskId, storageAccountType: 'Premium_LRS' },
        },
        dataDisks: dataDisks.map((sizeInGB, lun) => seedDataDisk(world, group, id, { lun, sizeInGB })),
      },
      osProfile: {
        computerName: name.slice(0, 15),
        adminUsername: 'localadmin',
        windowsConfiguration: { provisionVMAgent: true, enableAutomaticUpdates: true },
        allowExtensionOperations: true,
      },
      securityProfile: {
        securityType: SECURITY,
        uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
      },
      networkProfile: {
        networkInterfaces: [{ id: nicId, properties: { primary: true, deleteOption: 'Detach' } }],
      },
      provisioningState: 'Succeeded',
    },
  });
  const guest = computersOf(world).guest(name.slice(0, 15), image);
  guest.boot(world.timeline.now(), 0);
  return addMachine(world, vm, { guest, image, securityType: SECURITY, up: true });
}

function seedDataDisk(
  world: World,
  group: string,
  managedBy: string,
  { lun, sizeInGB }: { lun: number; sizeInGB: number },
): DataDisk {
  const name = `${managedBy.split('/').at(-1)}-data-${lun}`;
  const id = `${group}/providers/${DISK_TYPE}/${name}`;
  createDisk(world, { id, managedBy, location: LOCATION, sku: 'Premium_LRS', sizeInGB, isOs: false });
  const managedDisk = { id, storageAccountType: 'Premium_LRS' };
  return { lun, name, createOption: 'Empty', deleteOption: 'Detach', diskSizeGB: sizeInGB, managedDisk };
}

interface NewMachine {
  readonly name: string;
  readonly network: string;
  readonly generalized: boolean;
}

/** Puts a VM there that was made from the marketplace: running, or ready to be captured. */
export function seedMachine(world: World, group: string, { name, network, generalized }: NewMachine): void {
  const { publisher, offer, sku, version } = WINDOWS;
  const machine = seedVm(world, group, {
    name,
    subnet: `${network}/subnets/build`,
    image: goldenImage(group),
    reference: { publisher, offer, sku, version, exactVersion: version },
    size: 'Standard_D2s_v5',
    tags: { owner: 'desktop-team' },
  });
  if (!generalized) return;
  machine.generalized = true;
  const { guest, instance } = machine;
  computersOf(world).takeDown(machine, 'deallocate', 'deallocated');
  guest.imageState = 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE';
  setDiskState(world, instance.properties.storageProfile.osDisk.managedDisk.id, 'Reserved');
}

/** What the golden VM was made from. */
export const WINDOWS = {
  publisher: 'MicrosoftWindowsDesktop',
  offer: 'windows-11',
  sku: 'win11-24h2-avd',
  version: '26100.6584.250904',
} as const;

/** The same as an image. */
export function goldenImage(group: string): Image {
  const [, subscription = ''] = /^\/subscriptions\/([^/]+)/.exec(group) ?? [];
  const image = marketplaceImage(WINDOWS, LOCATION, subscription);
  if (!image) throw new Error('the marketplace lacks the image of the golden VM');
  return image;
}
