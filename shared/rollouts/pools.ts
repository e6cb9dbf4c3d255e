import type { Instant } from '../instant.ts';
import type { Engine } from '../workflow/engine.ts';
import { WorkflowStore } from '../workflow/store.ts';
import type { Pools } from './claim.ts';
import type { Pool, PoolEvent } from './pool.ts';

export type PoolEngine = Engine<Pool, PoolEvent, never>;

type AskedOf<State> = NonNullable<Parameters<WorkflowStore<State, never>['page']>[0]>;

/** Where host pools are kept. Those that were deleted are in no list, so that nothing looks at them any more. */
export class PoolStore<Event = PoolEvent> extends WorkflowStore<Pool, Event> {
  override async loadAll(prefix: string) {
    return (await super.loadAll(prefix)).filter(({ saved }) => !saved.state.removed);
  }

  override async page({ where = () => true, ...asked }: AskedOf<Pool> = {}) {
    return await super.page({ ...asked, where: (one) => !one.saved.state.removed && where(one) });
  }
}

/** The pool, unless it was deleted. */
export async function poolIn(pools: PoolEngine, name: string): Promise<Pool | undefined> {
  const pool = await pools.load(name);
  return pool?.removed ? undefined : pool;
}

/** Who holds a pool is part of the pool's own state, so that of two claims at once one wins. */
export function poolClaims(pools: PoolEngine, now: () => Instant): Pools {
  return {
    claim: async (pool, rollout, after) => {
      const claim = { rollout, ...(after !== undefined && { after }), at: now() };
      const { state } = await pools.record(pool, () => ({ type: 'rollout-claimed', ...claim }));
      return { holder: state.activeRollout, took: state.took ?? [], left: state.left ?? {} };
    },
    link: async (pool) => (await poolIn(pools, pool))?.link,
    release: async (pool, rollout, known) => {
      await pools.record(pool, () => ({ type: 'rollout-released', rollout, ...known, at: now() }));
    },
  };
}
