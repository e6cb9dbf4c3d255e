import { type Instant, minutesAfter } from '../instant.ts';
import type { ScalingPlanReading, ScalingSchedule } from './host-pool.ts';
import { dayAt, firstShown, weekdayOf } from '../local-time.ts';
import { minuteOf, weekdays } from './windows.ts';

/** From then on, until the next, so many percent of the hosts must be on. */
export interface Minimum {
  readonly from: Instant;
  readonly percent: number;
}

/** Whoever is drained now is not back for a while: what the plan asks for within this is asked for now. */
const lookAheadMinutes = 30;
/** On a day without a schedule the last phase of the day before goes on; a week holds every schedule once. */
const daysBack = 8;
const daysAhead = 9;

/**
 * When the plan changes how many hosts it keeps on, for a week from `at` and what holds at `at` before it. The
 * minimum of ramp-up is that of the peak too, and that of ramp-down is kept until the next ramp-up, whatever
 * day that is on: Azure has no phase in which there is none.
 */
export function minimumsOf({ schedules, timeZone }: ScalingPlanReading, at: Instant): readonly Minimum[] {
  const today = dayAt(at, timeZone);
  const changes: Minimum[] = [];
  for (let day = today - daysBack; day <= today + daysAhead; day += 1) {
    const weekday = weekdays[weekdayOf(day)];
    const schedule = schedules.find(({ days }) => days.some((one) => one === weekday));
    if (schedule) changes.push(...changesOn(day, schedule, timeZone));
  }
  changes.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  const now = changes.findLastIndex(({ from }) => from <= at);
  return changes.slice(Math.max(now, 0));
}

function changesOn(day: number, schedule: ScalingSchedule, timeZone: string): readonly Minimum[] {
  const [up, down] = [minuteOf(schedule.rampUpStart), minuteOf(schedule.rampDownStart)];
  // A ramp-down that is not later than the ramp-up is on the day after.
  const nights = down <= up ? 1 : 0;
  return [
    { from: firstShown(day, up, timeZone), percent: schedule.rampUpMinimumPercent },
    { from: firstShown(day + nights, down, timeZone), percent: schedule.rampDownMinimumPercent },
  ];
}

/** The greatest share that the plan keeps on now or within the half hour that follows; 0 without a schedule. */
export function minimumPercentAt(plan: ScalingPlanReading, at: Instant): number {
  return greatestWithin(minimumsOf(plan, at), at);
}

function greatestWithin(minimums: readonly Minimum[], at: Instant): number {
  const until = minutesAfter(at, lookAheadMinutes);
  const now = minimums.findLast(({ from }) => from <= at);
  const soon = minimums.filter(({ from }) => from > at && from <= until);
  return Math.max(now?.percent ?? 0, ...soon.map(({ percent }) => percent));
}

/** Of so many hosts, those that the plan keeps on: Azure rounds up. */
export function hostsKeptOn(percent: number, hosts: number): number {
  return Math.ceil((percent * hosts) / 100);
}

/** The minimum as admission holds to it over time: each share from half an hour before it is due. */
export function minimumsAhead(plan: ScalingPlanReading, at: Instant): readonly Minimum[] {
  const minimums = minimumsOf(plan, at);
  const moments = minimums.flatMap(({ from }) => [minutesAfter(from, -lookAheadMinutes), from]);
  const ahead = [at, ...moments.filter((from) => from > at).toSorted()];
  return ahead
    .map((from) => ({ from, percent: greatestWithin(minimums, from) }))
    .filter(({ percent }, index, all) => index === 0 || percent !== all[index - 1]?.percent);
}
