import type { Instant } from '../instant.ts';
import type { Engine } from '../workflow/engine.ts';
import type { Pools } from './claim.ts';
import type { Pool, PoolEvent } from './pool.ts';

export type PoolEngine = Engine<Pool, PoolEvent, never>;

/** Who holds a pool is part of the pool's own state, so that of two claims at once one wins. */
export function poolClaims(pools: PoolEngine, now: () => Instant): Pools {
  return {
    claim: async (pool, rollout, after) => {
      const claim = { rollout, ...(after !== undefined && { after }), at: now() };
      const { state } = await pools.record(pool, () => ({ type: 'rollout-claimed', ...claim }));
      return { holder: state.activeRollout, took: state.took ?? [] };
    },
    link: async (pool) => (await pools.load(pool))?.link,
    release: async (pool, rollout, known) => {
      await pools.record(pool, () => ({ type: 'rollout-released', rollout, ...known, at: now() }));
    },
  };
}
