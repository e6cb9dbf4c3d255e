import type { Failure } from '../errors.ts';
import { earliest, type Instant, minutesAfter, secondsAfter } from '../instant.ts';
import type { Workflow } from '../workflow/workflow.ts';
import { blackoutAt, clearFrom, type SchedulePlan } from './plan.ts';
import { type Pending, type Run, runByHand, runOf, sourceRun } from './run.ts';
import { nextAfter } from './when.ts';

export interface Schedule {
  readonly plan: SchedulePlan;
  /** Its ETag: how often the plan has changed; 1 where it was kept before that was counted. */
  readonly revision?: number;
  readonly createdAt: Instant;
  readonly changedAt: Instant;
  readonly by: string;
  /** When it is due next; absent while it is disabled, and where it never is again. */
  readonly nextAt?: Instant;
  readonly skipNext?: { readonly by: string; readonly reason: string; readonly at: Instant };
  readonly pending?: Pending;
  /** Newest last; the last of them are kept, history keeps all. */
  readonly runs: readonly Run[];
  /** The last source that was seen, where it waits for a new one. */
  readonly source?: string;
  /** Why nobody can say what the source is now, and since when. */
  readonly sourceFailure?: Failure & { readonly since: Instant };
  readonly removed?: { readonly by: string; readonly at: Instant };
}

export type ScheduleEvent =
  | { readonly type: 'defined'; plan: SchedulePlan; by: string; at: Instant }
  | { readonly type: 'removed'; by: string; at: Instant }
  | { readonly type: 'skip-asked'; by: string; reason: string; at: Instant }
  | { readonly type: 'run-asked'; by: string; at: Instant; request?: string }
  /** The moment has come; of two who saw it only the first counts. */
  | { readonly type: 'due'; dueAt: Instant; at: Instant }
  /** The source was asked for. `isNew`: no version of the set was made from it. */
  | { readonly type: 'source-seen'; dueAt: Instant; source: string; isNew: boolean; at: Instant }
  /** Nobody could say what the source is. `isKnown`: that is no news. */
  | { readonly type: 'source-missed'; dueAt: Instant; failure: Failure; isKnown: boolean; at: Instant }
  | {
      readonly type: 'waits';
      run: string;
      waitingFor: string;
      lookAt: Instant;
      at: Instant;
      isBlackout?: true;
    }
  /** Its version is asked for now: whoever dies in between, it is asked for again. */
  | { readonly type: 'asks'; run: string; at: Instant }
  | { readonly type: 'started'; run: string; version: string; at: Instant }
  | { readonly type: 'skipped'; run: string; reason: string; at: Instant }
  | { readonly type: 'failed'; run: string; failure: Failure; at: Instant };

export type ScheduleCommand =
  | { readonly type: 'due'; readonly dueAt: Instant }
  | { readonly type: 'ask-source'; readonly dueAt: Instant }
  | { readonly type: 'start'; readonly pending: Pending };

const remembered = 50;
/** A run that could not begin in so long is given up: the next one is near. */
const startMinutes = 7 * 24 * 60;
/** Who asks for a version is heard of by then, or has died. */
const askMinutes = 2;

/** When a schedule is due, and what became of each time that it was. */
export const scheduleLife: Workflow<Schedule, ScheduleEvent, ScheduleCommand> = {
  evolve(schedule, event) {
    if (event.type === 'defined') return defined(schedule, event);
    if (!schedule || schedule.removed) return schedule;
    if ('run' in event)
      return schedule.pending?.run.id === event.run ? ended(schedule, schedule.pending, event) : schedule;
    if ('dueAt' in event) return schedule.nextAt === event.dueAt ? come(schedule, event) : schedule;
    return asked(schedule, event);
  },

  decide({ pending, nextAt, plan, removed }, now) {
    if (removed) return {};
    if (pending && pending.lookAt <= now) return { command: { type: 'start', pending } };
    // A run that is to begin comes first: until it has begun, no other is due.
    if (pending) return { lookAgainAt: pending.lookAt };
    if (nextAt === undefined) return {};
    if (nextAt > now) return { lookAgainAt: nextAt };
    return { command: { type: plan.when.kind === 'new-source' ? 'ask-source' : 'due', dueAt: nextAt } };
  },

  isNews(event) {
    if (event.type === 'source-seen') return event.isNew;
    return event.type === 'source-missed' ? !event.isKnown : event.type !== 'waits' && event.type !== 'asks';
  },
};

