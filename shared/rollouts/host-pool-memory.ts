import { type Instant, secondsBetween } from '../instant.ts';
import type { HostPoolAddress, HostPools } from './host-pool.ts';

/** How many sessions a host may hold is changed by people, and seldom: not worth a call at each look. */
const rememberedSeconds = 300;

/** Host pools whose own settings are asked for now and then; their session hosts each time. */
export function rememberingHostPools(hostPools: HostPools, now: () => Instant): HostPools {
  const known = new Map<
    string,
    { readonly at: Instant; readonly found: Awaited<ReturnType<HostPools['hostPool']>> }
  >();
  return {
    ...hostPools,
    async hostPool(pool: HostPoolAddress) {
      const key = [pool.subscriptionId, pool.resourceGroup, pool.hostPool].join('/').toLowerCase();
      const last = known.get(key);
      if (last && secondsBetween(last.at, now()) < rememberedSeconds) return last.found;
      const at = now();
      const found = await hostPools.hostPool(pool);
      // That there is none may have been put right a moment later.
      if (found) known.set(key, { at, found });
      return found;
    },
  };
}
