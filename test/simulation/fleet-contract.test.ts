import { describe, expect } from 'vitest';
import { JOINER } from '../../infra/local/arm/compute/directory.ts';
import { peopleOf } from '../../infra/local/arm/avd/people.ts';
import { HOST_POOL, type HostPoolProperties } from '../../infra/local/arm/avd/host-pool.ts';
import { fleets, hostMachines } from '../../shared/azure/fleets.ts';
import { hostPools } from '../../shared/azure/host-pools.ts';
import { sessionHosts } from '../../shared/azure/session-hosts.ts';
import type { FleetKind } from '../../shared/rollouts/fleet.ts';
import { wrongBodies } from '../azure/support/bodies.ts';
import { type Cloud, openCloud } from '../azure/support/cloud.ts';
import { SmallAzure } from '../support/small-azure.ts';
import { well, World } from '../support/world.ts';
import { fleetContract } from './fleet-contract.ts';

const kinds: readonly FleetKind[] = ['uniform', 'flexible', 'stand-alone'];

describe.each(kinds)('the small Azure, its machines %s, does what a rollout relies on', (kind) => {
  fleetContract(kind, async () => {
    const world = new World(well);
    const azure = new SmallAzure(world);
    azure.kind = kind;
    for (const instance of ['0', '1', '2']) azure.add(instance);
    azure.desktop.seat('ana', 'avd-0', 86_400);
    const { desktop, machines, fleets } = azure;
    return {
      machines,
      fleets,
      sessionHosts: desktop.sessionHosts,
      hostPools: desktop.hostPools,
      pool: { subscriptionId: 's', resourceGroup: 'g', hostPool: 'pool' },
      fleet: { subscriptionId: 's', resourceGroup: 'g', ...(kind !== 'stand-alone' && { scaleSet: 'set' }) },
      joinSecret: { Password: 'p' },
      pass: async (minutes) => {
        await world.passUntil(() => false, { days: minutes / 1440 });
      },
      close: async () => {},
    };
  });
});

/** Where the simulator has machines of the kind. */
const places = {
  uniform: { pool: 'hp-production', resourceGroup: 'rg-desktops', scaleSet: 'vmss-production' },
  flexible: { pool: 'hp-flex', resourceGroup: 'rg-desktops', scaleSet: 'vmss-flex' },
  'stand-alone': { pool: 'hp-vms', resourceGroup: 'rg-vms' },
} as const satisfies Record<FleetKind, object>;

describe.each(kinds)(
  'the simulator of Azure, its machines %s, does the same through our adapters',
  (kind) => {
    fleetContract(kind, async () => {
      const cloud = await openCloud({ testHosts: 1, productionHosts: 4, people: 0 });
      const { azure, subscriptionId } = cloud;
      const { pool, ...fleet } = places[kind];
      peopled(cloud, pool);
      return {
        machines: hostMachines(azure, cloud.now),
        fleets: fleets(azure, cloud.now),
        sessionHosts: sessionHosts(azure, cloud.now),
        hostPools: hostPools(azure),
        pool: { subscriptionId, resourceGroup: 'rg-desktops', hostPool: pool },
        fleet: { subscriptionId, ...fleet },
        joinSecret: { Password: JOINER.password },
        pass: async (minutes) => cloud.pass(minutes),
        close: async () => {
          const bodies = await wrongBodies(cloud.sent);
          expect(bodies?.wrong ?? []).toEqual([]);
          await cloud.close();
        },
      };
    });
  },
);

/** Somebody is at work there already, and not on every host. */
function peopled({ arm }: Cloud, name: string): void {
  const pools = arm.world.resources.list<HostPoolProperties>({ type: HOST_POOL });
  const pool = pools.find((one) => one.name === name);
  if (!pool) throw new Error(`there is no host pool ${name}`);
  peopleOf(arm.world).populate(pool, 1, { alreadyIn: true, seed: 1 });
}
