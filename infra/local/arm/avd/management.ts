import type { Answer } from '../core/arm-error.ts';
import type { Route } from '../core/provider.ts';
import type { World } from '../core/world.ts';
import type { Broker } from './broker.ts';
import { refusal, type HostPool } from './host-pool.ts';
import { Finder, HOST_POOL_PATH, PREVIEWS } from './paths.ts';

export type ManagementType = 'Standard' | 'Automated';

/** Azure tells it in preview versions of its API only, so it is no property of the pool that others would show. */
const automated = new WeakSet<HostPool>();

export function managementOf(pool: HostPool): ManagementType {
  return automated.has(pool) ? 'Automated' : 'Standard';
}

/**
 * "Host pool management approaches" says that the approach is set when a pool is made, for good; here a pool is made so
 * afterwards, from outside Azure. Its registration tokens end.
 */
export function setManagement(broker: Broker, pool: HostPool, management: ManagementType): void {
  if (management === 'Standard') {
    automated.delete(pool);
    return;
  }
  // "The session host configuration management approach can be used with pooled host pools only."
  if (pool.properties.hostPoolType !== 'Pooled') {
    throw refusal(400, 'A host pool with a session host configuration must be of type Pooled.');
  }
  automated.add(pool);
  broker.registrations.revoke(pool);
}

/**
 * "You can't retrieve a registration token to add session hosts created outside of Azure Virtual Desktop". The documents
 * do not say what the request is answered with; here it is refused, whether it makes a token or asks for one.
 */
export function refuseTokens(pool: HostPool): void {
  if (managementOf(pool) === 'Standard') return;
  throw refusal(
    400,
    'Registration tokens are not available for host pools with managementType Automated: their session hosts are ' +
      'created from the session host configuration.',
  );
}

/** `sessionHostConfigurations/default`: there for an Automated pool, 404 for a Standard one. */
export function configurationRoutes(world: World, broker: Broker): Route[] {
  const find = new Finder(world.resources, broker);
  return [
    {
      method: 'GET',
      path: `${HOST_POOL_PATH}/sessionHostConfigurations/default`,
      apiVersion: PREVIEWS,
      handle: (call): Answer => {
        const pool = find.pool(call);
        if (managementOf(pool) === 'Standard') {
          throw refusal(404, `SessionHostConfiguration could not be found in the host pool '${pool.name}'.`);
        }
        const properties = { vmNamePrefix: pool.name.slice(0, 11), provisioningState: 'Succeeded' };
        return {
          status: 200,
          body: {
            id: `${pool.id}/sessionHostConfigurations/default`,
            name: 'default',
            type: 'Microsoft.DesktopVirtualization/hostpools/sessionhostconfigurations',
            properties,
          },
        };
      },
    },
  ];
}
