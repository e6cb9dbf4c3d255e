import type { Failure } from '../errors.ts';
import { earliest, type Instant, minutesAfter } from '../instant.ts';
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
import {
  type AnyStage,
  type Blocked,
  canBeOverridden,
  canBePaused,
  canBeResumed,
  canBeRolledBack,
  canBeStopped,
  type Common,
  type Ending,
  type Facts,
  isPaused,
  type Pause,
  type Release,
  type ReleaseEvent,
  type Running,
  type Stage,
  merged,
  triedAnew,
  withWord,
} from './course.ts';

const day = 1440;
const noEnd = 3650 * day;

/**
 * What a version passes in each channel, in order, after it was built; with the minutes each may take. What has
 * a time of its own (the soak, an approval, a validation, the version's own stages) is given none here.
 */
export const stages = {
  build: noEnd, //     in the gallery; a build that failed can be retried
  soak: noEnd, //      the channel before has had it for so long
  approve: 120 * day, // as the channel's policy says
  enter: 60 * day, //  the channel is moved to it, host pool by host pool
  check: 30 * day, //  the channel's gate
} as const satisfies Record<Stage, number>;
/** `watch` waits for a person; `settle` ends what is open. */
const asides = { watch: noEnd, settle: 3 * day } as const;

type Told<Type extends ReleaseEvent['type']> = Extract<ReleaseEvent, { type: Type }>;
type Staged = Extract<Release, { phase: 'running' | 'blocked' | 'stopping' }>;
const never: Instant = '9999-12-31T23:59:59.999Z';

export const releaseLife: Workflow<Release, ReleaseEvent, StageCommand> = {
  evolve(release, event) {
    if (!release) return event.type === 'started' ? started(event) : undefined;
    switch (event.type) {
      case 'started':
        return release;
      case 'nudged':
        return nudged(release, event.at);
      case 'overridden':
        return overridden(release, event);
      case 'paused':
      case 'resumed':
      case 'stopped':
      case 'rollback-asked':
        return afterPeople(release, event);
      default:
        return afterLook(release, event);
    }
  },

  decide(release, now) {
    if (!('standing' in release)) return {};
    const { standing } = release;
    if (!isPaused(release)) return decideStage<AnyStage>(standing, now);
    const lookAt = earliest(standing.lookAt, release.pause.until ?? never);
    return decideStage<AnyStage>({ ...standing, lookAt, deadline: never }, now);
  },

  isNews: (event) => event.type !== 'nudged' && isStageNews(event),
};

function started({ set, number, channels, by, reason, at }: Told<'started'>): Release {
  const standing = entered('build' as const, at, stages.build, 0);
  const facts: Facts = { way: {}, overrides: [], said: [{ what: 'started', by, reason, at }] };
  return {
    set,
    number,
    channels,
    requested: { by, at, reason },
    facts,
    phase: 'running',
    index: 0,
    standing,
  };
}

/** What every phase keeps, so that nothing of the phase before is left over. */
function common({ set, number, channels, requested, facts }: Release): Common {
  return { set, number, channels, requested, facts };
}

function lookAfter(release: Release): number {
  return 'standing' in release ? release.standing.look + 1 : 0;
}

/** What an answer under way has read is old news; but who is at something that he intended is left to it. */
function nudged(release: Release, at: Instant): Release {
  if (!('standing' in release) || release.standing.intent) return release;
  const { standing } = release;
  return { ...release, standing: { ...standing, look: standing.look + 1, lookAt: at } } as Release;
}

function afterPeople(
  release: Release,
  event: Told<'paused' | 'resumed' | 'stopped' | 'rollback-asked'>,
): Release {
  const { by, reason, at } = event;
  switch (event.type) {
    case 'paused':
      return canBePaused(release) ? paused(withWord(release, 'paused', event), event) : release;
    case 'resumed':
      return canBeResumed(release) ? resumed(withWord(release, 'resumed', event), at) : release;
    case 'stopped':
      if (!canBeStopped(release)) return release;
      return stop(withWord(release, 'stopped', event), { phase: 'stopped', by, reason }, at);
    case 'rollback-asked': {
      if (!canBeRolledBack(release)) return release;
      const asked = { by, reason, request: event.request };
      return stop(withWord(release, 'rolled back', event), { phase: 'rolled-back', wentBack: [], asked }, at);
    }
  }
}

/** From here on nothing new begins; what it has set going is held by its looks. */
function paused(release: Running, { by, reason, at, until }: Pause): Release {
  const { standing, facts } = release;
  return {
    ...release,
    facts: { ...facts, isHeld: true },
    pause: { by, reason, at, ...(until !== undefined && { until }) },
    standing: { ...standing, look: standing.look + 1, lookAt: at },
  };
}

/** After a pause the stage begins anew; after a failure it is tried anew. */
function resumed(release: Running | Blocked, at: Instant): Release {
  if (release.phase === 'running') {
    // Who intended something before the pause may still be at it.
    const { stage, intent } = release.standing;
    const anew = enter(release, stage, release.index, at);
    return intent ? { ...anew, standing: { ...anew.standing, intent } } : anew;
  }
  return enter(triedAnew(release), release.stage, release.index, at);
}

