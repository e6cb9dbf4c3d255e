import { type Instant, secondsBetween } from '../instant.ts';

/** When a copy was seen to be so far. */
export interface Move {
  readonly at: Instant;
  readonly percent: number;
}

/** The moves of late, oldest first; the first says when it began. */
export type Course = readonly Move[];

const remembered = 9;
/** A copy takes its time between one percent and the next, and Azure tells of it late. */
const patienceSeconds = 20 * 60;
const patienceSteps = 5;

/** The course with what is seen now: only a percent that grew is a move. A copy begun anew is a new course. */
export function withMove(course: Course, percent: number, at: Instant): Course {
  const last = course.at(-1);
  if (percent === last?.percent) return course;
  if (last !== undefined && percent < last.percent) return [{ at, percent }];
  return [...course, { at, percent }].slice(-remembered);
}

/** No progress for 20 minutes, or for five times as long as it took between its moves of late. */
export function isStalled(course: Course, now: Instant): boolean {
  const last = course.at(-1);
  if (!last) return false;
  return secondsBetween(last.at, now) > Math.max(patienceSeconds, patienceSteps * medianStep(course));
}

/** Percent a minute; undefined until it has moved. */
export function rateOf(course: Course): number | undefined {
  const [first] = course;
  const last = course.at(-1);
  if (!first || !last || last.percent <= first.percent) return undefined;
  const minutes = secondsBetween(first.at, last.at) / 60;
  return minutes > 0 ? (last.percent - first.percent) / minutes : undefined;
}

function medianStep(course: Course): number {
  const steps = course
    .slice(1)
    .map(({ at }, index) => secondsBetween(course[index]?.at ?? at, at))
    .toSorted((one, other) => one - other);
  const middle = steps.length >> 1;
  const [low = 0, high = 0] =
    steps.length % 2 === 0 ? [steps[middle - 1], steps[middle]] : [steps[middle], steps[middle]];
  return (low + high) / 2;
}
