import type { GalleryImage, GalleryImageVersion, VirtualMachine } from '@azure/arm-compute';
import { computeId, done, GROUP, REGION, startAzure, SUBNET, type Azure } from './azure.ts';

type Changes = {
  image?: object;
  securityType?: 'Standard' | 'TrustedLaunch';
  takeAlong?: boolean;
};

/** A VM as an image would be built on: inline NIC, everything deleted with it. */
export function vmBody({
  image,
  securityType = 'TrustedLaunch',
  takeAlong = true,
}: Changes = {}): VirtualMachine {
  const deleteOption = takeAlong ? 'Delete' : 'Detach';
  return {
    location: REGION,
    hardwareProfile: { vmSize: 'Standard_D4s_v5' },
    securityProfile: { securityType },
    storageProfile: {
      imageReference: image ?? {
        publisher: 'MicrosoftWindowsDesktop',
        offer: 'windows-11',
        sku: 'win11-24h2-avd',
        version: '26100.6584.250904',
      },
      osDisk: { createOption: 'FromImage', deleteOption, managedDisk: { storageAccountType: 'Premium_LRS' } },
    },
    osProfile: { computerName: 'bench', adminUsername: 'builder', adminPassword: 'Correct-Horse-42' },
    networkProfile: {
      networkApiVersion: '2022-11-01',
      networkInterfaceConfigurations: [
        {
          name: 'nic',
          primary: true,
          deleteOption,
          ipConfigurations: [{ name: 'ip', primary: true, subnet: { id: SUBNET } }],
        },
      ],
    },
  };
}

/** A running VM whose agent reports. */
export async function runningVm(azure: Azure, name: string, changes: Changes = {}): Promise<void> {
  await done(azure, azure.compute.virtualMachines.createOrUpdate(GROUP, name, vmBody(changes)));
  azure.pass(120);
}

/** Starts a script on a VM; time does not pass. */
export async function startScript(
  azure: Azure,
  vm: string,
  name: string,
  script: string,
  more: object = {},
): Promise<void> {
  const command = { location: REGION, source: { script }, asyncExecution: true, ...more };
  await azure.compute.virtualMachineRunCommands.createOrUpdate(GROUP, vm, name, command).submitted();
}

/** How a script stands. */
export async function scriptView(azure: Azure, vm: string, name: string) {
  const options = { expand: 'instanceView' };
  const command = await azure.compute.virtualMachineRunCommands.getByVirtualMachine(GROUP, vm, name, options);
  return command.instanceView;
}

const SYSPREP =
  'Start-Process C:\\Windows\\System32\\Sysprep\\sysprep.exe "/oobe /generalize /quit /mode:vm" -Wait';

/** A VM that is ready to be captured; without sysprep only Azure takes it for generalized. */
export async function generalizedVm(
  azure: Azure,
  name: string,
  { sysprep = true, ...changes }: Changes & { sysprep?: boolean } = {},
): Promise<void> {
  await runningVm(azure, name, changes);
  if (sysprep) {
    await startScript(azure, name, 'sysprep', SYSPREP);
    azure.pass(600);
  }
  await done(azure, azure.compute.virtualMachines.deallocate(GROUP, name));
  await azure.compute.virtualMachines.generalize(GROUP, name);
}

export function definitionBody(changes: Partial<GalleryImage> = {}): GalleryImage {
  return {
    location: REGION,
    osType: 'Windows',
    osState: 'Generalized',
    hyperVGeneration: 'V2',
    features: [{ name: 'SecurityType', value: 'TrustedLaunch' }],
    identifier: { publisher: 'contoso', offer: 'avd', sku: 'win11' },
    ...changes,
  };
}

export async function galleryWith(azure: Azure, definition: Partial<GalleryImage> = {}): Promise<void> {
  await done(azure, azure.compute.galleries.createOrUpdate(GROUP, 'gal', { location: REGION }));
  await done(
    azure,
    azure.compute.galleryImages.createOrUpdate(GROUP, 'gal', 'win11', definitionBody(definition)),
  );
}

export function versionBody(
  vmId: string,
  regions: readonly string[] = [REGION],
  more: object = {},
): GalleryImageVersion {
  return {
    location: REGION,
    publishingProfile: {
      targetRegions: regions.map((name) => ({ name, regionalReplicaCount: 1 })),
      excludeFromLatest: true,
      ...more,
    },
    storageProfile: { source: { virtualMachineId: vmId } },
  };
}

export const BENCH = computeId('virtualMachines/bench');
export const versions = (azure: Azure) => azure.compute.galleryImageVersions;

/** Asks for a version of the definition that `galleryWith` makes. */
export const createVersion = (azure: Azure, body: GalleryImageVersion, name = '1.0.0') =>
  versions(azure).createOrUpdate(GROUP, 'gal', 'win11', name, body);

/** The version with its replication status. */
export const getVersion = (azure: Azure, name = '1.0.0') =>
  versions(azure).get(GROUP, 'gal', 'win11', name, { expand: 'ReplicationStatus' });

/** A gallery with a definition, and a VM ready to be captured. */
export async function readyToCapture(changes: Parameters<typeof generalizedVm>[2] = {}): Promise<Azure> {
  const azure = await startAzure();
  await galleryWith(azure);
  await generalizedVm(azure, 'bench', changes);
  return azure;
}
