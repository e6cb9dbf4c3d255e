import type { Failure } from '../errors.ts';
import { earliest, type Instant, minutesAfter, secondsBetween } from '../instant.ts';
import {
  answers,
  decideStage,
  entered,
  isStageNews,
  type StageCommand,
  type StageEvent,
  type Standing,
  stayed,
} from '../workflow/stages.ts';
import type { Workflow } from '../workflow/workflow.ts';
import type { Facts } from './facts.ts';
import {
  courseOf,
  firstFacts,
  type HostPlan,
  isAfter,
  isToRestore,
  isUndone,
  minutesFor,
  type Spent,
  type Stage,
  timeOf,
  withoutMachine,
} from './course.ts';

interface Common {
  readonly plan: HostPlan;
  readonly startedAt: Instant;
  /** The last time anything was heard of it: whatever was done to it by then was done before. */
  readonly heardAt: Instant;
  readonly spent: Spent;
  readonly facts: Facts;
}

export type Host = Common &
  (
    | { readonly phase: 'running'; readonly standing: Standing<Stage> }
    | { readonly phase: 'putting-back'; readonly standing: Standing<Stage>; readonly ending: Ending }
    | ({ readonly at: Instant } & (Ending | { readonly phase: 'done' } | Lost))
  );

/** Who took the order back, and why. */
export interface Revoked {
  readonly by: string;
  readonly reason: string;
}

/** What a host that is put back as it was will have been. */
export type Ending =
  | (Revoked & { readonly phase: 'put-back' })
  | { readonly phase: 'deferred'; readonly stage: Stage; readonly failure: Failure }
  | { readonly phase: 'failed'; readonly stage: Stage; readonly failure: Failure };

/** Neither as it was nor on the version: stays drained and excluded, and counts as lost. */
interface Lost {
  readonly phase: 'quarantined';
  readonly stage: Stage;
  readonly failure: Failure;
}

export type HostEvent =
  /** Whoever admits it may take that back in the same breath: then it is over before anything was done. */
  | { readonly type: 'admitted'; plan: HostPlan; at: Instant; revoked?: Revoked }
  | { readonly type: 'aborted'; by: string; reason: string; at: Instant }
  /** It is this host's turn. */
  | { readonly type: 'go'; at: Instant }
  | StageEvent<Stage, Facts>;

export const hostLife: Workflow<Host, HostEvent, StageCommand> = {
  evolve(host, event) {
    if (event.type === 'admitted') return host ?? admitted(event);
    if (!host) return undefined;
    const next = told(host, event);
    return next === host ? host : { ...next, heardAt: event.at };
  },

  decide(host, now) {
    return 'standing' in host ? decideStage<Stage>(host.standing, now) : {};
  },

  isNews: isStageNews,
};

/** Whether the host can no longer be put back: what is at its point of no return is intended, and was not refused for certain. */
export function isPastReturn(host: Host): boolean {
  if (host.phase !== 'running') return false;
  const course = courseOf(host.plan);
  const { stage, intent } = host.standing;
  if (host.plan.task === 'add') return stage === course.point;
  const { replaced, updated, deregistered, notRemoved = 0, restore, refused } = host.facts;
  // Of an earlier deletion that nobody answered for, the session host may be gone.
  const isTouched = replaced === true || updated === true || deregistered === true || notRemoved > 0;
  if (isTouched || restore !== undefined) return true;
  if (stage === course.point) return intent !== undefined && refused !== true;
  return isAfter(course, stage, course.point);
}

/** What the machine is to be made from now. */
export function wantedImage({ plan, facts }: Pick<Host, 'plan' | 'facts'>): string {
  return (facts.restore && facts.blueprint?.imageVersionId) ?? plan.imageVersionId;
}

/** When it will have been empty for as long as it must, or was; undefined while it is not empty, or later on. */
export function emptyAt({ plan, facts, ...host }: Host): Instant | undefined {
  if (host.phase !== 'running') return undefined;
  const { stage, since } = host.standing;
  if (stage === 'turn') return since;
  const isQuiet = stage === 'empty' && Boolean(facts.quietSince);
  return isQuiet ? minutesAfter(facts.quietSince ?? '', plan.policy.minDrainMinutes) : undefined;
}

function admitted({ plan, at, revoked }: Extract<HostEvent, { type: 'admitted' }>): Host {
  const [first] = courseOf(plan).order;
  const begun: Common = {
    plan,
    startedAt: at,
    heardAt: at,
    spent: { users: 0, turn: 0, azure: 0, own: 0 },
    facts: firstFacts(plan),
  };
  return revoked
    ? { ...begun, at, phase: 'put-back', ...revoked }
    : { ...begun, phase: 'running', standing: entered(first, at, minutesFor(first, plan), 0) };
}

function told(host: Host, event: Exclude<HostEvent, { type: 'admitted' }>): Host {
  if (event.type === 'go') return afterWord(host, event.at);
  return event.type === 'aborted' ? afterAbort(host, event) : afterLook(host, event);
}

