import type { ResourceSku } from '@azure/arm-compute';
import type { Capacity, SizeInRegion } from '../images/capacity.ts';
import { regionName } from '../resource-id.ts';
import type { Azure } from './clients.ts';
import { asking } from './errors.ts';

/** In real time: what a subscription may have changes within days, and the answer is several MB. */
const keptMs = 15 * 60 * 1000;

/** Sizes of machines and the quota for them. The list of sizes is kept for a while, usage never. */
export function capacity({ compute }: Pick<Azure, 'compute'>): Capacity {
  const kept = new Map<string, { readonly at: number; readonly sizes: Promise<Map<string, ResourceSku>> }>();
  const sizesIn = async (subscriptionId: string, location: string) => {
    const key = `${subscriptionId} ${location}`;
    const known = kept.get(key);
    if (known && Date.now() - known.at < keptMs) return await known.sizes;
    const sizes = asking(`machine sizes of ${location}`, async () => {
      const found = new Map<string, ResourceSku>();
      const filter = `location eq '${location}'`;
      for await (const sku of compute(subscriptionId).resourceSkus.list({ filter })) {
        if (sku.resourceType === 'virtualMachines' && sku.name) found.set(sku.name.toLowerCase(), sku);
      }
      return found;
    });
    kept.set(key, { at: Date.now(), sizes });
    try {
      return await sizes;
    } catch (error) {
      kept.delete(key);
      throw error;
    }
  };
  return {
    async find(subscriptionId, location, vmSize) {
      const sku = (await sizesIn(subscriptionId, location)).get(vmSize.toLowerCase());
      if (!sku) return unknownSize;
      const size = sizeOf(sku, location);
      if (size.restriction !== undefined) return size;
      const quota: SizeInRegion['quota'][number][] = [];
      await asking(`quota of ${location}`, async () => {
        for await (const { name, currentValue: used, limit } of compute(subscriptionId).usage.list(
          location,
        )) {
          const { value = '', localizedValue = value } = name;
          if (isFor(size.family, value)) quota.push({ name: localizedValue, used, limit });
        }
      });
      return { ...size, quota };
    },
  };
}

const unknownSize: SizeInRegion = {
  known: false,
  vCPUs: 0,
  family: '',
  generations: [],
  architecture: 'x64',
  trustedLaunch: false,
  maxDataDisks: 0,
  quota: [],
};

/** The size's family, and all cores of the region. */
function isFor(family: string, name: string): boolean {
  return name.toLowerCase() === family.toLowerCase() || name.toLowerCase() === 'cores';
}

function sizeOf(sku: ResourceSku, location: string): SizeInRegion {
  const { family = '', capabilities = [] } = sku;
  const value = (wanted: string) => capabilities.find(({ name }) => name === wanted)?.value;
  const restriction = restrictionOf(sku, location);
  const generations = new Set((value('HyperVGenerations') ?? 'V1').split(',').map((text) => text.trim()));
  return {
    known: true,
    ...(restriction !== undefined && { restriction }),
    vCPUs: Number(value('vCPUs') ?? 0),
    family,
    generations: (['V1', 'V2'] as const).filter((one) => generations.has(one)),
    architecture: value('CpuArchitectureType') === 'Arm64' ? 'Arm64' : 'x64',
    // Azure says only where it is missing; generation 1 never has it.
    trustedLaunch: generations.has('V2') && value('TrustedLaunchDisabled')?.toLowerCase() !== 'true',
    maxDataDisks: Number(value('MaxDataDiskCount') ?? 0),
    quota: [],
  };
}

/** A restriction of zones leaves the region itself open to machines without a zone. */
function restrictionOf({ restrictions = [] }: ResourceSku, location: string): string | undefined {
  const closed = restrictions.find(
    ({ type, values = [], restrictionInfo }) =>
      type === 'Location' &&
      [...values, ...(restrictionInfo?.locations ?? [])].some((one) => regionName(one) === location),
  );
  return closed && (closed.reasonCode ?? 'NotAvailableForSubscription');
}
