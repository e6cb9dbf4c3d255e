import { type Instant, secondsBetween } from '../instant.ts';
import type { Line } from '../workflow/store.ts';
import type { Facts } from './course.ts';
import type { Rollout, RolloutEvent } from './rollout.ts';
import type { HostRecord, WaitCode } from './waves.ts';

/** What a rollout was doing, or waited for, second by second. */
export type Share =
  | 'preparing'
  | 'rolling'
  | 'stopping'
  | 'pause'
  | 'freeze'
  | 'window'
  | 'floor'
  | 'bake'
  | 'azure'
  | 'retries'
  | 'throttle';

type Seconds<Key extends string> = Partial<Record<Key, number>>;

interface Stretch {
  readonly share: Share;
  readonly from: Instant;
  readonly until: Instant;
}

/** A line of the history of a host, as far as its time goes. */
export interface HostLine {
  readonly at: Instant;
  readonly event: { readonly type: string; readonly news?: string; readonly lookAt?: Instant };
}

const shareOf: Partial<Record<WaitCode, Share>> = {
  Paused: 'pause',
  Frozen: 'freeze',
  OutsideWindow: 'window',
  WindowTooShort: 'window',
  OwnWindow: 'window',
  ModelChanged: 'pause',
  CapacityFloor: 'floor',
  Baking: 'bake',
  WaveUnhealthy: 'bake',
  AzureBusy: 'azure',
};

/**
 * Where the time went. Of the rollout: each second from its request to its end has one share. Of each host:
 * what it waited for before its turn, and whose time it took after it, so that the two together are all of
 * its time. From history alone.
 */
export function timelineOf(
  id: string,
  rollout: Rollout,
  lines: readonly Line<RolloutEvent>[],
  hostLines: ReadonlyMap<string, readonly HostLine[]>,
  now: Instant,
) {
  const from = rollout.requested.at;
  const until = 'standing' in rollout ? now : rollout.at;
  const stretches = stretchesOf(lines, from, until);
  const hosts = Object.values(rollout.facts.hosts ?? {})
    .filter(({ outcome }) => outcome !== 'skipped')
    .toSorted((a, b) => (a.admittedAt < b.admittedAt ? -1 : 1))
    .map((record) => hostTime(record, stretches, hostLines.get(record.instanceId) ?? [], { from, until }));
  return {
    id,
    from,
    until,
    seconds: secondsBetween(from, until),
    rollout: summed(stretches),
    stretches,
    sum: {
      waited: added(hosts.map(({ waited }) => waited)),
      worked: added(hosts.map(({ worked }) => worked)),
      ofWhich: added(hosts.map(({ ofWhich }) => ofWhich)),
    },
    /** Who changed hosts beside us: `ForeignUpdate` of an explanation. */
    foreignUpdates: Object.values(rollout.facts.foreign ?? {}),
    hosts,
  };
}

function hostTime(
  record: HostRecord,
  stretches: readonly Stretch[],
  lines: readonly HostLine[],
  all: { readonly from: Instant; readonly until: Instant },
) {
  const { name, outcome, admittedAt, endedAt, seconds } = record;
  const total = secondsBetween(admittedAt, endedAt ?? all.until);
  // What is not accounted for by its stages passed between our own messages, or is passing now.
  const { users, turn = 0, azure } = seconds;
  const own = total - users - turn - azure;
  const worked = endedAt === undefined ? { underWay: total } : { users, turn, azure, own };
  return {
    host: name,
    outcome,
    admittedAt,
    ...(endedAt !== undefined && { endedAt }),
    waited: summed(within(stretches, all.from, admittedAt)),
    worked: worked as Seconds<'users' | 'turn' | 'azure' | 'own' | 'underWay'>,
    ofWhich: detoursOf(lines),
  };
}

