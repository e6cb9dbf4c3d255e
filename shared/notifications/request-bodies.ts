import { z } from 'zod';
import { EventFilter } from '../event-types.ts';

export const SubscriptionId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'A name: small letters, digits and -, at most 40, a letter first.');

const person = z.string().trim().min(1).max(256).optional();
const name = z.string().trim().min(1).max(80);
const wanted = z.array(name).max(50).default([]);

export const PutSubscription = z.strictObject({
  kind: z.enum(['teams', 'slack', 'webhook']).meta({ examples: ['webhook'] }),
  url: z
    .url({ protocol: /^https?$/, error: 'An https address.' })
    .max(2000)
    .optional()
    .describe(
      'The receiver’s address. It is kept as a secret and never shown; leave it out to keep the one before.',
    ),
  secretUri: z
    .string()
    .regex(
      /^https:\/\/[a-z](?:-?[a-z0-9]){2,23}\.vault\.(?:azure\.net|azure\.cn|usgovcloudapi\.net|microsoftazure\.de)\/secrets\/[a-z0-9-]{1,127}(?:\/[0-9a-f]{32})?\/?$/i,
      'The address of a Key Vault secret, such as https://contoso.vault.azure.net/secrets/name.',
    )
    .optional()
    .describe('A secret in Key Vault that holds the address, in place of `url`.'),
  description: z.string().trim().max(500).default(''),
  types: z.array(EventFilter).max(50).default([]).describe('Nouns, or nouns and verbs; none: all of them.'),
  imageSets: wanted,
  hostPools: wanted,
  channels: wanted,
  by: person,
});

export const EventId = z.string().regex(/^[\w-]+:[\w.:-]{1,200}$/, 'The id of an event.');

/** Which subscriptions a list shows; all unless said. */
export const Kind = PutSubscription.shape.kind.optional();
/** Which deliveries a list shows; all unless said. */
export const DeliveryState = z.enum(['delivered', 'retrying', 'dead']).optional();
