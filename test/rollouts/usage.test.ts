import { describe, expect, it } from 'vitest';
import type { Pool, PoolEvent } from '../../shared/rollouts/pool.ts';
import type { Rollout, RolloutEvent } from '../../shared/rollouts/rollout.ts';
import { usageOf, usesOf } from '../../shared/rollouts/usage.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { newVersion, oldVersion } from '../support/small-azure.ts';
import { poolOf, start } from './pool-of.ts';

/** Who depends on a version in a region, for a pool of two hosts in westeurope. */
async function usage() {
  const pool = await poolOf();
  const { azure, seen } = pool;
  const parts = {
    poolStore: seen.pools,
    rolloutStore: seen.rollouts,
    fleets: {
      model: async (of: Parameters<typeof azure.fleets.model>[0]) => await azure.fleets.model(of),
      list: azure.machines.list,
    },
  };
  return { ...pool, usedIn: usageOf(parts), uses: usesOf(parts) };
}

describe('who depends on a version in a region', () => {
  it('is a host pool whose scale set names it, there and nowhere else', async () => {
    const { usedIn } = await usage();
    expect(await usedIn(oldVersion.toUpperCase(), 'West Europe')).toEqual([
      'host pool pool makes its hosts from it',
    ]);
    expect(await usedIn(oldVersion, 'northeurope')).toEqual([]);
    expect(await usedIn(newVersion, 'westeurope')).toEqual([]);
  });

  it('are hosts that run it, whatever their scale set names by now', async () => {
    const { usedIn, azure } = await usage();
    azure.model = newVersion;
    expect(await usedIn(oldVersion, 'westeurope')).toEqual(['2 hosts of host pool pool run it']);
  });

  it('R12: is a rollout to it or from it until that is over', async () => {
    const { usedIn, asks, end, world } = await usage();
    const { id } = await asks.startRollout('pool', start, 'by hand');
    expect(await usedIn(newVersion, 'westeurope')).toEqual([`rollout ${id} is under way`]);
    await world.passUntil(async () => (await usedIn(oldVersion, 'westeurope')).length === 2, { days: 1 });
    expect(await usedIn(oldVersion, 'westeurope')).toContain(`rollout ${id} may be taken back to it`);
    await end();
    expect(await usedIn(newVersion, 'westeurope')).toEqual(['host pool pool makes its hosts from it']);
    expect(await usedIn(oldVersion, 'westeurope')).toEqual([]);
  });

  it('is nobody where there are no pools', async () => {
    const usedIn = usageOf({
      poolStore: new WorkflowStore<Pool, PoolEvent>('host-pool', memoryRows(), memoryRows()),
      rolloutStore: new WorkflowStore<Rollout, RolloutEvent>('rollout', memoryRows(), memoryRows()),
      fleets: { model: async () => undefined, list: async () => [] },
    });
    expect(await usedIn(newVersion, 'westeurope')).toEqual([]);
  });
});

describe('V5: what holds image versions', () => {
  it('are the pools that make hosts from any of them, the hosts that run one, and rollouts under way', async () => {
    const { uses, asks, azure, end } = await usage();
    const pool = { kind: 'host-pool', name: 'pool', message: 'host pool pool makes its hosts from it' };
    const hosts = { kind: 'hosts', name: 'pool', message: '2 hosts of host pool pool run it' };
    expect(await uses([newVersion, oldVersion.toUpperCase()])).toEqual([pool, hosts]);
    expect(await uses([newVersion])).toEqual([]);
    expect(await uses([])).toEqual([]);
    const { id } = await asks.startRollout('pool', start, 'by hand');
    const rollout = { kind: 'rollout', name: id, message: `rollout ${id} is under way` };
    expect(await uses([newVersion])).toEqual([rollout]);
    await end();
    expect(await uses([newVersion])).toEqual([pool, hosts]);
    azure.model = oldVersion;
    expect(await uses([newVersion])).toEqual([hosts]);
  });
});
