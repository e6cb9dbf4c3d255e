import type { PoolLink, Took } from './pool.ts';
import { done, type EnsureRolloutStage, failed } from './stage.ts';
import { type Refusal, unlessRefused } from './versions.ts';

/** What a rollout needs of the pools. */
export interface Pools {
  /**
   * Takes the pool unless another rollout holds it; says who holds it then, or that nobody may any more, and
   * how long its hosts took of late.
   */
  readonly claim: (
    pool: string,
    rollout: string,
  ) => Promise<{ readonly holder: string | undefined; readonly took: readonly Took[] }>;
  /** Where the pool's hosts are and how they are updated, as of now. */
  readonly link: (pool: string) => Promise<PoolLink | undefined>;
  /** Lets go of the pool for good: a claim that comes later has no effect. The pool keeps how long hosts took. */
  readonly release: (pool: string, rollout: string, took: readonly Took[]) => Promise<void>;
}

/** Whether the channel still wants what the movement brings. Handed in from the channels. */
export type IsUnderWay = (movement: string) => Promise<boolean>;

/**
 * The pool is ours: nobody else brings its hosts anywhere meanwhile. The rollout is on record by now, so that
 * whoever takes the version away, or moves the channel on, sees it; and what they wrote before is seen here.
 */
export function ensureClaimed(pools: Pools, refusal: Refusal, isUnderWay: IsUnderWay): EnsureRolloutStage {
  return unlessRefused(refusal, async ({ id, work: { pool, link, requested } }) => {
    const { movement } = requested;
    if (movement !== undefined && !(await isUnderWay(movement))) {
      return failed('InvalidPhase', `Movement ${movement} is over: channel ${link.channel} has moved on.`);
    }
    const { holder, took } = await pools.claim(pool, id);
    if (holder === id) return done({ took });
    const why = holder === undefined ? 'was let go already' : `is held by rollout ${holder}`;
    return failed('RolloutAlreadyActive', `Host pool ${pool} ${why}.`);
  });
}
