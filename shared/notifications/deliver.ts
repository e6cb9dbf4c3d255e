import { AppError } from '../errors.ts';
import { type Instant, secondsAfter } from '../instant.ts';
import type { Outcome } from '../workflow/engine.ts';
import type { DeliveryLog } from './log.ts';
import { messageOf } from './message.ts';
import type { Answer, Delivered, Feed, Post, Secrets } from './ports.ts';
import type { Current, Subscription, SubscriptionCommand, SubscriptionEvent } from './subscription.ts';
import { isWanted } from './wanted.ts';

interface Parts {
  readonly feed: Feed;
  readonly log: DeliveryLog;
  readonly secrets: Secrets;
  readonly post: Post;
  readonly now: () => Instant;
}

interface Next {
  readonly current: Omit<Current, 'attempts'>;
  readonly delivered: Delivered;
}
/** Up to where there is nothing for it. */
interface Nothing {
  readonly to: number;
  /** Maybe because it is not kept any more. */
  readonly isGap?: true;
}

/** 5 s, 30 s, 2 min, 10 min, 1 h, 6 h after the attempt before; then the event is dead. */
const waits = [5, 30, 120, 600, 3600, 21_600];
const mostWait = 24 * 3600;
/** Events of the feed that are looked through at once for one that is wanted. */
const atOnce = 100;

/** Brings a subscription on by one event: what it failed at, what is wanted once more, or what is next for it. */
export function performSubscription(parts: Parts) {
  const { feed, now } = parts;

  async function at(position: number): Promise<Delivered | undefined> {
    return (await feed.after(position - 1, 1))[0]?.event;
  }

  /**
   * Who lagged behind so far that what was next for him is not kept any more is told so, and goes on from there; and so
   * is he whose feed ends before where he is, as after tables were restored.
   */
  async function behind(subscription: Subscription): Promise<SubscriptionEvent | undefined> {
    const { current, again, cursor, look } = subscription;
    const gone = await feed.gone();
    const oldest = Math.min(cursor + 1, current?.position ?? Infinity, ...again);
    if (oldest <= gone)
      return { type: 'fell-behind', look, at: now(), to: gone, lost: Math.max(0, gone - cursor) };
    const head = await feed.head();
    const beyond = Math.max(cursor, subscription.head, current?.position ?? 0, ...again) - head;
    if (beyond <= 0) return undefined;
    return { type: 'feed-restored', look, at: now(), to: Math.min(cursor, head), head, beyond };
  }

  /** What is being delivered, or is to be once more; or up to where there is nothing, maybe because it is gone. */
  async function again(position: number, { current, cursor }: Subscription): Promise<Next | Nothing> {
    const delivered = await at(position);
    if (!delivered) return { to: Math.max(cursor, position), isGap: true };
    const isAgain = current ? current.again : true;
    return { current: { position, event: delivered.id, ...(isAgain && { again: true }) }, delivered };
  }

  /** The same of what comes next in the feed. */
  async function next(id: string, { cursor, head, plan }: Subscription): Promise<Next | Nothing> {
    const found = await feed.after(cursor, atOnce);
    // Places follow one another.
    if (found[0]?.position !== cursor + 1) return { to: found.length === 0 ? head : cursor, isGap: true };
    const wanted = found.find(({ event }) =>
      isWanted(id, plan.wants, { ...event, type: feed.nameOf(event) }),
    );
    if (!wanted) return { to: found.at(-1)?.position ?? head };
    const { position: place, event } = wanted;
    return { current: { position: place, event: event.id }, delivered: event };
  }

  return async (
    id: string,
    command: SubscriptionCommand,
    subscription: Subscription,
  ): Promise<Outcome<SubscriptionEvent>> => {
    const { look, current: before, failingSince } = subscription;
    if (command.type === 'disable') {
      const reason = `Its receiver has taken nothing since ${failingSince}.`;
      return { event: { type: 'disabled', look, at: now(), reason } };
    }
    const position = before?.position ?? subscription.again[0];
    const found = await (position === undefined ? next(id, subscription) : again(position, subscription));
    if ('to' in found) {
      const fellBehind = found.isGap ? await behind(subscription) : undefined;
      return { event: fellBehind ?? { type: 'passed-over', look, at: now(), to: found.to } };
    }
    const attempts = (before?.attempts ?? 0) + 1;
    const current = { ...found.current, attempts };
    return {
      event: { type: 'intended', look, at: now(), current },
      proceed: async () =>
        await attempt(parts, id, subscription, { current, delivered: found.delivered, look: look + 1 }),
    };
  };
}

