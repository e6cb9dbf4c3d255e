import { seedVault } from '../key-vault/vaults.ts';
import { brokerOf } from './avd/broker.ts';
import { HOST_POOL, type HostPool, type HostPoolProperties } from './avd/host-pool.ts';
import { peopleOf } from './avd/people.ts';
import { seedVersion } from './avd/legacy-image.ts';
import { addVirtualNetwork } from './compute/network.ts';
import type { World } from './core/world.ts';
import { seedDesktops } from './fleet-desktops.ts';
import { seedSources } from './fleet-sources.ts';
import { flexibleMachinesOf } from './scale-sets/flexible-machines.ts';
import { findImage } from './scale-sets/image-rules.ts';
import { machinesOf } from './scale-sets/machines.ts';
import { SCALE_SET, type ScaleSet, type ScaleSetProperties } from './scale-sets/scale-set.ts';

export const SUBSCRIPTION = '00000000-0000-0000-0000-000000000001';
const LOCATION = 'westeurope';
const NETWORK = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-images/providers/Microsoft.Network/virtualNetworks/vnet-images`;

export interface FleetOptions {
  readonly testHosts?: number;
  readonly productionHosts?: number;
  /** Virtual machines of a Flexible scale set; nobody works on them. */
  readonly flexHosts?: number;
  /** Virtual machines that stand alone, in a pool and with a machine of others beside them; at most six people there. */
  readonly vmHosts?: number;
  /** The same as personal desktops; all of them but one are somebody's. */
  readonly personalHosts?: number;
  /** How many people work on the production hosts; nobody works on the test hosts. */
  readonly people?: number;
  /** Who stays when told to leave, how long they work: another seed, other people. */
  readonly seed?: number;
}

/** Fills a world with a small company: two pools of session hosts, an image they run, and people at work. */
export function fleet(options: FleetOptions = {}): (world: World) => void {
  const { testHosts = 2, productionHosts = 10, flexHosts = 3, people = 40, seed } = options;
  const { vmHosts = 4, personalHosts = 3 } = options;
  return (world) => {
    const { resources } = world;
    for (const name of ['rg-images', 'rg-desktops']) {
      resources.addResourceGroup({ subscriptionId: SUBSCRIPTION, name, location: LOCATION });
    }
    // The network that build machines and desktops refer to; nothing else is known of it.
    addVirtualNetwork(world, NETWORK, { location: LOCATION, subnets: ['build', 'desktops'] });
    seedVault(world);
    seedSources(world, { subscription: SUBSCRIPTION, network: NETWORK });
    const image = seedVersion(world, `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-images`);
    seedPool(world, { name: 'test', prefix: 'avdtest-', hosts: testHosts, image });
    const production = seedPool(world, {
      name: 'production',
      prefix: 'avdprod-',
      hosts: productionHosts,
      image,
    });
    peopleOf(world).populate(production, people, { alreadyIn: true, seed });
    brokerOf(world).resetMeasure(production);
    if (flexHosts > 0) seedFlexiblePool(world, { name: 'flex', prefix: 'avdflex-', hosts: flexHosts, image });
    const place = { subscription: SUBSCRIPTION, network: NETWORK, image };
    const { vms, personal } = seedDesktops(world, place, { vmHosts, personalHosts });
    const inhabit = (pool: HostPool, count: number) => {
      peopleOf(world).populate(pool, Math.min(count, people), { alreadyIn: true });
      brokerOf(world).resetMeasure(pool);
    };
    if (vms) inhabit(vms, 6);
    if (personal) inhabit(personal, personalHosts - 1);
  };
}

interface PoolSeed {
  readonly name: string;
  /** With six more digits the computer names stay within NetBIOS's fifteen letters. */
  readonly prefix: string;
  readonly hosts: number;
  readonly image: string;
}

/** One scale set and the host pool its instances are registered in. */
function seedPool(world: World, { name, prefix, hosts, image }: PoolSeed): HostPool {
  const pool = seedHostPool(world, `hp-${name}`);
  const scaleSet = seedScaleSet(world, `vmss-${name}`, { prefix, hosts, image });
  for (const instanceId of instanceIds(hosts)) {
    const found = findImage(world, { id: image }, LOCATION, scaleSet.id);
    brokerOf(world).seed(pool, machinesOf(world).add(scaleSet, instanceId, found, true));
  }
  brokerOf(world).resetMeasure(pool);
  return pool;
}

/** The same with a Flexible scale set; with chance of its own, so that what else happens does not depend on it. */
function seedFlexiblePool(world: World, { name, prefix, hosts, image }: PoolSeed): void {
  const own: World = { ...world, random: world.random.fork(name) };
  const pool = seedHostPool(own, `hp-${name}`);
  const scaleSet = seedScaleSet(own, `vmss-${name}`, { prefix, hosts, image });
  scaleSet.properties = {
    ...scaleSet.properties,
    orchestrationMode: 'Flexible',
    overprovision: false,
    singlePlacementGroup: false,
    platformFaultDomainCount: 1,
  };
  for (let host = 0; host < hosts; host += 1) {
    const found = findImage(world, { id: image }, LOCATION, scaleSet.id);
    brokerOf(world).seed(pool, flexibleMachinesOf(world).add(scaleSet, found, true));
  }
  brokerOf(world).resetMeasure(pool);
}

/** Overprovisioning leaves gaps: Azure makes more instances than asked for and deletes those that come last. */
function instanceIds(count: number): string[] {
  return Array.from({ length: count + Math.ceil(count / 4) }, (_, id) => id)
    .filter((id) => id % 5 !== 2)
    .slice(0, count)
    .map(String);
}

function seedHostPool(world: World, name: string): HostPool {
  return world.resources.put<HostPoolProperties>({
    id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-desktops/providers/${HOST_POOL}/${name}`,
    type: HOST_POOL,
    location: LOCATION,
    properties: {
      objectId: world.random.uuid(),
      hostPoolType: 'Pooled',
      loadBalancerType: 'BreadthFirst',
      preferredAppGroupType: 'Desktop',
      maxSessionLimit: 10,
    },
  });
}

