import { counted as many } from '../counted.ts';
import { earliest, type Instant, minutesAfter, secondsBetween } from '../instant.ts';
import type { Look, Settled } from '../workflow/look.ts';
import { drain, isDrained } from './drain.ts';
import { named } from './exclude.ts';
import { isDisconnected, momentsOf, sightOf } from './grace.ts';
import type { Facts, LoggedOff } from './facts.ts';
import type { Host } from './host.ts';
import { patienceMinutes } from './policy.ts';
import { tickSeconds, untilTick } from './pace.ts';
import { freshFor, type Readings } from './readings.ts';
import type { SessionHost, SessionHosts, UserSession } from './session-host.ts';
import { done, type EnsureHostStage, failed, running } from './stage.ts';
import { fewUsersSeconds, remind, tell } from './tell.ts';

/** The broker's count of sessions is believed for so long; then they are listed again. */
const countedForSeconds = 300;
const quietLookSeconds = 60;
/** Users leave when they leave; of many the last is not gone so soon. Who was logged off is, at once. */
const usersLookSeconds = { few: fewUsersSeconds, many: 60 };
const few = 2;

/**
 * Nobody is on the host any more, and has not been for the drain time of the policy: a user whom the broker
 * had already sent here when the drain was written arrives within it. Between what must be known for certain
 * (who is to be told, who is to be logged off, that nobody is left) the broker's count of sessions, which
 * comes with the list of hosts, is enough to wait by.
 */
export function ensureEmpty(sessionHosts: SessionHosts, readings: Readings): EnsureHostStage {
  return async (look) => {
    const { work: host, now } = look;
    // What was added and never came into the pool has no users.
    if (host.phase === 'putting-back' && host.facts.sessionHost === undefined) return done();
    const found = await seen(readings, look);
    if (found?.allowNewSession === true) {
      await drain(sessionHosts, host);
      const news = 'somebody took the host out of drain; it is drained again';
      return running('the drain to hold', 5, { facts: { quietSince: '' }, news });
    }
    if (isAsCounted(look, found)) return waitOn(look);
    const sessions = await listed(readings, look);
    const counted = { sessions: sessions.length, at: now };
    if (sessions.length > 0) return await withUsers(sessionHosts, look, sessions, counted);
    const quietSince = host.facts.quietSince || now;
    const left = quietFor(host, quietSince, now);
    const known = { ...sightOf(host, sessions, now).facts, counted };
    if (left <= 0) return done({ ...known, quietSince: '' });
    return lateArrivals(look, left, { ...known, quietSince });
  };
}

/** The session host as the pool's list shows it; undefined if the machine is in no pool, or not any more. */
export async function seen(readings: Readings, look: Look<Host>): Promise<SessionHost | undefined> {
  const { plan, facts } = look.work;
  if (facts.sessionHost === undefined) return undefined;
  return named(await readings.sessionHosts(plan.pool, freshFor(look)), facts.sessionHost);
}

/** Who is on the host, by the list of the whole pool. */
async function listed(readings: Readings, look: Look<Host>): Promise<readonly UserSession[]> {
  const { plan, facts } = look.work;
  const name = facts.sessionHost?.toLowerCase();
  if (name === undefined) return [];
  const all = await readings.sessions(plan.pool, freshFor(look));
  return all.filter((session) => session.host.toLowerCase() === name);
}

/** Who is on the host, asked of Azure now. */
export async function sessionsOf(
  sessionHosts: SessionHosts,
  { plan, facts }: Host,
): Promise<readonly UserSession[]> {
  if (facts.sessionHost === undefined) return [];
  return await sessionHosts.sessions(plan.pool, facts.sessionHost);
}

/** Asked of Azure now: nobody comes, and nobody is there. */
export async function isStillEmpty(sessionHosts: SessionHosts, host: Host): Promise<boolean> {
  if (!(await isDrained(sessionHosts, host))) return false;
  return (await sessionsOf(sessionHosts, host)).length === 0;
}

/** Nothing to learn from a list of sessions: no more and no fewer than before, and nothing falls due. */
function isAsCounted({ work: host, now }: Look<Host>, found: SessionHost | undefined): boolean {
  const { counted, quietSince } = host.facts;
  if (!counted || (found?.sessions ?? 0) !== counted.sessions) return false;
  if (counted.sessions === 0) return Boolean(quietSince) && quietFor(host, quietSince ?? now, now) > 0;
  // Who is to be logged off is asked to leave at each look, until he has.
  if (isLeaving(host.facts) || secondsBetween(counted.at, now) >= countedForSeconds) return false;
  // Passed since they were counted: somebody is to be reminded or logged off, or the patience is over.
  const ends = [...momentsOf(host), minutesAfter(emptyingFrom(host, now), patienceMinutes(host.plan.policy))];
  return !ends.some((end) => end > counted.at && end <= now);
}

/** Whether one who is to be logged off was still there. */
function isLeaving({ counted, loggedOff = [] }: Facts): boolean {
  return (counted?.leaving ?? loggedOff.length) > 0;
}

