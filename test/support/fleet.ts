import type { Host, HostEvent } from '../../shared/hosts/host.ts';
import type { Machines } from '../../shared/hosts/machine.ts';
import { hostEngine } from '../../shared/hosts/host-engine.ts';
import { hostRequests } from '../../shared/hosts/requests.ts';
import type { Pool, PoolEvent, PoolLink } from '../../shared/rollouts/pool.ts';
import { poolLife } from '../../shared/rollouts/pool.ts';
import { poolClaims } from '../../shared/rollouts/pools.ts';
import type { Rollout, RolloutEvent } from '../../shared/rollouts/rollout.ts';
import { rolloutEngine } from '../../shared/rollouts/rollout-engine.ts';
import { Engine } from '../../shared/workflow/engine.ts';
import type { Rows } from '../../shared/workflow/rows.ts';
import { type Change, WorkflowStore } from '../../shared/workflow/store.ts';
import { AdmissionWatch } from './admission-watch.ts';
import { memoryRows } from './memory-rows.ts';
import { SmallAzure, tag } from './small-azure.ts';
import type { World } from './world.ts';

export const link: PoolLink = {
  subscriptionId: 's',
  resourceGroup: 'g',
  hostPool: 'pool',
  scaleSet: { resourceGroup: 'g', name: 'set' },
  location: 'westeurope',
  imageSet: 'win11',
  channel: 'production',
  policy: {
    maxUnavailable: 2,
    floor: { percent: 40, headroomPercent: 10 },
    maxFailed: 1,
    sessions: {
      message: { title: 'Update of {host}', body: 'Please log off by {deadline}.' },
      graceMinutes: 10,
      atGraceEnd: 'log-off',
      waitHours: 1,
    },
    minDrainMinutes: 2,
    exclusionTag: tag,
    healthy: { fatalChecks: ['DomainTrustCheck'], heartbeatMinutes: 5, settleSeconds: 60 },
  },
};

/** The tables, once as they are and once as the app meets them, with somebody who watches what is saved. */
function store<State, Event>(
  kind: string,
  world: World,
  withoutEtags: boolean,
  watch: (change: Change<State, Event>) => void = () => {},
) {
  const tables = { rows: memoryRows(), due: memoryRows() };
  const met = (rows: Rows) => world.rows(withoutEtags ? blind(rows) : rows);
  class WatchedStore extends WorkflowStore<State, Event> {
    override async save(id: string, change: Change<State, Event>): Promise<void> {
      watch(change);
      await super.save(id, change);
    }
  }
  return {
    seen: new WorkflowStore<State, Event>(kind, tables.rows, tables.due),
    met: new WatchedStore(kind, met(tables.rows), met(tables.due)),
  };
}

/** A table that takes whatever is written last: what the world would be like without ETags. */
export function blind(rows: Rows): Rows {
  return {
    ...rows,
    write: async (partition, writes) => {
      await rows.write(
        partition,
        writes.map((write) => ({ ...write, etag: 'any' })),
      );
    },
  };
}

/** What the tests take away, to see that it is needed. */
export interface Without {
  readonly sweeper?: true;
  readonly etags?: true;
  /** Every disk has the same id, so that nobody can tell a new one. */
  readonly proof?: true;
}

/** Rollouts and hosts as the app wires them, over a small Azure, in a world that may be ill. */
export function fleetIn(world: World, without: Without = {}, alter: (azure: SmallAzure) => void = () => {}) {
  const withoutEtags = without.etags === true;
  const azure = new SmallAzure(world);
  alter(azure);
  const { now } = world;
  const poolStores = store<Pool, PoolEvent>('pools', world, withoutEtags);
  const onHostSaved: ((host: Host, event: HostEvent) => void)[] = [];
  const hostStores = store<Host, HostEvent>('hosts', world, withoutEtags, ({ state, event }) => {
    for (const hear of onHostSaved) hear(state, event);
    if (event.type !== 'stage-done' || !['drain', 'register'].includes(event.stage)) return;
    const { name } = state.plan;
    if (azure.desktop.isOpen(name)) azure.wrongs.push(`R4: ${name} takes users after stage ${event.stage}`);
  });
  const watch = new AdmissionWatch(world, azure);
  const rolloutStores = store<Rollout, RolloutEvent>('rollouts', world, withoutEtags, (change) =>
    watch.saving(change),
  );
  const sessionHosts = world.port(azure.desktop.sessionHosts, {
    setAllowNewSession: 40,
    remove: 40,
    sendMessage: 40,
    logOff: 40,
  });
  const blindRead: Machines['read'] = async (address) => {
    const machine = await azure.machines.read(address);
    return machine && { ...machine, osDiskId: 'a disk' };
  };
  const seen = without.proof ? { ...azure.machines, read: blindRead } : azure.machines;
  const machines = world.port(seen, {
    setTag: 40,
    start: 40,
    reimage: 200,
    applyModel: 200,
    startRunCommand: 40,
    removeRunCommand: 40,
  });
  const wakeHost = world.queue(
    async (id) => await hosts.advance(id),
    async () => await hosts.sweep(),
  );
  const wakeRollout = world.queue(
    async (id) => await rollouts.advance(id),
    async () => await rollouts.sweep(),
  );
  const hosts = hostEngine({ machines, sessionHosts, store: hostStores.met, wake: wakeHost, now });
  const pools = new Engine<Pool, PoolEvent, never>({
    workflow: poolLife,
    store: poolStores.met,
    now,
    perform: async () => await Promise.reject(new Error('a pool calls for nothing')),
    wake: async () => {},
  });
  const hostApi = hostRequests({ hosts, hostStore: hostStores.met, machines, sessionHosts, now });
  const rollouts = rolloutEngine({
    pools: poolClaims(pools, now),
    gallery: world.port(azure.gallery, {}),
    hostPools: world.port(watch.over(azure.desktop.hostPools), {}),
    scaleSets: world.port(azure.scaleSets, { setModelImage: 40 }),
    hosts: hostApi,
    store: rolloutStores.met,
    wake: wakeRollout,
    now,
  });
  return {
    azure,
    hosts,
    pools,
    rollouts,
    hostApi,
    seen: { pools: poolStores.seen, hosts: hostStores.seen, rollouts: rolloutStores.seen },
    met: { pools: poolStores.met, rollouts: rolloutStores.met },
    watch,
    onHostSaved,
  };
}

export type Fleet = ReturnType<typeof fleetIn>;
