import type { World } from '../core/world.ts';

/** Puts the gallery there from which today's hosts were made; answers the id of its only version. */
export function seedVersion({ resources, timeline }: World, group: string): string {
  const gallery = `${group}/providers/Microsoft.Compute/galleries/gal_legacy`;
  const definition = `${gallery}/images/win11-legacy`;
  const version = `${definition}/versions/0.9.0`;
  const location = 'westeurope';
  resources.put({
    id: gallery,
    type: 'Microsoft.Compute/galleries',
    location,
    properties: { description: 'Images made by hand', provisioningState: 'Succeeded' },
  });
  resources.put({
    id: definition,
    type: 'Microsoft.Compute/galleries/images',
    location,
    properties: {
      osType: 'Windows',
      osState: 'Generalized',
      hyperVGeneration: 'V2',
      architecture: 'x64',
      identifier: { publisher: 'contoso', offer: 'desktops', sku: 'win11-legacy' },
      features: [{ name: 'SecurityType', value: 'TrustedLaunch' }],
      provisioningState: 'Succeeded',
    },
  });
  resources.put({
    id: version,
    type: 'Microsoft.Compute/galleries/images/versions',
    location,
    properties: {
      publishingProfile: {
        excludeFromLatest: false,
        publishedDate: timeline.iso(),
        replicaCount: 1,
        storageAccountType: 'Standard_LRS',
        targetRegions: [{ name: 'West Europe', regionalReplicaCount: 1, storageAccountType: 'Standard_LRS' }],
      },
      storageProfile: { osDiskImage: { hostCaching: 'ReadWrite', sizeInGB: 127, source: {} } },
      replicationStatus: {
        aggregatedState: 'Completed',
        summary: [{ region: 'West Europe', state: 'Completed', details: '', progress: 100 }],
      },
      safetyProfile: { reportedForPolicyViolation: false, allowDeletionOfReplicatedLocations: true },
      provisioningState: 'Succeeded',
    },
  });
  return version;
}
