import { counted } from '../counted.ts';
import { createHash } from 'node:crypto';
import type { Instant } from '../instant.ts';
import { blockersOf, type Found, warningsOf } from './blockers.ts';
import { costs, type HostView } from './capacity.ts';
import { elsewhere, expected } from './durations.ts';
import type { Finding } from './finding.ts';
import { type Forecast, forecastOf, type HostAhead, minutesOf, type Work } from './forecast.ts';
import type { Freeze } from './freezes.ts';
import { drainAheadOf, waveSizes, windowOf } from './pool.ts';
import { hostsKeptOn } from './scaling-plan.ts';
import { addedAtOnce, besideOf, surgePlan } from './surge-plan.ts';
import { wayOf } from './ways.ts';
import { inOrder } from './waves.ts';
import { spansOf } from './windows.ts';

/** What a rollout would do, before anything is done. */
export type Plan = ReturnType<typeof planOf>;

/**
 * ARM calls as the small world of the tests counts them: a host’s own, and the reading of the pool. Machines that stand
 * alone are read by two lists at a time.
 */
const callsBy = {
  uniform: { perHost: 45, perMinute: 2 },
  flexible: { perHost: 47, perMinute: 2 },
  'stand-alone': { perHost: 85, perMinute: 3 },
  surge: { perHost: 82, perMinute: 3 },
} as const;

function callsOf(
  { model }: Found,
  { added, todo, minutes }: Record<'added' | 'todo' | 'minutes', number>,
): number {
  const { perHost, perMinute } = callsBy[added > 0 ? 'surge' : (model?.kind ?? 'uniform')];
  return Math.ceil(todo * perHost + minutes * perMinute);
}

/** The plan for what was found. `aheadOf` tells the freezes that begin before it would be over. */
export function planOf(found: Found, aheadOf: (until: Instant) => readonly Freeze[], now: Instant) {
  const { name, pool, version, capacity, views } = found;
  const { policy } = pool.link;
  const todo = inOrder(views);
  const sizes = waveSizes(policy.waves ?? [], todo.length);
  const added = addedAtOnce(found.standAlone);
  const work = workOf(found, { todo, sizes, added }, now);
  const forecast: Forecast = todo.length > 0 ? forecastOf(work) : { p50: now, p90: now, curve: [] };
  const eta = minutesOf(forecast, now);
  const blockers = blockersOf(found);
  return {
    hostPool: name,
    imageSet: pool.link.imageSet,
    version: version.number,
    planHash: hashOf(found, todo, blockers),
    at: now,
    hosts: {
      total: views.length,
      todo: todo.length,
      poweredOff: todo.filter((one) => one.isPoweredOff).length,
    },
    order: todo.map((view, index) => ({
      host: view.name,
      instanceId: view.instanceId,
      wave: sizes.findIndex((size) => index < size) + 1,
      why: whyNow(view),
      ...(view.ownWindow && { window: view.ownWindow }),
    })),
    waves: sizes.map((upTo, index) => ({
      number: index + 1,
      upTo,
      bakeMinutes: index < sizes.length - 1 ? (policy.waves?.[index]?.bakeMinutes ?? 0) : 0,
    })),
    maxUnderWay: work.maxUnderWay,
    drainAhead: work.drainAhead,
    capacity: {
      usable: capacity.usable,
      floor: capacity.need,
      perHost: capacity.perHost,
      ...(capacity.scalingPlan && { scalingPlan: capacity.scalingPlan }),
      ...(capacity.isPersonal && { isPersonal: true }),
      lowestPlanned: Math.min(capacity.usable, ...forecast.curve.map(({ usable }) => usable)),
      curve: forecast.curve,
    },
    ...(eta && { eta }),
    basis: { hosts: (pool.took ?? []).length, mostMinutesPerHost: found.mostMinutes },
    ...byWhichWay(found, work, added),
    armCalls: callsOf(found, { added, todo: todo.length, minutes: eta?.p50Minutes ?? 0 }),
    blockers,
    warnings: warningsOf(found, todo, forecast.p90 === undefined ? [] : aheadOf(forecast.p90)),
  };
}

function byWhichWay({ model, pool: { link } }: Found, work: Work, added: number) {
  const surge = added > 0 ? surgePlan(added, besideOf(work.hosts, work), link) : undefined;
  return {
    ...(model && { way: model.kind, can: wayOf(model.kind, link.policy) }),
    ...(surge && { surge }),
  };
}

