import { z } from 'zod';
import { FailureAnswer, moment } from '../api/words.ts';

/** One region of a version, as `regionView` shows it. */
const RegionAnswer = z
  .strictObject({
    name: z.string(),
    state: z.enum([
      'desired',
      'replicating',
      'completed',
      'stalled',
      'failed',
      'repairing',
      'abandoned',
      'blocking',
      'removing',
    ]),
    since: moment,
    percent: z.number(),
    percentPerMinute: z.number().optional(),
    lastProgressAt: moment.optional(),
    completedAt: moment.optional(),
    replicas: z.int().describe('As they are wanted.'),
    replicasInAzure: z.int(),
    storageType: z.enum(['Standard_LRS', 'Standard_ZRS', 'Premium_LRS']),
    required: z.boolean().describe('Whether the version waits for it, and fails with it.'),
    isSource: z.boolean().describe('Where the version was made: Azure keeps it there.'),
    repairs: z.int().describe('How often it was taken out and added again by itself.'),
    mostRepairs: z.int(),
    failure: FailureAnswer.optional(),
  })
  .meta({ id: 'Region' });

/** The regions of a version. */
export const RegionsAnswer = z
  .strictObject({
    value: z.array(RegionAnswer),
    isChanging: z.boolean().describe('While Azure is at a change of the version it takes no other.'),
    trouble: FailureAnswer.optional().describe('What Azure last said no to.'),
    goneAt: moment.optional().describe('Since when the gallery has no such version any more.'),
    nextLookAt: moment.optional().describe('Absent while nothing is under way.'),
  })
  .meta({ id: 'Regions' });

/** A region that something was asked of, as it stands then. */
export const ChangedRegionAnswer = z.union([
  RegionAnswer,
  z.strictObject({ name: z.string(), state: z.literal('removed') }),
]);
