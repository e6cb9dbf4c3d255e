import { z } from 'zod';
import { FailureAnswer, moment, ProofAnswer } from '../api/words.ts';
import { ChannelName, SetName } from './request-bodies.ts';

const cause = z.enum(['release', 'rollback', 'request']);
const stage = z.enum(['admit', 'stop', 'include', 'announce', 'roll', 'exclude']);

const held = {
  version: z.string(),
  movement: z.int().describe('Counts the movements of the channel.'),
  cause,
  by: z.string(),
  reason: z.string(),
  at: moment,
  appliedAt: moment.optional().describe('Since when all host pools of the channel are on it.'),
  proof: ProofAnswer,
};

/** A channel, as `channelView` shows it. */
export const ChannelAnswer = z
  .strictObject({
    imageSet: SetName,
    name: ChannelName,
    first: z.boolean(),
    only: z.boolean(),
    policy: z.strictObject({
      entry: z.enum(['automatic', 'approved']),
      soakHours: z.number(),
      approval: z.strictObject({ quorum: z.int(), notRequester: z.boolean(), days: z.number() }),
      rollbackDays: z.number(),
    }),
    revision: z.int().describe('Its ETag.'),
    status: z.enum(['empty', 'moving', 'settled', 'stuck']),
    holds: z
      .strictObject({ ...held, rollouts: z.array(z.string()) })
      .optional()
      .describe('The version that it holds.'),
    stage: stage.optional(),
    since: moment.optional(),
    waitingFor: z.string().optional(),
    nextLookAt: moment.optional(),
    deadline: moment.optional(),
    failure: FailureAnswer.optional(),
    past: z
      .array(
        z.strictObject({
          ...held,
          leftAt: moment,
          leftFor: z.strictObject({ movement: z.int(), version: z.string(), cause }),
          undone: FailureAnswer.optional().describe('It was never let in, and why.'),
        }),
      )
      .describe('What it held, newest first.'),
  })
  .meta({ id: 'Channel' });
