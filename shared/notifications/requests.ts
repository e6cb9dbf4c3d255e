import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { mayRemove, type Precondition } from '../precondition.ts';
import type { Engine } from '../workflow/engine.ts';
import { type Asked, pageOf } from '../workflow/page.ts';
import type { Kept, WorkflowStore } from '../workflow/store.ts';
import { saidBy, sent } from './deliver.ts';
import type { DeliveryLog, LoggedDelivery } from './log.ts';
import type { Feed, Post } from './ports.ts';
import { puts, thereOf } from './put-subscription.ts';
import type { KeptSecrets } from './secrets.ts';
import {
  isFullOfAgain,
  type Subscription,
  type SubscriptionCommand,
  type SubscriptionEvent,
  type SubscriptionPlan,
} from './subscription.ts';
import { pathOf } from './wanted.ts';

export type SubscriptionEngine = Engine<Subscription, SubscriptionEvent, SubscriptionCommand>;
export type SubscriptionStore = WorkflowStore<Subscription, SubscriptionEvent>;

interface Parts {
  readonly engine: SubscriptionEngine;
  readonly store: SubscriptionStore;
  readonly feed: Feed;
  readonly log: DeliveryLog;
  readonly secrets: KeptSecrets;
  readonly post: Post;
  readonly allowPrivate: boolean;
  readonly publicUrl: string;
  readonly now: () => Instant;
}

/** What people may ask of subscriptions. */
export function subscriptionRequests(parts: Parts) {
  const { engine, store, feed, log, secrets, now } = parts;

  async function get(id: string): Promise<Subscription> {
    const found = await engine.load(id);
    if (found && !found.removed) return found;
    throw new AppError('NotFound', `There is no subscription ${id}.`, { target: 'subscription' });
  }

  async function placeIn(id: string, event: string): Promise<number> {
    const position = await feed.placeOf(event);
    if (position !== undefined && (await log.find(id, position))) return position;
    throw new AppError('NotFound', `Subscription ${id} was never sent an event ${event}.`, {
      target: 'event',
    });
  }

  return {
    get,

    async list(asked: Asked = {}, { kind }: { readonly kind?: SubscriptionPlan['kind'] | undefined } = {}) {
      const where = ({ saved: { state } }: Kept<Subscription>) =>
        !state.removed && (kind === undefined || state.plan.kind === kind);
      return pageOf(await store.page({ ...asked, where }), ({ id, saved }) => ({
        id,
        subscription: saved.state,
      }));
    },

    put: puts(parts),

    async remove(id: string, by: string, onlyIf?: Precondition): Promise<void> {
      if (!(await engine.load(id))) return;
      await engine.record(id, (known) => {
        mayRemove(`Subscription ${id}`, thereOf(known), onlyIf);
        return { type: 'removed', by, at: now() };
      });
      await secrets.remove(id);
    },

    /** Sends one message now, which is no event of the feed, and says what the receiver answered. */
    async test(id: string, by: string) {
      const { plan } = await get(id);
      const at = now();
      const name = 'subscription.tested';
      const subject = pathOf(id);
      const source = `${parts.publicUrl}/api`;
      const data = { by, link: `${source}/${subject}` };
      const delivered = {
        specversion: '1.0',
        id: `test:${id}:${Date.parse(at)}`,
        source,
        type: `com.goldsmith.${name}.v1`,
        subject,
        time: at,
        sequence: '0'.repeat(12),
        datacontenttype: 'application/json',
        data,
      };
      const answer = await sent(parts, id, plan, { name, delivered });
      return {
        delivered: answer.status >= 200 && answer.status < 300,
        said: saidBy(answer),
        event: delivered.id,
      };
    },

    async rotateSecret(id: string, by: string) {
      const { plan } = await get(id);
      if (plan.kind !== 'webhook')
        throw new AppError('InvalidPhase', `What is sent to ${plan.kind} is not signed.`, {
          target: 'kind',
        });
      const { key, oldValidUntil } = await secrets.addKey(id);
      const { state } = await engine.record(id, () => ({ type: 'secret-rotated', by, at: now() }));
      return { subscription: state, secret: key, oldValidUntil };
    },

    async resume(id: string, by: string): Promise<Subscription> {
      await get(id);
      return (await engine.record(id, () => ({ type: 'resumed', by, at: now() }))).state;
    },

    async history(id: string, asked: Asked = {}) {
      await get(id);
      return await store.lines(id, asked);
    },

    /** What became of each event that was sent to it, the newest first. */
    async deliveries(
      id: string,
      asked: Asked = {},
      { state }: { readonly state?: LoggedDelivery['state'] | undefined } = {},
    ) {
      await get(id);
      return await log.page(id, asked, state);
    },

    async redeliver(id: string, event: string, by: string): Promise<Subscription> {
      await get(id);
      const position = await placeIn(id, event);
      const { state } = await engine.record(id, (known) => {
        // What is not taken on must not be answered as if it were.
        if (known && isFullOfAgain(known, position)) {
          const message = `${known.again.length} events are to be sent to ${id} once more already: ask again when it has taken some.`;
          throw new AppError('InvalidPhase', message, { target: 'event' });
        }
        return { type: 'redelivery-asked', position, event, by, at: now() };
      });
      return state;
    },
  };
}
