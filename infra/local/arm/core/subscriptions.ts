import type { Call, Provider } from './provider.ts';
import { tenantOf } from './tenants.ts';
import type { World } from './world.ts';

const API_VERSIONS = ['2020-01-01', '2022-12-01'];

/** Subscriptions themselves, as far as one has to know whose they are ("Subscriptions - Get", "List"). */
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
  // Which there are nobody has said: whichever is named is there.
  const list = () => ({ status: 200, body: { value: [] } });
  const path = '/subscriptions/{subscriptionId}';
  return {
    routes: [
      { method: 'GET', path, apiVersion: API_VERSIONS, handle: get },
      { method: 'GET', path: '/subscriptions', apiVersion: API_VERSIONS, handle: list },
    ],
  };
}
