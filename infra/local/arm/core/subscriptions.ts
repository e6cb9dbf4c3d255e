import type { Call, Provider } from './provider.ts';
import { tenantOf } from './tenants.ts';
import type { World } from './world.ts';

const API_VERSIONS = ['2020-01-01', '2022-12-01'];

/** Subscriptions themselves, as far as one has to know whose they are ("Subscriptions - Get"). */
export function subscriptionsProvider(world: World): Provider {
  const get = ({ subscriptionId }: Call) => ({
    status: 200,
    body: {
      id: `/subscriptions/${subscriptionId}`,
      subscriptionId,
      tenantId: tenantOf(world, subscriptionId),
      displayName: subscriptionId,
      state: 'Enabled',
    },
  });
  const path = '/subscriptions/{subscriptionId}';
  return { routes: [{ method: 'GET', path, apiVersion: API_VERSIONS, handle: get }] };
}
