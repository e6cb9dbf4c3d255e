import { type Instant, toInstant } from './instant.ts';

const dayMs = 86_400_000;
const shownBefore = new Map<string, Instant>();
const mostKept = 10_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** A day of the calendar, counted from 1970-01-01. */
export type DayNumber = number;

/** Whether this is a time zone as the IANA database names it, such as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    return formatOf(name).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The day on the calendar on the wall. */
export function dayAt(at: Instant, timeZone: string): DayNumber {
  const ms = Date.parse(at);
  return Math.floor((ms + offsetAt(ms, timeZone)) / dayMs);
}

/** What the clock on the wall shows, such as `20:00`. */
export function clockAt(at: Instant, timeZone: string): string {
  const ms = Date.parse(at);
  return toInstant(ms + offsetAt(ms, timeZone)).slice(11, 16);
}

/** 0 is Sunday. */
export function weekdayOf(day: DayNumber): number {
  return (day + 4) % 7;
}

/**
 * The first moment at which the clock on the wall shows this minute of this day, or has jumped past it. An
 * hour that the clock shows twice counts the first time; one that it leaves out is over as it jumps.
 */
export function firstShown(day: DayNumber, minute: number, timeZone: string): Instant {
  const key = `${day} ${minute} ${timeZone}`;
  const known = shownBefore.get(key);
  if (known !== undefined) return known;
  // The calendar is slow to ask and never answers differently.
  if (shownBefore.size >= mostKept) shownBefore.clear();
  const instant = reckoned(day, minute, timeZone);
  shownBefore.set(key, instant);
  return instant;
}

function reckoned(day: DayNumber, minute: number, timeZone: string): Instant {
  const shown = day * dayMs + minute * 60_000;
  // No zone is more than 14 hours from UTC: these two moments lie on either side of the one looked for.
  const [earlier, later] = [shown - dayMs, shown + dayMs];
  const [before, after] = [offsetAt(earlier, timeZone), offsetAt(later, timeZone)];
  if (before === after) return toInstant(shown - before);
  const change = changeBetween(earlier, later, timeZone);
  if (shown - before < change) return toInstant(shown - before);
  return toInstant(Math.max(shown - after, change));
}

/** When the clock is put forward or back between the two; zones do that at most once in two days. */
function changeBetween(earlier: number, later: number, timeZone: string): number {
  const before = offsetAt(earlier, timeZone);
  let [low, high] = [earlier, later];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle, timeZone) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** How far the clock on the wall is ahead of UTC. */
function offsetAt(ms: number, timeZone: string): number {
  const parts = formatOf(timeZone).formatToParts(ms);
  const value = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value);
  const [hour, minute, second] = [value('hour'), value('minute'), value('second')];
  const shown = Date.UTC(value('year'), value('month') - 1, value('day'), hour, minute, second);
  return shown - Math.floor(ms / 1000) * 1000;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, format);
  return format;
}
