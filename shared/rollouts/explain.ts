import { counted } from '../counted.ts';
import { type Instant, secondsBetween } from '../instant.ts';
import type { Facts } from './course.ts';
import { elsewhere, expected, percentile, tookIn } from './durations.ts';
import { forecastOf, minutesOf, type Work } from './forecast.ts';
import { pausedBy } from './hold.ts';
import { ending, hasLeftBroken, lostBy } from './ending.ts';
import type { HostStanding } from './hosts.ts';
import { type Policy, surgeOf, type Took, waveSizes } from './pool.ts';
import { isAddition } from './surge.ts';
import { canBeAborted, canBePaused, isOver, isPaused, type Rollout } from './rollout.ts';
import { hasBegun, type HostRecord, type Reason } from './waves.ts';
import { adviceFor } from './you-can.ts';

/**
 * `waiting` ends by itself at a known time; `blocked` ends when somebody leaves, returns or decides;
 * `moving` has hosts under way, even while no further one may start.
 */
export type Movement = 'moving' | 'waiting' | 'blocked' | 'paused' | 'over';

/** Besides the reasons why no further host starts, those why something is under way or has ended. */
export interface Because extends Omit<Reason, 'code'> {
  readonly code:
    | Reason['code']
    | 'HostsUnderWay'
    | 'DrainedAhead'
    | 'AzureTrouble'
    | 'Stage'
    | 'Stopping'
    | Ended;
}
type Ended = 'Succeeded' | 'Failed' | 'Aborted';

/** Why a rollout is or is not moving, since when, when it looks again, and what somebody can do about it. */
export function explained(
  id: string,
  rollout: Rollout,
  standings: readonly HostStanding[],
  now: Instant,
  /** The number of the version that it may be taken back to, if it may be. */
  backTo?: string,
) {
  const underWay = standings.filter(({ outcome }) => outcome === 'running');
  const because = becauseOf(rollout, underWay);
  const eta = etaOf(rollout, now);
  return {
    id,
    hostPool: rollout.pool,
    version: rollout.version.number,
    status: rollout.phase,
    movement: movementOf(rollout, underWay.length, because),
    since: sinceOf(rollout),
    because,
    ...('standing' in rollout && { nextCheck: rollout.standing.lookAt }),
    youCan: youCanNow(id, rollout, because, backTo),
    notices: isOver(rollout) ? [] : (rollout.facts.notices ?? []),
    progress: progressOf(rollout),
    wave: rollout.facts.wave,
    capacity: rollout.facts.capacity,
    lowest: rollout.facts.lowest,
    ...(eta && { eta }),
  };
}

function takeBack(id: string, number: string): string {
  return `take it back to version ${number}: POST /rollouts/${id}/rollback {"reason":"…"}`;
}

const blocking = new Set<string>(['Frozen', 'WindowTooShort', 'CapacityFloor', 'WaveUnhealthy']);

function movementOf(rollout: Rollout, underWay: number, because: readonly Because[]): Movement {
  if (isOver(rollout)) return 'over';
  if (isPaused(rollout)) return 'paused';
  if (underWay > 0) return 'moving';
  if (because.some(({ code }) => blocking.has(code))) return 'blocked';
  const isMoving = because.every(({ code }) => code === 'Stage' || code === 'Stopping');
  return isMoving ? 'moving' : 'waiting';
}

function youCanNow(
  id: string,
  rollout: Rollout,
  because: readonly Because[],
  backTo: string | undefined,
): readonly string[] {
  const toSteer = [
    ...(isPaused(rollout) ? [`resume it: POST /rollouts/${id}/resume`] : []),
    ...(canBePaused(rollout) && !isPaused(rollout) ? [`pause it: POST /rollouts/${id}/pause`] : []),
    ...(canBeAborted(rollout) ? [`abort it: POST /rollouts/${id}/abort`] : []),
  ];
  return [
    ...because.flatMap((reason) => adviceFor(reason, rollout.link.policy)),
    ...toSteer,
    ...(backTo === undefined ? [] : [takeBack(id, backTo)]),
    ...(hasLeftBroken(rollout)
      ? [`see why hosts failed, and what each needs: GET /rollouts/${id}/hosts`]
      : []),
    ...lostBy(id, rollout)
      .flatMap(({ target, again }) => (again === undefined ? [] : [`try ${target} again: ${again}`]))
      .slice(0, mostTold),
    ...(rollout.phase === 'failed' ? [rollout.failure.remedy] : []),
  ];
}

function becauseOf(rollout: Rollout, underWay: readonly HostStanding[]): readonly Because[] {
  if (!('standing' in rollout)) return [ending(rollout)];
  const { standing, facts } = rollout;
  const because: Because[] = [];
  if (underWay.length > 0) because.push(hostsUnderWay(underWay), ...drainedAhead(underWay));
  if (standing.troubles > 0) {
    const message = `${standing.waitingFor} (${counted(standing.troubles, 'time')} in a row)`;
    because.push({ code: 'AzureTrouble', message, until: standing.lookAt });
  }
  if (rollout.phase === 'stopping') {
    const { ending } = rollout;
    const why =
      ending.phase === 'aborted' ? `aborted by ${ending.by}: ${ending.reason}` : ending.failure.message;
    because.push({ code: 'Stopping', message: why });
  } else if (rollout.pause) because.push(pausedBy(rollout.pause));
  else if (facts.waits) because.push(...facts.waits.because);
  if (because.length > 0) return because;
  return [
    { code: 'Stage', message: standing.waitingFor || standing.stage, detail: { stage: standing.stage } },
  ];
}

const mostTold = 10;

