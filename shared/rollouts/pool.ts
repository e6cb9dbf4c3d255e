import type { Instant } from '../instant.ts';
import type { Workflow } from '../workflow/workflow.ts';

/** A host pool linked to a channel of an image set, and how its hosts are brought onto a version. */
export interface PoolLink {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly hostPool: string;
  /** Where its machines are: in a scale set, or alone in a resource group. Exactly one of the two. */
  readonly scaleSet?: { readonly resourceGroup: string; readonly name: string };
  readonly virtualMachines?: VirtualMachines;
  readonly location: string;
  readonly imageSet: string;
  readonly channel: string;
  /** Where the pool's machines find the version, if not in the gallery it was made in: a hosting place of the set. */
  readonly place?: string;
  readonly policy: Policy;
}

/** Machines that stand alone, and where in Key Vault is kept what Azure gives nobody back. */
export interface VirtualMachines {
  readonly resourceGroup: string;
  /** Of the local administrator; nobody knows it afterwards if it is not stated. */
  readonly adminPassword?: Secret;
  /** The protected settings of extensions, by their names. */
  readonly extensions?: Readonly<Record<string, Secret>>;
  /** Somebody else sees to it that a machine's device in Entra ID goes when the machine is deleted. */
  readonly entraDevices?: 'deleted-by-others';
}

export interface Secret {
  readonly secretUri: string;
}

export interface Policy {
  /** How many hosts may be worked on at once: a number, or a share of the pool. */
  readonly maxUnavailable: number | `${number}%`;
  /** How many more may be drained meanwhile, so that they are empty when their turn comes; none if not stated. */
  readonly drainAhead?: number | `${number}%`;
  /** So many hosts, or such a share, are added before as many others are retired. Of machines that stand alone only. */
  readonly surge?: number | `${number}%`;
  /** What one machine more costs, for the plan. */
  readonly surgePrice?: { readonly perHour: number; readonly currency: string };
  /** Whether a host that fails past the point of no return is made again from the version that it came from. */
  readonly failedHosts?: 'quarantine' | 'restore';
  /** What must stay usable: a share of all places, and the present sessions with headroom. */
  readonly floor: { readonly percent: number; readonly headroomPercent: number };
  /** More hosts than this in failure, and nothing new starts. */
  readonly maxFailed: number;
  readonly sessions: {
    /** `{host}`, `{deadline}` and `{minutes}`: the host's name, the end of the grace, and the minutes until then. */
    readonly message: { readonly title: string; readonly body: string };
    /** Minutes before the end of the grace at which a user is told again, the most first; none if not stated. */
    readonly reminders?: readonly number[];
    /** What he is told then; the message again if not stated. */
    readonly reminder?: { readonly title: string; readonly body: string };
    /** Whose clock `{deadline}` is told by; UTC if not stated. */
    readonly timeZone?: string;
    readonly graceMinutes: number;
    readonly atGraceEnd: 'log-off' | 'wait';
    readonly waitHours: number;
    /** Whether who is disconnected, for `disconnectedMinutes` of the drain, is logged off at once and untold. */
    readonly disconnected?: 'as-active' | 'log-off-early';
    readonly disconnectedMinutes?: number;
  };
  readonly minDrainMinutes: number;
  /** What must go well before more follows, in order; after them comes the rest. None: the rest at once. */
  readonly waves?: readonly Wave[];
  /** When hosts may be worked on, besides those under way; always, if none is stated. */
  readonly windows?: readonly MaintenanceWindow[];
  /** Of a machine that has this tag, its value is the window of its own, instead of `windows`. */
  readonly windowTag?: string;
  /** Of a pool of personal desktops: what their users keep on the OS disk may be lost. */
  readonly personal?: { readonly eraseDisks: true };
  /** The tag by which the pool's scaling plan leaves a machine alone. */
  readonly exclusionTag: string;
  readonly healthy: {
    /** AVD health checks that must succeed, by Azure's name. */
    readonly fatalChecks: readonly string[];
    readonly heartbeatMinutes: number;
    readonly settleSeconds: number;
  };
}

/** Up to so many hosts in all, or such a share of those to be done; then it bakes, and its hosts are looked at. */
export interface Wave {
  readonly upTo: number | `${number}%`;
  readonly bakeMinutes: number;
}

