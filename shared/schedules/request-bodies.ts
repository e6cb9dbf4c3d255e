import { z } from 'zod';
import { isTimeZone } from '../local-time.ts';
import { cronOf, weekdays } from './when.ts';

const text = (most: number) => z.string().trim().min(1).max(most);
const person = text(256).optional();
const moment = z.iso
  .datetime({ offset: true, error: 'A moment with its time zone, such as 2026-12-20T00:00:00Z.' })
  .transform((text) => new Date(text).toISOString());
const at = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'A time of day, such as 20:00.');
const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'A time zone of the IANA database, such as Europe/Berlin.');
const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'Up to 40 lower-case letters, digits and -, beginning with a letter.');

/** 1 to 64 lower-case letters, digits and `-`. */
export const ScheduleId = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,63}$/,
    'A schedule name: up to 64 lower-case letters, digits and -, beginning with a letter or digit.',
  );

const monthlyOn = z.union(
  [
    z.strictObject({ day: z.union([z.int().min(1).max(31), z.literal('last')]) }),
    z.strictObject({
      weekday: z.enum(weekdays),
      nth: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal('last')]),
    }),
  ],
  { error: 'A day of the month, { "day": 15 } or "last", or a weekday, { "weekday": "Sat", "nth": 2 }.' },
);

/** At most once an hour: a version takes longer than that. */
const cron = z
  .strictObject({ kind: z.literal('cron'), expression: text(100), timeZone })
  .superRefine((when, context) => {
    const complain = (message: string) => context.addIssue({ code: 'custom', path: ['expression'], message });
    if (!isTimeZone(when.timeZone)) return;
    if (when.expression.split(/\s+/).length !== 5 || when.expression.startsWith('@')) {
      complain(
        'Five fields: minute, hour, day of the month, month, day of the week, such as 0 20 * * SAT#2.',
      );
      return;
    }
    try {
      const next = cronOf(when).nextRuns(3, new Date('2026-01-01T00:00:00Z'));
      if (next.length === 0) complain('No such moment ever comes.');
      // The first may be the last of its hour: the two after it are not.
      const isOften = next.some((at, n) => at.getTime() - (next[n - 1]?.getTime() ?? -Infinity) < 3_600_000);
      if (isOften) complain('At most once an hour.');
    } catch (error) {
      complain(`No cron expression: ${(error as Error).message.replace(/^\w+: /, '')}`);
    }
  });

const when = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('patch-tuesday'),
    plusDays: z.int().min(0).max(27).default(0),
    at,
    timeZone,
  }),
  z.strictObject({ kind: z.literal('monthly'), on: monthlyOn, at, timeZone }),
  z.strictObject({
    kind: z.literal('weekly'),
    days: z.array(z.enum(weekdays)).min(1).max(7),
    at,
    timeZone,
  }),
  cron,
  z.strictObject({ kind: z.literal('new-source'), everyHours: z.int().min(1).max(168).default(6) }),
]);

const blackout = z
  .strictObject({ from: moment, until: moment, reason: text(200) })
  .refine(({ from, until }) => from < until, { path: ['until'], error: 'Later than its beginning.' });

/** What a team may say of a schedule: when, what it asks for, and what to do when it cannot. */
export const PutSchedule = z.strictObject({
  when,
  request: z.strictObject({
    imageSet: name,
    /** Which part of the number goes up; not for sets that number by the calendar. */
    bump: z.enum(['major', 'minor', 'patch']).exactOptional(),
    notes: z.string().max(4000).default(''),
    release: z.boolean().default(true),
    /** The last channel that it goes to; unless said, the last of the set. */
    upTo: name.exactOptional(),
  }),
  enabled: z.boolean().default(true),
  missed: z
    .strictObject({
      policy: z.enum(['run-once', 'skip']).default('run-once'),
      afterMinutes: z.int().min(5).max(10_080).default(60),
    })
    .prefault({}),
  overlap: z.enum(['skip', 'wait']).default('wait'),
  blackouts: z.array(blackout).max(50).default([]),
  inBlackout: z.enum(['skip', 'run-after']).default('run-after'),
  by: person,
});

export const RunNow = z.strictObject({ by: person });
export const SkipNext = z.strictObject({ reason: text(1000), by: person });

/** How many of the next times are shown. */
export const Count = z.coerce.number().int().min(1).max(60).default(6);

/** Which runs a list shows; all unless said. */
export const RunState = z.enum(['starting', 'started', 'skipped', 'failed']).optional();
