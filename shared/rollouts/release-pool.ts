import type { Pools } from './claim.ts';
import { tookIn } from './durations.ts';
import { done, type EnsureRolloutStage } from './stage.ts';

/** The pool is free for the next. */
export function ensureReleased(pools: Pools): EnsureRolloutStage {
  return async ({ id, work: { pool, facts } }) => {
    const { way } = facts;
    await pools.release(pool, id, { took: tookIn(facts), ...(way !== undefined && { way }) });
    return done();
  };
}
