import { z } from 'zod';
import { queueNames } from './queues.ts';
import { whys } from './stuck.ts';

const text = (most: number) => z.string().trim().min(1).max(most);

export const QueueName = z.enum(queueNames, { error: `One of ${queueNames.join(', ')}.` });

/** How many dead letters of each queue are shown. */
export const MostOfEach = z
  .string()
  .regex(/^[1-9]\d{0,2}$/, 'A whole number from 1 to 999.')
  .default('100')
  .transform(Number);

export const Why = z.enum(whys, { error: `One of ${whys.join(', ')}.` });

/** To have the oldest dead letters of a queue looked at again. */
export const PutBackDeadLetters = z.strictObject({
  reason: text(1000),
  /** How many are taken at most. */
  most: z.int().min(1).max(1000).default(100),
  by: text(256).exactOptional(),
});

export const OperationId = z
  .string()
  .regex(
    /^[a-z][a-z-]{0,29}\.[1-9]\d{0,6}\.[\w.-]{1,200}$/,
    'The id of an operation, such as build.1.win11-avd.1.4.0.',
  );

export const CancelOperation = z.strictObject({ reason: text(1000), by: text(256).optional() });
