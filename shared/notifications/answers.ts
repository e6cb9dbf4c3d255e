import { z } from 'zod';
import { PutSubscription, SubscriptionId } from './request-bodies.ts';

const moment = z.iso.datetime();
const { kind, types, imageSets, hostPools, channels } = PutSubscription.shape;

/** A subscription, as `subscriptionView` shows it: never its address, never its keys. */
export const SubscriptionAnswer = z
  .strictObject({
    id: SubscriptionId,
    kind,
    description: z.string(),
    types,
    imageSets,
    hostPools,
    channels,
    address: z.enum(['setting', 'kept', 'key-vault']).describe('Where its address is kept.'),
    secretUri: z.string().optional(),
    status: z.enum(['active', 'failing', 'paused']),
    behind: z.int().describe('So many events of the feed it has not come past yet.'),
    current: z
      .strictObject({ event: z.string(), attempts: z.int(), nextLookAt: moment })
      .optional()
      .describe('What is being delivered.'),
    failingSince: moment.optional(),
    fellBehind: z
      .strictObject({ code: z.literal('EventsGone'), at: moment, lost: z.int() })
      .optional()
      .describe('So many events were not kept any more when it came to them. Resume it to be rid of this.'),
    feedRestored: z
      .strictObject({ at: moment, beyond: z.int() })
      .optional()
      .describe(
        'It was so many events beyond the end of the feed, as after tables were restored to an earlier state: it goes on with what is new in the feed. Resume it to be rid of this.',
      ),
    lastDeliveredAt: moment.optional(),
    paused: z.strictObject({ at: moment, by: z.string(), reason: z.string() }).optional(),
    by: z.string(),
    createdAt: moment,
    changedAt: moment,
  })
  .meta({ id: 'Subscription' });

const secret = z
  .string()
  .describe('The key that signs, as Standard Webhooks writes it. It is shown this once.');

export const NewSubscriptionAnswer = SubscriptionAnswer.extend({ secret: secret.optional() }).meta({
  id: 'NewSubscription',
});

export const RotatedAnswer = z
  .strictObject({ secret, oldValidUntil: moment.describe('Until then both keys sign.') })
  .meta({ id: 'RotatedSecret' });

export const TestedAnswer = z
  .strictObject({ delivered: z.boolean(), said: z.string(), event: z.string() })
  .meta({ id: 'TestedSubscription' });

/** What became of one event that was sent to a receiver. */
export const DeliveryAnswer = z
  .strictObject({
    event: z.string(),
    type: z.string(),
    subject: z.string(),
    state: z.enum(['delivered', 'retrying', 'dead']),
    attempts: z.int(),
    at: moment.describe('Of the last attempt.'),
    said: z.string(),
    nextAt: moment.optional(),
  })
  .meta({ id: 'Delivery' });