function workOf(
  { pool, capacity, views, need, minimums }: Found,
  { todo, sizes, added }: { todo: readonly HostView[]; sizes: readonly number[]; added: number },
  now: Instant,
): Work {
  const { policy } = pool.link;
  const ahead = hostsAhead(todo, now);
  const most = windowOf(policy.maxUnavailable, views.length);
  const drainAhead = drainAheadOf(policy, views.length);
  // With surge another is there before one goes: none is missed, and so many are under way as may be added.
  const underWay =
    added > 0
      ? {
          hosts: ahead.map((host) => notMissed(host)),
          maxUnderWay: Math.min(added, most + drainAhead),
          drainAhead: 0,
        }
      : { hosts: ahead, maxUnderWay: most, drainAhead };
  return {
    ...capacity,
    need,
    minimums: minimums.map(({ from, percent }) => ({
      from,
      places: hostsKeptOn(percent, views.length) * capacity.perHost,
    })),
    ...underWay,
    waves: sizes.map((upTo, index) => ({ upTo, bakeMinutes: policy.waves?.[index]?.bakeMinutes ?? 0 })),
    windows: policy.windows ?? [],
    took: expected(pool.took ?? [], policy),
    elsewhere,
    quietSeconds: policy.minDrainMinutes * 60,
    settleSeconds: policy.healthy.settleSeconds,
    from: now,
  };
}

/** Those with a window of their own as if they came last, in the order in which these open. */
function hostsAhead(todo: readonly HostView[], now: Instant): readonly HostAhead[] {
  const opensAt = ({ ownWindow }: HostView) =>
    ownWindow === undefined ? '' : (spansOf([ownWindow], now)[0]?.from ?? '~');
  return todo
    .toSorted((a, b) => (opensAt(a) < opensAt(b) ? -1 : opensAt(a) > opensAt(b) ? 1 : 0))
    .map((view) => hostAhead(view));
}

function hostAhead(view: HostView): HostAhead {
  const { sessions, ownWindow } = view;
  return { costs: costs(view), hasUsers: sessions > 0, ...(ownWindow && { windows: [ownWindow] }) };
}

function notMissed(host: HostAhead): HostAhead {
  return { ...host, costs: false };
}

function whyNow({ isGone, isPoweredOff, takesUsers, sessions, isAssigned }: HostView): string {
  if (isGone) return 'its machine is gone, and made again from what was kept';
  if (isPoweredOff) return 'powered off';
  if (sessions === 0 && isAssigned) return 'assigned, no sessions';
  if (sessions > 0) return counted(sessions, 'session');
  return takesUsers ? 'no sessions' : 'takes no users';
}

const parts = ['version', 'policy', 'hosts', 'blockers'] as const;

/** What is to be done, to whom and how; the order and the users of the moment are not part of it. */
function hashOf({ pool, version }: Found, todo: readonly HostView[], blockers: readonly Finding[]): string {
  const of: Record<(typeof parts)[number], unknown> = {
    version: [version.number, version.imageVersionId],
    policy: pool.link,
    hosts: todo.map(({ instanceId }) => instanceId).toSorted(),
    blockers: blockers.map(({ code }) => code).toSorted(),
  };
  const digest = (value: unknown) =>
    createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 10);
  return ['plan', ...parts.map((part) => digest(of[part]))].join('-');
}

const mostNamed = 20;

/** What has changed since the plan of this hash was made; nothing if it still holds. */
export function changesSince(planHash: string, plan: Plan): readonly { code: string; message: string }[] {
  const [before, now] = [planHash.split('-'), plan.planHash.split('-')];
  const names = plan.order
    .slice(0, mostNamed)
    .map(({ host }) => host)
    .join(', ');
  const codes = plan.blockers.map(({ code }) => code).join(', ');
  const told = {
    version: {
      code: 'VersionChanged',
      message: `The plan was not for version ${plan.version} as it is now.`,
    },
    policy: { code: 'PolicyChanged', message: `Host pool ${plan.hostPool} was defined anew.` },
    hosts: {
      code: 'HostsChanged',
      message: `There ${plan.hosts.todo === 1 ? 'is' : 'are'} ${counted(plan.hosts.todo, 'host')} to bring now${names && `: ${names}`}.`,
    },
    blockers: { code: 'BlockersChanged', message: `In the way is now: ${codes || 'nothing'}.` },
  };
  return parts.filter((_, index) => before[index + 1] !== now[index + 1]).map((part) => told[part]);
}
