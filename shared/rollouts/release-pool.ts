import type { Pools } from './claim.ts';
import { tookIn } from './durations.ts';
import { done, type EnsureRolloutStage } from './stage.ts';

/** The pool is free for the next. */
export function ensureReleased(pools: Pools): EnsureRolloutStage {
  return async ({ id, work: { pool, facts } }) => {
    await pools.release(pool, id, tookIn(facts));
    return done();
  };
}
