import { type Instant, secondsAfter } from '../instant.ts';
import type { Workflow } from '../workflow/workflow.ts';

/** What a subscription wants to hear of: of each list something must fit, where the list is not empty. */
export interface Wants {
  /** Nouns, or nouns and verbs: `rollout`, `version.available`. */
  readonly types: readonly string[];
  readonly imageSets: readonly string[];
  readonly hostPools: readonly string[];
  readonly channels: readonly string[];
}

export interface SubscriptionPlan {
  readonly kind: 'teams' | 'slack' | 'webhook';
  readonly description: string;
  readonly wants: Wants;
  /** Where its address is: it is a secret itself, and never in here. */
  readonly address: 'setting' | 'kept' | { readonly secretUri: string };
  /** Which of those that were kept: of two people who put one at once, neither writes over what the other has put. */
  readonly addressRow?: string;
}

/** What is being delivered. Each attempt is kept before it is made. */
export interface Current {
  readonly position: number;
  readonly event: string;
  readonly attempts: number;
  /** Somebody wants it once more. */
  readonly again?: true;
}

/** A receiver, and how far in the feed it is: everything up to `cursor` is dealt with. */
export interface Subscription {
  readonly plan: SubscriptionPlan;
  readonly by: string;
  readonly createdAt: Instant;
  readonly changedAt: Instant;
  readonly revision: number;
  readonly cursor: number;
  /** As far as it has heard that there is something. */
  readonly head: number;
  /** Places to be delivered once more, before what is next. */
  readonly again: readonly number[];
  /** Counts the answers heard: of two looks at once, the second answer is old news. */
  readonly look: number;
  readonly lookAt: Instant;
  readonly current?: Current;
  /** Nothing was taken since then. */
  readonly failingSince?: Instant;
  readonly failedAt?: Instant;
  readonly lastDeliveredAt?: Instant;
  /** It lagged behind so far that events were gone before it came to them. */
  readonly fellBehind?: { readonly at: Instant; readonly lost: number };
  /** It had come so far beyond the end of the feed, which is not the one that it followed any more. */
  readonly feedRestored?: { readonly at: Instant; readonly beyond: number };
  readonly paused?: { readonly at: Instant; readonly by: string; readonly reason: string };
  readonly removed?: { readonly at: Instant; readonly by: string };
}

interface Person {
  readonly by: string;
  readonly at: Instant;
}
interface Answer {
  readonly look: number;
  readonly at: Instant;
}

export type SubscriptionEvent =
  | ({ readonly type: 'defined'; readonly plan: SubscriptionPlan; readonly from: number } & Person)
  | ({ readonly type: 'removed' | 'resumed' | 'secret-rotated' } & Person)
  | ({ readonly type: 'redelivery-asked'; readonly position: number; readonly event: string } & Person)
  /** There is more in the feed. */
  | { readonly type: 'told'; readonly head: number; readonly at: Instant }
  /** Nothing of what comes before `to` is for it. */
  | ({ readonly type: 'passed-over'; readonly to: number } & Answer)
  /** What was next for it is not kept any more: it goes on after `to`, and has not come past so many. */
  | ({ readonly type: 'fell-behind'; readonly to: number; readonly lost: number } & Answer)
  /** The feed ends at `head`, before where it had come: it goes on after `to`. */
  | ({
      readonly type: 'feed-restored';
      readonly to: number;
      readonly head: number;
      readonly beyond: number;
    } & Answer)
  | ({ readonly type: 'intended'; readonly current: Current } & Answer)
  | ({ readonly type: 'taken' } & Answer)
  | ({ readonly type: 'refused'; readonly said: string; readonly lookAt: Instant } & Answer)
  /** It is given up; the next one is not. */
  | ({ readonly type: 'dead'; readonly event: string; readonly said: string } & Answer)
  | ({ readonly type: 'disabled'; readonly reason: string } & Answer);

export type SubscriptionCommand = { readonly type: 'look' | 'disable' };

const failingSeconds = 3 * 24 * 3600;
/** An attempt takes ten seconds at most, and reading its secret a few more. */
const intentHoldsSeconds = 120;
/** They lie in the state: more at once are refused. */
const mostAgain = 500;

/** In order, one after the other, at least once: nothing overtakes what the receiver has not taken yet. */
export const subscriptionLife: Workflow<Subscription, SubscriptionEvent, SubscriptionCommand> = {
  evolve(subscription, event) {
    if (event.type === 'defined') return defined(subscription, event);
    if (!subscription || subscription.removed) return subscription;
    return 'look' in event ? afterLook(subscription, event) : afterSaying(subscription, event);
  },

  decide(subscription, now) {
    const { paused, removed, failingSince, failedAt = '', lookAt } = subscription;
    if (paused || removed) return {};
    // Days in which nothing was to be delivered say nothing of the receiver.
    if (failingSince !== undefined && secondsAfter(failingSince, failingSeconds) <= failedAt)
      return { command: { type: 'disable' } };
    if (!hasWork(subscription)) return {};
    return lookAt <= now ? { command: { type: 'look' } } : { lookAgainAt: lookAt };
  },

  // What was delivered is in the log of deliveries.
  isNews: ({ type }) => ['told', 'passed-over', 'intended', 'taken', 'refused'].every((one) => one !== type),
};

