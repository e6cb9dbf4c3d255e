import { setCaptured } from './compute/captured.ts';
import { setContent, type OsContent } from './compute/content.ts';
import { DISK_TYPE, SNAPSHOT_TYPE, type DiskProperties } from './compute/disks.ts';
import type { Image, ImageDataDisk } from './compute/image.ts';
import { IMAGE_TYPE, type ManagedImageProperties } from './compute/managed-image.ts';
import { setTenant } from './core/tenants.ts';
import type { World } from './core/world.ts';
import { seedMachine } from './fleet-machines.ts';
import { addBlob, addStorageAccount, vhdBytes } from './storage/blobs.ts';

/** A subscription of another tenant, from which images may be taken. */
export const PARTNER = '00000000-0000-0000-0000-000000000002';
/** Another subscription of our own tenant, where versions may be used as well. */
export const BRANCH = '00000000-0000-0000-0000-000000000003';
const PARTNER_TENANT = '22222222-2222-2222-2222-222222222222';
const LOCATION = 'westeurope';

interface Place {
  readonly subscription: string;
  readonly network: string;
}

/** Puts one of every source there that an image version can be made of; their names are in README.md. */
export function seedSources(world: World, { subscription, network }: Place): void {
  const group = `/subscriptions/${subscription}/resourceGroups/rg-images`;
  // Chance of its own, so that what else happens in the world does not depend on what is seeded here.
  const own: World = { ...world, random: world.random.fork('sources') };
  seedGalleries(world, group);
  seedDisks(own, group);
  seedManagedImage(world, group);
  seedBlobs(world, group);
  seedMachine(own, group, { name: 'vm-golden', network, generalized: false });
  seedMachine(own, group, { name: 'vm-generalized', network, generalized: true });
}

const system = (sealed: boolean): OsContent => ({
  osType: 'Windows',
  generation: 'V2',
  architecture: 'x64',
  facts: new Map(),
  sealed,
});

function seedGalleries(world: World, group: string): void {
  const { resources } = world;
  addGallery(world, group, 'gal_sources');
  addVersion(world, group, { gallery: 'gal_sources', name: 'parent-win11' });
  addVersion(world, group, { gallery: 'gal_sources', name: 'golden-win11', osState: 'Specialized' });
  const dataDisks = [
    { lun: 0, sizeInGB: 64 },
    { lun: 1, sizeInGB: 32 },
  ];
  addVersion(world, group, { gallery: 'gal_sources', name: 'parent-with-data', dataDisks });
  // A gallery that may be shared has to be made so.
  addGallery(world, group, 'gal_shared', 'Groups');
  resources.addResourceGroup({ subscriptionId: BRANCH, name: 'rg-branch', location: LOCATION });
  const partner = { subscriptionId: PARTNER, name: 'rg-partner', location: LOCATION };
  resources.addResourceGroup(partner);
  setTenant(world, PARTNER, PARTNER_TENANT);
  const theirs = `/subscriptions/${PARTNER}/resourceGroups/rg-partner`;
  addGallery(world, theirs, 'gal_partner');
  addVersion(world, theirs, { gallery: 'gal_partner', name: 'partner-win11' });
}

function addGallery({ resources }: World, group: string, name: string, permissions = 'Private'): void {
  const [, subscription = ''] = /^\/subscriptions\/([^/]+)/.exec(group) ?? [];
  resources.put({
    id: `${group}/providers/Microsoft.Compute/galleries/${name}`,
    type: 'Microsoft.Compute/galleries',
    location: LOCATION,
    properties: {
      identifier: { uniqueName: `${subscription}-${name.toUpperCase()}` },
      sharingProfile: { permissions, groups: [] },
      provisioningState: 'Succeeded',
    },
  });
}

interface NewVersion {
  readonly gallery: string;
  readonly name: string;
  readonly osState?: Image['osState'];
  readonly dataDisks?: readonly ImageDataDisk[];
}

