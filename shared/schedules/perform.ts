import { AppError, failure } from '../errors.ts';
import { type Instant, minutesAfter } from '../instant.ts';
import type { Outcome } from '../workflow/engine.ts';
import type { Images } from './images.ts';
import type { Pending, Run } from './run.ts';
import { blackoutAt, clearFrom } from './plan.ts';
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
    if (command.type === 'start') return await start({ images, id, now }, schedule, command.pending);
    return { event: await askSource(images, schedule, command.dueAt, at) };
  };
}

async function askSource(
  images: Images,
  { plan, sourceFailure: before }: Schedule,
  dueAt: Instant,
  at: Instant,
): Promise<ScheduleEvent> {
  try {
    const { source, isNew } = await images.source(plan.request.imageSet);
    return { type: 'source-seen', dueAt, source, isNew, at };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // It is asked again at the next time. What passes by itself is no news, what somebody must mend is, once.
    const { code, message, retryable } = error;
    return {
      type: 'source-missed',
      dueAt,
      failure: failure(code, message),
      isKnown: retryable || before?.code === code,
      at,
    };
  }
}

interface Starting {
  readonly images: Images;
  readonly id: string;
  readonly now: () => Instant;
}

/** What keeps the run back is looked at until its version is asked for, and never after: it may be there by then. */
async function start(
  { images, id, now }: Starting,
  schedule: Schedule,
  { run, deadline, waitingFor, isAsked }: Pending,
): Promise<Outcome<ScheduleEvent>> {
  const at = now();
  if (at >= deadline) {
    const message = `The run that was due at ${run.dueAt} could not begin by ${deadline}; it waited for ${waitingFor}.`;
    return { event: { type: 'failed', run: run.id, failure: failure('Overdue', message), at } };
  }
  const { request } = schedule.plan;
  const ask = async () =>
    await orWaits(run.id, now, async () => {
      const version = await images.request(request, `schedule ${id}`, `schedule-${id}-${run.id}`);
      return { type: 'started', run: run.id, version, at: now() };
    });
  if (isAsked) return { event: await ask() };
  const keptBack = await orWaits(run.id, now, async () => await keptBackBy(images, schedule, run, at));
  if (keptBack) return { event: keptBack };
  return { event: { type: 'asks', run: run.id, at }, proceed: ask };
}

/** A blackout, but for who asks by hand; or that what the run before began is not over. */
async function keptBackBy(
  images: Images,
  { plan, runs }: Schedule,
  { id: run, why }: Run,
  at: Instant,
): Promise<ScheduleEvent | undefined> {
  const blackout = why === 'by hand' ? undefined : blackoutAt(plan, at);
  if (blackout) {
    const { reason } = blackout;
    if (plan.inBlackout === 'skip') return { type: 'skipped', run, reason: `blackout: ${reason}`, at };
    const waitingFor = `the end of a blackout: ${reason}`;
    return { type: 'waits', run, waitingFor, lookAt: clearFrom(plan, at), at, isBlackout: true };
  }
  const before = runs.findLast(({ version }) => version !== undefined)?.version;
  const open = before === undefined ? undefined : await images.underWay(plan.request.imageSet, before);
  return open === undefined ? undefined : overlapped(plan.overlap, run, `version ${before}: ${open}`, at);
}

/** What is refused has failed; what cannot be had now is tried again. */
async function orWaits<Of extends ScheduleEvent | undefined>(
  run: string,
  now: () => Instant,
  ask: () => Promise<Of>,
): Promise<Of | ScheduleEvent> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const at = now();
    const { code, message, retryable } = error;
    if (!retryable) return { type: 'failed', run, failure: failure(code, message), at };
    return { type: 'waits', run, waitingFor: message, lookAt: minutesAfter(at, troubleMinutes), at };
  }
}

function overlapped(policy: 'skip' | 'wait', run: string, why: string, at: Instant): ScheduleEvent {
  if (policy === 'skip') return { type: 'skipped', run, reason: `the run before is not over: ${why}`, at };
  return { type: 'waits', run, waitingFor: why, lookAt: minutesAfter(at, overlapMinutes), at };
}
