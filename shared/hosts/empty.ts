import { AppError } from '../errors.ts';
import { earliest, type Instant, minutesAfter, secondsBetween } from '../instant.ts';
import type { Intended, Look } from '../workflow/look.ts';
import { drain, isDrained } from './drain.ts';
import { type Facts, type Host, type LoggedOff, patienceMinutes, type Told } from './host.ts';
import type { SessionHosts, UserSession } from './session-host.ts';
import { done, type EnsureHostStage, failed, isTurnedAway, running } from './stage.ts';

/**
 * Nobody is on the host any more, and has not been for the drain time of the policy: a user whom the broker
 * had already sent here when the drain was written arrives within it.
 */
export function ensureEmpty(sessionHosts: SessionHosts): EnsureHostStage {
  return async (look) => {
    const { work: host, now } = look;
    if (!(await isDrained(sessionHosts, host))) {
      await drain(sessionHosts, host);
      const news = 'somebody took the host out of drain; it is drained again';
      return running('the drain to hold', 5, { facts: { quietSince: '' }, news });
    }
    const sessions = await sessionsOf(sessionHosts, host);
    if (sessions.length > 0) return await withUsers(sessionHosts, look, sessions);
    const quietSince = host.facts.quietSince || now;
    const left = secondsBetween(now, minutesAfter(quietSince, host.plan.policy.minDrainMinutes));
    if (left <= 0) return done({ quietSince: '' });
    return running('late arrivals', Math.min(Math.ceil(left), 15), { facts: { quietSince } });
  };
}

export async function sessionsOf(
  sessionHosts: SessionHosts,
  { plan, facts }: Host,
): Promise<readonly UserSession[]> {
  if (facts.sessionHost === undefined) return [];
  return await sessionHosts.sessions(plan.pool, facts.sessionHost);
}

async function withUsers(
  sessionHosts: SessionHosts,
  look: Look<Host>,
  sessions: readonly UserSession[],
): ReturnType<EnsureHostStage> {
  const { work: host, now } = look;
  const { plan, facts } = host;
  const untold = sessions.filter(({ id }) => !facts.told?.some(({ session }) => session === id));
  if (untold.length > 0) return tell(sessionHosts, look, untold);

  const emptyingSince = facts.emptyingSince ?? now;
  const known = { emptyingSince, quietSince: '' as const };
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
  // The longer somebody stays, the less often it is worth asking.
  const pace = Math.min(60, Math.max(15, secondsBetween(emptyingSince, now) / 120));
  const seconds = Math.min(pace, Math.max(1, Math.ceil(secondsBetween(now, nextGraceEnd(host, now)))));
  return running(`${sessions.length} sessions to end`, seconds, { facts: known });
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

function nextGraceEnd({ plan, facts }: Host, now: Instant): Instant {
  const ends = (facts.told ?? [])
    .map(({ at }) => minutesAfter(at, plan.policy.sessions.graceMinutes))
    .filter((end) => end > now);
  return earliest(minutesAfter(now, 1), ...ends);
}

/** Kept first, sent afterwards: who died in between leaves a user untold rather than told twice. */
function tell(
  sessionHosts: SessionHosts,
  { work: host, now }: Look<Host>,
  untold: readonly UserSession[],
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
    facts: { told: [...earlier, ...told], emptyingSince: facts.emptyingSince ?? now, quietSince: '' },
    proceed: async () => {
      const sent = [];
      for (const one of told) sent.push(...(await send(one)));
      const all = sent.length === told.length;
      const news = `${sent.filter(({ confirmed }) => confirmed).length} of ${told.length} users told`;
      return running('sessions to end', all ? 5 : 15, { facts: { told: [...earlier, ...sent] }, news });
    },
  };
}

function fill(text: string, host: string, deadline: Instant): string {
  return text.replaceAll('{host}', host).replaceAll('{deadline}', `${deadline.slice(11, 16)} UTC`);
}
