import { z } from 'zod';
import { moment } from '../api/words.ts';

/** By which way the hosts of a pool are brought to a version. */
export const wayFields = {
  way: z.enum(['uniform', 'flexible', 'stand-alone']).optional().describe('How Azure keeps its machines.'),
  can: z
    .strictObject({
      how: z.string(),
      keeps: z.strictObject({
        name: z.boolean(),
        address: z.boolean(),
        dataDisks: z.boolean(),
        machine: z.boolean(),
        osDisk: z.boolean(),
        administratorPassword: z.boolean(),
      }),
      surge: z.boolean(),
      restore: z.boolean(),
      rollback: z.boolean(),
    })
    .optional()
    .describe('What bringing its hosts to a version can do, and what a host keeps.'),
};

/** What a pool can hold, and what makes it so. */
export const capacityFields = {
  usable: z.number().describe('Places for sessions on hosts that take users.'),
  perHost: z.number(),
  scalingPlan: z
    .strictObject({ name: z.string(), percent: z.number(), hosts: z.number() })
    .optional()
    .describe('Whose minimum it is that must remain.'),
  isPersonal: z.literal(true).optional(),
};

/** What a reason is about, in figures and names. */
export const detail = z.record(z.string(), z.union([z.string(), z.number()]));

/** How far a rollout is, whatever is asked of it. */
export const progressFields = {
  wave: z.strictObject({ number: z.int(), of: z.int(), upTo: z.int() }).optional(),
  capacity: z.strictObject({ ...capacityFields, need: z.number().describe('What must remain.') }).optional(),
  lowest: z.strictObject({ usable: z.number(), need: z.number(), at: moment }).optional(),
};

/** When it will be over, if nothing changes. */
export const eta = z
  .strictObject({ p50Minutes: z.int(), p90Minutes: z.int(), p50At: moment, p90At: moment })
  .optional()
  .describe('When half of all such rollouts would be over, and nine of ten.');

/** Where time went, in seconds. */
export const share = z.enum([
  'preparing',
  'rolling',
  'stopping',
  'pause',
  'freeze',
  'window',
  'floor',
  'bake',
  'azure',
  'retries',
  'throttle',
]);
/** Of hosts, summed or each. */
export const secondsOfHosts = {
  waited: z.partialRecord(share, z.number()),
  worked: z.partialRecord(z.enum(['users', 'turn', 'azure', 'own', 'underWay']), z.number()),
  ofWhich: z.partialRecord(z.enum(['retries', 'throttle']), z.number()),
};
