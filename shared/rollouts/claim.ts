import type { FleetKind } from './fleet.ts';
import type { LeftHosts, PoolLink, Took } from './pool.ts';
import { done, type EnsureRolloutStage, failed, running } from './stage.ts';
import { type Refusal, unlessRefused } from './versions.ts';

/** What a rollout needs of the pools. */
export interface Pools {
  /**
   * Takes the pool unless another rollout holds it; says who holds it then, or that nobody may any more, how long
   * its hosts took of late, and which of them were lost. Is that one `after`, the pool becomes ours the moment it lets go.
   */
  readonly claim: (
    pool: string,
    rollout: string,
    after?: string,
  ) => Promise<{
    readonly holder: string | undefined;
    readonly took: readonly Took[];
    readonly left: LeftHosts;
  }>;
  /** Where the pool's hosts are and how they are updated, as of now. */
  readonly link: (pool: string) => Promise<PoolLink | undefined>;
  /** Lets go of the pool for good: a claim that comes later has no effect. The pool keeps what is known of it by now. */
  readonly release: (
    pool: string,
    rollout: string,
    known: { readonly took: readonly Took[]; readonly way?: FleetKind; readonly left?: LeftHosts },
  ) => Promise<void>;
}

/** Whether the channel still wants what the movement brings. Handed in from the channels. */
export type IsUnderWay = (movement: string) => Promise<boolean>;

/** Keeps of a rollout that another takes it back, and ends it if it is still under way. */
export type TakeBack = (
  rollout: string,
  by: { readonly rollout: string; readonly by: string; readonly reason: string },
) => Promise<void>;

/**
 * The pool is ours: nobody else brings its hosts anywhere meanwhile. The rollout is on record by now, so that
 * whoever takes the version away, or moves the channel on, sees it; and what they wrote before is seen here.
 * One that takes another back is the next to have the pool before it ends that one, and waits for its orderly end.
 */
export function ensureClaimed(
  pools: Pools,
  refusal: Refusal,
  isUnderWay: IsUnderWay,
  takeBack: TakeBack,
): EnsureRolloutStage {
  return unlessRefused(refusal, async ({ id, work: { pool, link, requested } }) => {
    const { movement, rollbackOf, by, reason } = requested;
    if (movement !== undefined && !(await isUnderWay(movement))) {
      return failed('InvalidPhase', `Movement ${movement} is over: channel ${link.channel} has moved on.`);
    }
    const { holder, took, left } = await pools.claim(pool, id, rollbackOf);
    if (rollbackOf !== undefined && (holder === id || holder === rollbackOf)) {
      await takeBack(rollbackOf, { rollout: id, by, reason });
      if (holder === rollbackOf) return running(`rollout ${rollbackOf} to end`, 15);
    }
    if (holder === id) return done({ took, ...(Object.keys(left).length > 0 && { left }) });
    if (!(await pools.link(pool))) return failed('NotFound', `Host pool ${pool} was deleted.`);
    const why = holder === undefined ? 'was let go already' : `is held by rollout ${holder}`;
    return failed('RolloutAlreadyActive', `Host pool ${pool} ${why}.`);
  });
}
