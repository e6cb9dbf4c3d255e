import { type Instant, secondsBetween } from '../instant.ts';
import { type Course, rateOf } from './course.ts';
import type { Region } from './region.ts';

/**
 * Azure publishes no limit for reading image versions, and names 15 s in the answer to every change of one:
 * nobody looks more often, though a wake-up counts as in time when it is 2 s early.
 */
export const leastSeconds = 17;
const mostSeconds = 300;
/** Before anything is known of its pace, and once it drags on. */
const firstSeconds = 60;
const laterSeconds = 120;
/** A region is taken out in about a minute. */
const soonSeconds = 30;

/** When to look again: at half of what is left at the present pace, so that looks come closer near the end. */
export function lookInSeconds(
  { regions, isChanging }: { regions: Readonly<Record<string, Region>>; isChanging: boolean },
  now: Instant,
): number {
  const all = Object.values(regions);
  const waits = all.map((region) => waitFor(region, isChanging, now));
  // A change that is at no copy is soon over; one that is lasts as long as that.
  if (isChanging && !all.some(isCopying)) waits.push(soonSeconds);
  return Math.round(Math.max(leastSeconds, Math.min(mostSeconds, ...waits)));
}

const isCopying = ({ state, shown }: Region) =>
  shown !== undefined && ['desired', 'replicating', 'stalled', 'failed', 'blocking'].includes(state);

function waitFor(region: Region, isChanging: boolean, now: Instant): number {
  if (region.state === 'replicating') {
    return untilHalfway(region.course, region.percent, secondsBetween(region.since, now));
  }
  // Once Azure takes a change there is no reason to wait.
  const isOpen = ['desired', 'repairing', 'removing', 'stalled', 'failed'].includes(region.state);
  return isOpen && !isChanging ? leastSeconds : mostSeconds;
}

function untilHalfway(course: Course, percent: number, elapsed: number): number {
  const rate = rateOf(course);
  if (rate !== undefined) return ((100 - percent) / rate) * 30;
  if (percent >= 85) return leastSeconds;
  return elapsed > 3600 ? laterSeconds : firstSeconds;
}