/** Since when its users are waited for; anew each time that it was empty and they came back. */
function emptyingFrom({ facts }: Host, now: Instant): Instant {
  return facts.emptyingSince || now;
}

function waitOn(look: Look<Host>): Settled<Facts> {
  const { work: host, now } = look;
  const { counted, quietSince } = host.facts;
  if (counted && counted.sessions > 0) return toEnd(look, counted.sessions, {});
  return lateArrivals(look, quietFor(host, quietSince ?? now, now), {});
}

function quietFor({ plan }: Host, quietSince: Instant, now: Instant): number {
  return secondsBetween(now, minutesAfter(quietSince, plan.policy.minDrainMinutes));
}

function lateArrivals({ work: host, now }: Look<Host>, left: number, facts: Partial<Facts>): Settled<Facts> {
  const wait = left < quietLookSeconds ? Math.ceil(left) : untilTick(now, host.plan, quietLookSeconds);
  return running('late arrivals', wait, { facts });
}

/** The longer somebody stays, the less often it is worth asking. */
function toEnd({ work: host, now }: Look<Host>, sessions: number, facts: Partial<Facts>): Settled<Facts> {
  const emptyingSince = facts.emptyingSince ?? emptyingFrom(host, now);
  const usual = sessions > few ? usersLookSeconds.many : usersLookSeconds.few;
  const least = isLeaving({ ...host.facts, ...facts }) ? tickSeconds : usual;
  const pace = Math.min(60, Math.max(least, secondsBetween(emptyingSince, now) / 60));
  const tick = untilTick(now, host.plan, pace);
  const moments = momentsOf({ ...host, facts: { ...host.facts, ...facts } });
  const next = earliest(minutesAfter(now, 1), ...moments.filter((at) => at > now));
  const seconds = Math.min(tick, Math.max(1, Math.ceil(secondsBetween(now, next))));
  return running(`${many(sessions, 'session')} to end`, seconds, { facts });
}

async function withUsers(
  sessionHosts: SessionHosts,
  look: Look<Host>,
  sessions: readonly UserSession[],
  counted: NonNullable<Facts['counted']>,
): ReturnType<EnsureHostStage> {
  const { work: host, now } = look;
  const { plan } = host;
  const sight = sightOf(host, sessions, now);
  const emptyingSince = emptyingFrom(host, now);
  const known = {
    emptyingSince,
    quietSince: '' as const,
    counted: { ...counted, leaving: sight.leaving },
    ...sight.facts,
  };
  if (sight.untold.length > 0) return tell(sessionHosts, look, sight.untold, known);
  if (now >= minutesAfter(emptyingSince, patienceMinutes(plan.policy))) {
    const users = sessions.map(({ user }) => user).join(', ');
    return failed(
      'UsersStayed',
      `${plan.name} still has ${many(sessions.length, 'session')}: ${users}.`,
      known,
    );
  }
  const { loggedOff, dueNow } = sight;
  if (dueNow.length > 0) {
    const isGrace = dueNow.some(({ disconnectedSince }) => disconnectedSince === undefined);
    const why = isGrace ? 'grace is over' : 'nobody uses them';
    const news = `${why}: ${many(dueNow.length, 'session is', 'sessions are')} logged off`;
    const facts = { ...known, loggedOff: [...loggedOff, ...dueNow] };
    return running('sessions to be logged off', 0, { facts, news });
  }
  // Written down before it is done, so that nobody is logged off whom the record does not name.
  for (const id of await toGo(sessionHosts, host, sessions, loggedOff)) await logOff(sessionHosts, host, id);
  const onward = toEnd(look, sessions.length, known);
  return sight.reminders.length > 0 ? remind(sessionHosts, look, sight.reminders, known, onward) : onward;
}

/**
 * Who is asked to leave now. Who was disconnected may be back since the list, and nobody told him: of such
 * Azure is asked once more, at the last moment.
 */
async function toGo(
  sessionHosts: SessionHosts,
  host: Host,
  sessions: readonly UserSession[],
  loggedOff: readonly LoggedOff[],
): Promise<readonly string[]> {
  const isEarly = ({ id }: UserSession) =>
    loggedOff.some(({ session, disconnectedSince }) => session === id && disconnectedSince !== undefined);
  const here = sessions.filter(({ id }) => loggedOff.some(({ session }) => session === id));
  const early = here.filter((session) => isEarly(session) && isDisconnected(session));
  const others = here.filter((session) => !isEarly(session)).map(({ id }) => id);
  if (early.length === 0) return others;
  const still = (await sessionsOf(sessionHosts, host)).filter((session) => isDisconnected(session));
  return [...others, ...early.map(({ id }) => id).filter((id) => still.some((one) => one.id === id))];
}

async function logOff(sessionHosts: SessionHosts, { plan, facts }: Host, session: string): Promise<void> {
  if (facts.sessionHost !== undefined) await sessionHosts.logOff(plan.pool, facts.sessionHost, session);
}
