import type { Json } from '../core/arm-error.ts';
import type { Resource } from '../core/resources.ts';

export const SCALE_SET = 'Microsoft.Compute/virtualMachineScaleSets';
export const INSTANCE = 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines';

/** A gallery version (or its definition, meaning the latest), or a marketplace image. */
export interface ImageReference {
  readonly id?: string;
  readonly publisher?: string;
  readonly offer?: string;
  readonly sku?: string;
  readonly version?: string;
  readonly exactVersion?: string;
}

export interface Profile {
  readonly osProfile?: Json & { readonly computerNamePrefix?: string };
  readonly storageProfile?: Json & { readonly imageReference?: ImageReference; readonly osDisk?: Json };
  readonly securityProfile?: Json & { readonly securityType?: string };
  readonly networkProfile?: Json;
  readonly licenseType?: string;
}

export interface ScaleSetProperties {
  readonly orchestrationMode: string;
  readonly upgradePolicy: Json & { readonly mode?: string };
  virtualMachineProfile: Profile;
  readonly uniqueId: string;
  readonly timeCreated: string;
  readonly overprovision: boolean;
  readonly singlePlacementGroup: boolean;
  readonly platformFaultDomainCount?: number;
}

export type ScaleSet = Resource<ScaleSetProperties>;

/** Its instances are virtual machines of their own. */
export function isFlexible({ properties }: ScaleSet): boolean {
  return properties.orchestrationMode === 'Flexible';
}

export interface Sku {
  readonly name: string;
  readonly tier?: string;
  readonly capacity: number;
}

export function skuOf(scaleSet: ScaleSet): Sku {
  return scaleSet.fields['sku'] as Sku;
}

export function imageOf(scaleSet: ScaleSet): ImageReference {
  return scaleSet.properties.virtualMachineProfile.storageProfile?.imageReference ?? {};
}

/** Merges a PATCH into what stands, the way ARM does: objects deep, everything else whole, null takes away. */
export function merged<T extends object>(before: T, patch: object): T {
  const result: Json = { ...(before as Json) };
  for (const [key, value] of Object.entries(patch)) {
    const old = result[key];
    if (value === null) delete result[key];
    else if (isObject(value) && isObject(old)) result[key] = merged(old, value);
    else if (value !== undefined) result[key] = value;
  }
  return result as T;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
