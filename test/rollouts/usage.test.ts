import { describe, expect, it } from 'vitest';
import type { Pool, PoolEvent } from '../../shared/rollouts/pool.ts';
import type { Rollout, RolloutEvent } from '../../shared/rollouts/rollout.ts';
import { usageOf } from '../../shared/rollouts/usage.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { newVersion, oldVersion } from '../support/small-azure.ts';
import { poolOf, start } from './pool-of.ts';

/** Who depends on a version in a region, for a pool of two hosts in westeurope. */
async function usage() {
  const pool = await poolOf();
  const { azure, seen } = pool;
  const usedIn = usageOf({
    poolStore: seen.pools,
    rolloutStore: seen.rollouts,
    scaleSets: { model: async (of) => await azure.scaleSets.model(of), list: azure.machines.list },
  });
  return { ...pool, usedIn };
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

  it('is a rollout to it until that is over', async () => {
    const { usedIn, asks, end } = await usage();
    const { id } = await asks.startRollout('pool', start, 'by hand');
    expect(await usedIn(newVersion, 'westeurope')).toEqual([`rollout ${id} is under way`]);
    await end();
    expect(await usedIn(newVersion, 'westeurope')).toEqual(['host pool pool makes its hosts from it']);
    expect(await usedIn(oldVersion, 'westeurope')).toEqual([]);
  });

  it('is nobody where there are no pools', async () => {
    const usedIn = usageOf({
      poolStore: new WorkflowStore<Pool, PoolEvent>('host-pool', memoryRows(), memoryRows()),
      rolloutStore: new WorkflowStore<Rollout, RolloutEvent>('rollout', memoryRows(), memoryRows()),
      scaleSets: { model: async () => undefined, list: async () => [] },
    });
    expect(await usedIn(newVersion, 'westeurope')).toEqual([]);
  });
});