/** Heard once; a host that is on its way back, or was let go before, does not hear it any more. */
function afterWord(host: Host, at: Instant): Host {
  if (host.phase !== 'running' || host.facts.goAt !== undefined) return host;
  const { stage } = host.standing;
  const course = courseOf(host.plan);
  const heard: Host = { ...host, facts: { ...host.facts, goAt: at } };
  // Nobody waits for the word on a host that is added.
  if (host.plan.task === 'add') return heard;
  if (isAfter(course, stage, 'turn')) return host;
  if (stage === 'turn') return enter(course.point, heard, at);
  // From here on others wait for it: it is looked at as soon as it has been empty for long enough.
  const lookAt = earliest(host.standing.lookAt, emptyAt(host) ?? host.standing.lookAt);
  return { ...heard, standing: { ...host.standing, lookAt } };
}

function afterAbort(host: Host, { by, reason, at }: Extract<HostEvent, { type: 'aborted' }>): Host {
  if (host.phase !== 'running' || isPastReturn(host)) return host;
  return putBack(host, { phase: 'put-back', by, reason }, at);
}

function afterLook(host: Host, event: StageEvent<Stage, Facts>): Host {
  if (!('standing' in host) || !answers<Stage, Facts>(host.standing, event)) return host;
  const next: Host =
    'facts' in event && event.facts ? { ...host, facts: { ...host.facts, ...event.facts } } : host;
  switch (event.type) {
    case 'stage-running':
    case 'stage-intended':
    case 'stage-troubled':
      return { ...next, standing: stayed<Stage, Facts>(host.standing, event) };
    case 'stage-done':
      return next.phase === 'putting-back'
        ? afterWayBack(next, event.stage, event.at)
        : afterStage(next, event.stage, event.at);
    case 'stage-failed':
    case 'stage-overdue':
      return afterFailure(next, event);
  }
}

function afterStage(host: Host, stage: Stage, at: Instant): Host {
  const { facts } = host;
  const { order, point } = courseOf(host.plan);
  if (isUndone(stage, facts)) return enter('empty', host, at);
  if (stage === 'empty' && facts.goAt !== undefined) return enter(point, host, at);
  // The machine is gone, and an earlier work kept what it takes to make it anew.
  if (stage === 'exclude' && facts.blueprint !== undefined) return enter('create', host, at);
  const next = order[order.indexOf(stage) + 1];
  if (next) return enter(next, host, at);
  return {
    ...common(host, at),
    at,
    ...(facts.restore ? { phase: 'failed', ...facts.restore } : { phase: 'done' }),
  };
}

function afterWayBack(host: Host & { phase: 'putting-back' }, stage: Stage, at: Instant): Host {
  const { wayBack } = courseOf(host.plan);
  const next = isUndone(stage, host.facts) ? 'empty' : wayBack[wayBack.indexOf(stage) + 1];
  return next ? goBack(next, host, host.ending, at) : { ...common(host, at), at, ...host.ending };
}

function afterFailure(
  host: Host,
  { stage, failure, at }: Extract<StageEvent<Stage, Facts>, { type: 'stage-failed' | 'stage-overdue' }>,
): Host {
  const isPast = isPastReturn(host);
  // There is nothing left to put back, and nothing of it to count. What came with a host that was added may be left.
  const isGone = failure.code === 'HostVanished' && (host.plan.task !== 'add' || isPast);
  if (isGone) return { ...common(host, at), at, phase: 'failed', stage, failure };
  if (isPast && isToRestore(host, stage, failure.code)) return restored(host, stage, failure, at);
  if (host.phase === 'putting-back' || isPast) {
    return { ...common(host, at), at, phase: 'quarantined', stage, failure };
  }
  const phase = failure.code === 'UsersStayed' ? 'deferred' : 'failed';
  return putBack(host, { phase, stage, failure }, at);
}

/** What was made is removed and made again: of what was done to it nothing counts any more. */
function restored(host: Host, stage: Stage, failure: Failure, at: Instant): Host {
  return enter(
    'remove',
    { ...host, facts: { ...withoutMachine(host.facts), restore: { stage, failure } } },
    at,
  );
}

/** What every phase keeps, so that nothing of the phase before is left over; its time is accounted for. */
function common(host: Host, at: Instant): Common {
  const { plan, startedAt, heardAt, facts } = host;
  if (!('standing' in host)) return { plan, startedAt, heardAt, spent: host.spent, facts };
  const whose = timeOf[host.standing.stage];
  // Instants are whole milliseconds, and so is their sum.
  const ms = Math.round((host.spent[whose] + secondsBetween(host.standing.since, at)) * 1000);
  const spent = { ...host.spent, [whose]: ms / 1000 };
  return { plan, startedAt, heardAt, spent, facts };
}

function lookAfter(host: Host): number {
  return 'standing' in host ? host.standing.look + 1 : 0;
}

function enter(stage: Stage, host: Host, at: Instant): Host {
  const standing = entered(stage, at, minutesFor(stage, host.plan), lookAfter(host));
  return { ...common(host, at), phase: 'running', standing };
}

function putBack(host: Host, ending: Ending, at: Instant): Host {
  return goBack(courseOf(host.plan).wayBack[0], host, ending, at);
}

function goBack(stage: Stage, host: Host, ending: Ending, at: Instant): Host {
  const standing = entered(stage, at, minutesFor(stage, host.plan), lookAfter(host));
  return { ...common(host, at), phase: 'putting-back', standing, ending };
}
