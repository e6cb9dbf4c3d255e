import type { Instant } from '../instant.ts';
import type { Workflow } from '../workflow/workflow.ts';

/** A host pool linked to a channel of an image set, and how its hosts are brought onto a version. */
export interface PoolLink {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly hostPool: string;
  readonly scaleSet: { readonly resourceGroup: string; readonly name: string };
  readonly location: string;
  readonly imageSet: string;
  readonly channel: string;
  readonly policy: Policy;
}

export interface Policy {
  /** How many hosts may be under way at once: a number, or a share of the pool. */
  readonly maxUnavailable: number | `${number}%`;
  /** What must stay usable: a share of all places, and the present sessions with headroom. */
  readonly floor: { readonly percent: number; readonly headroomPercent: number };
  /** More hosts than this in failure, and nothing new starts. */
  readonly maxFailed: number;
  readonly sessions: {
    /** `{host}` and `{deadline}` stand for the host's name and the end of the grace. */
    readonly message: { readonly title: string; readonly body: string };
    readonly graceMinutes: number;
    readonly atGraceEnd: 'log-off' | 'wait';
    readonly waitHours: number;
  };
  readonly minDrainMinutes: number;
  /** The tag by which the pool's scaling plan leaves a machine alone. */
  readonly exclusionTag: string;
  readonly healthy: {
    /** AVD health checks that must succeed, by Azure's name. */
    readonly fatalChecks: readonly string[];
    readonly heartbeatMinutes: number;
    readonly settleSeconds: number;
  };
}

export interface Pool {
  readonly link: PoolLink;
  readonly createdAt: Instant;
  readonly changedAt: Instant;
  /** At most one rollout at a time holds the pool. */
  readonly activeRollout?: string;
  /** Rollouts that let go, so that a claim of theirs that comes late is old news. */
  readonly over: readonly string[];
}

export type PoolEvent =
  | { readonly type: 'defined'; link: PoolLink; by: string; at: Instant }
  | { readonly type: 'rollout-claimed'; rollout: string; at: Instant }
  | { readonly type: 'rollout-released'; rollout: string; at: Instant };

const remembered = 50;

export const poolLife: Workflow<Pool, PoolEvent, never> = {
  evolve(pool, event) {
    if (event.type === 'defined') return defined(pool, event);
    if (!pool || pool.over.includes(event.rollout)) return pool;
    return event.type === 'rollout-claimed' ? claimed(pool, event.rollout) : released(pool, event.rollout);
  },
  decide: () => ({}),
  isNews: () => true,
};

function defined(pool: Pool | undefined, { link, at }: Extract<PoolEvent, { type: 'defined' }>): Pool {
  if (!pool) return { link, createdAt: at, changedAt: at, over: [] };
  const isSame = JSON.stringify(pool.link) === JSON.stringify(link);
  return isSame ? pool : { ...pool, link, changedAt: at };
}

function claimed(pool: Pool, rollout: string): Pool {
  return pool.activeRollout === undefined ? { ...pool, activeRollout: rollout } : pool;
}

function released({ activeRollout, ...pool }: Pool, rollout: string): Pool {
  const over = [...pool.over, rollout].slice(-remembered);
  const isHeldByAnother = activeRollout !== undefined && activeRollout !== rollout;
  return isHeldByAnother ? { ...pool, activeRollout, over } : { ...pool, over };
}

/** How many hosts of a pool of `total` may be under way at once: at least one, or none would ever be. */
export function windowOf(maxUnavailable: Policy['maxUnavailable'], total: number): number {
  if (typeof maxUnavailable === 'number') return Math.max(1, Math.floor(maxUnavailable));
  return Math.max(1, Math.floor((Number.parseFloat(maxUnavailable) * total) / 100));
}