/** Open on these days, from `start` until `end` on the clock of the zone; over midnight if `end` is not later. */
export interface MaintenanceWindow {
  readonly start: string;
  readonly end: string;
  readonly timeZone: string;
  /** Of its start. */
  readonly days: readonly ('Mon' | 'Tue' | 'Wed' | 'Thu' | 'Fri' | 'Sat' | 'Sun')[];
  /** The only host of a pool may go in it: for so long its users have none. */
  readonly outage?: boolean;
}

/** How many seconds a host took from its admission to its end. */
export interface Took {
  readonly users: number;
  readonly rest: number;
}

/** A host that a rollout lost, and the work on it, which keeps what it takes to make its machine anew. */
export interface LeftHost {
  readonly instanceId: string;
  readonly name: string;
  /** The last that it was lost in. */
  readonly rollout: string;
  readonly work: string;
  /** Its machine was deleted and not made again: the next rollout does. Others come back only if somebody says so. */
  readonly isGone?: true;
}

/** By instance. */
export type LeftHosts = Readonly<Record<string, LeftHost>>;

/** A `FleetKind`, spelt out: a life knows no ports. */
type Way = 'uniform' | 'flexible' | 'stand-alone';

export interface Pool {
  readonly link: PoolLink;
  /** Its ETag: how often the link has changed; 1 where it was kept before that was counted. */
  readonly revision?: number;
  readonly createdAt: Instant;
  readonly changedAt: Instant;
  /** At most one rollout at a time holds the pool. */
  readonly activeRollout?: string;
  /** It takes that one back: the pool is its own the moment that one lets go, and nobody comes in between. */
  readonly nextRollout?: string;
  /** Rollouts that let go, so that a claim of theirs that comes late is old news. */
  readonly over: readonly string[];
  /** How Azure keeps its machines, once a rollout has found it out. */
  readonly way?: Way;
  /** How long its hosts took of late, newest last: what is expected of the next. */
  readonly took?: readonly Took[];
  /** Rollouts of pools that had its name before: what they did, they did not do with this one. */
  readonly former?: readonly string[];
  /** Nobody looks at it any more. The name is free. */
  readonly removed?: { readonly by: string; readonly at: Instant };
  /** What its rollouts left without a machine, or with one that was never finished. */
  readonly left?: LeftHosts;
}

export type PoolEvent =
  | { readonly type: 'defined'; link: PoolLink; by: string; at: Instant }
  | { readonly type: 'removed'; by: string; at: Instant }
  /** `after` is whom it takes back. */
  | { readonly type: 'rollout-claimed'; rollout: string; after?: string; at: Instant }
  | {
      readonly type: 'rollout-released';
      rollout: string;
      took?: readonly Took[];
      way?: Way;
      left?: LeftHosts;
      at: Instant;
    }
  /** Somebody says that a host that was lost is not to come back. */
  | { readonly type: 'host-let-go'; instanceId: string; by: string; reason: string; at: Instant };

const remembered = 50;

export const poolLife: Workflow<Pool, PoolEvent, never> = {
  evolve(pool, event) {
    if (event.type === 'defined') return defined(pool, event);
    if (event.type === 'removed') return pool && removed(pool, event);
    if (event.type === 'host-let-go') return pool && withLeft(pool, without(pool.left, event.instanceId));
    if (!pool || pool.over.includes(event.rollout)) return pool;
    return event.type === 'rollout-claimed' ? claimed(pool, event) : released(pool, event);
  },
  decide: () => ({}),
  isNews: () => true,
};

function defined(pool: Pool | undefined, { link, at }: Extract<PoolEvent, { type: 'defined' }>): Pool {
  if (!pool) return { link, revision: 1, createdAt: at, changedAt: at, over: [] };
  // Who has read one that is gone has not read the one that has its name now.
  const revision = (pool.revision ?? 1) + 1;
  if (pool.removed) {
    // Nothing of it but who was there: a claim of theirs that comes late is old news here, too.
    return { link, revision, createdAt: at, changedAt: at, over: pool.over, former: pool.over };
  }
  const isSame = JSON.stringify(pool.link) === JSON.stringify(link);
  if (isSame) return pool;
  // Other machines may be kept in another way.
  const { way, left, ...known } = pool;
  const isThere = JSON.stringify(pool.link.scaleSet) === JSON.stringify(link.scaleSet);
  const found = { ...known, ...(isThere && way && { way }), link, revision, changedAt: at };
  return placeOf(pool.link) === placeOf(link) ? withLeft(found, left) : found;
}

