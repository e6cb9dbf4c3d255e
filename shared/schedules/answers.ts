import { z } from 'zod';
import { listOf } from '../api/lists.ts';
import { PutSchedule, ScheduleId } from './request-bodies.ts';

const moment = z.iso.datetime();

/** What became of one time that it was due. */
export const RunAnswer = z
  .strictObject({
    id: z.string(),
    dueAt: moment,
    why: z.enum(['due', 'by hand', 'new source']),
    by: z.string().optional(),
    state: z.enum(['starting', 'started', 'skipped', 'failed']),
    at: moment,
    version: z.string().optional().describe('The number of the version that it began.'),
    reason: z.string().optional(),
    failure: z.strictObject({ code: z.string(), message: z.string(), remedy: z.string() }).optional(),
  })
  .meta({ id: 'ScheduleRun' });

const { when, request, missed, overlap, inBlackout } = PutSchedule.shape;

/** A schedule, as `scheduleView` shows it. */
export const ScheduleAnswer = z
  .strictObject({
    id: ScheduleId,
    when,
    request,
    enabled: z.boolean(),
    missed,
    overlap,
    blackouts: z.array(z.strictObject({ from: moment, until: moment, reason: z.string() })),
    inBlackout,
    revision: z.int().describe('Its ETag.'),
    by: z.string(),
    createdAt: moment,
    changedAt: moment,
    nextAt: moment.optional().describe('When it is due next; absent while disabled.'),
    skipNext: z.strictObject({ by: z.string(), reason: z.string(), at: moment }).optional(),
    pending: RunAnswer.extend({ waitingFor: z.string(), nextLookAt: moment })
      .optional()
      .describe('A run that is to begin.'),
    lastRun: RunAnswer.optional(),
    sourceFailure: z
      .strictObject({ code: z.string(), message: z.string(), remedy: z.string(), since: moment })
      .optional()
      .describe('Why nobody can say what the source is now: it is asked again at `nextAt`.'),
    source: z.string().optional().describe('The source that was last seen, where it waits for a new one.'),
  })
  .meta({ id: 'Schedule' });

export const PreviewAnswer = listOf(
  z.strictObject({
    at: moment,
    becomes: z.enum(['run', 'skipped', 'later']),
    reason: z.string().optional(),
    beginsAt: moment.optional(),
  }),
);
