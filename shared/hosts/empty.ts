import { AppError } from '../errors.ts';
import { earliest, type Instant, minutesAfter, secondsBetween } from '../instant.ts';
import type { Intended, Look, Settled } from '../workflow/look.ts';
import { drain } from './drain.ts';
import { named } from './exclude.ts';
import { type Facts, type Host, type LoggedOff, patienceMinutes, type Told } from './host.ts';
import { tickSeconds, untilTick } from './pace.ts';
import { freshFor, type Readings } from './readings.ts';
import type { SessionHost, SessionHosts, UserSession } from './session-host.ts';
import { done, type EnsureHostStage, failed, isTurnedAway, running } from './stage.ts';

/** The broker's count of sessions is believed for so long; then they are listed again. */
const countedForSeconds = 300;
const quietLookSeconds = 60;
/** Users leave when they leave; of many the last is not gone so soon. Who was logged off is, at once. */
const usersLookSeconds = { few: 30, many: 60 };
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
    if (left <= 0) return done({ quietSince: '', counted });
    return lateArrivals(look, left, { quietSince, counted });
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

/** Nothing to learn from a list of sessions: no more and no fewer than before, and nothing falls due. */
function isAsCounted({ work: host, now }: Look<Host>, found: SessionHost | undefined): boolean {
  const { counted, quietSince, loggedOff = [] } = host.facts;
  if (!counted || (found?.sessions ?? 0) !== counted.sessions) return false;
  if (counted.sessions === 0) return Boolean(quietSince) && quietFor(host, quietSince ?? now, now) > 0;
  // Who is to be logged off is asked to leave at each look, until he has.
  if (loggedOff.length > 0 || secondsBetween(counted.at, now) >= countedForSeconds) return false;
  // Passed since they were counted, so that somebody is to be logged off or the patience is over.
  const ends = [...graceEnds(host), minutesAfter(emptyingFrom(host, now), patienceMinutes(host.plan.policy))];
  return !ends.some((end) => end > counted.at && end <= now);
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
  const wait =
    left < quietLookSeconds ? Math.ceil(left) : untilTick(now, host.plan.pool.hostPool, quietLookSeconds);
  return running('late arrivals', wait, { facts });
}

/** The longer somebody stays, the less often it is worth asking. */
function toEnd({ work: host, now }: Look<Host>, sessions: number, facts: Partial<Facts>): Settled<Facts> {
  const emptyingSince = facts.emptyingSince ?? emptyingFrom(host, now);
  const { loggedOff = [] } = host.facts;
  const usual = sessions > few ? usersLookSeconds.many : usersLookSeconds.few;
  const least = loggedOff.length > 0 ? tickSeconds : usual;
  const pace = Math.min(60, Math.max(least, secondsBetween(emptyingSince, now) / 60));
  const tick = untilTick(now, host.plan.pool.hostPool, pace);
  const seconds = Math.min(tick, Math.max(1, Math.ceil(secondsBetween(now, nextGraceEnd(host, now)))));
  return running(`${sessions} sessions to end`, seconds, { facts });
}

async function withUsers(
  sessionHosts: SessionHosts,
  look: Look<Host>,
  sessions: readonly UserSession[],
  counted: NonNullable<Facts['counted']>,
): ReturnType<EnsureHostStage> {
  const { work: host, now } = look;
  const { plan, facts } = host;
  const untold = sessions.filter(({ id }) => !facts.told?.some(({ session }) => session === id));
  if (untold.length > 0) return tell(sessionHosts, look, untold, sessions.length);

  const emptyingSince = emptyingFrom(host, now);
  const known = { emptyingSince, quietSince: '' as const, counted };
  if (now >= minutesAfter(emptyingSince, patienceMinutes(plan.policy))) {
    const users = sessions.map(({ user }) => user).join(', ');
    return failed('UsersStayed', `${plan.name} still has ${sessions.length} sessions: ${users}.`, known);
  }
  const loggedOff = toLogOff(host, sessions, now);
  if (loggedOff.length > (facts.loggedOff?.length ?? 0)) {
    const news = `grace is over: ${loggedOff.length - (facts.loggedOff?.length ?? 0)} sessions are logged off`;
    return running('sessions to be logged off', 0, { facts: { ...known, loggedOff }, news });
  }
  // Written down before it is done, so that nobody is logged off whom the record does not name.
  for (const { id } of sessions) {
    if (loggedOff.some(({ session }) => session === id)) await logOff(sessionHosts, host, id);
  }
  return toEnd(look, sessions.length, known);
}

