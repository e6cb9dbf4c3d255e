import { nameOf } from '../../shared/events/cloud-event.ts';
import { eventFeed } from '../../shared/events/feed.ts';
import { performSubscription } from '../../shared/notifications/deliver.ts';
import { deliveryLog } from '../../shared/notifications/log.ts';
import type { Answer, Message, Post } from '../../shared/notifications/ports.ts';
import {
  type Subscription,
  type SubscriptionEvent,
  subscriptionLife,
  type SubscriptionPlan,
} from '../../shared/notifications/subscription.ts';
import { type Instant, secondsAfter } from '../../shared/instant.ts';
import { Engine } from '../../shared/workflow/engine.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import { memoryRows } from '../support/memory-rows.ts';

export const url = 'https://goldsmith.example';
export const key = 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=';

export const webhook: SubscriptionPlan = {
  kind: 'webhook',
  description: '',
  address: 'kept',
  wants: { types: [], imageSets: [], hostPools: [], channels: [] },
};

export const happening = (n: number, subject = 'rollouts/r') => ({
  id: `rollout:r:${n}`,
  type: 'rollout.started',
  subject,
  at: '2026-01-05T12:00:00.000Z',
  data: { n },
});

/** One subscription at a receiver that answers so, one answer an attempt; nothing fails but the receiver. */
export async function receiving(
  answer: (attempt: number, message: Message) => Answer,
  plan: SubscriptionPlan = webhook,
) {
  let now: Instant = '2026-01-05T12:00:00.000Z';
  const feed = { ...eventFeed(memoryRows(), url), nameOf };
  const store = new WorkflowStore<Subscription, SubscriptionEvent>(
    'subscription',
    memoryRows(),
    memoryRows(),
  );
  const log = deliveryLog(memoryRows());
  const posts: { at: Instant; message: Message }[] = [];
  const post: Post = async (message) => {
    posts.push({ at: now, message });
    return answer(posts.length, message);
  };
  const secrets = { address: async () => 'https://receiver.example/hook', keys: async () => [key] };
  const engine = new Engine({
    workflow: subscriptionLife,
    store,
    perform: performSubscription({ feed, log, secrets, post, now: () => now }),
    wake: async () => {},
    now: () => now,
  });
  await engine.record('s', () => ({ type: 'defined', plan, from: 0, by: 'ann', at: now }));
  return {
    feed,
    engine,
    store,
    log,
    posts,
    now: () => now,
    async append(...all: Parameters<typeof feed.append>[0]) {
      await feed.append(all);
      const head = await feed.head();
      await engine.record('s', () => ({ type: 'told', head, at: now }));
    },
    /** Lets time pass, and looks whenever something is due. */
    async pass(seconds: number, step = 5, atOnce = 1) {
      for (let gone = 0; gone < seconds; gone += step) {
        await Promise.all(Array.from({ length: atOnce }, async () => await engine.advance('s')));
        now = secondsAfter(now, step);
      }
    },
    subscription: async () => await engine.load('s'),
    logged: async () => (await log.page('s')).value,
    /** Ids as they arrived, however they were answered. */
    sent: () => posts.map(({ message }) => String(message.headers['webhook-id'])),
  };
}
