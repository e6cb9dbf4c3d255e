import type { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { mayPut, type Precondition } from '../precondition.ts';
import { isInside } from '../public-address.ts';
import type { Engine } from '../workflow/engine.ts';
import type { Feed } from './ports.ts';
import type { PutSubscription } from './request-bodies.ts';
import type { KeptSecrets } from './secrets.ts';
import {
  type Subscription,
  type SubscriptionCommand,
  type SubscriptionEvent,
  subscriptionLife,
  type SubscriptionPlan,
} from './subscription.ts';

interface Parts {
  readonly engine: Engine<Subscription, SubscriptionEvent, SubscriptionCommand>;
  readonly feed: Feed;
  readonly secrets: KeptSecrets;
  readonly allowPrivate: boolean;
  readonly now: () => Instant;
}

type Body = z.infer<typeof PutSubscription>;

/** The subscription, unless it was removed. */
export function thereOf(known: Subscription | undefined): Subscription | undefined {
  return known?.removed ? undefined : known;
}

/**
 * Makes or changes a subscription. Its secrets are kept first, so that one that is there has all that it needs; an
 * address beside the one before, so that of two people at once nobody's events go to the other's receiver.
 */
export function puts({ engine, feed, secrets, allowPrivate, now }: Parts) {
  /** Where the address that is asked for lies already: it is the one before. */
  const isKept = async (id: string, { url }: Body, known: SubscriptionPlan | undefined): Promise<boolean> =>
    url !== undefined && known?.address === 'kept' && (await secrets.address(id, known)) === url;

  /** The key of a webhook that has none. */
  const newKey = async (id: string, { kind }: Body): Promise<string | undefined> => {
    const needsKey = kind === 'webhook' && (await secrets.keys(id)).length === 0;
    return needsKey ? (await secrets.addKey(id)).key : undefined;
  };

  /** The key that signs is answered once, with the subscription that is new. */
  return async (id: string, body: Body, onlyIf?: Precondition) => {
    refuseAddress(body, allowPrivate);
    const known = thereOf(await engine.load(id));
    const isAsBefore = await isKept(id, body, known?.plan);
    const from = await feed.head();
    const judged = (current: Subscription | undefined, row: string | undefined): SubscriptionEvent => {
      const there = thereOf(current);
      if (isAsBefore && there?.plan.addressRow !== row)
        throw new AppError('Conflict', `The address of subscription ${id} was changed at the same moment.`);
      const plan = planOf(id, body, there?.plan, row);
      const event = { type: 'defined', plan, from, by: body.by ?? 'function key', at: now() } as const;
      const isSame = subscriptionLife.evolve(current, event) === current;
      mayPut(`Subscription ${id}`, there, onlyIf, isSame);
      return event;
    };
    // Who is refused by what is known already leaves no secret behind.
    const oldRow = known?.plan.addressRow;
    judged(known, isAsBefore ? oldRow : 'yet to be kept');
    const newRow = body.url === undefined || isAsBefore ? undefined : await secrets.putAddress(id, body.url);
    const secret = await newKey(id, body);
    let before: Subscription | undefined;
    const { state } = await engine
      .record(id, (current) => {
        before = thereOf(current);
        return judged(current, newRow ?? oldRow);
      })
      .catch(async (error: unknown) => {
        if (newRow !== undefined) await secrets.dropAddress(id, newRow);
        throw error;
      });
    const left = rowIn(before?.plan);
    if (left !== undefined && left !== rowIn(state.plan)) await secrets.dropAddress(id, left);
    // What came while it was made: nobody knew yet whom to tell.
    const head = await feed.head();
    await engine.record(id, () => ({ type: 'told', head, at: now() }));
    return { subscription: state, created: !before, secret };
  };
}

/** Where its address is kept, if it is. One from before there were several is in the row of that name. */
function rowIn(plan: SubscriptionPlan | undefined): string | undefined {
  return plan?.address === 'kept' ? (plan.addressRow ?? 'address') : undefined;
}

function refuseAddress({ url, secretUri }: Body, allowPrivate: boolean): void {
  if (url !== undefined && secretUri !== undefined)
    throw wrong('Give the address itself or the secret that holds it, not both.', 'secretUri');
  if (url !== undefined && !allowPrivate && (!url.startsWith('https:') || isInside(url)))
    throw wrong('The address must be https and lead to the world outside.', 'url');
}

/** `row` is where an address is kept that is asked for; one that is not keeps its place. */
function planOf(
  id: string,
  { kind, url, secretUri, description, types, imageSets, hostPools, channels }: Body,
  known: SubscriptionPlan | undefined,
  row: string | undefined,
): SubscriptionPlan {
  const wants = { types, imageSets, hostPools, channels };
  if (url === undefined && secretUri === undefined && known) {
    const { address, addressRow } = known;
    return { kind, description, address, ...(addressRow !== undefined && { addressRow }), wants };
  }
  if (secretUri !== undefined) return { kind, description, address: { secretUri }, wants };
  if (url === undefined) throw wrong(`Subscription ${id} needs an address: url or secretUri.`, 'url');
  return { kind, description, address: 'kept', ...(row !== undefined && { addressRow: row }), wants };
}

const wrong = (message: string, target: string) => new AppError('ValidationFailed', message, { target });
