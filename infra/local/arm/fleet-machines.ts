import { createDisk, DISK_TYPE, setDiskState } from './compute/disks.ts';
import { computersOf } from './compute/computers.ts';
import type { Image } from './compute/image.ts';
import { addMachine, VM_TYPE, type VmProperties } from './compute/machine.ts';
import { marketplaceImage } from './compute/marketplace.ts';
import { createNic } from './compute/network.ts';
import type { World } from './core/world.ts';

const LOCATION = 'westeurope';

interface NewMachine {
  readonly name: string;
  readonly network: string;
  readonly generalized: boolean;
}

/** Puts a VM there that was made from the marketplace: running, or ready to be captured. */
export function seedMachine(world: World, group: string, { name, network, generalized }: NewMachine): void {
  const id = `${group}/providers/${VM_TYPE}/${name}`;
  const image = goldenImage(group);
  const securityType = 'TrustedLaunch';
  const common = { managedBy: id, location: LOCATION, sku: 'Premium_LRS', securityType };
  const diskId = `${group}/providers/${DISK_TYPE}/${name}-os`;
  createDisk(world, { ...common, id: diskId, isOs: true, image });
  const subnet = { id: `${network}/subnets/build` };
  const ipConfigurations = [{ name: 'ip', properties: { primary: true, subnet } }];
  const nic = { name: `${name}-nic`, properties: { primary: true, ipConfigurations } };
  const nicId = createNic(world, { vmId: id, group, location: LOCATION, nic }).id;
  const { publisher, offer, sku, version } = WINDOWS;
  const vm = world.resources.put<VmProperties>({
    id,
    type: VM_TYPE,
    location: LOCATION,
    tags: { owner: 'desktop-team' },
    properties: {
      vmId: world.random.uuid(),
      timeCreated: world.timeline.iso(),
      hardwareProfile: { vmSize: 'Standard_D2s_v5' },
      storageProfile: {
        imageReference: { publisher, offer, sku, version, exactVersion: version },
        osDisk: {
          osType: 'Windows',
          createOption: 'FromImage',
          caching: 'ReadWrite',
          deleteOption: 'Detach',
          name: `${name}-os`,
          diskSizeGB: image.sizeInGB,
          managedDisk: { id: diskId, storageAccountType: 'Premium_LRS' },
        },
        dataDisks: [],
      },
      osProfile: { computerName: name.slice(0, 15), adminUsername: 'localadmin' },
      securityProfile: { securityType, uefiSettings: { secureBootEnabled: true, vTpmEnabled: true } },
      networkProfile: {
        networkInterfaces: [{ id: nicId, properties: { primary: true, deleteOption: 'Detach' } }],
      },
      provisioningState: 'Succeeded',
    },
  });
  const guest = computersOf(world).guest(name.slice(0, 15), image);
  guest.boot(world.timeline.now(), 0);
  const machine = addMachine(world, vm, { guest, image, securityType, up: true });
  if (!generalized) return;
  machine.generalized = true;
  guest.halt('deallocated');
  guest.imageState = 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE';
  setDiskState(world, diskId, 'Reserved');
}

const WINDOWS = {
  publisher: 'MicrosoftWindowsDesktop',
  offer: 'windows-11',
  sku: 'win11-24h2-avd',
  version: '26100.6584.250904',
} as const;

function goldenImage(group: string): Image {
  const [, subscription = ''] = /^\/subscriptions\/([^/]+)/.exec(group) ?? [];
  const image = marketplaceImage(WINDOWS, LOCATION, subscription);
  if (!image) throw new Error('the marketplace lacks the image of the golden VM');
  return image;
}
