import { describe } from 'vitest';
import { fleets, hostMachines } from '../../shared/azure/fleets.ts';
import { hostPools } from '../../shared/azure/host-pools.ts';
import { sessionHosts } from '../../shared/azure/session-hosts.ts';
import { openCloud } from '../azure/support/cloud.ts';
import { SmallAzure } from '../support/small-azure.ts';
import { well, World } from '../support/world.ts';
import { fleetContract } from './fleet-contract.ts';

describe('the small Azure does what a rollout relies on', () => {
  fleetContract(async () => {
    const world = new World(well);
    const azure = new SmallAzure(world);
    for (const instance of ['0', '1', '2']) azure.add(instance);
    azure.desktop.seat('ana', 'avd-0', 86_400);
    const { desktop, machines, fleets } = azure;
    return {
      machines,
      fleets,
      sessionHosts: desktop.sessionHosts,
      hostPools: desktop.hostPools,
      pool: { subscriptionId: 's', resourceGroup: 'g', hostPool: 'pool' },
      scaleSet: { subscriptionId: 's', resourceGroup: 'g', scaleSet: 'set' },
      pass: async (minutes) => {
        await world.passUntil(() => false, { days: minutes / 1440 });
      },
      close: async () => {},
    };
  });
});

describe('the simulator of Azure does the same, through our adapters', () => {
  fleetContract(async () => {
    const cloud = await openCloud({ testHosts: 1, productionHosts: 4, people: 2 });
    const { azure, subscriptionId } = cloud;
    const group = { subscriptionId, resourceGroup: 'rg-desktops' };
    return {
      machines: hostMachines(azure, cloud.now),
      fleets: fleets(azure, cloud.now),
      sessionHosts: sessionHosts(azure, cloud.now),
      hostPools: hostPools(azure),
      pool: { ...group, hostPool: 'hp-production' },
      scaleSet: { ...group, scaleSet: 'vmss-production' },
      pass: async (minutes) => cloud.pass(minutes),
      close: cloud.close,
    };
  });
});
