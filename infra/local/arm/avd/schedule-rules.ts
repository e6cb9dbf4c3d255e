import { refusal } from './host-pool.ts';
import { DAYS, minutesOf, type DailySchedule } from './scaling-phase.ts';
import type { TimeOfDay } from './scaling-plan.ts';

export const PHASES = ['rampUp', 'peak', 'rampDown', 'offPeak'] as const;

/** Refuses a schedule without days, or whose phases do not follow each other. */
export function refuseDays(name: string | undefined, schedule: Partial<DailySchedule>): void {
  const { daysOfWeek = [] } = schedule;
  if (!name || daysOfWeek.length === 0) throw refusal(400, 'A schedule has a name and days of the week.');
  const foreign = daysOfWeek.find((day) => !(DAYS as readonly string[]).includes(day));
  if (foreign !== undefined) throw refusal(400, `'${foreign}' is not a day of the week.`);
  const starts = PHASES.map((phase) =>
    startOf(schedule[`${phase}StartTime`], `${phase}StartTime of schedule '${name}'`),
  );
  // "This time is also the end time for the ramp-up phase", and so on: each begins after the one before.
  if (starts.some((start, index) => index > 0 && start <= (starts[index - 1] ?? 0))) {
    throw refusal(400, `The phases of schedule '${name}' must begin one after the other.`);
  }
}

/** The documents show one schedule a day; two on the same day are refused, as the portal does. */
export function refuseOverlap(
  schedules: readonly { readonly name: string; readonly daysOfWeek: readonly string[] }[],
): void {
  const days = schedules.flatMap(({ daysOfWeek }) => daysOfWeek);
  const twice = days.find((day, index) => days.indexOf(day) !== index);
  if (twice !== undefined) throw refusal(400, `More than one schedule of the plan is active on ${twice}.`);
  const names = schedules.map(({ name }) => name.toLowerCase());
  if (new Set(names).size < names.length) throw refusal(400, 'Schedules of a plan have names of their own.');
}

function startOf(time: Partial<TimeOfDay> | undefined, what: string): number {
  const { hour = -1, minute = -1 } = time ?? {};
  const isHour = Number.isInteger(hour) && hour >= 0 && hour < 24;
  if (isHour && Number.isInteger(minute) && minute >= 0 && minute < 60) return minutesOf({ hour, minute });
  throw refusal(400, `${what} must have an hour (0 to 23) and a minute (0 to 59).`);
}
