import type { Machines } from '../../shared/hosts/machine.ts';
import type { Readings } from '../../shared/hosts/readings.ts';
import type { SessionHosts } from '../../shared/hosts/session-host.ts';
import { type Instant, secondsBetween } from '../../shared/instant.ts';

/**
 * Ports that answer what is asked of one host from the last list of all, up to five minutes old, as sharing
 * does that knows nothing of effects.
 */
export function staleOver(
  { machines, sessionHosts }: { readonly machines: Machines; readonly sessionHosts: SessionHosts },
  now: () => Instant,
) {
  const lastOf = <One>(list: () => Promise<readonly One[]>) => {
    let kept: { readonly at: Instant; readonly all: readonly One[] } | undefined;
    return async () => {
      if (kept && secondsBetween(kept.at, now()) < heedlessFor.seconds) return kept.all;
      const at = now();
      kept = { at, all: await list() };
      return kept.all;
    };
  };
  const { pool, machine } = addresses;
  const allMachines = lastOf(async () => await machines.list(machine));
  const allHosts = lastOf(async () => await sessionHosts.list(pool));
  const allSessions = lastOf(async () => await sessionHosts.sessionsOfPool(pool));
  return {
    machines: {
      ...machines,
      read: async ({ instanceId }: { readonly instanceId: string }) =>
        (await allMachines()).find((one) => one.instanceId === instanceId),
    },
    sessionHosts: {
      ...sessionHosts,
      read: async (_: unknown, host: string) => (await allHosts()).find(({ name }) => name === host),
      sessions: async (_: unknown, host: string) => (await allSessions()).filter((one) => one.host === host),
    },
  };
}
const heedlessFor = { after: '', seconds: 300 };

/** Readings that take no heed of what was done since. */
export function heedless(readings: Readings): Readings {
  return {
    ...readings,
    machines: async (scaleSet) => await readings.machines(scaleSet, heedlessFor),
    sessionHosts: async (pool) => await readings.sessionHosts(pool, heedlessFor),
    sessions: async (pool) => await readings.sessions(pool, heedlessFor),
  };
}

const addresses = {
  pool: { subscriptionId: 's', resourceGroup: 'g', hostPool: 'pool' },
  machine: { subscriptionId: 's', resourceGroup: 'g', scaleSet: 'set' },
};