function addVersion({ resources, timeline }: World, group: string, made: NewVersion): void {
  const { gallery, name, osState = 'Generalized', dataDisks = [] } = made;
  const definition = `${group}/providers/Microsoft.Compute/galleries/${gallery}/images/${name}`;
  const provisioningState = 'Succeeded';
  resources.put({
    id: definition,
    type: 'Microsoft.Compute/galleries/images',
    location: LOCATION,
    properties: {
      osType: 'Windows',
      osState,
      hyperVGeneration: 'V2',
      architecture: 'x64',
      identifier: { publisher: 'contoso', offer: 'sources', sku: name },
      features: [{ name: 'SecurityType', value: 'TrustedLaunchSupported' }],
      provisioningState,
    },
  });
  const regions = ['West Europe', 'North Europe'];
  const version = resources.put({
    id: `${definition}/versions/1.0.0`,
    type: 'Microsoft.Compute/galleries/images/versions',
    location: LOCATION,
    properties: {
      publishingProfile: {
        excludeFromLatest: false,
        publishedDate: timeline.iso(),
        replicaCount: 1,
        storageAccountType: 'Standard_LRS',
        replicationMode: 'Full',
        targetRegions: regions.map((region) => ({
          name: region,
          regionalReplicaCount: 1,
          storageAccountType: 'Standard_LRS',
          excludeFromLatest: false,
        })),
      },
      storageProfile: {
        osDiskImage: { hostCaching: 'ReadWrite', sizeInGB: 127 },
        ...(dataDisks.length > 0 && {
          dataDiskImages: dataDisks.map(({ lun, sizeInGB }) => ({ lun, sizeInGB, hostCaching: 'None' })),
        }),
      },
      replicationStatus: {
        aggregatedState: 'Completed',
        summary: regions.map((region) => ({ region, state: 'Completed', details: '', progress: 100 })),
      },
      safetyProfile: { reportedForPolicyViolation: false, allowDeletionOfReplicatedLocations: true },
      provisioningState,
    },
  });
  const traits = { osType: 'Windows', generation: 'V2', sizeInGB: 127, boots: true } as const;
  setCaptured(version, { ...traits, facts: new Map(), dataDisks });
}

function seedDisks(world: World, group: string): void {
  const os = { sizeInGB: 127, osType: 'Windows' } as const;
  addDisk(world, group, { ...os, type: SNAPSHOT_TYPE, name: 'snap-os-specialized', sealed: false });
  addDisk(world, group, { ...os, type: SNAPSHOT_TYPE, name: 'snap-os-generalized', sealed: true });
  addDisk(world, group, { type: SNAPSHOT_TYPE, name: 'snap-data', sizeInGB: 64 });
  addDisk(world, group, { ...os, type: DISK_TYPE, name: 'disk-os-specialized', sealed: false });
  addDisk(world, group, { ...os, type: DISK_TYPE, name: 'disk-os-generalized', sealed: true });
  addDisk(world, group, { type: DISK_TYPE, name: 'disk-data', sizeInGB: 32 });
}

interface NewDisk {
  readonly type: string;
  readonly name: string;
  readonly sizeInGB: number;
  readonly osType?: 'Windows';
  readonly sealed?: boolean;
}

function addDisk({ resources, timeline, random }: World, group: string, made: NewDisk): void {
  const { type, name, sizeInGB, osType, sealed } = made;
  const disk = resources.put<DiskProperties>({
    id: `${group}/providers/${type}/${name}`,
    type,
    location: LOCATION,
    fields: { sku: { name: 'Standard_LRS', tier: 'Standard' } },
    properties: {
      provisioningState: 'Succeeded',
      timeCreated: timeline.iso(),
      ...(osType && {
        osType,
        hyperVGeneration: 'V2',
        securityProfile: { securityType: 'TrustedLaunch' },
        supportedCapabilities: { architecture: 'x64' },
      }),
      diskSizeGB: sizeInGB,
      diskSizeBytes: sizeInGB * 2 ** 30,
      diskState: 'Unattached',
      creationData: { createOption: 'Empty' },
      uniqueId: random.uuid(),
    },
  });
  if (sealed !== undefined) setContent(disk, system(sealed));
}

function seedManagedImage({ resources }: World, group: string): void {
  const image = resources.put<ManagedImageProperties>({
    id: `${group}/providers/${IMAGE_TYPE}/img-win2022`,
    type: IMAGE_TYPE,
    location: LOCATION,
    properties: {
      hyperVGeneration: 'V2',
      storageProfile: {
        osDisk: {
          osType: 'Windows',
          osState: 'Generalized',
          diskSizeGB: 127,
          caching: 'ReadWrite',
          storageAccountType: 'Standard_LRS',
        },
        dataDisks: [],
        zoneResilient: false,
      },
      provisioningState: 'Succeeded',
    },
  });
  const traits = { osType: 'Windows', generation: 'V2', sizeInGB: 127, boots: true } as const;
  setCaptured(image, { ...traits, facts: new Map() });
}

function seedBlobs(world: World, group: string): void {
  addStorageAccount(world, `${group}/providers/Microsoft.Storage/storageAccounts/stimages`, LOCATION);
  const uri = (name: string) => `https://stimages.blob.core.windows.net/vhds/${name}.vhd`;
  addBlob(world, { uri: uri('win2022'), sizeBytes: vhdBytes(127), os: system(true) });
  addBlob(world, { uri: uri('golden'), sizeBytes: vhdBytes(127), os: system(false) });
  const linux = { ...system(true), osType: 'Linux' } as const;
  addBlob(world, { uri: uri('ubuntu2404'), sizeBytes: vhdBytes(30), os: linux });
  addBlob(world, { uri: uri('data'), sizeBytes: vhdBytes(64) });
  addBlob(world, { uri: uri('block'), kind: 'BlockBlob', sizeBytes: vhdBytes(64) });
}
