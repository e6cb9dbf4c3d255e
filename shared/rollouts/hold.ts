import { counted } from '../counted.ts';
import { type Instant, secondsBetween } from '../instant.ts';
import type { Look } from '../workflow/look.ts';
import { expected, mostSeconds, tookIn } from './durations.ts';
import { type Freezes, frozenBy, type NamedFreeze } from './freezes.ts';
import type { Hosts } from './hosts.ts';
import type { MaintenanceWindow, Policy } from './pool.ts';
import type { Facts, Pause } from './course.ts';
import { isPaused, type Rollout } from './rollout.ts';
import { type EnsureRolloutStage, running } from './stage.ts';
import { tellHosts } from './tell-hosts.ts';
import { putOff, turnsOf } from './turns.ts';
import type { Reason } from './waves.ts';
import { fitOf, isOpen } from './windows.ts';

/** While a rollout is held back it looks again at least this often, and as soon as somebody tells it to. */
const atLeastEverySeconds = 300;

/** What keeps anything new from starting, whatever the pool is like; undefined if nothing does. */
export async function holdOn(
  { work: rollout, now }: Look<Rollout>,
  freezes: Freezes,
): Promise<Reason | undefined> {
  if (!isPaused(rollout)) return frozen(await freezes.over(rollout.pool, rollout.link.imageSet, now));
  return pausedBy(rollout.pause);
}

export function pausedBy({ by, reason, until, code, detail }: Pause): Reason {
  if (code) return { code, message: `paused until it is resumed: ${reason}`, ...(detail && { detail }) };
  const end = until === undefined ? 'until it is resumed' : `until ${until}`;
  const message = `paused by ${by} ${end}: ${reason}`;
  return { code: 'Paused', message, detail: { by, reason }, ...(until !== undefined && { until }) };
}

function frozen(freezes: readonly NamedFreeze[]): Reason | undefined {
  const [last] = freezes.toSorted((a, b) => (a.until > b.until ? -1 : 1));
  if (!last) return undefined;
  const { id, by, reason, until } = last;
  return { code: 'Frozen', message: frozenBy(freezes), detail: { freeze: id, by, reason }, until };
}

/** Nothing is begun that, of ten hosts such as this, nine would not end before the window closes. */
export function outsideWindow(
  { work: { link, facts }, now }: Look<Rollout>,
  host: {
    readonly hasUsers: boolean;
    readonly isEmpty?: boolean;
    /** Of its own, instead of the pool's. */
    readonly windows?: readonly MaintenanceWindow[];
  },
): Reason | undefined {
  const { minDrainMinutes } = link.policy;
  const windows = host.windows ?? link.policy.windows ?? [];
  const quietSeconds = host.hasUsers ? undefined : host.isEmpty ? 0 : minDrainMinutes * 60;
  const seconds = mostSeconds(expected(tookIn(facts), link.policy), quietSeconds);
  const fit = fitOf(windows, now, seconds);
  if (fit.fits) return undefined;
  const { closesAt, opensAt } = fit;
  const minutes = Math.ceil(seconds / 60);
  const closing =
    closesAt === undefined
      ? ''
      : `a host takes ${counted(minutes, 'minute')} and the window closes at ${closesAt}; `;
  const detail = { minutes, ...(closesAt !== undefined && { closesAt }) };
  if (opensAt === undefined) {
    const message = `${closing}no maintenance window is as long as the ${counted(minutes, 'minute')} of a host`;
    return { code: 'WindowTooShort', message, detail };
  }
  const message = `${closing}the maintenance window opens at ${opensAt}`;
  return { code: 'OutsideWindow', message, detail: { ...detail, opensAt }, until: opensAt };
}

/** No host at all may begin now; where machines have windows of their own it is for each to say. */
export function outsideEveryWindow(look: Look<Rollout>): Reason | undefined {
  const { windowTag } = look.work.link.policy;
  return windowTag === undefined ? outsideWindow(look, { hasUsers: false }) : undefined;
}

/** The only host of a pool may go while a window lasts that says so, whatever the floor. */
export function mayGoDark({ windows = [] }: Policy, hosts: number, now: Instant): boolean {
  return (
    hosts === 1 &&
    isOpen(
      windows.filter(({ outage }) => outage),
      now,
    )
  );
}

/** A stage that does nothing while the rollout is held back, but put back those whose turn has not come. */
export function unlessHeld(freezes: Freezes, hosts: Hosts, ensure: EnsureRolloutStage): EnsureRolloutStage {
  return async (look) => {
    const { id, work: rollout, now } = look;
    const hold = await holdOn(look, freezes);
    if (hold) {
      const { facts, news } = told(look, hold);
      const { hosts: records = {} } = rollout.facts;
      if (Object.keys(records).length === 0)
        return running(hold.message, lookAgainIn(hold, now), { facts, news });
      const standings = await hosts.standings(id);
      await tellHosts(hosts, look, standings);
      const back = putOff(turnsOf(id, records, standings), hold.message, now);
      const isAny = Object.keys(back).length > 0;
      const seconds = isAny ? 0 : lookAgainIn(hold, now);
      return running(hold.message, seconds, { facts: { ...facts, ...(isAny && { hosts: back }) }, news });
    }
    // Its time runs again from here, so that this is kept before anything is done in it.
    if (look.work.facts.waits?.because.length) return running('its turn', 0, told(look));
    return await ensure(look);
  };
}

export function lookAgainIn({ until }: Reason, now: Instant): number {
  return until === undefined
    ? atLeastEverySeconds
    : Math.min(Math.max(secondsBetween(now, until), 1), atLeastEverySeconds);
}

/** What a look has found to wait for; with a line for history when it is not what the last one found. */
export function told({ work: { facts }, now }: Look<Rollout>, reason?: Reason) {
  const because = reason ? [reason] : [];
  const before = facts.waits;
  const isSame = before?.because.map(({ code }) => code).join() === because.map(({ code }) => code).join();
  const waits: NonNullable<Facts['waits']> = { since: isSame ? before.since : now, because };
  const isNews = !isSame && reason && (!isUsual(reason) || before?.because.some((one) => !isUsual(one)));
  return { facts: { waits }, news: isNews ? `waits: ${reason.message}` : undefined };
}

const usual: ReadonlySet<Reason['code']> = new Set([
  'WindowFull',
  'SurgeUnderWay',
  'LastHosts',
  'WaveUnderWay',
]);

/** What every rollout waits for most of its time leaves no line of its own. */
export function isUsual({ code }: Reason): boolean {
  return usual.has(code);
}
