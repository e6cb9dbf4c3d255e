import type { Disk, Image, Snapshot, VirtualMachine } from '@azure/arm-compute';
import { AppError } from '../errors.ts';
import type { FoundBlob, FoundDisk, FoundMachine, FoundManagedImage, Sources } from '../images/sources.ts';
import { parseResourceId } from '../resource-id.ts';
import type { Azure } from './clients.ts';
import { finding } from './errors.ts';
import { planOf, resourceOf } from './found.ts';
import { findGalleryVersion } from './gallery-version-source.ts';
import { isGeneralized, powerOf } from './virtual-machines.ts';

/** What versions are made from, wherever it lies. Nothing here writes. */
export function sources({ compute, blobHeaders }: Pick<Azure, 'compute' | 'blobHeaders'>): Sources {
  const disk = async (id: string) => {
    const { subscriptionId, resourceGroup, name } = idOf(id);
    const { disks } = compute(subscriptionId);
    const found = await finding(`disk ${name}`, async () => await disks.get(resourceGroup, name));
    return found && diskOf(found, found.diskState ?? '');
  };
  return {
    disk,

    async snapshot(id) {
      const { subscriptionId, resourceGroup, name } = idOf(id);
      const { snapshots } = compute(subscriptionId);
      const found = await finding(`snapshot ${name}`, async () => await snapshots.get(resourceGroup, name));
      return found && diskOf(found, found.diskState ?? '');
    },

    async managedImage(id) {
      const { subscriptionId, resourceGroup, name } = idOf(id);
      const { images } = compute(subscriptionId);
      const found = await finding(`managed image ${name}`, async () => await images.get(resourceGroup, name));
      return found && managedImageOf(found);
    },

    async machine(id) {
      const { subscriptionId, resourceGroup, name } = idOf(id);
      const { virtualMachines } = compute(subscriptionId);
      const expand = { expand: 'instanceView' } as const;
      const found = await finding(
        `VM ${name}`,
        async () => await virtualMachines.get(resourceGroup, name, expand),
      );
      if (!found) return undefined;
      const osDiskId = found.storageProfile?.osDisk?.managedDisk?.id;
      const isEphemeral = found.storageProfile?.osDisk?.diffDiskSettings !== undefined;
      // Its generation and processor stand on its disk.
      const osDisk = osDiskId === undefined || isEphemeral ? undefined : await disk(osDiskId);
      return machineOf(found, osDisk && osDiskId !== undefined ? { ...osDisk, id: osDiskId } : undefined);
    },

    async galleryVersion({ id, tenantId }, region) {
      const { subscriptionId, resourceGroup, names } = idOf(id);
      const client = compute(subscriptionId, tenantId === undefined ? {} : { of: tenantId });
      return await findGalleryVersion(client, { resourceGroup, names, region });
    },

    async blob(uri) {
      const found = await finding(`blob ${uri}`, async () => await blobHeaders(uri));
      if (!found) return undefined;
      const type = found.get('x-ms-blob-type') as FoundBlob['type'] | undefined;
      return { type: type ?? 'BlockBlob', sizeBytes: Number(found.get('content-length') ?? 0) };
    },
  };
}

function idOf(id: string) {
  const found = parseResourceId(id);
  if (!found) throw new AppError('AzureRefused', `${id} is not the id of a resource`);
  return { ...found, name: found.names[0] ?? '' };
}

function managedImageOf(found: Image): FoundManagedImage {
  const { osDisk, dataDisks = [] } = found.storageProfile ?? {};
  return {
    ...resourceOf(found),
    osType: osDisk?.osType,
    osState: osDisk?.osState === 'Specialized' ? 'Specialized' : 'Generalized',
    generation: found.hyperVGeneration === 'V2' ? 'V2' : 'V1',
    // Azure makes no managed image for Arm64, nor of a machine with Trusted Launch.
    architecture: 'x64',
    securityType: 'Standard',
    dataDisks: dataDisks.map(({ lun, diskSizeGB = 0 }) => ({ lun, sizeGB: diskSizeGB })),
  };
}

function machineOf(
  found: VirtualMachine,
  osDisk: (FoundDisk & { readonly id: string }) | undefined,
): FoundMachine {
  const { storageProfile, securityProfile, plan, instanceView } = found;
  const data = storageProfile?.dataDisks ?? [];
  return {
    ...resourceOf(found),
    osType: storageProfile?.osDisk?.osType ?? osDisk?.osType,
    generation: osDisk?.generation,
    architecture: osDisk?.architecture,
    securityType: securityProfile?.securityType ?? 'Standard',
    plan: planOf(plan),
    power: powerOf(instanceView),
    generalized: isGeneralized(instanceView),
    osDiskId: osDisk?.id,
    identityIds: identitiesOf(found),
    dataDisks: data.flatMap(({ lun, managedDisk, diskSizeGB = 0 }) =>
      managedDisk?.id === undefined ? [] : [{ lun, id: managedDisk.id, sizeGB: diskSizeGB }],
    ),
  };
}

function identitiesOf({ identity }: VirtualMachine): string[] {
  return Object.keys(identity?.userAssignedIdentities ?? {});
}

function diskOf(found: Disk | Snapshot, state: string): FoundDisk {
  const { osType, hyperVGeneration, supportedCapabilities, securityProfile, purchasePlan } = found;
  const { sku, diskSizeGB = 0, completionPercent } = found;
  return {
    ...resourceOf(found),
    osType,
    generation: osType && (hyperVGeneration === 'V2' ? 'V2' : 'V1'),
    architecture: supportedCapabilities?.architecture as FoundDisk['architecture'],
    securityType: securityProfile?.securityType ?? 'Standard',
    plan: planOf(purchasePlan),
    sizeGB: diskSizeGB,
    sku: sku?.name ?? '',
    state,
    completionPercent,
  };
}
