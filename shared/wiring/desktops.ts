import type { Outside } from '../outside.ts';
import { hostEngine } from '../hosts/host-engine.ts';
import type { Host, HostEvent } from '../hosts/host.ts';
import { sharedReadings } from '../hosts/readings.ts';
import { hostRequests } from '../hosts/requests.ts';
import { logged } from '../news.ts';
import { channelRequests } from '../rollouts/channels.ts';
import { freezeRequests } from '../rollouts/freeze-requests.ts';
import { type FreezeCalendar, type FreezeEvent, freezeLife, freezesIn } from '../rollouts/freezes.ts';
import { rememberingHostPools } from '../rollouts/host-pool-memory.ts';
import { rolloutInsight } from '../rollouts/insight.ts';
import { reachOf } from '../rollouts/reach.ts';
import { listsOfPools, listsOfRollouts } from '../rollouts/lists.ts';
import { planner } from '../rollouts/planner.ts';
import { poolLife } from '../rollouts/pool.ts';
import { poolClaims, PoolStore } from '../rollouts/pools.ts';
import { type Parts as RequestParts, rolloutRequests } from '../rollouts/requests.ts';
import { type OnItsWay, poolRemoval } from '../rollouts/remove-pool.ts';
import { rollbackRequests } from '../rollouts/rollback.ts';
import { rolloutEngine } from '../rollouts/rollout-engine.ts';
import type { Rollout, RolloutEvent } from '../rollouts/rollout.ts';
import { imageVersionsAt } from '../rollouts/associations.ts';
import { rememberingFleets } from '../rollouts/fleet-memory.ts';
import { usageOf, usesOf } from '../rollouts/usage.ts';
import { claimsIn } from '../workflow/claim.ts';
import { Engine } from '../workflow/engine.ts';
import { WorkflowStore } from '../workflow/store.ts';
import type { Events } from './events.ts';
import { factsOfFreezes, factsOfPools, factsOfRollouts } from './facts-of-desktops.ts';
import { resting } from './resting.ts';

type Publishing = Pick<RequestParts, 'versionOf' | 'refusal' | 'imageVersionAt' | 'heldIn'> &
  Pick<Parameters<typeof rolloutEngine>[0], 'isUnderWay'> & {
    readonly onItsWay: OnItsWay;
    readonly isImageSet: (name: string) => Promise<boolean>;
  };

export type Desktops = ReturnType<typeof wireDesktops>;

/** Host pools, the rollouts that bring them to a version, and the work on each host. */
export function wireDesktops(outside: Outside, { heard }: Events, publishing: Publishing) {
  const { rows, wake, now, gallery, hostMachines, sessionHosts, hostPools, fleets, secrets } = outside;
  const { refusal, imageVersionAt, heldIn, isImageSet, isUnderWay, onItsWay, versionOf } = publishing;
  const due = rows('due');
  const poolStore = new PoolStore('host-pool', rows('hostpools'), due, listsOfPools);
  const rolloutStore = new WorkflowStore<Rollout, RolloutEvent>(
    'rollout',
    rows('rollouts'),
    due,
    listsOfRollouts,
  );
  const hostStore = new WorkflowStore<Host, HostEvent>('host', rows('hosts'), due);

  const hostParts = { machines: hostMachines, sessionHosts, now };
  const readings = sharedReadings({ ...hostParts, left: rows('readings') });
  const hosts = hostEngine({
    ...hostParts,
    readings,
    secrets: { read: async (secretUri) => await secrets.read({ secretUri }) },
    store: hostStore,
    wake: wake('advance-host'),
    ...logged('host'),
  });
  const hostAsks = hostRequests({ ...hostParts, hosts, hostStore });

  const pools = new Engine({
    workflow: poolLife,
    store: poolStore,
    ...resting('host-pool', now),
    ...heard('host-pool', 'hostpools', factsOfPools),
  });
  const calendar = new Engine({
    workflow: freezeLife,
    store: new WorkflowStore<FreezeCalendar, FreezeEvent>('freezes', rows('freezes'), due),
    ...resting('freezes', now),
    ...heard('freezes', 'freezes', factsOfFreezes),
  });
  const freezes = freezesIn(calendar);
  const beside = { blueprint: hostMachines.standAlone.blueprint, find: outside.capacity.find };
  const rollouts = rolloutEngine({
    beside,
    freezes,
    pools: poolClaims(pools, now),
    gallery,
    // What a rollout reads of a pool its hosts may read too.
    hostPools: { ...rememberingHostPools(hostPools, now), list: readings.listSessionHosts },
    fleets: { ...fleets, list: readings.listMachines },
    hosts: hostAsks,
    refusal,
    isUnderWay,
    store: rolloutStore,
    wake: wake('advance-rollout'),
    now,
    ...heard('rollout', 'rollouts', factsOfRollouts),
  });
  const parts = { pools, poolStore, rollouts, rolloutStore, freezes, now };
  const planFor = planner({
    hostPools,
    fleets,
    gallery,
    freezes,
    now,
    beside,
  });
  const rollbacks = rollbackRequests({ ...parts, gallery, versionOf, refusal, imageVersionAt, isUnderWay });
  const inAzure = { poolStore, rolloutStore, fleets: rememberingFleets(fleets, now) };
  const requests = rolloutRequests({
    ...parts,
    claims: claimsIn({ kind: 'fleet', rows: rows('fleetclaims'), due, now }),
    versionOf,
    refusal,
    imageVersionAt,
    heldIn,
    planFor,
    standings: async (id) => await hostAsks.standings(id),
  });
  const ofChannels = channelRequests({
    ...parts,
    gallery,
    imageVersionAt,
    examine: async (what) => await hostAsks.examine(what),
  });
  return {
    requests: {
      ...requests,
      ...rollbacks,
      removePool: poolRemoval({ ...parts, onItsWay }),
      ...rolloutInsight({ ...parts, work: hostAsks, backTo: async (id) => await rollbacks.backTo(id) }),
    },
    freezes: freezeRequests({ ...parts, calendar, isImageSet }),
    hosts: hostAsks,
    ofChannels: { ...ofChannels, reach: reachOf({ poolsOf: ofChannels.poolsOf, plan: requests.plan }) },
    usageOf: usageOf(inAzure),
    usesOf: usesOf(inAzure),
    poolsAt: imageVersionsAt(inAzure),
    advanceRollout: async (id: string) => await rollouts.advance(id),
    advanceHost: async (id: string) => await hosts.advance(id),
    kinds: [rollouts, hosts],
  };
}
