import { type Instant, secondsAfter } from '../instant.ts';
import type { Host } from './host.ts';
import type { Machine, MachineAddress, Machines, FleetAddress } from './machine.ts';
import type { Rows } from '../workflow/rows.ts';
import { leftReadings } from './left-readings.ts';
import { sinceTick, tickOf } from './pace.ts';
import type { HostPoolAddress, PoolSession, SessionHost, SessionHosts } from './session-host.ts';
import { type Freshness, SharedReading } from './shared-reading.ts';

/**
 * What hosts wait on: lists of a whole pool, each asked for once and handed to all the hosts that look at the
 * same time. For waiting only. What leads to an effect that cannot be taken back, and what proves an effect
 * of the same look, is read of Azure directly.
 */
export interface Readings {
  readonly machines: (scaleSet: FleetAddress, fresh: Freshness) => Promise<readonly Machine[]>;
  readonly sessionHosts: (pool: HostPoolAddress, fresh: Freshness) => Promise<readonly SessionHost[]>;
  readonly sessions: (pool: HostPoolAddress, fresh: Freshness) => Promise<readonly PoolSession[]>;
  /** As the lists above, for who has no effect to wait for: machines of this tick, as Azure gives few lists, or anew. */
  readonly listMachines: (
    scaleSet: FleetAddress,
    asked?: { readonly isAnew: boolean },
  ) => Promise<readonly Machine[]>;
  /** Asked for now; those who look next may have the answer. */
  readonly listSessionHosts: (pool: HostPoolAddress) => Promise<readonly SessionHost[]>;
}

interface Parts {
  readonly machines: Pick<Machines, 'list'>;
  readonly sessionHosts: Pick<SessionHosts, 'list' | 'sessionsOfPool'>;
  readonly now: () => Instant;
  /** How to wait for a request of somebody else's; a world in which tasks take turns has its own way. */
  readonly join?: <T>(asked: Promise<T>) => Promise<T>;
  /** Where instances leave readings to one another; without it each reads for itself. */
  readonly left?: Rows;
}

/**
 * Readings of one process, and those that other instances left: a pool is read about once a tick, however many
 * instances work on it. Who has a session where is not left anywhere; it is asked for seldom.
 */
export function sharedReadings({
  machines,
  sessionHosts,
  now,
  join = async (asked) => await asked,
  left,
}: Parts) {
  const shared = <T>(kind: string, rows?: Rows) =>
    new SharedReading<T>({ now, join, shelf: rows && leftReadings<T>(kind, { rows, now }) });
  const ofMachines = shared<readonly Machine[]>('machines', left);
  const ofSessionHosts = shared<readonly SessionHost[]>('session-hosts', left);
  const ofSessions = shared<readonly PoolSession[]>('sessions');
  /** How many machines the last list of a scale set had. */
  const listed = new Map<string, number>();
  const machinesOf = async (fleet: FleetAddress, fresh: Freshness) => {
    const key = keyOf(fleet);
    const found = await ofMachines.read(key, fresh, async () => await machines.list(fleet));
    if (fleet.scaleSet !== undefined) listed.set(key, found.length);
    return found;
  };
  return {
    machines: machinesOf,
    sessionHosts: async (pool, fresh) =>
      await ofSessionHosts.read(keyOf(pool), fresh, async () => await sessionHosts.list(pool)),
    sessions: async (pool, fresh) =>
      await ofSessions.read(keyOf(pool), fresh, async () => await sessionHosts.sessionsOfPool(pool)),
    listMachines: async (scaleSet, { isAnew } = { isAnew: false }) => {
      if (isAnew) return await ofMachines.take(keyOf(scaleSet), async () => await machines.list(scaleSet));
      const ofThisTick = tickOf({ listed: listed.get(keyOf(scaleSet)) ?? 0 });
      return await machinesOf(scaleSet, { after: '', seconds: ofThisTick });
    },
    listSessionHosts: async (pool) =>
      await ofSessionHosts.take(keyOf(pool), async () => await sessionHosts.list(pool)),
  } satisfies Readings;
}

/** So far apart the clocks of two function instances may be. */
const skewSeconds = 2;

/**
 * Fresh enough for a look at a host: of the pool's present tick, and begun after all that was done to the
 * host before. Every effect on a host belongs to a look, and the answer of the look was heard after it; before its
 * former state was kept this work did nothing, but an earlier one may have put the host back a moment before.
 */
export function freshFor({ work: { startedAt, heardAt, facts, plan }, now }: AtHost): Freshness {
  const after = facts.prior ? secondsAfter(heardAt, skewSeconds) : startedAt;
  // A look that comes a moment too early belongs to the tick it was meant for.
  const seconds = sinceTick(secondsAfter(now, 1), plan) + skewSeconds;
  return { after, seconds };
}

/** A look, as far as readings go. */
export interface AtHost {
  readonly work: Host;
  readonly now: Instant;
}

/** The machine under the host as the list shows it; undefined says only that the list does not. */
export async function listedMachine(
  readings: Readings,
  { instanceId, ...scaleSet }: MachineAddress,
  fresh: Freshness,
): Promise<Machine | undefined> {
  const all = await readings.machines(scaleSet, fresh);
  return all.find((machine) => machine.instanceId === instanceId);
}

function keyOf(address: FleetAddress | HostPoolAddress): string {
  const name = 'hostPool' in address ? address.hostPool : (address.scaleSet ?? '');
  return [address.subscriptionId, address.resourceGroup, name].join('/').toLowerCase();
}