/** Where machines that stand alone are, and the host pool that they are of. */
function placeOf({ subscriptionId, resourceGroup, hostPool, virtualMachines }: PoolLink): string {
  const names = [subscriptionId, resourceGroup, hostPool, virtualMachines?.resourceGroup ?? ''];
  return names.join('/').toLowerCase();
}

function withLeft(pool: Pool, left: LeftHosts = {}): Pool {
  const { left: _, ...known } = pool;
  return Object.keys(left).length > 0 ? { ...known, left } : known;
}

function without(left: LeftHosts = {}, instanceId: string): LeftHosts {
  const { [instanceId]: _, ...others } = left;
  return others;
}

/** Whoever holds it keeps it: what is refused to people is refused here. */
function removed(pool: Pool, { by, at }: Extract<PoolEvent, { type: 'removed' }>): Pool {
  if (pool.removed || pool.activeRollout !== undefined) return pool;
  const { link, revision = 1, createdAt, over } = pool;
  return { link, revision, createdAt, changedAt: at, over, removed: { by, at } };
}

function claimed(pool: Pool, { rollout, after }: Extract<PoolEvent, { type: 'rollout-claimed' }>): Pool {
  const { activeRollout, nextRollout } = pool;
  if (pool.removed) return pool;
  if (activeRollout === undefined) return { ...pool, activeRollout: rollout };
  const isNext = activeRollout === after && nextRollout === undefined;
  return isNext ? { ...pool, nextRollout: rollout } : pool;
}

function released(
  { activeRollout, nextRollout, ...pool }: Pool,
  { rollout, took, way, left = pool.left }: Extract<PoolEvent, { type: 'rollout-released' }>,
): Pool {
  const over = [...pool.over, rollout].slice(-remembered);
  const next = nextRollout === rollout ? undefined : nextRollout;
  if (activeRollout !== undefined && activeRollout !== rollout) {
    return { ...pool, activeRollout, ...(next !== undefined && { nextRollout: next }), over };
  }
  // Whoever never held it knows nothing of how long its hosts take.
  const isKnown = activeRollout === rollout;
  const known = { ...(isKnown && took && { took }), ...(isKnown && way && { way }) };
  const free = { ...pool, ...known, ...(next !== undefined && { activeRollout: next }), over };
  return isKnown ? withLeft(free, left) : free;
}

/**
 * Up to how many hosts each wave goes in all, the last for the rest: shares rounded down, and each wave at
 * least one host more than the one before. A wave that nothing is left for is none.
 */
export function waveSizes(waves: readonly Wave[], total: number): readonly number[] {
  const sizes: number[] = [];
  for (const { upTo } of waves) {
    const size = Math.max(windowOf(upTo, total), (sizes.at(-1) ?? 0) + 1);
    if (size < total) sizes.push(size);
  }
  return [...sizes, total];
}

/** How many hosts of a pool of `total` may be worked on at once: at least one, or none would ever be. */
export function windowOf(maxUnavailable: Policy['maxUnavailable'], total: number): number {
  if (typeof maxUnavailable === 'number') return Math.max(1, Math.floor(maxUnavailable));
  return Math.max(1, Math.floor((Number.parseFloat(maxUnavailable) * total) / 100));
}

/** How many more of a pool of `total` may be drained before their turn: shares rounded down, and none is enough. */
export function drainAheadOf({ drainAhead = 0 }: Pick<Policy, 'drainAhead'>, total: number): number {
  if (typeof drainAhead === 'number') return Math.floor(drainAhead);
  return Math.floor((Number.parseFloat(drainAhead) * total) / 100);
}

/** How many hosts a pool of `total` may have more than that for a while: shares rounded down, to one at least; none if not stated. */
export function surgeOf({ surge }: Pick<Policy, 'surge'>, total: number): number {
  return surge === undefined ? 0 : windowOf(surge, total);
}
