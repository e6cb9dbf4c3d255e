import { ArmError } from '../core/arm-error.ts';
import type { Route } from '../core/provider.ts';
import { regionName } from '../core/resource-id.ts';
import { paged, type Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { VM_TYPE } from './machine.ts';
import { displayName, requireRegion } from './regions.ts';
import { COMPUTE_API_VERSION } from './versions.ts';

interface Size {
  readonly cores: number;
  readonly family: string;
  readonly familyName: string;
}

const SIZES: Readonly<Record<string, Size>> = Object.fromEntries(
  [
    { series: 'Ds_v5', family: 'standardDSv5Family', familyName: 'Standard DSv5 Family vCPUs' },
    { series: 'Ds_v6', family: 'StandardDsv6Family', familyName: 'Standard Dsv6 Family vCPUs' },
    { series: 'Es_v5', family: 'standardESv5Family', familyName: 'Standard ESv5 Family vCPUs' },
    { series: 'Das_v5', family: 'standardDASv5Family', familyName: 'Standard DASv5 Family vCPUs' },
  ].flatMap(({ series, family, familyName }) =>
    [2, 4, 8, 16, 32].map((cores) => {
      const [, letter = '', rest = ''] = /^([A-Z])(.*)$/.exec(series) ?? [];
      return [`standard_${letter}${cores}${rest}`.toLowerCase(), { cores, family, familyName }];
    }),
  ),
);

/** Limits that tests and the fleet may change, per subscription and region: vCPUs in all and per family. */
export interface QuotaLimits {
  cores: number;
  familyCores: number;
  virtualMachines: number;
}

const limits = new WeakMap<World, QuotaLimits>();

/** The subscription's limits, the same in every region; change them in place. */
export function quotaLimits(world: World): QuotaLimits {
  const found = limits.get(world) ?? { cores: 350, familyCores: 350, virtualMachines: 25_000 };
  limits.set(world, found);
  return found;
}

/** The size, or Azure's refusal of a size there is not. */
export function requireSize(vmSize: string | undefined, location: string): Size {
  const size = SIZES[(vmSize ?? '').toLowerCase()];
  if (size) return size;
  throw new ArmError(
    400,
    'InvalidParameter',
    `The value ${vmSize} provided for the VM size is not valid. The valid sizes in the current region are: ` +
      `${Object.keys(SIZES).join(',')} (${location}).`,
    { target: 'vmSize' },
  );
}

/** Refuses `count` more machines of this size when they would not fit the region's quotas. */
export function requireQuota(
  world: World,
  where: { location: string; subscriptionId: string },
  vmSize: string,
  count = 1,
): void {
  const size = requireSize(vmSize, where.location);
  const { cores, familyCores, virtualMachines } = quotaLimits(world);
  const used = usage(world, where);
  const more = size.cores * count;
  refuseOver('Total Regional Cores', where.location, cores, used.cores, more);
  refuseOver(`${size.family} Cores`, where.location, familyCores, used.families.get(size.family) ?? 0, more);
  refuseOver('Virtual Machines', where.location, virtualMachines, used.machines, count);
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
        const { cores, familyCores, virtualMachines } = quotaLimits(world);
        const used = usage(world, { location, subscriptionId: call.subscriptionId });
        const entry = (value: string, localizedValue: string, limit: number, currentValue: number) => ({
          limit,
          unit: 'Count',
          currentValue,
          name: { value, localizedValue },
        });
        const families = new Map(Object.values(SIZES).map(({ family, familyName }) => [family, familyName]));
        return paged(call, [
          entry('cores', 'Total Regional vCPUs', cores, used.cores),
          entry('virtualMachines', 'Virtual Machines', virtualMachines, used.machines),
          ...[...families].map(([family, name]) =>
            entry(family, name, familyCores, used.families.get(family) ?? 0),
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
    const size = typeof vmSize === 'string' ? SIZES[vmSize.toLowerCase()] : undefined;
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
  for (const scaleSet of resources.list({ type: 'Microsoft.Compute/virtualMachineScaleSets', under })) {
    const { name, capacity } = (scaleSet.fields['sku'] ?? {}) as { name?: string; capacity?: number };
    if (here(scaleSet)) add(name, capacity ?? 0);
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
