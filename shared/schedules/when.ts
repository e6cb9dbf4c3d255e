import { Cron } from 'croner';
import type { Instant } from '../instant.ts';
import { type DayNumber, dayAt, firstShown, weekdayOf } from '../local-time.ts';

export const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
export type Weekday = (typeof weekdays)[number];
type Nth = 1 | 2 | 3 | 4 | 'last';

/** When a schedule is due. `at` is a time of day, such as `20:00`, on the clock of `timeZone`. */
export type When =
  | { readonly kind: 'patch-tuesday'; plusDays: number; at: string; timeZone: string }
  | { readonly kind: 'monthly'; on: MonthlyOn; at: string; timeZone: string }
  | { readonly kind: 'weekly'; days: readonly Weekday[]; at: string; timeZone: string }
  | { readonly kind: 'cron'; expression: string; timeZone: string }
  /** Not by the calendar: the source of the set is asked every so often whether it has a new version. */
  | { readonly kind: 'new-source'; everyHours: number };

export type MonthlyOn = { readonly day: number | 'last' } | { readonly weekday: Weekday; readonly nth: Nth };

/** By the calendar of a time zone. */
export type Calendar = Exclude<When, { kind: 'new-source' }>;

/** The first moment after `after`; undefined if it never comes again, such as on a 31 February. */
export function nextAfter(when: Calendar, after: Instant): Instant | undefined {
  if (when.kind === 'patch-tuesday') return nextPatchDay(when, after);
  // An hour that the clock shows twice counts the first time, one that it leaves out as it jumps: as windows do.
  const next = cronOf(when).nextRun(new Date(after));
  return next?.toISOString();
}

/** Throws with croner's own words where the expression is none. */
export function cronOf(when: Exclude<Calendar, { kind: 'patch-tuesday' }>): Cron {
  return new Cron(expressionOf(when), { timezone: when.timeZone, paused: true });
}

function expressionOf(when: Exclude<Calendar, { kind: 'patch-tuesday' }>): string {
  if (when.kind === 'cron') return when.expression;
  const [hour = 0, minute = 0] = when.at.split(':').map(Number);
  const time = `${minute} ${hour}`;
  if (when.kind === 'weekly') return `${time} * * ${when.days.join(',').toUpperCase()}`;
  const { on } = when;
  if ('day' in on) return `${time} ${on.day === 'last' ? 'L' : on.day} * *`;
  return `${time} * * ${on.weekday.toUpperCase()}#${on.nth === 'last' ? 'L' : on.nth}`;
}

/** Where Microsoft's clock stands, by which it releases at ten in the morning of a month's second Tuesday. */
const redmond = 'America/Los_Angeles';
const releaseMinute = 10 * 60;

/** The moment at which the updates of the month of this day come out. */
export function patchRelease(day: DayNumber): Instant {
  return firstShown(patchTuesdayOf(day), releaseMinute, redmond);
}

function nextPatchDay({ plusDays, at, timeZone }: Extract<When, { kind: 'patch-tuesday' }>, after: Instant) {
  const [hour = 0, minute = 0] = at.split(':').map(Number);
  // The patch day of last month may lie ahead of us, as many days later as it may be put off.
  let month = firstOfMonth(dayAt(after, timeZone) - plusDays - 1);
  for (;;) {
    const due = firstShown(patchTuesdayOf(month) + plusDays, hour * 60 + minute, timeZone);
    if (due > after) return due;
    month = firstOfMonth(month + 31);
  }
}

/** Whether one of the next patch days of two years would come before the updates do: then it would find last month's. */
export function comesTooEarly(
  when: Extract<When, { kind: 'patch-tuesday' }>,
  from: Instant,
): { readonly due: Instant; readonly release: Instant } | undefined {
  let due = nextPatchDay(when, from);
  for (let month = 0; month < 24; month += 1) {
    const release = patchRelease(dayAt(due, when.timeZone) - when.plusDays);
    if (due < release) return { due, release };
    due = nextPatchDay(when, due);
  }
  return undefined;
}

/** Microsoft calls it B week: the second Tuesday of the month that the day is in. */
export function patchTuesdayOf(day: DayNumber): DayNumber {
  const first = firstOfMonth(day);
  const toTuesday = (2 - weekdayOf(first) + 7) % 7;
  return first + toTuesday + 7;
}

const dayMs = 86_400_000;

function firstOfMonth(day: DayNumber): DayNumber {
  const date = new Date(day * dayMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / dayMs;
}
