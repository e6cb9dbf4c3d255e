import { ArmError } from '../core/arm-error.ts';
import type { Call, Route } from '../core/provider.ts';
import { regionName, sameId } from '../core/resource-id.ts';
import { paged, shown, type Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { erase, required } from './writing.ts';

/** One entry of a VM's or scale set's `networkInterfaceConfigurations`. */
export interface NicConfiguration {
  name?: string;
  tags?: Record<string, string>;
  properties?: {
    primary?: boolean;
    deleteOption?: 'Delete' | 'Detach';
    enableAcceleratedNetworking?: boolean;
    ipConfigurations?: { name?: string; properties?: { primary?: boolean; subnet?: { id?: string } } }[];
  };
}

export interface NicProperties {
  primary: boolean;
  macAddress: string;
  ipConfigurations: object[];
  virtualMachine?: { id: string };
}

export const NIC_TYPE = 'Microsoft.Network/networkInterfaces';
const SUBNET_TYPE = 'Microsoft.Network/virtualNetworks/subnets';
const API_VERSIONS = ['2020-11-01', '2022-11-01', '2023-11-01', '2024-05-01', '2024-10-01'];
const GROUP = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Network';

/** Puts a virtual network with its subnets into the world; answers the subnets' ids. */
export function addVirtualNetwork(
  { resources }: World,
  id: string,
  { location, subnets }: { location: string; subnets: readonly string[] },
): string[] {
  const properties = { provisioningState: 'Succeeded' };
  resources.put({ id, type: 'Microsoft.Network/virtualNetworks', location, properties: { ...properties } });
  return subnets.map((name) => {
    const subnet = {
      id: `${id}/subnets/${name}`,
      type: SUBNET_TYPE,
      location,
      properties: { ...properties },
    };
    return resources.put(subnet).id;
  });
}

/** Refuses NIC configurations that lack a name, an address, or a subnet in the same region. */
export function checkNicConfiguration(
  world: World,
  owner: string,
  nic: NicConfiguration,
  location: string,
): void {
  required('networkInterfaceConfigurations.name', nic.name);
  const [first] = nic.properties?.ipConfigurations ?? [];
  required('networkInterfaceConfigurations.properties.ipConfigurations', first);
  required('ipConfigurations.name', first?.name);
  const subnetId = first?.properties?.subnet?.id;
  required('ipConfigurations.properties.subnet.id', subnetId);
  const subnet = world.resources.find(subnetId ?? '');
  if (subnet && regionName(subnet.location ?? '') === regionName(location)) return;
  throw new ArmError(
    400,
    'InvalidResourceReference',
    `Resource ${subnetId} referenced by resource ${owner} was not found. Please make sure that the referenced resource ` +
      'exists, and that both resources are in the same region.',
  );
}

/** Makes the NIC that a VM's inline configuration asks for; Azure adds to the name it was given. */
export function createNic(
  world: World,
  { vmId, group, location, nic }: { vmId: string; group: string; location: string; nic: NicConfiguration },
): Resource<NicProperties> {
  const { random, resources } = world;
  const suffix = random.uuid().slice(0, 8);
  const mac = Array.from({ length: 6 }, () => Math.floor(random.between(16, 256)).toString(16).toUpperCase());
  return resources.put<NicProperties>({
    id: `${group}/providers/${NIC_TYPE}/${nic.name}-${suffix}`,
    type: NIC_TYPE,
    location,
    tags: nic.tags,
    properties: {
      provisioningState: 'Succeeded',
      primary: nic.properties?.primary ?? true,
      macAddress: mac.join('-'),
      ipConfigurations: nic.properties?.ipConfigurations ?? [],
      virtualMachine: { id: vmId },
    },
  });
}

const RESERVED_MS = 180_000;
const reservations = new WeakMap<object, { readonly until: number; readonly vmId: string }>();

/** The NIC stays behind; for three minutes it is still kept for the VM it belonged to. */
export function detachNic(world: World, id: string): void {
  const nic = world.resources.find<NicProperties>(id);
  if (!nic) return;
  const vmId = nic.properties.virtualMachine?.id ?? '';
  delete nic.properties.virtualMachine;
  reservations.set(nic, { until: world.timeline.now() + RESERVED_MS, vmId });
}

/** Refuses what the VM that had the NIC until just now may do, and nobody else. */
function refuseReserved(world: World, nic: Resource<object>, vmId?: string): void {
  const reserved = reservations.get(nic);
  if (!reserved || world.timeline.now() > reserved.until || sameId(reserved.vmId, vmId)) return;
  throw new ArmError(
    400,
    'NicReservedForAnotherVm',
    `Nic(s) in request is reserved for another Virtual Machine for 180 seconds. Please provide another nic(s) or retry ` +
      `after 180 seconds. Reserved NIC(s): ${nic.id}.`,
  );
}

/** Finds a NIC for a VM and refuses one that another VM has. */
export function requireFreeNic(
  world: World,
  id: string,
  { id: vmId, location }: { readonly id: string; readonly location: string },
): Resource<NicProperties> {
  const nic = world.resources.find<NicProperties>(id);
  if (!nic || regionName(nic.location ?? '') !== regionName(location)) {
    throw new ArmError(
      400,
      'InvalidResourceReference',
      `Resource ${id} referenced by resource ${vmId} was not found. Please make sure that the referenced resource exists, ` +
        'and that both resources are in the same region.',
    );
  }
  const owner = nic.properties.virtualMachine?.id;
  if (owner !== undefined && !sameId(owner, vmId)) throw inUse(id, owner);
  if (owner === undefined) refuseReserved(world, nic, vmId);
  return nic;
}

/** Network interfaces, as far as one has to see what a VM left behind and to clean it away. */
export function networkRoutes(world: World): Route[] {
  const { resources } = world;
  const one = `${GROUP}/networkInterfaces/{nicName}`;
  const idOf = ({ subscriptionId, resourceGroup, params }: Call) =>
    `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/${NIC_TYPE}/${params['nicName']}`;
  const checkFree = (nic: Resource) => {
    const owner = (nic.properties as unknown as NicProperties).virtualMachine?.id;
    if (owner !== undefined) throw inUse(nic.id, owner);
    refuseReserved(world, nic);
  };
  return [
    {
      method: 'GET',
      path: one,
      apiVersion: API_VERSIONS,
      handle: (call) => ({ status: 200, body: shown(resources.require(idOf(call))) }),
    },
    {
      method: 'GET',
      path: `${GROUP}/networkInterfaces`,
      apiVersion: API_VERSIONS,
      handle: (call) => {
        const under = `/subscriptions/${call.subscriptionId}/resourceGroups/${call.resourceGroup}`;
        return paged(call, resources.list({ type: NIC_TYPE, under }).map(shown));
      },
    },
    {
      method: 'DELETE',
      path: one,
      apiVersion: API_VERSIONS,
      handle: (call) => erase(world, call, idOf(call), { seconds: [5, 15], check: checkFree }),
    },
  ];
}

function inUse(id: string, owner: string): ArmError {
  return new ArmError(
    400,
    'NicInUse',
    `Network Interface ${id} is used by existing resource ${owner}. In order to delete the network interface, it must be ` +
      'dissociated from the resource. To learn more, see aka.ms/deletenic.',
  );
}