function seedScaleSet(
  world: World,
  name: string,
  { prefix, hosts, image }: Omit<PoolSeed, 'name'>,
): ScaleSet {
  return world.resources.put<ScaleSetProperties>({
    id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-desktops/providers/${SCALE_SET}/${name}`,
    type: SCALE_SET,
    location: LOCATION,
    fields: { sku: { name: 'Standard_D4s_v5', tier: 'Standard', capacity: hosts } },
    properties: {
      orchestrationMode: 'Uniform',
      upgradePolicy: { mode: 'Manual' },
      overprovision: true,
      singlePlacementGroup: true,
      uniqueId: world.random.uuid(),
      timeCreated: world.timeline.iso(),
      provisioningState: 'Succeeded',
      virtualMachineProfile: {
        osProfile: {
          computerNamePrefix: prefix,
          adminUsername: 'localadmin',
          windowsConfiguration: { provisionVMAgent: true, enableAutomaticUpdates: false },
          allowExtensionOperations: true,
        },
        storageProfile: {
          imageReference: { id: image },
          osDisk: {
            osType: 'Windows',
            createOption: 'FromImage',
            caching: 'ReadWrite',
            managedDisk: { storageAccountType: 'Premium_LRS' },
            diskSizeGB: 127,
          },
        },
        securityProfile: {
          securityType: 'TrustedLaunch',
          uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
        },
        networkProfile: {
          networkApiVersion: '2020-11-01',
          networkInterfaceConfigurations: [
            {
              name: 'nic',
              properties: {
                primary: true,
                ipConfigurations: [
                  { name: 'ip', properties: { subnet: { id: `${NETWORK}/subnets/desktops` } } },
                ],
              },
            },
          ],
        },
        licenseType: 'Windows_Client',
      },
    },
  });
}