function defined(
  schedule: Schedule | undefined,
  { plan, by, at }: Extract<ScheduleEvent, { type: 'defined' }>,
): Schedule {
  // Who has read one that is gone has not read the one that has its name now.
  const revision = schedule ? (schedule.revision ?? 1) + 1 : 1;
  if (!schedule || schedule.removed) {
    const runs = schedule?.runs ?? [];
    return withNext({ plan, revision, by, createdAt: at, changedAt: at, runs }, at);
  }
  if (JSON.stringify(schedule.plan) === JSON.stringify(plan)) return schedule;
  const changed = withNext({ ...schedule, plan, revision, by, changedAt: at }, at);
  const { pending, ...rest } = changed;
  // Of one whose version is asked for already it is too late to say anything.
  if (!pending || pending.isAsked) return changed;
  // What kept it back may be gone with the plan before.
  if (plan.enabled || !schedule.plan.enabled) return { ...rest, pending: { ...pending, lookAt: at } };
  return logged(rest, { ...pending.run, at, state: 'skipped', reason: `${by} disabled the schedule` });
}

/** The next time from now on: what changed its times, or lay disabled, makes up for nothing. */
function withNext(schedule: Schedule, at: Instant): Schedule {
  const { nextAt: _, ...rest } = schedule;
  const { when, enabled } = rest.plan;
  if (!enabled) return rest;
  const nextAt = when.kind === 'new-source' ? at : nextAfter(when, at);
  return nextAt === undefined ? rest : { ...rest, nextAt };
}

/** What people say of a schedule that is there. */
function asked(
  schedule: Schedule,
  event: Extract<ScheduleEvent, { type: 'removed' | 'skip-asked' | 'run-asked' }>,
): Schedule {
  const { by, at } = event;
  switch (event.type) {
    case 'removed': {
      const { plan, revision = 1, createdAt, changedAt, runs } = schedule;
      return { plan, revision, createdAt, changedAt, by: schedule.by, runs, removed: { by, at } };
    }
    case 'skip-asked': {
      if (schedule.skipNext || schedule.nextAt === undefined) return schedule;
      return { ...schedule, skipNext: { by, reason: event.reason, at } };
    }
    case 'run-asked': {
      const run = runByHand(at, by, event.request);
      const isBegun = schedule.pending !== undefined || schedule.runs.some(({ id }) => id === run.id);
      return isBegun ? schedule : begin(schedule, run);
    }
  }
}

function come(schedule: Schedule, event: Extract<ScheduleEvent, { dueAt: Instant }>): Schedule {
  const { dueAt, at } = event;
  if (event.type === 'due') return due(schedule, dueAt, at);
  const { sourceFailure: before, ...rest } = schedule;
  if (event.type === 'source-seen') return seen(rest, event);
  const since = (event.isKnown ? before?.since : undefined) ?? at;
  return { ...passed(rest, dueAt, at), sourceFailure: { ...event.failure, since } };
}

/** Of several times that nobody saw pass only one is made up for: the next is after now. */
function passed(schedule: Schedule, dueAt: Instant, at: Instant): Schedule {
  const { nextAt: _, ...rest } = schedule;
  const { when } = rest.plan;
  const after = at > dueAt ? at : dueAt;
  const nextAt =
    when.kind === 'new-source' ? minutesAfter(after, when.everyHours * 60) : nextAfter(when, after);
  return nextAt === undefined ? rest : { ...rest, nextAt };
}

