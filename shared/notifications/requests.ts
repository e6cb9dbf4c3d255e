import type { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { isInside } from '../public-address.ts';
import type { Engine } from '../workflow/engine.ts';
import type { WorkflowStore } from '../workflow/store.ts';
import { saidBy, sent } from './deliver.ts';
import { cursorOf, type DeliveryLog, pageFrom } from './log.ts';
import type { Feed, Post } from './ports.ts';
import type { PutSubscription } from './request-bodies.ts';
import type { KeptSecrets } from './secrets.ts';
import type {
  Subscription,
  SubscriptionCommand,
  SubscriptionEvent,
  SubscriptionPlan,
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

type Body = z.infer<typeof PutSubscription>;

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

    async list() {
      const all = await store.loadAll('');
      return all.flatMap(({ id, saved: { state } }) => (state.removed ? [] : [{ id, subscription: state }]));
    },

    /** The key that signs is answered once, with the subscription that is new. */
    async put(id: string, body: Body, revision?: number) {
      const known = await engine.load(id);
      const current = known?.removed ? undefined : known;
      if (revision !== undefined && revision !== current?.revision)
        throw new AppError('PreconditionFailed', `Subscription ${id} was changed meanwhile.`, {
          target: 'If-Match',
        });
      const plan = planOf(parts, id, body, current);
      // Secrets first: a subscription that is there has all that it needs.
      if (body.url !== undefined) await secrets.putAddress(id, body.url);
      const needsKey = plan.kind === 'webhook' && (await secrets.keys(id)).length === 0;
      const secret = needsKey ? (await secrets.addKey(id)).key : undefined;
      const from = await feed.head();
      const by = body.by ?? 'function key';
      const { state } = await engine.record(id, () => ({ type: 'defined', plan, from, by, at: now() }));
      // What came while it was made: nobody knew yet whom to tell.
      const head = await feed.head();
      await engine.record(id, () => ({ type: 'told', head, at: now() }));
      return { subscription: state, created: !current, secret };
    },

    async remove(id: string, by: string): Promise<void> {
      if (!(await engine.load(id))) return;
      await engine.record(id, () => ({ type: 'removed', by, at: now() }));
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
      await engine.record(id, () => ({ type: 'secret-rotated', by, at: now() }));
      return { secret: key, oldValidUntil };
    },

    async resume(id: string, by: string): Promise<Subscription> {
      await get(id);
      return (await engine.record(id, () => ({ type: 'resumed', by, at: now() }))).state;
    },

    async history(id: string) {
      await get(id);
      return await store.history(id);
    },

    async deliveries(id: string, before: string | undefined) {
      const { head } = await get(id);
      const { value, older } = await log.page(id, pageFrom(before, head));
      return { value, ...(older !== undefined && { before: cursorOf(older) }) };
    },

    async redeliver(id: string, event: string, by: string): Promise<Subscription> {
      await get(id);
      const position = await placeIn(id, event);
      const fact = { type: 'redelivery-asked', position, by, at: now() } as const;
      return (await engine.record(id, () => fact)).state;
    },
  };
}

function planOf(
  { allowPrivate }: Parts,
  id: string,
  { kind, url, secretUri, description, types, imageSets, hostPools, channels }: Body,
  known: Subscription | undefined,
): SubscriptionPlan {
  const refuse = (message: string, target: string) => new AppError('ValidationFailed', message, { target });
  if (url !== undefined && secretUri !== undefined)
    throw refuse('Give the address itself or the secret that holds it, not both.', 'secretUri');
  if (url !== undefined && !allowPrivate && (!url.startsWith('https:') || isInside(url)))
    throw refuse('The address must be https and lead to the world outside.', 'url');
  const stated = secretUri === undefined ? undefined : { secretUri };
  const address = url === undefined ? (stated ?? known?.plan.address) : ('kept' as const);
  if (address === undefined) throw refuse(`Subscription ${id} needs an address: url or secretUri.`, 'url');
  return { kind, description, address, wants: { types, imageSets, hostPools, channels } };
}