/** The time that went into waiting for Azure to say yes. */
function detoursOf(lines: readonly HostLine[]): Seconds<'retries' | 'throttle'> {
  const sum: Seconds<'retries' | 'throttle'> = {};
  for (const [index, { at, event }] of lines.entries()) {
    const kind = detourOf(event);
    if (kind === undefined || event.lookAt === undefined) continue;
    const next = lines[index + 1]?.at ?? event.lookAt;
    const until = next < event.lookAt ? next : event.lookAt;
    sum[kind] = (sum[kind] ?? 0) + secondsBetween(at, until);
  }
  return sum;
}

function detourOf({ type, news }: HostLine['event']): 'retries' | 'throttle' | undefined {
  if (type === 'stage-troubled') return 'retries';
  return type === 'stage-running' && news?.startsWith('throttled') ? 'throttle' : undefined;
}

/** The time from the request on, cut where history says that something else began. */
function stretchesOf(
  lines: readonly Line<RolloutEvent>[],
  from: Instant,
  until: Instant,
): readonly Stretch[] {
  const cuts: { at: Instant; share: Share }[] = [{ at: from, share: 'preparing' }];
  let usual: Share = 'preparing';
  // What was to follow a detour follows what comes before its end; and two who tell at once may tell out of order.
  const cutAt = (at: Instant, share: Share) => {
    while (cuts.length > 1 && (cuts.at(-1)?.at ?? '') > at) cuts.pop();
    cuts.push({ at, share });
  };
  for (const { event } of lines) {
    const detour = detourOf(event);
    if (detour !== undefined && 'lookAt' in event) {
      cutAt(event.at, detour);
      cutAt(event.lookAt, usual);
      continue;
    }
    const share = shareAfter(event, usual);
    if (share === undefined) continue;
    usual = share;
    cutAt(event.at, share);
  }
  return cuts.flatMap(({ at, share }, index) => {
    const end = cuts[index + 1]?.at ?? until;
    const stop = end < until ? end : until;
    return at < stop ? [{ share, from: at, until: stop }] : [];
  });
}

const shareFrom: Partial<Record<RolloutEvent['type'], Share>> = {
  paused: 'pause',
  resumed: 'preparing',
  aborted: 'stopping',
  'stage-failed': 'stopping',
  'stage-overdue': 'stopping',
};

/** What is under way after the event; undefined if it says nothing of that. */
function shareAfter(event: RolloutEvent, before: Share): Share | undefined {
  const from = shareFrom[event.type];
  if (from !== undefined) return from;
  if (before === 'stopping' || !('stage' in event)) return undefined;
  const isRolling = event.stage === 'roll';
  if (event.type === 'stage-done') {
    if (before === 'pause') return undefined;
    return isRolling || event.stage === 'prepare' ? 'rolling' : 'preparing';
  }
  return event.type === 'stage-running' ? shareOfWaits(event.facts?.waits, isRolling) : undefined;
}

function shareOfWaits(waits: Facts['waits'], isRolling: boolean): Share | undefined {
  if (!waits) return undefined;
  const [first] = waits.because;
  return (first && shareOf[first.code]) ?? (isRolling ? 'rolling' : 'preparing');
}

function within(stretches: readonly Stretch[], from: Instant, until: Instant): readonly Stretch[] {
  return stretches.flatMap((one) => {
    const begin = one.from > from ? one.from : from;
    const end = one.until < until ? one.until : until;
    return begin < end ? [{ ...one, from: begin, until: end }] : [];
  });
}

function summed(stretches: readonly Stretch[]): Seconds<Share> {
  return added(stretches.map(({ share, from, until }) => ({ [share]: secondsBetween(from, until) })));
}

function added<Key extends string>(all: readonly Seconds<Key>[]): Seconds<Key> {
  const sum: Seconds<Key> = {};
  for (const one of all) {
    for (const [key, seconds] of Object.entries(one) as [Key, number][]) {
      sum[key] = (sum[key] ?? 0) + seconds;
    }
  }
  return sum;
}