function due(schedule: Schedule, dueAt: Instant, at: Instant): Schedule {
  const run = runOf(dueAt, at, 'due');
  const moved = passed(schedule, dueAt, at);
  const { policy, afterMinutes } = schedule.plan.missed;
  if (policy === 'run-once' || at <= minutesAfter(dueAt, afterMinutes)) return beginUnlessSkipped(moved, run);
  return logged(moved, { ...run, state: 'skipped', reason: `missed: nobody could begin it before ${at}` });
}

function seen(
  schedule: Schedule,
  { dueAt, source, isNew, at }: Extract<ScheduleEvent, { type: 'source-seen' }>,
): Schedule {
  const moved = { ...passed(schedule, dueAt, at), source };
  const run = { ...runOf(dueAt, at, 'new source'), id: sourceRun(source) };
  // Asked again before its version is made, the same source is still new: it is begun once all the same.
  const isBegun = schedule.runs.some(({ id, state }) => id === run.id && state !== 'failed');
  return isNew && !isBegun ? beginUnlessSkipped(moved, run) : moved;
}

function beginUnlessSkipped(schedule: Schedule, run: Run): Schedule {
  const { skipNext, ...rest } = schedule;
  if (!skipNext) return begin(schedule, run);
  return logged(rest, { ...run, state: 'skipped', reason: `${skipNext.by}: ${skipNext.reason}` });
}

/** Who asks by hand begins even in a blackout: it is what he asks for. */
function begin(schedule: Schedule, run: Run): Schedule {
  const blackout = run.why === 'by hand' ? undefined : blackoutAt(schedule.plan, run.at);
  if (blackout && schedule.plan.inBlackout === 'skip') {
    return logged(schedule, { ...run, state: 'skipped', reason: `blackout: ${blackout.reason}` });
  }
  const lookAt = blackout ? clearFrom(schedule.plan, run.at) : run.at;
  const waitingFor = blackout ? `the end of a blackout: ${blackout.reason}` : 'its version';
  return { ...schedule, pending: { run, lookAt, waitingFor, deadline: minutesAfter(lookAt, startMinutes) } };
}

function ended(
  schedule: Schedule,
  pending: Pending,
  event: Extract<ScheduleEvent, { run: string }>,
): Schedule {
  const { pending: _, ...rest } = schedule;
  const run = { ...pending.run, at: event.at };
  switch (event.type) {
    case 'waits': {
      const { waitingFor, lookAt, isBlackout } = event;
      // In a blackout it could not begin: the time that it has for that begins with its end.
      const deadline = isBlackout ? minutesAfter(lookAt, startMinutes) : pending.deadline;
      return { ...rest, pending: { ...pending, waitingFor, lookAt: earliest(lookAt, deadline), deadline } };
    }
    case 'asks': {
      if (pending.isAsked) return schedule;
      const lookAt = minutesAfter(event.at, askMinutes);
      return { ...rest, pending: { ...pending, lookAt, waitingFor: 'its version', isAsked: true } };
    }
    case 'started': {
      const next = run.why === 'due' ? afterBlackout(rest, event.at) : rest;
      return logged(next, { ...run, state: 'started', version: event.version });
    }
    case 'skipped':
      return logged(rest, { ...run, state: 'skipped', reason: event.reason });
    case 'failed':
      return logged(rest, { ...run, state: 'failed', failure: event.failure });
  }
}

/** A run that begins after a blackout makes up for all the times that lay in it. */
function afterBlackout(schedule: Schedule, at: Instant): Schedule {
  const { nextAt, plan } = schedule;
  if (nextAt === undefined || nextAt > at || !blackoutAt(plan, nextAt)) return schedule;
  // The moment at which it ends lies in it no more.
  return passed(schedule, secondsAfter(clearFrom(plan, nextAt), -0.001), nextAt);
}

function logged(schedule: Schedule, run: Run): Schedule {
  return { ...schedule, runs: [...schedule.runs, run].slice(-remembered) };
}
