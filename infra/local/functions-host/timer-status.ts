import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Schedule } from './ncrontab.ts';

/** What is remembered of a timer between two lives of the host; moments in ms since 1970. */
export interface TimerStatus {
  /** When it last ran, if ever. */
  readonly last: number | undefined;
  readonly next: number;
  readonly lastUpdated: number;
}

export interface TimerStatusFile {
  readonly read: () => TimerStatus | undefined;
  readonly write: (status: TimerStatus) => void;
}

/** The status of one timer in a file of its own, in the shape of the blob that Azure keeps of it. */
export function timerStatusFile(state: string, functionName: string): TimerStatusFile {
  const folder = join(state, 'timers');
  const file = join(folder, `${functionName.toLowerCase()}.json`);
  return {
    read: () => {
      try {
        return fromJson(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    write: (status) => {
      mkdirSync(folder, { recursive: true });
      // Renamed into place: a kill leaves the old status or the new one, never half of one.
      writeFileSync(`${file}.new`, JSON.stringify(toJson(status)));
      renameSync(`${file}.new`, file);
    },
  };
}

const never = '0001-01-01T00:00:00'; // .NET's moment zero

/** As Azure writes it into the blob, and hands it to the function. */
export function toJson({
  last,
  next,
  lastUpdated,
}: TimerStatus): Record<'Last' | 'Next' | 'LastUpdated', string> {
  const text = (moment: number) => new Date(moment).toISOString().replace('Z', '+00:00');
  return { Last: last === undefined ? never : text(last), Next: text(next), LastUpdated: text(lastUpdated) };
}

function fromJson({ Last = never, Next = '', LastUpdated = '' }: Record<string, string>): TimerStatus {
  return {
    last: Last.startsWith('0001-') ? undefined : Date.parse(Last),
    next: Date.parse(Next),
    lastUpdated: Date.parse(LastUpdated),
  };
}

/**
 * What to remember when the host starts, and whether a run was missed while it was away. A schedule that has
 * changed meanwhile counts from now on, so that it does not seem to have been missed.
 */
export function pastDue(
  status: TimerStatus | undefined,
  schedule: Schedule,
  now: number,
): { status: TimerStatus; missed: boolean } {
  if (!status)
    return { status: { last: undefined, next: schedule.next(now), lastUpdated: now }, missed: false };
  const expected = schedule.next(status.last ?? status.lastUpdated);
  if (status.next === expected) return { status, missed: now > expected };
  const next = now > expected ? schedule.next(now) : expected;
  return { status: { last: status.last, next, lastUpdated: now }, missed: false };
}
