import type { Machine, Machines } from '../../shared/hosts/machine.ts';
import type { SessionHost, SessionHosts } from '../../shared/hosts/session-host.ts';
import type { Outside } from '../../shared/outside.ts';
import type { HostPools } from '../../shared/rollouts/host-pool.ts';
import { isOfOutbox } from '../../shared/workflow/outbox.ts';
import type { Rows } from '../../shared/workflow/rows.ts';

/** A rule that a simulation is robbed of, to see that it finds what comes of it. */
export interface TakenOut {
  /** The app is told of a pool without a floor; it is judged by the floor that the pool has. */
  readonly floor?: true;
  /** What was written to the drain flag is believed and never read. */
  readonly readBack?: true;
  /** Every disk has the same id, so that nobody can tell a new one. */
  readonly proof?: true;
  /** Whoever holds a pool is forgotten at once. */
  readonly lease?: true;
  /** A version is said to be everywhere, wherever it is. */
  readonly region?: true;
  /** What it takes to make a machine again is not kept before it is deleted. */
  readonly blueprint?: true;
  /** The app is not told of the scaling plan that a pool has. */
  readonly scalingPlan?: true;
  /** Nobody paces what is asked of Azure, or heeds what another was refused. */
  readonly governor?: true;
  /** Whoever writes last is right. */
  readonly etags?: true;
  /** That there is something to tell is not kept with what happened. */
  readonly outbox?: true;
  /** Nobody looks for what was forgotten. */
  readonly sweeper?: true;
}

export const rules = [
  'floor',
  'readBack',
  'proof',
  'lease',
  'governor',
  'region',
  'blueprint',
  'scalingPlan',
  'outbox',
  'etags',
  'sweeper',
] as const;

export function everywhere<Gallery extends Pick<Outside['gallery'], 'completedRegions'>>(
  gallery: Gallery,
): Gallery {
  return { ...gallery, completedRegions: async () => ['West Europe', 'North Europe'] };
}

/** Hosts whose blueprint is lost on the way to the table. */
export function withoutBlueprint(rows: Rows): Rows {
  return {
    ...rows,
    write: async (partition, writes) => {
      const forgotten = writes.map((write) => {
        const { facts, ...host } = JSON.parse(write.json) as { facts?: { blueprint?: unknown } };
        if (facts?.blueprint === undefined) return write;
        const { blueprint: _, ...others } = facts;
        return { ...write, json: JSON.stringify({ ...host, facts: others }) };
      });
      await rows.write(partition, forgotten);
    },
  };
}

/** A due index that has no place for what is to be told. */
export function withoutOutbox(rows: Rows): Rows {
  return {
    ...rows,
    write: async (partition, writes) =>
      await rows.write(
        partition,
        writes.filter(({ row }) => !isOfOutbox(row)),
      ),
  };
}

/** What a pool says of itself when nobody holds it. */
export function withoutLease(rows: Rows): Rows {
  return {
    ...rows,
    read: async (partition, row) => {
      const found = await rows.read(partition, row);
      if (!found || row !== 'state') return found;
      const { activeRollout: _, ...pool } = JSON.parse(found.json) as Record<string, unknown>;
      return { ...found, json: JSON.stringify(pool) };
    },
  };
}

export function withoutProof(machines: Machines): Machines {
  const blinded = (machine: Machine) => ({ ...machine, osDiskId: 'a disk' });
  return {
    ...machines,
    read: async (address) => {
      const machine = await machines.read(address);
      return machine && blinded(machine);
    },
    list: async (scaleSet) => (await machines.list(scaleSet)).map(blinded),
  };
}

/** Shows each drain flag as it was last asked for. */
export function withoutReadBack(sessionHosts: SessionHosts): SessionHosts {
  const asked = new Map<string, boolean>();
  const keyOf = (pool: { readonly hostPool: string }, host: string) => `${pool.hostPool}/${host}`;
  return {
    ...sessionHosts,
    setAllowNewSession: async (pool, host, allow) => {
      asked.set(keyOf(pool, host), allow);
      await sessionHosts.setAllowNewSession(pool, host, allow);
    },
    read: async (pool, host) => {
      const found = await sessionHosts.read(pool, host);
      return found && { ...found, allowNewSession: asked.get(keyOf(pool, host)) ?? found.allowNewSession };
    },
    list: async (pool) => {
      const shown = (one: SessionHost): SessionHost => {
        return { ...one, allowNewSession: asked.get(keyOf(pool, one.name)) ?? one.allowNewSession };
      };
      return (await sessionHosts.list(pool)).map(shown);
    },
  };
}

/** Pools that nobody but their users seems to need hosts of. */
export function withoutScalingPlan(hostPools: HostPools): HostPools {
  return {
    ...hostPools,
    hostPool: async (pool) => {
      const reading = await hostPools.hostPool(pool);
      if (!reading) return undefined;
      const { scalingPlan: _, ...others } = reading;
      return others;
    },
  };
}
