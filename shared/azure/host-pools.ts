import type { SessionHost as AzureSessionHost } from '@azure/arm-desktopvirtualization';
import { toInstant } from '../instant.ts';
import type { HostPoolAddress, HostPools, SessionHostReading } from '../rollouts/host-pool.ts';
import type { Azure } from './clients.ts';
import { asking, finding } from './errors.ts';
import { poolManagement } from './pool-management.ts';
import { lastSegment } from '../resource-id.ts';
import { enabledScalingPlan } from './scaling-plans.ts';

/** Host pools, and their session hosts as far as capacity goes. */
export function hostPools(azure: Pick<Azure, 'desktops' | 'read' | 'list'>): HostPools {
  const { desktops } = azure;
  const management = poolManagement(azure);
  return {
    async hostPool(pool) {
      const { subscriptionId, resourceGroup, hostPool } = pool;
      const found = await finding(
        `host pool ${hostPool}`,
        async () => await desktops(subscriptionId).hostPools.get(resourceGroup, hostPool),
      );
      if (!found) return undefined;
      const managedNatively = await management.isNative(pool);
      const scalingPlan = await enabledScalingPlan(
        azure,
        pool,
        async () => await management.createsAndDeletes(pool),
      );
      return {
        maxSessionLimit: found.maxSessionLimit ?? 0,
        type: found.hostPoolType === 'Personal' ? 'Personal' : 'Pooled',
        ...(managedNatively !== undefined && { managedNatively }),
        ...(scalingPlan && { scalingPlan }),
      };
    },

    list: async (pool) => (await sessionHostsOf({ desktops }, pool)).map(readingOf),
  };
}

/** So many of a list Azure is asked for at once; it may give fewer, and says then where the rest is. */
export const pageSize = 250;

/** Every session host of the pool: one call for a page of them, not one for each. */
export async function sessionHostsOf(
  { desktops }: Pick<Azure, 'desktops'>,
  { subscriptionId, resourceGroup, hostPool }: HostPoolAddress,
): Promise<AzureSessionHost[]> {
  return await asking(`session hosts of ${hostPool}`, async () => {
    const found: AzureSessionHost[] = [];
    for await (const host of desktops(subscriptionId).sessionHosts.list(resourceGroup, hostPool, {
      pageSize,
    })) {
      found.push(host);
    }
    return found;
  });
}

/** What rollouts and hosts both ask of a session host. */
export function readingOf(found: AzureSessionHost): SessionHostReading {
  return {
    name: lastSegment(found.name),
    resourceId: found.resourceId ?? '',
    status: found.status ?? '',
    lastHeartbeat: heartbeatOf(found),
    allowNewSession: found.allowNewSession ?? false,
    sessions: found.sessions ?? 0,
    assignedUser: found.assignedUser ?? '',
  };
}

/** A moment long before there was an agent stands for "never". */
function heartbeatOf({ lastHeartBeat }: AzureSessionHost): string | undefined {
  if (!lastHeartBeat || Number.isNaN(lastHeartBeat.getTime())) return undefined;
  return lastHeartBeat.getUTCFullYear() < 2000 ? undefined : toInstant(lastHeartBeat.getTime());
}
