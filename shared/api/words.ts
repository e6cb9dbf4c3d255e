import { z } from 'zod';

/** A moment, as we write moments. */
export const moment = z.iso.datetime();

/** Why a piece of work failed, and what a person can do about it. */
export const FailureAnswer = z
  .strictObject({
    code: z.string().describe('One of those in `x-error-codes`.'),
    message: z.string(),
    remedy: z.string(),
  })
  .meta({ id: 'Failure' });

/** Somebody's word that checks which did not pass are no reason to stop. */
export const override = {
  checks: z.array(z.string()),
  channel: z.string(),
  by: z.string(),
  reason: z.string(),
  at: moment,
  expiresAt: moment.describe('It counts before this.'),
};

/** By what right a version entered a channel. */
export const ProofAnswer = z
  .strictObject({
    validation: z.string().optional().describe('The id of the validation in the channel before.'),
    approval: z.string().optional().describe('The id of the approval.'),
    overrides: z.array(z.strictObject(override)).optional(),
  })
  .meta({ id: 'Proof' });

/** What may have become of a host of a rollout. */
export const hostOutcome = z.enum([
  'admitted',
  'done',
  'put-back',
  'deferred',
  'failed',
  'quarantined',
  'skipped',
  'put-off',
]);

/** When work on a host may begin, instead of in the windows of its pool. */
export const ownWindow = z.strictObject({
  start: z.string(),
  end: z.string(),
  timeZone: z.string(),
  days: z.array(z.enum(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'])),
  outage: z.boolean().optional(),
});
