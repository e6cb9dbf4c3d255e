import type { PoolLink } from './pool.ts';
import { done, type EnsureRolloutStage, failed } from './stage.ts';

/** What a rollout needs of the pools. */
export interface Pools {
  /** Takes the pool unless another rollout holds it; says who holds it then, or that nobody may any more. */
  readonly claim: (pool: string, rollout: string) => Promise<string | undefined>;
  /** Where the pool's hosts are and how they are updated, as of now. */
  readonly link: (pool: string) => Promise<PoolLink | undefined>;
  /** Lets go of the pool for good: a claim that comes later has no effect. */
  readonly release: (pool: string, rollout: string) => Promise<void>;
}

/** The pool is ours: nobody else brings its hosts anywhere meanwhile. */
export function ensureClaimed(pools: Pools): EnsureRolloutStage {
  return async ({ id, work: { pool } }) => {
    const holder = await pools.claim(pool, id);
    if (holder === id) return done();
    const why = holder === undefined ? 'was let go already' : `is held by rollout ${holder}`;
    return failed('RolloutAlreadyActive', `Host pool ${pool} ${why}.`);
  };
}
