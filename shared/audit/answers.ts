import { z } from 'zod';
import { outcomes } from './entry.ts';

/** An entry of the audit. */
export const AuditEntryAnswer = z
  .strictObject({
    id: z.string().describe('`x-ms-request-id` of the answer; what is logged meanwhile names it.'),
    at: z.iso.datetime(),
    actor: z.string().describe('Who proved that he is it; `nobody` where nothing was proven.'),
    actorKind: z.enum(['signed-in', 'named-key', 'key', 'anyone']),
    by: z.string().optional().describe('The name that is recorded with the change, where it says more.'),
    roles: z.array(z.string()).describe('Those of his roles by which he was let in.'),
    operation: z.string().describe('`operationId` of the endpoint.'),
    method: z.string(),
    route: z.string(),
    subject: z.string().describe('The path below `/api/` of what it is about.'),
    began: z.string().optional().describe('The path of what it began, where that is something else.'),
    reason: z.string().optional(),
    bodySha256: z.string().optional().describe('Of the body as it came.'),
    clientRequest: z.string().optional(),
    trace: z.string().optional(),
    from: z.string().optional().describe('The address that it came from, where the platform says it.'),
    outcome: z
      .enum(outcomes)
      .describe('`unknown`: it was begun, and its end is not on record: the history of the subject has it.'),
    status: z.int().optional(),
    code: z.string().optional().describe('One of those in `x-error-codes`.'),
    isRepeat: z.literal(true).optional().describe('The same idempotency key had come before.'),
    milliseconds: z.number().optional(),
    leftOut: z.int().optional().describe('So many refusals of the same caller before it were not kept.'),
  })
  .meta({ id: 'AuditEntry' });

/** When the newest that is shown may be, where there is more. */
export const AuditUpTo = z.iso
  .datetime()
  .optional()
  .describe(
    'After a storm of requests: what was asked from then on is on its way, and not in here. Ask again a little later.',
  );