function overridden(release: Release, { override, at }: Told<'overridden'>): Release {
  if (!canBeOverridden(release) || override.channel !== release.channels[release.index]) return release;
  const said = withWord(release, 'overrode', { ...override, at });
  const facts = { ...said.facts, overrides: [...said.facts.overrides, override] };
  return enter({ ...said, facts }, release.stage, release.index, at);
}

function enter(release: Release, stage: Stage, index: number, at: Instant): Running {
  const standing = entered(stage, at, stages[stage], lookAfter(release));
  return { ...common(release), phase: 'running', index, standing };
}

function stop(release: Release, ending: Ending, at: Instant): Release {
  const index = 'index' in release ? release.index : release.channels.length - 1;
  const standing = entered('settle' as const, at, asides.settle, lookAfter(release));
  const intendedAt = 'standing' in release ? release.standing.intent?.at : undefined;
  const stage = 'standing' in release ? release.standing.stage : 'settle';
  const from = { stage, ...(intendedAt !== undefined && { intendedAt }) };
  return { ...common(release), phase: 'stopping', index, from, standing, ending };
}

function afterLook(release: Release, event: StageEvent<AnyStage, Facts>): Release {
  if (!('standing' in release) || !answers<AnyStage, Facts>(release.standing, event)) return release;
  const { ending, ...more } = ('facts' in event && event.facts) || {};
  const known = { ...release, facts: merged(release.facts, more) };
  if (ending) return afterEnding(known, ending, event.at);
  switch (event.type) {
    case 'stage-running':
    case 'stage-intended':
    case 'stage-troubled':
      return { ...known, standing: stays(release, event) } as Release;
    case 'stage-done':
      return afterStage(known, event.at);
    case 'stage-failed':
    case 'stage-overdue':
      return afterFailure(known, event);
  }
}

/** What is settled has ended; what is not is settled first. */
function afterEnding(release: Staged, ending: Ending, at: Instant): Release {
  return release.phase === 'stopping' ? { ...common(release), at, ...ending } : stop(release, ending, at);
}

/** An intention stands until it was answered: what was heard of it needs it no more. */
function stays(
  release: Staged,
  event: Told<'stage-running' | 'stage-intended' | 'stage-troubled'>,
): Standing<AnyStage> {
  const { intent, ...next } = stayed<AnyStage, Facts>(release.standing, event);
  const isHeard = event.type === 'stage-running' && !isPaused(release);
  return isHeard || !intent ? next : { ...next, intent };
}

/** In each channel the stages follow one another; it first soaks in the one before, unless that is the first. */
function afterStage(release: Staged, at: Instant): Release {
  switch (release.phase) {
    case 'stopping':
      return { ...common(release), at, ...release.ending };
    case 'blocked':
      return enter(release, release.stage, release.index, at);
    case 'running': {
      const next = afterRunning(release, at);
      return release.pause && next.phase === 'running' ? { ...next, pause: release.pause } : next;
    }
  }
}

function afterRunning(release: Running, at: Instant): Release {
  const { index, standing, channels } = release;
  switch (standing.stage) {
    case 'build':
    case 'soak':
      return enter(release, 'approve', index, at);
    case 'approve':
      return enter(release, 'enter', index, at);
    case 'enter':
      return enter(release, 'check', index, at);
    case 'check':
      return index + 1 < channels.length
        ? enter(release, 'soak', index + 1, at)
        : { ...common(release), phase: 'released', at };
  }
}

function afterFailure(release: Staged, event: Told<'stage-failed' | 'stage-overdue'>): Release {
  const { failure, at } = event;
  switch (release.phase) {
    case 'running':
      return afterRefusal(release, failure, at);
    case 'blocked':
    case 'stopping': {
      // Neither is given up: something of it may be open.
      const { stage } = release.standing;
      const standing = entered(stage, at, asides[stage], lookAfter(release));
      const later = { ...standing, lookAt: minutesAfter(at, 5), waitingFor: failure.message };
      return { ...release, standing: later } as Release;
    }
  }
}

/** What turns out at the door is put right where it belongs. */
function afterRefusal(release: Running, failure: Failure, at: Instant): Release {
  const { index, standing } = release;
  if (standing.stage !== 'enter') return block(release, standing.stage, index, failure, at);
  switch (failure.code) {
    case 'SoakNotOver':
      return enter(release, 'soak', index, at);
    case 'ApprovalRequired':
    case 'ApprovalExpired':
      return block(release, 'approve', index, failure, at);
    case 'GateNotPassed':
      return block(release, 'check', Math.max(0, index - 1), failure, at);
    default:
      return block(release, 'enter', index, failure, at);
  }
}

function block(release: Running, stage: Stage, index: number, failure: Failure, at: Instant): Release {
  const standing = entered('watch' as const, at, asides.watch, lookAfter(release));
  return { ...common(release), phase: 'blocked', index, stage, failure, since: at, standing };
}
