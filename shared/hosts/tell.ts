import { counted } from '../counted.ts';
import { AppError } from '../errors.ts';
import { type Instant, secondsBetween } from '../instant.ts';
import { clockAt } from '../local-time.ts';
import type { Intended, Look, Settled } from '../workflow/look.ts';
import { deadlineOf, type DueReminder } from './grace.ts';
import type { Facts, Told } from './facts.ts';
import type { Host } from './host.ts';
import type { HostPolicy } from './policy.ts';
import type { Message, SessionHosts, UserSession } from './session-host.ts';
import { isTurnedAway, running } from './stage.ts';

/** How soon it is worth looking whether one of a few users has left. */
export const fewUsersSeconds = 30;
const soonSeconds = 15;

/** What is known besides, when users are told something. */
type Known = Partial<Facts> & { readonly counted: NonNullable<Facts['counted']> };

/** Kept first, sent afterwards: who died in between leaves a user untold rather than told twice. */
export function tell(
  sessionHosts: SessionHosts,
  { work: host, now }: Look<Host>,
  untold: readonly UserSession[],
  known: Known,
): Intended<Facts> {
  const { policy } = host.plan;
  const earlier = host.facts.told ?? [];
  const told = untold.map(({ id, user }): Told => ({ session: id, user, at: now, confirmed: false }));
  const message = (one: Told) => filled(policy.sessions.message, host, deadlineOf(one, policy), now);
  return {
    status: 'intend',
    what: `tell ${untold.map(({ user }) => user).join(', ')}`,
    before: untold.map(({ id }) => id).join(' '),
    // Those told before: until the next list nobody knows who of the others was.
    facts: { ...known, told: [...earlier, ...told], counted: less(known.counted, untold.length) },
    proceed: async () => {
      const sent: Told[] = [];
      for (const one of told) {
        const arrived = await send(sessionHosts, host, one.session, message(one));
        if (arrived !== 'turned-away') sent.push({ ...one, confirmed: arrived === 'yes' });
      }
      const isAll = sent.length === told.length;
      const news = `${sent.filter(({ confirmed }) => confirmed).length} of ${counted(told.length, 'user')} told`;
      const facts = { told: [...earlier, ...sent] };
      return running('sessions to end', isAll ? fewUsersSeconds : soonSeconds, { facts, news });
    },
  };
}

/** Each user and step once: marked first, sent afterwards, as the first message. */
export function remind(
  sessionHosts: SessionHosts,
  { work: host, now }: Look<Host>,
  due: readonly DueReminder[],
  known: Known,
  onward: Settled<Facts>,
): Intended<Facts> {
  const { policy } = host.plan;
  const { message, reminder = message } = policy.sessions;
  const { told = [] } = host.facts;
  const stepOf = (session: string) => due.find((one) => one.told.session === session)?.step;
  const marked = told.map((one) => mark(one, stepOf(one.session), { at: now, confirmed: false }));
  return {
    status: 'intend',
    what: `remind ${due.map((one) => one.told.user).join(', ')}`,
    before: due.map((one) => `${one.told.session}:${one.step}`).join(' '),
    // Listed anew if nobody comes to say that all were sent.
    facts: { ...known, told: marked, counted: less(known.counted, due.length) },
    proceed: async () => {
      const sent = new Map<string, boolean>();
      for (const one of due) {
        const text = filled(reminder, host, deadlineOf(one.told, policy), now);
        const arrived = await send(sessionHosts, host, one.told.session, text);
        if (arrived !== 'turned-away') sent.set(one.told.session, arrived === 'yes');
      }
      const remembered = told.map((one) => {
        const confirmed = sent.get(one.session);
        return confirmed === undefined ? one : mark(one, stepOf(one.session), { at: now, confirmed });
      });
      const news = `${[...sent.values()].filter(Boolean).length} of ${counted(due.length, 'user')} reminded`;
      if (sent.size < due.length)
        return running('sessions to end', soonSeconds, { facts: { told: remembered }, news });
      return { ...onward, news, facts: { ...known, told: remembered } };
    },
  };
}

function mark(told: Told, minutes: number | undefined, how: Pick<Told, 'at' | 'confirmed'>): Told {
  if (minutes === undefined) return told;
  return { ...told, reminded: [...(told.reminded ?? []), { minutes, ...how }] };
}

function less(before: Known['counted'], by: number): Known['counted'] {
  return { ...before, sessions: before.sessions - by };
}

/** Whether the message arrived. If nobody knows it stays so; turned away it certainly did not, and may go again. */
async function send(
  sessionHosts: SessionHosts,
  { plan, facts }: Host,
  session: string,
  message: Message,
): Promise<'yes' | 'unknown' | 'turned-away'> {
  try {
    if (facts.sessionHost !== undefined) {
      await sessionHosts.sendMessage(plan.pool, facts.sessionHost, session, message);
    }
    return 'yes';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return isTurnedAway(error) && error.retryable ? 'turned-away' : 'unknown';
  }
}

function filled(
  { title, body }: HostPolicy['sessions']['message'],
  { plan }: Host,
  deadline: Instant,
  now: Instant,
): Message {
  const { timeZone } = plan.policy.sessions;
  const clock = timeZone === undefined ? `${clockAt(deadline, 'UTC')} UTC` : clockAt(deadline, timeZone);
  const minutes = Math.max(1, Math.round(secondsBetween(now, deadline) / 60));
  const fill = (text: string) =>
    text
      .replaceAll('{host}', plan.name)
      .replaceAll('{deadline}', clock)
      .replaceAll('{minutes}', String(minutes));
  return { title: fill(title), body: fill(body) };
}