function hostsUnderWay(underWay: readonly HostStanding[]): Because {
  const names = underWay.slice(0, mostTold).map((host) => {
    const why = host.why === '' ? '' : ` (${host.why})`;
    return `${host.name} in ${host.stage ?? '?'}${why}`;
  });
  const more = underWay.length > mostTold ? ` and ${underWay.length - mostTold} more` : '';
  const message = `hosts under way: ${names.join(', ')}${more}`;
  return { code: 'HostsUnderWay', message, detail: { hosts: underWay.length } };
}

function drainedAhead(underWay: readonly HostStanding[]): readonly Because[] {
  const hosts = underWay.filter(({ stage, goAt }) => stage === 'turn' && goAt === undefined).length;
  if (hosts === 0) return [];
  const are = counted(hosts, 'host is drained and waits', 'hosts are drained and wait');
  return [{ code: 'DrainedAhead', message: `${are} for a place in the window`, detail: { hosts } }];
}

function sinceOf(rollout: Rollout): Instant {
  if (!('standing' in rollout)) return rollout.at;
  if (isPaused(rollout)) return rollout.pause.at;
  const { waits } = rollout.facts;
  return rollout.phase === 'running' && waits ? waits.since : rollout.standing.since;
}

/** Of the hosts that are brought to the version or give way to others; those that are added stand apart. */
function progressOf({ facts: { hosts = {}, reading } }: Rollout) {
  const counts: Record<string, number> = {};
  const [added, all] = [additionsIn(hosts), Object.values(hosts).filter((one) => !isAddition(one))];
  for (const { outcome } of all) counts[outcome] = (counts[outcome] ?? 0) + 1;
  const { admitted: underWay = 0, skipped = 0, 'put-off': _, ...ended } = counts;
  const left = reading?.left ?? 0;
  const over = Object.values(ended).reduce((sum, count) => sum + count, 0);
  const total = over + underWay + left;
  const percent = total === 0 ? 0 : Math.floor((100 * over) / total);
  return { total, left, underWay, ...ended, skipped, percent, ...(added && { added }) };
}

function additionsIn(hosts: NonNullable<Facts['hosts']>) {
  const added = Object.values(hosts).filter((one) => isAddition(one));
  if (added.length === 0) return undefined;
  const underWay = added.filter(({ outcome }) => outcome === 'admitted').length;
  const there = added.filter(({ task, outcome }) => task === 'add' && outcome === 'done').length;
  return { there, underWay };
}

/** When it will be over, if nothing changes; absent while nobody can say. */
export function etaOf(rollout: Rollout, now: Instant) {
  if (rollout.phase !== 'running' || !rollout.facts.reading || !rollout.facts.capacity) return undefined;
  const held = isPaused(rollout)
    ? rollout.pause
    : rollout.facts.waits?.because.find(({ code }) => code === 'Frozen');
  if (held && held.until === undefined) return undefined;
  const from = held?.until !== undefined && held.until > now ? held.until : now;
  const forecast = forecastOf({ ...workLeft(rollout, from), from });
  return minutesOf(forecast, now);
}

function workLeft({ facts, link: { policy } }: Rollout, now: Instant): Work {
  const { hosts = {}, reading, waits, capacity = { usable: 0, need: 0, perHost: 0 } } = facts;
  const took = expected(tookIn(facts), policy);
  const records = Object.values(hosts);
  const inFlight = records.filter(({ outcome }) => outcome === 'admitted');
  const begun = records.filter(({ outcome }) => outcome === 'done').length + inFlight.length;
  const { left = 0 } = reading ?? {};
  const ended = records.filter(hasBegun).length - inFlight.length;
  const bakes = waits?.because.find(({ code }) => code === 'Baking')?.until;
  const sizes = waveSizes(policy.waves ?? [], left + inFlight.length + ended);
  const waves = sizes.flatMap((size, index) => {
    const { bakeMinutes = 0 } = policy.waves?.[index] ?? {};
    if (size < begun) return [];
    // Of a bake that has begun, what is left.
    const isBaking = size === begun && bakes !== undefined;
    const minutes = isBaking ? Math.max(0, secondsBetween(now, bakes) / 60) : bakeMinutes;
    return [{ upTo: size - begun, bakeMinutes: minutes }];
  });
  return {
    ...capacity,
    ...atOnce(facts, policy, records.length + left),
    underWay: inFlight.map((record) => leftOf(record, took, now)),
    waves,
    windows: policy.windows ?? [],
    took,
    elsewhere,
    quietSeconds: policy.minDrainMinutes * 60,
    settleSeconds: policy.healthy.settleSeconds,
    from: now,
  };
}

/** What is left, and how many at once. With surge another is there before one goes: none is missed. */
function atOnce(
  { way, reading }: Facts,
  policy: Policy,
  total: number,
): Pick<Work, 'hosts' | 'maxUnderWay' | 'drainAhead'> {
  const { left = 0, most = 1, ahead = 0 } = reading ?? {};
  const surge = way === 'stand-alone' ? surgeOf(policy, total) : 0;
  const hosts = Array.from({ length: left }, () => ({ costs: surge === 0, hasUsers: true }));
  return surge > 0
    ? { hosts, maxUnderWay: Math.min(surge, most + ahead), drainAhead: 0 }
    : { hosts, maxUnderWay: Math.max(most, 1), drainAhead: ahead };
}

/** What a host under way has before it, if it takes as long as is usual. */
function leftOf({ admittedAt, goAt }: HostRecord, took: readonly Took[], now: Instant): Took {
  const usual = (of: keyof Took) =>
    percentile(
      took.map((one) => one[of]),
      50,
    );
  if (goAt !== undefined) return { users: 0, rest: Math.max(60, usual('rest') - secondsBetween(goAt, now)) };
  return { users: Math.max(0, usual('users') - secondsBetween(admittedAt, now)), rest: usual('rest') };
}