/** Whether there is no room for another event that is to be delivered once more. */
export function isFullOfAgain({ again }: Subscription, position: number): boolean {
  return again.length >= mostAgain && !again.includes(position);
}

export function hasWork({ current, again, cursor, head }: Subscription): boolean {
  return current !== undefined || again.length > 0 || cursor < head;
}

type Told<Type extends SubscriptionEvent['type']> = Extract<SubscriptionEvent, { type: Type }>;

function defined(known: Subscription | undefined, event: Told<'defined'>): Subscription {
  const { plan, from, by, at } = event;
  if (!known || known.removed) {
    const place = { cursor: from, head: from, again: [], look: (known?.look ?? 0) + 1, lookAt: at };
    return { plan, by, createdAt: at, changedAt: at, revision: (known?.revision ?? 0) + 1, ...place };
  }
  if (JSON.stringify(known.plan) === JSON.stringify(plan)) return known;
  // Whatever was wrong with the receiver may be right by now.
  const { failingSince: _, ...rest } = known;
  return { ...rest, plan, by, changedAt: at, revision: known.revision + 1, lookAt: at, look: known.look + 1 };
}

function afterSaying(
  subscription: Subscription,
  event: Told<'told' | 'removed' | 'resumed' | 'secret-rotated' | 'redelivery-asked'>,
): Subscription {
  const { at } = event;
  switch (event.type) {
    case 'told': {
      if (event.head <= subscription.head) return subscription;
      const lookAt = hasWork(subscription) ? subscription.lookAt : at;
      return { ...subscription, head: event.head, lookAt };
    }
    case 'removed':
      return { ...subscription, removed: { at, by: event.by } };
    case 'resumed': {
      const { paused: _, failingSince: __, fellBehind: ___, feedRestored: ____, ...rest } = subscription;
      return { ...rest, lookAt: at, look: subscription.look + 1 };
    }
    case 'redelivery-asked': {
      const { again } = subscription;
      if (again.includes(event.position) || isFullOfAgain(subscription, event.position)) return subscription;
      const lookAt = hasWork(subscription) ? subscription.lookAt : at;
      return { ...subscription, again: [...again, event.position], lookAt };
    }
    case 'secret-rotated':
      return { ...subscription, revision: subscription.revision + 1, changedAt: at };
  }
}

type Heard = Extract<SubscriptionEvent, Answer>;

function afterLook(subscription: Subscription, event: Heard): Subscription {
  if (event.look !== subscription.look) return subscription;
  const { at } = event;
  const heard = { ...subscription, look: subscription.look + 1, lookAt: at };
  switch (event.type) {
    case 'passed-over':
      return { ...heard, cursor: event.to, head: Math.max(event.to, heard.head) };
    case 'fell-behind':
      return behindBy(heard, event);
    case 'feed-restored':
      return restoredTo(heard, event);
    case 'intended':
      return { ...heard, current: event.current, lookAt: secondsAfter(at, intentHoldsSeconds) };
    case 'taken': {
      const { failingSince: _, ...rest } = dealtWith(heard);
      return { ...rest, lastDeliveredAt: at };
    }
    case 'refused':
      return { ...heard, failingSince: heard.failingSince ?? at, failedAt: at, lookAt: event.lookAt };
    case 'dead':
      return { ...dealtWith(heard), failingSince: heard.failingSince ?? at, failedAt: at };
    case 'disabled':
      return { ...heard, paused: { at, by: 'goldsmith', reason: event.reason } };
  }
}

function behindBy(subscription: Subscription, { to, lost, at }: Told<'fell-behind'>): Subscription {
  const { current, ...rest } = subscription;
  return {
    ...rest,
    ...(current && current.position > to && { current }),
    again: rest.again.filter((position) => position > to),
    cursor: Math.max(to, rest.cursor),
    head: Math.max(to, rest.head),
    ...(lost > 0 && { fellBehind: { at, lost: lost + (rest.fellBehind?.lost ?? 0) } }),
  };
}

/** What it was at, and what it was to send once more, is of the feed that there was. */
function restoredTo(
  subscription: Subscription,
  { to, head, beyond, at }: Told<'feed-restored'>,
): Subscription {
  const { current: _, ...rest } = subscription;
  return { ...rest, again: [], cursor: to, head, feedRestored: { at, beyond } };
}

function dealtWith(subscription: Subscription): Subscription {
  const { current, ...rest } = subscription;
  if (!current) return subscription;
  const { position, again: isAgain } = current;
  if (isAgain) return { ...rest, again: rest.again.filter((one) => one !== position) };
  return { ...rest, cursor: position, head: Math.max(position, rest.head) };
}
