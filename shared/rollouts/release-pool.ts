import type { Pools } from './claim.ts';
import { tookIn } from './durations.ts';
import type { Hosts } from './hosts.ts';
import { leftBy } from './left-hosts.ts';
import { done, type EnsureRolloutStage } from './stage.ts';

/** The pool is free for the next, which finds there what hosts this one lost. */
export function ensureReleased(pools: Pools, { standings }: Pick<Hosts, 'standings'>): EnsureRolloutStage {
  return async ({ id, work: { pool, facts } }) => {
    const { way, left = {}, hosts = {} } = facts;
    await pools.release(pool, id, {
      took: tookIn(facts),
      ...(way !== undefined && { way }),
      // Whoever has done nothing to the pool's hosts has no news of them.
      ...(Object.keys(hosts).length > 0 && { left: leftBy(id, hosts, await standings(id), left) }),
    });
    return done();
  };
}
