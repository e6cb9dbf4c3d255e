import { z } from 'zod';
import { listOf } from '../api/lists.ts';
import { FailureAnswer, moment } from '../api/words.ts';
import { queueNames } from './queues.ts';
import { OperationId } from './request-bodies.ts';
import { whys } from './stuck.ts';

const queue = z.enum(queueNames);
const subject = z.string().optional().describe('The path below `/api/` of what it is about.');

/** A message that its queue has given up on. */
const DeadLetterAnswer = z
  .strictObject({
    queue,
    sequenceNumber: z.string().describe('Its place in the queue.'),
    kind: z.string().optional().describe('Absent where the message does not say what it is about.'),
    id: z.string().optional(),
    subject,
    reason: z.string().describe('As Service Bus gives it, such as MaxDeliveryCountExceeded.'),
    description: z.string(),
    enqueuedAt: moment.describe('By the clock of Service Bus.'),
    deliveries: z.int(),
    lastFailure: z
      .strictObject({ message: z.string(), at: moment, times: z.int() })
      .optional()
      .describe('What the looks at it fail with, as long as they do.'),
  })
  .meta({ id: 'DeadLetter' });

export const DeadLettersAnswer = listOf(DeadLetterAnswer);

export const PutBackAnswer = z
  .strictObject({
    queue,
    putBack: z.int().describe('How many dead letters are gone.'),
    ids: z.array(z.string()).describe('What is looked at again: each once, however many letters it had.'),
    hasMore: z.boolean().describe('There are more: ask again.'),
  })
  .meta({ id: 'PutBack' });

const StuckAnswer = z
  .strictObject({
    kind: z.string(),
    id: z.string(),
    subject,
    why: z.enum(whys),
    since: moment,
    message: z.string(),
    hostPool: z.string().optional().describe('Of a rollout, and of a host that one left in quarantine.'),
    code: z.string().optional().describe('One of those in `x-error-codes`.'),
    remedy: z.string().optional(),
    times: z.int().optional().describe('How often in a row it did not work.'),
    nextLookAt: moment.optional().describe('When it is tried again by itself.'),
  })
  .meta({ id: 'Stuck' });

export const StuckWorkAnswer = listOf(StuckAnswer);

const duration = z.iso.duration().describe('As ISO 8601 has it, such as PT1H25M.');

/** How something that takes long stands. */
export const OperationAnswer = z
  .strictObject({
    id: OperationId,
    kind: z.string().describe('What is done, such as build or rollout.'),
    status: z
      .enum(['NotStarted', 'Running', 'Succeeded', 'Failed', 'Canceled'])
      .describe('The last three are its end, and never change.'),
    resource: z.url().describe('What it is done on.'),
    createdAt: moment,
    lastActionAt: moment.describe('When something last came of it.'),
    waitingFor: z.string().optional(),
    nextLookAt: moment.optional(),
    percentComplete: z.int().min(0).max(100).optional().describe('Where that can be said.'),
    estimate: z
      .strictObject({
        p50: duration,
        p90: duration,
        p50At: moment,
        p90At: moment,
      })
      .optional()
      .describe(
        'When half of all such operations would be over, and nine of ten, and what is left until then. Of a rollout, if nothing changes; of a build, as the last ones of its image set took. Absent while nobody can say.',
      ),
    stages: z
      .array(z.strictObject({ name: z.string(), state: z.enum(['done', 'running', 'ahead']) }))
      .optional()
      .describe('In their order, where it passes stages.'),
    warnings: z
      .array(z.strictObject({ code: z.string(), message: z.string(), target: z.string() }))
      .optional()
      .describe('What it did not come to, though it succeeded: such as hosts that a rollout lost.'),
    error: FailureAnswer.optional().describe('Why it failed.'),
    reason: z.string().optional().describe('Why it was canceled, and by whom.'),
  })
  .meta({ id: 'Operation' });
