import { z } from 'zod';
import { moment } from '../api/words.ts';
import { ApprovalId } from './request-bodies.ts';

/** An approval, as `approvalView` shows it. */
export const ApprovalAnswer = z
  .strictObject({
    id: ApprovalId,
    subject: z.strictObject({ imageSet: z.string(), version: z.string(), channel: z.string() }),
    status: z.enum(['pending', 'approved', 'rejected', 'expired', 'withdrawn']),
    facts: z.string().describe('What whoever decides should know, in one line.'),
    requestedBy: z.string(),
    askedAt: moment,
    expiresAt: moment,
    quorum: z.int(),
    stillNeeded: z.int(),
    decisions: z.array(
      z.strictObject({
        by: z.string(),
        reason: z.string(),
        at: moment,
        decision: z.enum(['approved', 'rejected']),
      }),
    ),
    mayNotApprove: z.array(z.string()),
    endedAt: moment.optional(),
    reason: z.string().optional().describe('Why it was withdrawn.'),
    youCan: z.array(z.string()).optional(),
  })
  .meta({ id: 'Approval' });
