import type { Host, HostEvent } from '../../shared/hosts/host.ts';
import type { Machines } from '../../shared/hosts/machine.ts';
import { hostEngine } from '../../shared/hosts/host-engine.ts';
import { sharedReadings } from '../../shared/hosts/readings.ts';
import { hostRequests } from '../../shared/hosts/requests.ts';
import {
  type FreezeCalendar,
  type FreezeEvent,
  freezeLife,
  freezesIn,
} from '../../shared/rollouts/freezes.ts';
import { planner } from '../../shared/rollouts/planner.ts';
import type { Pool, PoolEvent, PoolLink } from '../../shared/rollouts/pool.ts';
import { poolLife } from '../../shared/rollouts/pool.ts';
import { rememberingHostPools } from '../../shared/rollouts/host-pool-memory.ts';
import { poolClaims } from '../../shared/rollouts/pools.ts';
import type { Rollout, RolloutEvent } from '../../shared/rollouts/rollout.ts';
import { rolloutEngine } from '../../shared/rollouts/rollout-engine.ts';
import { Engine } from '../../shared/workflow/engine.ts';
import type { Rows } from '../../shared/workflow/rows.ts';
import { type Change, WorkflowStore } from '../../shared/workflow/store.ts';
import { AdmissionWatch } from './admission-watch.ts';
import { blindToDisks, forgetful } from './forgetful.ts';
import { heedless, staleOver } from './heedless.ts';
import { memoryRows } from './memory-rows.ts';
import { noneRefused, whyRefused } from './refused.ts';
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
  watch: (id: string, change: Change<State, Event>) => (() => void) | void = () => {},
  saved: (state: State) => void = () => {},
  forget: (change: Change<State, Event>) => Change<State, Event> | undefined = (change) => change,
) {
  const tables = { rows: memoryRows(), due: memoryRows() };
  const met = (rows: Rows) => world.rows(withoutEtags ? blind(rows) : rows);
  class WatchedStore extends WorkflowStore<State, Event> {
    override async save(id: string, change: Change<State, Event>): Promise<void> {
      const once = watch(id, change);
      const kept = forget(change);
      if (kept) await super.save(id, kept);
      once?.();
      saved((kept ?? change).state);
    }
  }
  return {
    seen: new WorkflowStore<State, Event>(kind, tables.rows, tables.due),
    met: new WatchedStore(kind, met(tables.rows), met(tables.due), {
      order: 'by-time',
      names: () => [''],
    }),
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
  /** Whatever is asked of Azure now is answered from what it said five minutes ago, whatever was done since. */
  readonly freshness?: true;
  /** What hosts wait on may be five minutes old, whatever was done since. */
  readonly heardAt?: true;
  /** What is about to be done to a host is not kept before it is done. */
  readonly intentions?: true;
  /** What it takes to make a machine anew is read, and not kept. */
  readonly blueprint?: true;
  /** Nobody sees to it that disks and network interfaces outlive their machine. */
  readonly parts?: true;
  /** How many instances of the app take turns; two unless told otherwise. */
  readonly instances?: number;
}

/** Rollouts and hosts as the app wires them, over a small Azure, in a world that may be ill. */
export function fleetIn(world: World, without: Without = {}, alter: (azure: SmallAzure) => void = () => {}) {
  const withoutEtags = without.etags === true;
  const refused = noneRefused();
  const azure = new SmallAzure(world);
  alter(azure);
  const { now } = world;
  const poolStores = store<Pool, PoolEvent>('pools', world, withoutEtags);
  const onHostSaved: ((host: Host, event: HostEvent) => void)[] = [];
  const hostStores = store<Host, HostEvent>(
    'hosts',
    world,
    withoutEtags,
    (_, { state, event }) => {
      for (const hear of onHostSaved) hear(state, event);
      watch.hostSaved(state, event);
      if (event.type !== 'stage-done' || !['drain', 'register'].includes(event.stage)) return;
      const { name, task } = state.plan;
      // Nothing of it is in the pool: what is there under its name is somebody else's.
      if (task === 'add' && state.facts.sessionHost === undefined) return;
      if (!azure.desktop.isOpen(name)) return;
      // Said of what is saved: who loses the race to somebody who puts the host back tells old news.
      return () => azure.wrongs.push(`R4: ${name} takes users after stage ${event.stage}`);
    },
    (host) => azure.vms.heard(host),
    forgetful(without),
  );
  const watch = new AdmissionWatch(world, azure);
  const rolloutStores = store<Rollout, RolloutEvent>('rollouts', world, withoutEtags, (id, change) =>
    watch.saving(id, change),
  );
  const sessionHosts = world.port(watch.over(azure.desktop.sessionHosts), {
    setAllowNewSession: 40,
    remove: 40,
    assign: 40,
    sendMessage: 40,
    logOff: 40,
  });
  const secrets = world.port(azure.secrets, {});
  const seen = without.proof ? blindToDisks(azure.machines) : azure.machines;
  const { standAlone: all, ...ofAll } = seen;
  const standAlone = without.parts ? { ...all, ensurePartsKept: async () => true } : all;
  const ofAnyKind = world.port(ofAll, {
    setTag: 40,
    start: 40,
    deallocate: 40,
    reimage: 200,
    applyModel: 200,
    startRunCommand: 40,
    removeRunCommand: 40,
  });
  const machines: Machines = {
    ...ofAnyKind,
    standAlone: world.port(standAlone, {
      ensurePartsKept: 40,
      remove: 200,
      removeWithParts: 200,
      create: 200,
      addExtension: 40,
    }),
  };
  const wakeHost = world.queue(
    async (id) => await anyInstance().hosts.advance(id),
    async () => await anyInstance().hosts.sweep(),
  );
  const wakeRollout = world.queue(
    async (id) => await anyInstance().rollouts.advance(id),
    async () => await anyInstance().rollouts.sweep(),
  );
  const pools = new Engine<Pool, PoolEvent, never>({
    workflow: poolLife,
    store: poolStores.met,
    now,
    perform: async () => await Promise.reject(new Error('a pool calls for nothing')),
    wake: async () => {},
  });
  const calendar = new Engine<FreezeCalendar, FreezeEvent, never>({
    workflow: freezeLife,
    store: store<FreezeCalendar, FreezeEvent>('freezes', world, withoutEtags).met,
    now,
    perform: async () => await Promise.reject(new Error('freezes call for nothing')),
    wake: async () => {},
  });
  const freezes = freezesIn(calendar);
  const gallery = world.port(azure.gallery, {});
  const hostPools = world.port(azure.desktop.hostPools, {});
  const fleets = world.port(azure.fleets, { setModelImage: 40 });
  const newInstance = () => {
    const asked = without.freshness ? staleOver({ machines, sessionHosts }, now) : { machines, sessionHosts };
    const shared = sharedReadings({ ...asked, now, join: world.join });
    const readings = without.freshness || without.heardAt ? heedless(shared) : shared;
    const hosts = hostEngine({ ...asked, readings, secrets, store: hostStores.met, wake: wakeHost, now });
    const hostApi = hostRequests({ hosts, hostStore: hostStores.met, machines, sessionHosts, now });
    const rollouts = rolloutEngine({
      ...(azure.beside && { beside: azure.beside }),
      pools: poolClaims(pools, now),
      gallery,
      hostPools: { ...rememberingHostPools(hostPools, now), list: readings.listSessionHosts },
      fleets: { ...fleets, list: readings.listMachines },
      hosts: hostApi,
      freezes,
      refusal: async (_, number) => whyRefused(refused, number),
      isUnderWay: async (movement) => !refused.movements.has(movement),
      store: rolloutStores.met,
      wake: wakeRollout,
      now,
    });
    return { hosts, hostApi, rollouts };
  };
  // Two of them, as in a function app that scaled out: each has readings of its own, which die with it.
  const instances = new Map<string, ReturnType<typeof newInstance>>();
  const anyInstance = () => {
    const name = `${world.process}/${world.random.whole(1, without.instances ?? 2)}`;
    const instance = instances.get(name) ?? newInstance();
    instances.set(name, instance);
    return instance;
  };
  const { hosts, hostApi, rollouts } = newInstance();
  return {
    azure,
    refused,
    hosts,
    pools,
    calendar,
    freezes,
    planFor: planner({
      ...(azure.beside && { beside: azure.beside }),
      hostPools,
      fleets,
      gallery: { ...gallery, replicasIn: async () => azure.replicas },
      freezes,
      now,
    }),
    rollouts,
    hostApi,
    seen: { pools: poolStores.seen, hosts: hostStores.seen, rollouts: rolloutStores.seen },
    met: { pools: poolStores.met, rollouts: rolloutStores.met },
    watch,
    onHostSaved,
  };
}

export type Fleet = ReturnType<typeof fleetIn>;