async function logOff(sessionHosts: SessionHosts, { plan, facts }: Host, session: string): Promise<void> {
  if (facts.sessionHost !== undefined) await sessionHosts.logOff(plan.pool, facts.sessionHost, session);
}

/** Only who was told, and only after the grace that the message spoke of. */
function toLogOff(
  { plan, facts }: Host,
  sessions: readonly UserSession[],
  now: Instant,
): readonly LoggedOff[] {
  const { atGraceEnd, graceMinutes } = plan.policy.sessions;
  const already = facts.loggedOff ?? [];
  if (atGraceEnd === 'wait') return already;
  const due = (facts.told ?? []).filter(
    ({ session, at }) =>
      now >= minutesAfter(at, graceMinutes) &&
      sessions.some(({ id }) => id === session) &&
      !already.some((one) => one.session === session),
  );
  return [...already, ...due.map(({ session, user }) => ({ session, user, at: now }))];
}

function graceEnds({ plan, facts }: Host): readonly Instant[] {
  return (facts.told ?? []).map(({ at }) => minutesAfter(at, plan.policy.sessions.graceMinutes));
}

function nextGraceEnd(host: Host, now: Instant): Instant {
  return earliest(minutesAfter(now, 1), ...graceEnds(host).filter((end) => end > now));
}

/** Kept first, sent afterwards: who died in between leaves a user untold rather than told twice. */
function tell(
  sessionHosts: SessionHosts,
  { work: host, now }: Look<Host>,
  untold: readonly UserSession[],
  all: number,
): Intended<Facts> {
  const { plan, facts } = host;
  const { policy } = plan;
  const earlier = facts.told ?? [];
  const { sessionHost } = facts;
  const told = untold.map(({ id, user }): Told => ({ session: id, user, at: now, confirmed: false }));
  const { title, body } = policy.sessions.message;
  const deadline = minutesAfter(now, policy.sessions.graceMinutes);
  const message = { title: fill(title, plan.name, deadline), body: fill(body, plan.name, deadline) };
  const send = async (one: Told): Promise<readonly Told[]> => {
    try {
      if (sessionHost !== undefined) {
        await sessionHosts.sendMessage(plan.pool, sessionHost, one.session, message);
      }
      return [{ ...one, confirmed: true }];
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // Turned away: certainly not told, so that the next look may. Else nobody knows, and it stays so.
      return isTurnedAway(error) && error.retryable ? [] : [one];
    }
  };
  return {
    status: 'intend',
    what: `tell ${untold.map(({ user }) => user).join(', ')}`,
    before: untold.map(({ id }) => id).join(' '),
    facts: {
      told: [...earlier, ...told],
      emptyingSince: emptyingFrom(host, now),
      quietSince: '',
      // Those told before: until the next list nobody knows who of the others was.
      counted: { sessions: all - untold.length, at: now },
    },
    proceed: async () => {
      const sent = [];
      for (const one of told) sent.push(...(await send(one)));
      const isAll = sent.length === told.length;
      const news = `${sent.filter(({ confirmed }) => confirmed).length} of ${told.length} users told`;
      return running('sessions to end', isAll ? usersLookSeconds.few : 15, {
        facts: { told: [...earlier, ...sent] },
        news,
      });
    },
  };
}

function fill(text: string, host: string, deadline: Instant): string {
  return text.replaceAll('{host}', host).replaceAll('{deadline}', `${deadline.slice(11, 16)} UTC`);
}
