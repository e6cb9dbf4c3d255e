import type { Cloud } from './cloud.ts';
import { SUBSCRIPTION } from '../../../../infra/local/arm/fleet.ts';
import { setCaptured } from '../../../../infra/local/arm/compute/captured.ts';

interface ImageTraits {
  readonly definition?: string;
  readonly region?: string;
  readonly osState?: 'Generalized' | 'Specialized';
  readonly hyperVGeneration?: 'V1' | 'V2';
  readonly securityType?: string;
  readonly boots?: boolean;
}

/** Puts an image version into the world, as if it had been built and replicated, and answers its id. */
export function addImage({ arm }: Cloud, version: string, traits: ImageTraits = {}): string {
  const { definition = 'win11', region = 'West Europe', osState = 'Generalized', boots = true } = traits;
  const { hyperVGeneration = 'V2', securityType = 'TrustedLaunch' } = traits;
  const id =
    `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-images/providers/Microsoft.Compute/galleries/gal_desktops` +
    `/images/${definition}`;
  const { resources } = arm.world;
  resources.put({
    id,
    type: 'Microsoft.Compute/galleries/images',
    location: 'westeurope',
    properties: {
      osType: 'Windows',
      osState,
      hyperVGeneration,
      identifier: { publisher: 'contoso', offer: 'desktops', sku: definition },
      features: [{ name: 'SecurityType', value: securityType }],
      provisioningState: 'Succeeded',
    },
  });
  const made = resources.put({
    id: `${id}/versions/${version}`,
    type: 'Microsoft.Compute/galleries/images/versions',
    location: 'westeurope',
    properties: {
      publishingProfile: { targetRegions: [{ name: region, regionalReplicaCount: 1 }] },
      storageProfile: {},
      replicationStatus: { summary: [{ region, state: 'Completed', details: '', progress: 100 }] },
      provisioningState: 'Succeeded',
    },
  });
  const facts = new Map<string, string>();
  setCaptured(made, { osType: 'Windows', generation: hyperVGeneration, sizeInGB: 127, boots, facts });
  return made.id;
}
