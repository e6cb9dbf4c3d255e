import { ArmError } from '../core/arm-error.ts';
import type { LocalRoute, Route } from '../core/provider.ts';
import { regionName } from '../core/resource-id.ts';
import { paged } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import type { Image } from './image.ts';
import { allRegions, displayName } from './regions.ts';
import { SIZES, type Size } from './sizes.ts';

/** A size that the subscriptions cannot have in a region, or in some of its zones. */
export interface SkuRestriction {
  readonly size: string;
  readonly location: string;
  /** Without them the whole region. */
  readonly zones?: readonly string[] | undefined;
}

const restrictions = new WeakMap<World, SkuRestriction[]>();
const ZONES = ['1', '2', '3'];

/** The restrictions there are; change the list in place. */
export function skuRestrictions(world: World): SkuRestriction[] {
  const found = restrictions.get(world) ?? [];
  restrictions.set(world, found);
  return found;
}

function restrictionOf(world: World, size: string, location: string): SkuRestriction | undefined {
  return skuRestrictions(world).find(
    (one) =>
      one.size.toLowerCase() === size.toLowerCase() && regionName(one.location) === regionName(location),
  );
}

interface Wanted {
  readonly vmId: string;
  readonly subscriptionId: string;
  readonly location: string;
  readonly zones: readonly string[];
  readonly image: Image;
  readonly securityType: string;
}

/** Refuses what the size cannot be, cannot boot, or cannot be had as. */
export function checkSize(world: World, size: Size, wanted: Wanted): void {
  const { vmId, subscriptionId, location, zones, image, securityType } = wanted;
  const restricted = restrictionOf(world, size.name, location);
  if (restricted && (!restricted.zones || zones.some((zone) => restricted.zones?.includes(zone)))) {
    throw new ArmError(
      409,
      'SkuNotAvailable',
      `The requested size for resource '${vmId}' is currently not available in location '${location}' zones ` +
        `'${zones.join(',')}' for subscription '${subscriptionId}'. Please try another size or deploy to a different ` +
        'location or zones. See https://aka.ms/azureskunotavailable for details.',
    );
  }
  if (size.architecture !== image.architecture) {
    throw new ArmError(
      400,
      'BadRequest',
      `Cannot create a VM of size '${size.name}' because this VM size only supports a CPU Architecture of ` +
        `'${size.architecture}', but an image or disk with CPU Architecture '${image.architecture}' was given. Please check ` +
        'that the CPU Architecture of the image or disk is compatible with that of the VM size.',
    );
  }
  if (!size.generations.includes(image.generation)) {
    const generation = image.generation.slice(1);
    throw new ArmError(
      400,
      'BadRequest',
      `The selected VM size '${size.name}' cannot boot Hypervisor Generation '${generation}'. If this was a Create operation ` +
        'please check that the Hypervisor Generation of the Image matches the Hypervisor Generation of the selected VM Size. ' +
        `If this was an Update operation please select a Hypervisor Generation '${generation}' VM Size. For more ` +
        'information, see https://aka.ms/azuregen2vm',
    );
  }
  if (securityType !== 'TrustedLaunch' || size.trustedLaunch) return;
  throw new ArmError(
    400,
    'BadRequest',
    `The VM size '${size.name}' is not supported for creation of VMs and Virtual Machine Scale Set with 'TrustedLaunch' ` +
      'security type.',
  );
}

/** What can be had where: one entry per size and region. */
export function resourceSkuRoutes(world: World): Route[] {
  return [
    {
      method: 'GET',
      path: '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/skus',
      apiVersion: '2021-07-01',
      handle: (call) => {
        // The only filter the documents know: location eq 'westeurope'.
        const filter = call.query.get('$filter');
        const [, only] = /^location eq '([^']+)'$/i.exec(filter ?? '') ?? [];
        if (filter !== null && filter !== '' && only === undefined) {
          throw new ArmError(400, 'InvalidParameter', `The filter '${filter}' is not supported.`);
        }
        const regions = allRegions().filter((region) => only === undefined || region === regionName(only));
        const disks = regions.flatMap((region) => DISK_SKUS.map((name) => diskSku(name, region)));
        const sizes = regions.flatMap((region) => SIZES.map((size) => skuOf(world, size, region)));
        const all = [...disks, ...sizes];
        return paged(call, all, 500);
      },
    },
  ];
}

/** `POST {size, location, zones?}` takes a size away, `DELETE` gives all back. */
export function skuLocalRoutes(world: World): LocalRoute[] {
  const path = '/local/sku-restrictions';
  return [
    { method: 'GET', path, handle: () => ({ status: 200, body: { value: skuRestrictions(world) } }) },
    {
      method: 'POST',
      path,
      handle: ({ body }) => {
        const { size, location, zones } = (body ?? {}) as Partial<SkuRestriction>;
        if (typeof size !== 'string' || typeof location !== 'string') {
          throw new ArmError(400, 'InvalidRestriction', 'A restriction has a size and a location.');
        }
        skuRestrictions(world).push({ size, location, zones });
        return { status: 201, body: { size, location, zones } };
      },
    },
    {
      method: 'DELETE',
      path,
      handle: () => {
        skuRestrictions(world).length = 0;
        return { status: 204 };
      },
    },
  ];
}

const DISK_SKUS = ['Standard_LRS', 'StandardSSD_LRS', 'Premium_LRS', 'UltraSSD_LRS'];

/** The list is of everything that Compute sells: who wants sizes has to pick them out. */
function diskSku(name: string, region: string): object {
  const [tier = ''] = name.split('_');
  const locations = [spelled(region)];
  return {
    resourceType: 'disks',
    name,
    tier,
    locations,
    locationInfo: [],
    capabilities: [],
    restrictions: [],
  };
}

/** This list spells regions in its own way, e.g. `WestEurope`. */
function spelled(region: string): string {
  return displayName(region).replaceAll(' ', '');
}

function skuOf(world: World, size: Size, location: string): object {
  const [, tier = 'Standard', rest = ''] = /^([^_]+)_(.*)$/.exec(size.name) ?? [];
  const restricted = restrictionOf(world, size.name, location);
  const capability = (name: string, value: unknown) => ({ name, value: String(value) });
  const bool = (value: boolean) => (value ? 'True' : 'False');
  return {
    resourceType: 'virtualMachines',
    name: size.name,
    tier,
    size: rest,
    family: size.family,
    locations: [spelled(location)],
    locationInfo: [{ location: spelled(location), zones: ZONES, zoneDetails: [] }],
    capabilities: [
      capability('vCPUs', size.cores),
      capability('MemoryGB', size.memoryGB),
      capability('HyperVGenerations', size.generations),
      capability('CpuArchitectureType', size.architecture),
      capability('MaxDataDiskCount', size.dataDisks),
      capability('PremiumIO', bool(size.premium)),
      // Azure says so only where it is not supported.
      ...(size.trustedLaunch ? [] : [capability('TrustedLaunchDisabled', 'True')]),
    ],
    restrictions: restricted ? [shownRestriction(restricted, location)] : [],
  };
}

function shownRestriction({ zones }: SkuRestriction, location: string): object {
  return {
    type: zones ? 'Zone' : 'Location',
    values: [spelled(location)],
    restrictionInfo: { locations: [spelled(location)], ...(zones && { zones }) },
    reasonCode: 'NotAvailableForSubscription',
  };
}
