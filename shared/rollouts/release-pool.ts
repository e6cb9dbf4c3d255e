import type { Pools } from './claim.ts';
import { done, type EnsureRolloutStage } from './stage.ts';

/** The pool is free for the next. */
export function ensureReleased(pools: Pools): EnsureRolloutStage {
  return async ({ id, work: { pool } }) => {
    await pools.release(pool, id);
    return done();
  };
}
