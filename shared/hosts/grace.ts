import { type Instant, minutesAfter } from '../instant.ts';
import type { Disconnected, Facts, LoggedOff, Told } from './facts.ts';
import type { Host } from './host.ts';
import type { HostPolicy } from './policy.ts';
import type { UserSession } from './session-host.ts';

/** A user who is to be told again, and at which step of the ladder. */
export interface DueReminder {
  readonly told: Told;
  readonly step: number;
}

/** What a list of the host's sessions says of them, held against the policy and against what was done before. */
export interface Sight {
  readonly untold: readonly UserSession[];
  /** Those who were to go before and have not come back. */
  readonly loggedOff: readonly LoggedOff[];
  /** Those who are to go from now on. */
  readonly dueNow: readonly LoggedOff[];
  /** How many of those who are there are to go. */
  readonly leaving: number;
  readonly reminders: readonly DueReminder[];
  readonly facts: Pick<Facts, 'disconnected' | 'loggedOff'>;
}

/** Nobody sees such a session. One that is about to begin (`Pending`) is as good as active. */
export function isDisconnected({ state }: UserSession): boolean {
  return state === 'Disconnected';
}

/** A session that nobody is in, or soon will not be: with these words Azure tells of its last seconds. */
const withoutUser = new Set(['Disconnected', 'LogOff', 'UserProfileDiskMounted']);

/** Until then whoever was told may stay, whatever became of others. */
export function deadlineOf({ at }: Pick<Told, 'at'>, { sessions }: HostPolicy): Instant {
  return minutesAfter(at, sessions.graceMinutes);
}

/** When something falls due for a user by the clock alone: a reminder, the end of his grace or of his absence. */
export function momentsOf({ plan: { policy }, facts }: Host): readonly Instant[] {
  const { reminders = [], disconnectedMinutes = 0 } = policy.sessions;
  return [
    ...(facts.told ?? []).flatMap((told) =>
      [...reminders, 0].map((step) => minutesAfter(deadlineOf(told, policy), -step)),
    ),
    ...(facts.disconnected ?? []).map(({ since }) => minutesAfter(since, disconnectedMinutes)),
  ];
}

export function sightOf(host: Host, sessions: readonly UserSession[], now: Instant): Sight {
  const { plan, facts } = host;
  const isEarly = plan.policy.sessions.disconnected === 'log-off-early';
  const disconnected = isEarly ? absentees(facts, sessions, now) : [];
  const loggedOff = (facts.loggedOff ?? []).filter((one) => !isBack(one, sessions));
  const rest = sessions.filter(({ id }) => !has(loggedOff, id));
  const present = rest.filter(({ id }) => !has(disconnected, id));
  const dueNow = rest.flatMap((session) => dueLogOff(host, session, disconnected, now));
  return {
    untold: present.filter(({ id }) => !has(facts.told ?? [], id)),
    loggedOff,
    dueNow,
    leaving: sessions.length - rest.length + dueNow.length,
    reminders: present.flatMap(({ id }) => dueReminder(host, id, now)),
    facts: isEarly ? { disconnected, loggedOff } : {},
  };
}

function has(all: readonly { readonly session: string }[], id: string): boolean {
  return all.some(({ session }) => session === id);
}

function absentees({ disconnected = [] }: Facts, sessions: readonly UserSession[], now: Instant) {
  return sessions.filter(isDisconnected).map(({ id }): Disconnected => {
    const since = disconnected.find(({ session }) => session === id)?.since ?? now;
    return { session: id, since };
  });
}

/** Who was to go only because he was away, and is there again, is as active as anybody. */
function isBack({ session, disconnectedSince }: LoggedOff, sessions: readonly UserSession[]): boolean {
  const isThere = sessions.some(({ id, state }) => id === session && !withoutUser.has(state));
  return disconnectedSince !== undefined && isThere;
}

/** Only who was told, after the grace that the message spoke of; and who has been away for as long as may be. */
function dueLogOff(
  { plan: { policy }, facts }: Host,
  { id, user }: UserSession,
  disconnected: readonly Disconnected[],
  now: Instant,
): readonly LoggedOff[] {
  const { atGraceEnd, disconnectedMinutes = 0 } = policy.sessions;
  const told = facts.told?.find(({ session }) => session === id);
  const isGraceOver = told !== undefined && now >= deadlineOf(told, policy);
  if (isGraceOver && atGraceEnd === 'log-off') return [{ session: id, user, at: now }];
  const since = disconnected.find(({ session }) => session === id)?.since;
  const isAwayForLong = since !== undefined && now >= minutesAfter(since, disconnectedMinutes);
  return isAwayForLong ? [{ session: id, user, at: now, disconnectedSince: since }] : [];
}

/** The latest step whose time has come, unless it was taken or the grace is over; those missed are let be. */
function dueReminder({ plan: { policy }, facts }: Host, id: string, now: Instant): readonly DueReminder[] {
  const told = facts.told?.find(({ session }) => session === id);
  if (!told) return [];
  const deadline = deadlineOf(told, policy);
  const step = policy.sessions.reminders?.findLast((step) => now >= minutesAfter(deadline, -step));
  if (step === undefined || now >= deadline) return [];
  return told.reminded?.some(({ minutes }) => minutes <= step) === true ? [] : [{ told, step }];
}
