import { z } from 'zod';
import { FailureAnswer, moment } from '../api/words.ts';
import { PlaceName } from './request-bodies.ts';

const who = { subscriptionId: z.string(), tenantId: z.string().optional() };
const standing = {
  name: PlaceName,
  state: z.enum(['there', 'removing', 'stuck', 'removed']),
  revision: z.int().describe('Its ETag.'),
  createdAt: moment,
  changedAt: moment,
  stage: z.enum(['empty', 'withdraw']).optional(),
  waitingFor: z.string().optional(),
  nextLookAt: moment.optional(),
  failure: FailureAnswer.optional(),
};

function placeWith<More extends z.ZodRawShape>(more: More) {
  return z.discriminatedUnion('how', [
    z.strictObject({
      ...standing,
      how: z.literal('grant'),
      ...who,
      shareWith: z.enum(['subscription', 'tenant']),
      ...more,
    }),
    z.strictObject({
      ...standing,
      how: z.literal('copy'),
      ...who,
      gallery: z.strictObject({ resourceGroup: z.string(), name: z.string(), location: z.string() }),
      definition: z.string(),
      regions: z.array(
        z.strictObject({
          name: z.string(),
          replicas: z.int(),
          storageType: z.enum(['Standard_LRS', 'Standard_ZRS', 'Premium_LRS']),
        }),
      ),
      ...more,
    }),
  ]);
}

const copyState = z.enum(['running', 'removing', 'completed', 'failed', 'removed']);

/** A place that was just put or deleted, as `bare` shows it. */
export const BarePlaceAnswer = placeWith({}).meta({ id: 'Place' });

/** A place with who is there and what they use, as `placeView` shows it. */
export const PlaceAnswer = placeWith({
  copies: z.array(z.strictObject({ version: z.string(), state: copyState })),
  hostPools: z.array(z.strictObject({ name: z.string(), uses: z.array(z.string()).describe('Versions.') })),
}).meta({ id: 'PlaceInUse' });

/** One version at one place, as `copyView` shows it. */
export const CopyAnswer = z
  .strictObject({
    imageSet: z.string(),
    version: z.string(),
    place: PlaceName,
    how: z.enum(['grant', 'copy']),
    state: copyState,
    begunAt: moment,
    stage: z.enum(['grant', 'place', 'copy', 'replicate', 'remove']).optional(),
    since: moment.optional(),
    waitingFor: z.string().optional(),
    nextLookAt: moment.optional(),
    deadline: moment.optional(),
    completedAt: moment.optional(),
    failedAt: moment.optional(),
    failure: FailureAnswer.optional(),
    removedAt: moment.optional(),
    imageVersionId: z.string().optional().describe('What machines at the place are made from.'),
    sharedAs: z.string().optional().describe('The name by which those that it is shared with find it.'),
    regions: z
      .record(
        z.string(),
        z.strictObject({
          state: z.enum(['replicating', 'completed', 'failed']),
          percent: z.number(),
          why: z.string().optional(),
        }),
      )
      .optional(),
    hostPools: z.array(z.string()).describe('Those that use it.'),
  })
  .meta({ id: 'Copy' });
