import { findIana, type WindowsZoneName } from 'windows-iana';
import type { ScalingPlanProperties, ScalingSchedule, TimeOfDay } from './scaling-plan.ts';

export type Phase = 'rampUp' | 'peak' | 'rampDown' | 'offPeak';

/** What a plan wants of its pools at one moment. */
export interface Wanted {
  readonly phase: Phase;
  readonly schedule: ScalingSchedule;
  readonly minimumPercent: number;
  readonly thresholdPercent: number;
  /** Begins with a phase and is another with the next, on whichever day. */
  readonly since: string;
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
export function wantedAt(plan: ScalingPlanProperties, at: number): Wanted | undefined {
  const { day, minutes } = localTime(plan.timeZone, at);
  const today = scheduleOn(plan, day);
  if (today) {
    const phases = ['offPeak', 'rampDown', 'peak', 'rampUp'] as const;
    const phase = phases.find((one) => minutes >= minutesOf(today[`${one}StartTime`]));
    if (phase) return wanted(today, phase, day);
  }
  // The night belongs to the day before. A day that no schedule names is left alone.
  const yesterday = scheduleOn(plan, (day + 6) % 7);
  return today && yesterday ? wanted(yesterday, 'offPeak', (day + 6) % 7) : undefined;
}

function wanted(schedule: ScalingSchedule, phase: Phase, day: number): Wanted {
  const up = phase === 'rampUp' || phase === 'peak';
  return {
    phase,
    schedule,
    since: `${day}/${phase}`,
    minimumPercent: up ? schedule.rampUpMinimumHostsPct : schedule.rampDownMinimumHostsPct,
    thresholdPercent: up ? schedule.rampUpCapacityThresholdPct : schedule.rampDownCapacityThresholdPct,
  };
}

function scheduleOn({ schedules }: ScalingPlanProperties, day: number): ScalingSchedule | undefined {
  return schedules.find(({ daysOfWeek }) => daysOfWeek.includes(DAYS[day] ?? ''));
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
