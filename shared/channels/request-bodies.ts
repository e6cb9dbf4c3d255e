import { z } from 'zod';

const text = (most: number) => z.string().trim().min(1).max(most);
const person = text(256).optional();
const reason = z.string().trim().max(1000).default('');
const versionNumber = z
  .string()
  .regex(/^(0|[1-9]\d{0,9})\.(0|[1-9]\d{0,9})\.(0|[1-9]\d{0,9})$/, 'A version number, such as 1.4.0.');

export const ChannelName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'A channel name: lower-case letters, digits and -.');

export const SetName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'An image set name: lower-case letters, digits and -.');

/** What a team may say of a channel; what is left out is as the place of the channel among the others has it. */
export const PutChannel = z.strictObject({
  entry: z.enum(['automatic', 'approved']).exactOptional(),
  /** Of the channel before, from when all its host pools were on the version. */
  soakHours: z.number().min(0).max(8760).default(0),
  approval: z
    .strictObject({
      quorum: z.int().min(1).max(10).default(1),
      notRequester: z.boolean().default(false),
      days: z.number().positive().max(365).default(14),
    })
    .prefault({}),
  rollbackDays: z.number().min(0).max(365).default(30),
  by: person,
});

export const Promote = z.strictObject({ version: versionNumber, reason, by: person });

export const RollBack = z.strictObject({
  /** Without it, the last good one. */
  version: versionNumber.exactOptional(),
  reason: text(1000),
  by: person,
});

export const RetryChannel = z.strictObject({ by: person });
