import { type Instant, secondsAfter, secondsBetween } from '../instant.ts';
import { dayAt, firstShown, weekdayOf } from '../local-time.ts';
import type { MaintenanceWindow } from './pool.ts';

/** A stretch of time in which hosts may be worked on. */
export interface Span {
  readonly from: Instant;
  readonly until: Instant;
}

/** As policies and scaling plans write them; `weekdayOf` counts in this order. */
export const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
/** A week ahead holds every window once; one day more on either side holds those that cross midnight. */
const daysBack = 2;
const daysAhead = 9;

/**
 * The stretches in which these windows are open, from those that hold `at` on for a week; windows that touch
 * are one. Each opens and closes as the clock of its own zone first shows its times: a window that lies
 * within the hour that spring takes away does not open that day.
 */
export function spansOf(windows: readonly MaintenanceWindow[], at: Instant): readonly Span[] {
  const spans = windows
    .flatMap((window) => occurrences(window, at))
    .toSorted((a, b) => (a.from < b.from ? -1 : 1));
  const joined: Span[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (!last || last.until < span.from) joined.push(span);
    else if (last.until < span.until) joined[joined.length - 1] = { from: last.from, until: span.until };
  }
  return joined.filter(({ until }) => until > at);
}

function occurrences({ start, end, timeZone, days }: MaintenanceWindow, at: Instant): readonly Span[] {
  const today = dayAt(at, timeZone);
  const [opens, closes] = [minuteOf(start), minuteOf(end)];
  // One that ends when it starts, or before, ends the day after.
  const nights = closes <= opens ? 1 : 0;
  const spans: Span[] = [];
  for (let day = today - daysBack; day <= today + daysAhead; day += 1) {
    const weekday = weekdays[weekdayOf(day)];
    if (weekday === undefined || !days.includes(weekday)) continue;
    const from = firstShown(day, opens, timeZone);
    const until = firstShown(day + nights, closes, timeZone);
    if (from < until) spans.push({ from, until });
  }
  return spans;
}

/** Of the day, of a time such as `20:00`. */
export function minuteOf(time: string): number {
  const [hours, minutes] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}

/** Whether work of so many seconds may begin now, and if not when it may; without any window it always may. */
export type Fit =
  | { readonly fits: true; readonly until?: Instant }
  | { readonly fits: false; readonly closesAt?: Instant; readonly opensAt?: Instant };

export function fitOf(windows: readonly MaintenanceWindow[], at: Instant, seconds: number): Fit {
  if (windows.length === 0) return { fits: true };
  const spans = spansOf(windows, at);
  const now = spans.find(({ from }) => from <= at);
  if (now && secondsAfter(at, seconds) <= now.until) return { fits: true, until: now.until };
  const next = spans.find(({ from, until }) => from > at && secondsBetween(from, until) >= seconds);
  return { fits: false, ...(now && { closesAt: now.until }), ...(next && { opensAt: next.from }) };
}

/** Whether one of these windows is open. */
export function isOpen(windows: readonly MaintenanceWindow[], at: Instant): boolean {
  return spansOf(windows, at).some(({ from }) => from <= at);
}
