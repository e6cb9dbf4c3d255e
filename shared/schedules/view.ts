import { revisionOf } from '../precondition.ts';
import type { Schedule } from './schedule.ts';

/** A schedule as the API shows it: what is asked, when it is due next, and what became of the last times. */
export function scheduleView(id: string, schedule: Schedule) {
  const { plan, by, createdAt, changedAt, nextAt, skipNext, pending, runs, source, sourceFailure } = schedule;
  return {
    id,
    ...plan,
    revision: revisionOf(schedule),
    by,
    createdAt,
    changedAt,
    nextAt,
    skipNext,
    ...(pending && {
      pending: { ...pending.run, waitingFor: pending.waitingFor, nextLookAt: pending.lookAt },
    }),
    lastRun: runs.at(-1),
    source: source || undefined,
    sourceFailure,
  };
}
