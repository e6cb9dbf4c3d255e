import { findIana, type WindowsZoneName } from 'windows-iana';
import type { ScalingPlanProperties, ScalingSchedule, TimeOfDay } from './scaling-plan.ts';

export type Phase = 'rampUp' | 'peak' | 'rampDown' | 'offPeak';

/** What the schedules of every kind of plan have in common. */
export interface DailySchedule {
  readonly daysOfWeek: readonly string[];
  readonly rampUpStartTime: TimeOfDay;
  readonly peakStartTime: TimeOfDay;
  readonly rampDownStartTime: TimeOfDay;
  readonly offPeakStartTime: TimeOfDay;
}

/** The phase in which a plan is, and by which schedule. */
export interface InPhase<Schedule extends DailySchedule> {
  readonly phase: Phase;
  readonly schedule: Schedule;
  /** Begins with a phase and is another with the next, on whichever day. */
  readonly since: string;
}

/** What a plan wants of its pooled host pools at one moment. */
export interface Wanted extends InPhase<ScalingSchedule> {
  readonly minimumPercent: number;
  readonly thresholdPercent: number;
}

export const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

/** IANA's name of a time zone of Windows; undefined for one that Windows does not know. */
export function ianaZone(timeZone: string): string | undefined {
  return findIana(timeZone as WindowsZoneName)[0];
}

export function minutesOf({ hour, minute }: TimeOfDay): number {
  return hour * 60 + minute;
}

/** The phase at a moment, by the plan's own clock; off-peak lasts until the next morning's ramp-up, where there is one. */
export function phaseAt<Schedule extends DailySchedule>(
  timeZone: string,
  schedules: readonly Schedule[],
  at: number,
): InPhase<Schedule> | undefined {
  const { day, minutes } = localTime(timeZone, at);
  const on = (weekday: number) =>
    schedules.find(({ daysOfWeek }) => daysOfWeek.includes(DAYS[weekday] ?? ''));
  const today = on(day);
  // A day that no schedule names is left alone.
  if (!today) return undefined;
  const phases = ['offPeak', 'rampDown', 'peak', 'rampUp'] as const;
  const phase = phases.find((one) => minutes >= minutesOf(today[`${one}StartTime`]));
  if (phase) return { phase, schedule: today, since: `${day}/${phase}` };
  // The night belongs to the day before.
  const before = (day + 6) % 7;
  const schedule = on(before);
  return schedule && { phase: 'offPeak', schedule, since: `${before}/offPeak` };
}

/** The same of a plan for pooled host pools, with the shares of the phase. */
export function wantedAt(plan: ScalingPlanProperties, at: number): Wanted | undefined {
  const found = phaseAt(plan.timeZone, plan.schedules, at);
  if (!found) return undefined;
  const { phase, schedule } = found;
  const up = phase === 'rampUp' || phase === 'peak';
  return {
    ...found,
    minimumPercent: up ? schedule.rampUpMinimumHostsPct : schedule.rampDownMinimumHostsPct,
    thresholdPercent: up ? schedule.rampUpCapacityThresholdPct : schedule.rampDownCapacityThresholdPct,
  };
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function localTime(timeZone: string, at: number): { day: number; minutes: number } {
  const known = clocks.get(timeZone);
  const clock =
    known ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: ianaZone(timeZone) ?? 'UTC',
      weekday: 'long',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  clocks.set(timeZone, clock);
  const parts = new Map(clock.formatToParts(at).map(({ type, value }) => [type, value]));
  const day = DAYS.indexOf((parts.get('weekday') ?? 'Sunday') as (typeof DAYS)[number]);
  return { day, minutes: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) };
}
