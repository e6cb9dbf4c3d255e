import { vaultsOf } from '../key-vault/vaults.ts';
import { brokerOf } from './avd/broker.ts';
import { HOST_POOL, UNLIMITED, type HostPool, type HostPoolProperties } from './avd/host-pool.ts';
import { COMPANY_DOMAIN, directoryOf, join, JOINER } from './compute/directory.ts';
import type { Machine } from './compute/machine.ts';
import { putExtension, setStatus, type ExtensionProperties } from './compute/vm-extension.ts';
import type { World } from './core/world.ts';
import { goldenImage, seedVm, WINDOWS } from './fleet-machines.ts';
import { findImage } from './scale-sets/image-rules.ts';

const LOCATION = 'westeurope';

interface Place {
  readonly subscription: string;
  readonly network: string;
  /** The image version that every host runs. */
  readonly image: string;
}

interface Sizes {
  readonly vmHosts: number;
  readonly personalHosts: number;
}

/** Puts host pools there whose hosts are virtual machines that stand alone; answers the pools. */
export function seedDesktops(
  world: World,
  { subscription, network, image }: Place,
  { vmHosts, personalHosts }: Sizes,
): { vms: HostPool | undefined; personal: HostPool | undefined } {
  // Chance of its own, so that what else happens in the world does not depend on what is seeded here.
  const own: World = { ...world, random: world.random.fork('desktops') };
  const pools = `/subscriptions/${subscription}/resourceGroups/rg-desktops/providers/${HOST_POOL}`;
  const group = (name: string) => {
    world.resources.addResourceGroup({ subscriptionId: subscription, name, location: LOCATION });
    return `/subscriptions/${subscription}/resourceGroups/${name}`;
  };
  const hosts = (pool: HostPool, where: string, names: readonly string[], size: string) => {
    for (const name of names) {
      const { image: found, reference } = findImage(world, { id: image }, LOCATION, pool.id);
      const dataDisks = name === 'avdvm-1' ? [64] : [];
      const tags = { 'cost-centre': 'desktops' };
      const vm = {
        name,
        subnet: `${network}/subnets/desktops`,
        image: found,
        reference,
        size,
        tags,
        dataDisks,
      };
      const machine = seedVm(own, where, vm);
      joinSeeded(own, machine);
      brokerOf(world).seed(pool, machine);
    }
    brokerOf(world).resetMeasure(pool);
    return pool;
  };
  const names = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}${n}`);
  if (vmHosts + personalHosts > 0) {
    const password = JSON.stringify({ Password: JOINER.password });
    vaultsOf(world).set({ vault: 'kv-images.vault.azure.net', name: 'domain-join', value: password });
  }
  const seeded: { vms: HostPool | undefined; personal: HostPool | undefined } = {
    vms: undefined,
    personal: undefined,
  };
  if (vmHosts > 0) {
    const where = group('rg-vms');
    const pool = seedHostPool(own, `${pools}/hp-vms`, {});
    seeded.vms = hosts(pool, where, names('avdvm-', vmHosts), 'Standard_D4s_v5');
    seedDatabase(own, where, network);
  }
  if (personalHosts > 0) {
    const pool = seedHostPool(own, `${pools}/hp-personal`, {
      hostPoolType: 'Personal',
      loadBalancerType: 'Persistent',
      personalDesktopAssignmentType: 'Automatic',
      maxSessionLimit: UNLIMITED,
    });
    seeded.personal = hosts(pool, group('rg-personal'), names('avdpers-', personalHosts), 'Standard_D2s_v5');
  }
  return seeded;
}

/** A VM beside the desktops that is none: nobody who looks after desktops has any business with it. */
function seedDatabase(own: World, group: string, network: string): void {
  const image = goldenImage(group);
  seedVm(own, group, {
    name: 'sql-0',
    subnet: `${network}/subnets/desktops`,
    image,
    reference: { ...WINDOWS, exactVersion: WINDOWS.version },
    size: 'Standard_D4s_v5',
    tags: { owner: 'database-team' },
    dataDisks: [256],
  });
}

/** As the extensions left it that it was made with. */
function joinSeeded(own: World, machine: Machine): void {
  const { guest, instance } = machine;
  join(guest, COMPANY_DOMAIN);
  directoryOf(own).accounts.set(guest.name.toLowerCase(), JOINER.name);
  const settings = {
    Name: COMPANY_DOMAIN,
    OUPath: 'OU=Desktops,DC=corp,DC=contoso,DC=com',
    User: `${COMPANY_DOMAIN}\\${JOINER.name}`,
    Restart: 'true',
    Options: '3',
  };
  seedExtension(own, machine, 'joindomain', {
    publisher: 'Microsoft.Compute',
    type: 'JsonADDomainExtension',
    typeHandlerVersion: '1.3',
    autoUpgradeMinorVersion: true,
    settings,
  });
  seedExtension(own, machine, 'AzureMonitorWindowsAgent', {
    publisher: 'Microsoft.Azure.Monitor',
    type: 'AzureMonitorWindowsAgent',
    typeHandlerVersion: '1.0',
    autoUpgradeMinorVersion: true,
    enableAutomaticUpgrade: true,
  });
  own.resources.touch(instance);
}

function seedExtension(own: World, { instance }: Machine, name: string, made: ExtensionProperties): void {
  const properties = { ...made, provisioningState: 'Succeeded' };
  const extension = putExtension(own, instance, name, { location: LOCATION, properties });
  setStatus(extension, { message: 'Enable succeeded', at: own.timeline.iso(), told: '' });
}

function seedHostPool(own: World, id: string, more: Partial<HostPoolProperties>): HostPool {
  return own.resources.put<HostPoolProperties>({
    id,
    type: HOST_POOL,
    location: LOCATION,
    properties: {
      objectId: own.random.uuid(),
      hostPoolType: 'Pooled',
      loadBalancerType: 'BreadthFirst',
      preferredAppGroupType: 'Desktop',
      maxSessionLimit: 10,
      ...more,
    },
  });
}