interface Attempt {
  readonly current: Current;
  readonly delivered: Delivered;
  readonly look: number;
}

/** One attempt, its line in the log, and what it means for the subscription. */
async function attempt(
  parts: Parts,
  id: string,
  { plan }: Subscription,
  { current, delivered, look }: Attempt,
): Promise<SubscriptionEvent> {
  const { log, feed, now } = parts;
  const name = feed.nameOf(delivered);
  const answer = await sent(parts, id, plan, { name, delivered });
  const at = now();
  const fact = meaning(answer, current, { look, at });
  const nextAt = fact.type === 'refused' ? fact.lookAt : undefined;
  await log.put(id, current.position, {
    event: delivered.id,
    type: delivered.type,
    subject: delivered.subject,
    state: { taken: 'delivered', refused: 'retrying', dead: 'dead' }[fact.type] as 'delivered',
    attempts: current.attempts,
    at,
    said: saidBy(answer),
    ...(nextAt !== undefined && { nextAt }),
  });
  return fact;
}

/** Sends it now; what keeps it from being sent is an answer too. */
export async function sent(
  { secrets, post, now }: Pick<Parts, 'secrets' | 'post' | 'now'>,
  id: string,
  plan: Subscription['plan'],
  { name, delivered }: { readonly name: string; readonly delivered: Delivered },
): Promise<Answer> {
  try {
    const url = await secrets.address(id, plan);
    if (url === undefined) return { status: 0, refused: 'its address is not known' };
    const keys = plan.kind === 'webhook' ? await secrets.keys(id) : [];
    return await post(messageOf({ kind: plan.kind, event: delivered, name, url, keys, at: now() }));
  } catch (error) {
    if (!(error instanceof AppError)) throw error; // a defect: the queue retries, then sets it aside
    return { status: 0, refused: `its address cannot be read: ${error.code}` };
  }
}

type Meaning = Extract<SubscriptionEvent, { readonly type: 'taken' | 'refused' | 'dead' }>;

function meaning(
  { status, retryAfterSeconds = 0, refused }: Answer,
  { attempts, event }: Current,
  heard: { readonly look: number; readonly at: Instant },
): Meaning {
  if (status >= 200 && status < 300) return { type: 'taken', ...heard };
  const said = saidBy({ status, ...(refused !== undefined && { refused }) });
  const wait = waits[attempts - 1];
  // Redirects are not followed; a receiver that answers so, as one in maintenance does, may come back.
  const isMoved = status >= 300 && status < 400;
  const mayPass = status === 0 || isMoved || [408, 425, 429].includes(status) || status >= 500;
  if (!mayPass || wait === undefined) return { type: 'dead', ...heard, event, said };
  const seconds = Math.min(Math.max(wait, retryAfterSeconds), mostWait);
  return { type: 'refused', ...heard, said, lookAt: secondsAfter(heard.at, seconds) };
}

/** For people; never where it was sent to. */
export function saidBy({ status, refused }: Answer): string {
  if (refused !== undefined) return `not sent: ${refused}`;
  if (status === 0) return 'nobody answered';
  return status >= 300 && status < 400
    ? `the receiver answered ${status}, and redirects are not followed`
    : `the receiver answered ${status}`;
}
