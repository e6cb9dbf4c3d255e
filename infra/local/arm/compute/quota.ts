import { ArmError } from '../core/arm-error.ts';
import type { LocalRoute, Route } from '../core/provider.ts';
import { regionName } from '../core/resource-id.ts';
import { paged, type Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { VM_TYPE } from './machine.ts';
import { displayName, requireRegion } from './regions.ts';
import { findSize, requireSize, SIZES } from './sizes.ts';
import { COMPUTE_API_VERSION } from './versions.ts';

/** Limits that tests and the fleet may change, per subscription and region: vCPUs in all and per family. */
export interface QuotaLimits {
  cores: number;
  /** Of every family that has no limit of its own. */
  familyCores: number;
  families: Record<string, number>;
  virtualMachines: number;
}

const limits = new WeakMap<World, QuotaLimits>();

/** The subscription's limits, the same in every region; change them in place. */
export function quotaLimits(world: World): QuotaLimits {
  const found = limits.get(world) ?? {
    cores: 350,
    familyCores: 350,
    families: {},
    virtualMachines: 25_000,
  };
  limits.set(world, found);
  return found;
}

/** Refuses `count` more machines of this size when they would not fit the region's quotas. */
export function requireQuota(
  world: World,
  where: { location: string; subscriptionId: string },
  vmSize: string,
  count = 1,
): void {
  const size = requireSize(vmSize, where.location);
  const { cores, virtualMachines } = quotaLimits(world);
  const familyCores = familyLimit(world, size.family);
  const used = usage(world, where);
  const more = size.cores * count;
  refuseOver('Total Regional Cores', where.location, cores, used.cores, more);
  refuseOver(`${size.family} Cores`, where.location, familyCores, used.families.get(size.family) ?? 0, more);
  refuseOver('Virtual Machines', where.location, virtualMachines, used.machines, count);
}

function familyLimit(world: World, family: string): number {
  const { familyCores, families } = quotaLimits(world);
  const own = Object.entries(families).find(([name]) => name.toLowerCase() === family.toLowerCase());
  return own?.[1] ?? familyCores;
}

/** Looks at the limits, and changes those that are named: `{cores?, familyCores?, families?, virtualMachines?}`. */
export function quotaLocalRoutes(world: World): LocalRoute[] {
  const path = '/local/quota';
  return [
    { method: 'GET', path, handle: () => ({ status: 200, body: quotaLimits(world) }) },
    {
      method: 'PUT',
      path,
      handle: ({ body }) => {
        const changes = (body ?? {}) as Partial<QuotaLimits>;
        const numbers = [changes.cores, changes.familyCores, changes.virtualMachines];
        const all = [...numbers, ...Object.values(changes.families ?? {})].filter((one) => one !== undefined);
        if (all.some((one) => typeof one !== 'number' || !(one >= 0))) {
          throw new ArmError(400, 'InvalidQuota', 'Limits are numbers, 0 or more.');
        }
        return { status: 200, body: Object.assign(quotaLimits(world), changes) };
      },
    },
  ];
}

/** What the region's quotas are and what is used of them. */
export function usageRoutes(world: World): Route[] {
  return [
    {
      method: 'GET',
      path: '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/locations/{location}/usages',
      apiVersion: COMPUTE_API_VERSION,
      handle: (call) => {
        const location = requireRegion(call.params['location'], 'locations/usages');
        const { cores, virtualMachines } = quotaLimits(world);
        const used = usage(world, { location, subscriptionId: call.subscriptionId });
        const entry = (value: string, localizedValue: string, limit: number, currentValue: number) => ({
          limit,
          unit: 'Count',
          currentValue,
          name: { value, localizedValue },
        });
        const families = new Map(SIZES.map(({ family, familyName }) => [family, familyName]));
        return paged(call, [
          entry('cores', 'Total Regional vCPUs', cores, used.cores),
          entry('virtualMachines', 'Virtual Machines', virtualMachines, used.machines),
          ...[...families].map(([family, name]) =>
            entry(family, name, familyLimit(world, family), used.families.get(family) ?? 0),
          ),
        ]);
      },
    },
  ];
}

interface Usage {
  cores: number;
  machines: number;
  readonly families: Map<string, number>;
}

/** Deallocated machines count as well: "quota is calculated based on the total number of cores in use both allocated and deallocated". */
function usage(
  { resources }: World,
  { location, subscriptionId }: { location: string; subscriptionId: string },
): Usage {
  const used: Usage = { cores: 0, machines: 0, families: new Map() };
  const add = (vmSize: unknown, count: number) => {
    const size = typeof vmSize === 'string' ? findSize(vmSize) : undefined;
    used.machines += count;
    if (!size) return;
    used.cores += size.cores * count;
    used.families.set(size.family, (used.families.get(size.family) ?? 0) + size.cores * count);
  };
  const here = (resource: Resource<object>) => regionName(resource.location ?? '') === regionName(location);
  const under = `/subscriptions/${subscriptionId}`;
  for (const vm of resources.list<{ hardwareProfile?: { vmSize?: string } }>({ type: VM_TYPE, under })) {
    if (here(vm)) add(vm.properties.hardwareProfile?.vmSize, 1);
  }
  for (const scaleSet of resources.list<{ orchestrationMode?: string }>({
    type: 'Microsoft.Compute/virtualMachineScaleSets',
    under,
  })) {
    const { name, capacity } = (scaleSet.fields['sku'] ?? {}) as { name?: string; capacity?: number };
    // Those of a Flexible one are virtual machines, and have been counted.
    const counts = scaleSet.properties.orchestrationMode !== 'Flexible';
    if (counts && here(scaleSet)) add(name, capacity ?? 0);
  }
  return used;
}

function refuseOver(what: string, location: string, limit: number, current: number, more: number): void {
  if (current + more <= limit) return;
  throw new ArmError(
    409,
    'OperationNotAllowed',
    `Operation could not be completed as it results in exceeding approved ${what} quota. Additional details - Deployment ` +
      `Model: Resource Manager, Location: ${displayName(location)}, Current Limit: ${limit}, Current Usage: ${current}, ` +
      `Additional Required: ${more}, (Minimum) New Limit Required: ${current + more}.`,
    { details: [{ code: 'QuotaExceeded', target: what, message: `Current Limit: ${limit}` }] },
  );
}
