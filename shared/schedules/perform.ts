import { AppError, failure } from '../errors.ts';
import { type Instant, minutesAfter } from '../instant.ts';
import type { Outcome } from '../workflow/engine.ts';
import type { Images } from './images.ts';
import type { Pending } from './run.ts';
import type { Schedule, ScheduleCommand, ScheduleEvent } from './schedule.ts';

/** How long until it is asked again whether the version before is over. */
const overlapMinutes = 10;
/** What Azure or the store could not answer now is asked again then. */
const troubleMinutes = 5;

/**
 * Carries out what a schedule calls for. Whoever dies after a version was asked for asks for it again: the request
 * is named after the run, so that it finds the first.
 */
export function performSchedule(images: Images, now: () => Instant) {
  return async (
    id: string,
    command: ScheduleCommand,
    schedule: Schedule,
  ): Promise<Outcome<ScheduleEvent>> => {
    const at = now();
    if (command.type === 'due') return { event: { type: 'due', dueAt: command.dueAt, at } };
    if (command.type === 'start') return { event: await start(images, id, schedule, command.pending, at) };
    return { event: await askSource(images, schedule, command.dueAt, at) };
  };
}

async function askSource(
  images: Images,
  { plan, source: before }: Schedule,
  dueAt: Instant,
  at: Instant,
): Promise<ScheduleEvent> {
  try {
    const { source, isNew } = await images.source(plan.request.imageSet);
    return { type: 'source-seen', dueAt, source, isNew, at };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // What cannot be asked now is asked at the next time: a source that is gone is no new one.
    return { type: 'source-seen', dueAt, source: before ?? '', isNew: false, at };
  }
}

async function start(
  images: Images,
  id: string,
  { plan, runs }: Schedule,
  { run, deadline, waitingFor }: Pending,
  at: Instant,
): Promise<ScheduleEvent> {
  if (at >= deadline) {
    const message = `The run that was due at ${run.dueAt} could not begin by ${deadline}; it waited for ${waitingFor}.`;
    return { type: 'failed', run: run.id, failure: failure('Overdue', message), at };
  }
  try {
    const before = runs.findLast(({ version }) => version !== undefined)?.version;
    const { imageSet } = plan.request;
    const open = before === undefined ? undefined : await images.underWay(imageSet, before);
    if (open !== undefined) return overlapped(plan.overlap, run.id, `version ${before}: ${open}`, at);
    const version = await images.request(plan.request, `schedule ${id}`, `schedule-${id}-${run.id}`);
    return { type: 'started', run: run.id, version, at };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message, retryable } = error;
    if (!retryable) return { type: 'failed', run: run.id, failure: failure(code, message), at };
    return { type: 'waits', run: run.id, waitingFor: message, lookAt: minutesAfter(at, troubleMinutes), at };
  }
}

function overlapped(policy: 'skip' | 'wait', run: string, why: string, at: Instant): ScheduleEvent {
  if (policy === 'skip') return { type: 'skipped', run, reason: `the run before is not over: ${why}`, at };
  return { type: 'waits', run, waitingFor: why, lookAt: minutesAfter(at, overlapMinutes), at };
}
