import type { Failure } from '../errors.ts';
import { earliest, type Instant, minutesAfter, secondsAfter, secondsBetween } from '../instant.ts';
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
  afterOrder,
  type Facts,
  heldSince,
  type HostOrder,
  merged,
  type Pause,
  pausedByItself,
  type Requested,
} from './course.ts';
import type { PoolLink } from './pool.ts';

/** The stages of a rollout, in order, with the minutes each may take; each has a file of its own. */
export const stages = {
  claim: 60, //         the pool, which nobody else may hold
  prepare: 240, //      the scale set's model names the version
  roll: 20160, //       host by host, in a window above a floor
  'release-pool': 60,
} as const;
export type Stage = keyof typeof stages;
const order = Object.keys(stages) as Stage[];

/** How a rollout ends that does not succeed: what can be put back is, the rest is finished, the pool is let go. */
const stopping = { settle: 4320, 'release-pool': 60 } as const;
export type StoppingStage = keyof typeof stopping;
export type AnyStage = Stage | StoppingStage;

interface Common {
  readonly pool: string;
  readonly link: PoolLink;
  readonly version: { readonly number: string; readonly imageVersionId: string };
  readonly requested: Requested;
  /** The rollout that takes this one back. */
  readonly rolledBackBy?: string;
  readonly facts: Facts;
}

type Ending =
  | { readonly phase: 'failed'; readonly stage: AnyStage; readonly failure: Failure }
  | { readonly phase: 'aborted'; readonly by: string; readonly reason: string };

export type Rollout = Common &
  (
    | { readonly phase: 'running'; readonly standing: Standing<Stage>; readonly pause?: Pause }
    | { readonly phase: 'stopping'; readonly standing: Standing<StoppingStage>; readonly ending: Ending }
    | { readonly phase: 'succeeded'; readonly at: Instant }
    | ({
        readonly at: Instant;
        /** Whoever wanted it may want another try. */ readonly setAside?: true;
      } & Ending)
  );

export type RolloutEvent =
  | (Requested & {
      readonly type: 'requested';
      readonly pool: string;
      readonly link: PoolLink;
      readonly version: Common['version'];
    })
  /** `rollout` takes it back: if it is still under way it ends. */
  | { readonly type: 'rolled-back'; rollout: string; by: string; reason: string; at: Instant }
  | { readonly type: 'aborted'; by: string; reason: string; at: Instant }
  | { readonly type: 'paused'; by: string; reason: string; at: Instant; until?: Instant }
  /** `link` is the pool as it is by now: its policy may have been changed meanwhile. */
  | { readonly type: 'resumed'; by: string; at: Instant; link?: PoolLink }
  /** Freezes have changed: what a look under way has read of them is old news. */
  | { readonly type: 'freezes-changed'; by: string; at: Instant }
  | { readonly type: 'set-aside'; at: Instant }
  | HostOrder
  | StageEvent<AnyStage, Facts>;

export const rolloutLife: Workflow<Rollout, RolloutEvent, StageCommand> = {
  evolve(rollout, event) {
    if (event.type === 'requested') return rollout ?? requested(event);
    if (!rollout) return undefined;
    if ('stage' in event) return afterLook(rollout, event);
    switch (event.type) {
      case 'resumed':
        return isPaused(rollout) ? resumed(rollout, event) : rollout;
      case 'set-aside':
        return setAside(rollout);
      case 'rolled-back':
        return takenBack(rollout, event);
      default:
        return canBePaused(rollout) ? whileHostsMayStart(rollout, event) : rollout;
    }
  },

  decide(rollout, now) {
    if (!('standing' in rollout)) return {};
    const { standing } = rollout;
    if (rollout.phase === 'stopping' || heldSince(rollout) === undefined)
      return decideStage<AnyStage>(standing, now);
    const lookAt = earliest(standing.lookAt, rollout.pause?.until ?? standing.lookAt);
    return decideStage<AnyStage>({ ...standing, lookAt, deadline: never }, now);
  },

  isNews: isStageNews,
};

export function canBeAborted(rollout: Rollout): boolean {
  return canBePaused(rollout);
}

/** Once every host has ended there is nothing left that a pause could keep from starting. */
export function canBePaused(rollout: Rollout): rollout is Running {
  return rollout.phase === 'running' && rollout.standing.stage !== 'release-pool';
}

export function isPaused(rollout: Rollout): rollout is Running & { readonly pause: Pause } {
  return rollout.phase === 'running' && rollout.pause !== undefined;
}

type Running = Extract<Rollout, { phase: 'running' }>;

const never: Instant = '9999-12-31T23:59:59.999Z';
const longAgo: Instant = '1970-01-01T00:00:00.000Z';

export function isOver({ phase }: Rollout): boolean {
  return phase !== 'running' && phase !== 'stopping';
}

function requested(event: Extract<RolloutEvent, { type: 'requested' }>): Rollout {
  const { pool, link, version, type: _, ...requested } = event;
  const standing = entered('claim' as const, event.at, minutesFor('claim', requested), 0);
  return { pool, link, version, requested, facts: {}, phase: 'running', standing };
}

/** What every phase keeps, so that nothing of the phase before is left over. */
function common({ pool, link, version, requested, rolledBackBy, facts }: Rollout): Common {
  const known = { pool, link, version, requested, facts };
  return rolledBackBy === undefined ? known : { ...known, rolledBackBy };
}

/** One that takes another back first waits for its end, for as long as that may take. */
function minutesFor(stage: Stage, { rollbackOf }: Requested): number {
  const more = stage === 'claim' && rollbackOf !== undefined;
  return stages[stage] + (more ? stopping.settle + stopping['release-pool'] : 0);
}

/** Whatever is answered to the look that may be under way is old news. */
function lookAnew<Kind extends Running>(rollout: Kind, at: Instant): Kind {
  const { standing } = rollout;
  return { ...rollout, standing: { ...standing, look: standing.look + 1, lookAt: at } };
}

function setAside(rollout: Rollout): Rollout {
  if (rollout.phase !== 'failed' && rollout.phase !== 'aborted') return rollout;
  return rollout.setAside ? rollout : { ...rollout, setAside: true };
}

function takenBack(
  rollout: Rollout,
  { rollout: rolledBackBy, by, reason, at }: Told<'rolled-back'>,
): Rollout {
  if (rollout.rolledBackBy !== undefined) return rollout;
  const known = { ...rollout, rolledBackBy };
  if (!canBePaused(known)) return known;
  return stop(
    known,
    { phase: 'aborted', by, reason: `taken back by rollout ${rolledBackBy}: ${reason}` },
    at,
  );
}

function whileHostsMayStart(
  rollout: Running,
  event: Told<'aborted' | 'paused' | 'freezes-changed'> | HostOrder,
): Rollout {
  switch (event.type) {
    case 'aborted':
      return stop(rollout, { phase: 'aborted', by: event.by, reason: event.reason }, event.at);
    case 'paused':
      return paused(rollout, event);
    case 'freezes-changed':
      return lookAnew(rollout, event.at);
    case 'host-retried':
    case 'host-skipped': {
      const facts = afterOrder(rollout.facts, event);
      return facts === rollout.facts ? rollout : { ...lookAnew(rollout, event.at), facts };
    }
  }
}

function paused(rollout: Running, { by, reason, at, until }: Told<'paused'>): Rollout {
  // Told anew it is another reason or another end of the same pause.
  const pause: Pause = { by, reason, at: rollout.pause?.at ?? at, ...(until !== undefined && { until }) };
  return { ...lookAnew(rollout, at), pause };
}

type Told<Type extends RolloutEvent['type']> = Extract<RolloutEvent, { type: Type }>;

/** Goes on from what is true now: everything that was checked before the first host is checked again. */
function resumed(rollout: Running, { at, link }: Told<'resumed'>): Rollout {
  const stage = rollout.standing.stage === 'roll' ? 'prepare' : rollout.standing.stage;
  const standing = entered(stage, at, minutesFor(stage, rollout.requested), lookAfter(rollout));
  // What was read of the pool holds no longer: its policy may be another.
  const old = rollout.facts.reading && { reading: { ...rollout.facts.reading, at: longAgo } };
  const { modelChanged: _, ...known } = rollout.facts;
  const facts: Facts = { ...known, ...old, waits: { since: at, because: [] } };
  return { ...common(rollout), ...(link && { link }), facts, phase: 'running', standing };
}

function lookAfter(rollout: Rollout): number {
  return 'standing' in rollout ? rollout.standing.look + 1 : 0;
}

function afterLook(rollout: Rollout, event: StageEvent<AnyStage, Facts>): Rollout {
  if (!('standing' in rollout) || !answers<AnyStage, Facts>(rollout.standing, event)) return rollout;
  const known: Rollout =
    'facts' in event ? { ...rollout, facts: merged(rollout.facts, event.facts) } : rollout;
  switch (event.type) {
    case 'stage-running':
    case 'stage-intended':
    case 'stage-troubled':
      return pausedByItself(
        { ...known, standing: prolonged(rollout, known, event) } as Staged,
        'facts' in event ? event.facts : {},
      );
    case 'stage-done':
      return known.phase === 'stopping' ? afterStopping(known, event.at) : afterStage(known, event.at);
    case 'stage-failed':
    case 'stage-overdue':
      return afterFailure(known, event);
  }
}

type Staying = Told<'stage-running' | 'stage-intended' | 'stage-troubled'>;

function prolonged(before: Staged, { facts: { waits } }: Rollout, event: Staying): Standing<AnyStage> {
  const standing = stayed<AnyStage, Facts>(before.standing, event);
  const since = before.phase === 'running' && !before.pause ? heldSince(before) : undefined;
  if (since === undefined || waits?.since === since) return standing;
  return { ...standing, deadline: secondsAfter(standing.deadline, secondsBetween(since, event.at)) };
}

type Staged = Extract<Rollout, { phase: 'running' | 'stopping' }>;

function afterStage(rollout: Staged, at: Instant): Rollout {
  const next = order[order.indexOf(rollout.standing.stage as Stage) + 1];
  if (!next) return { ...common(rollout), phase: 'succeeded', at };
  const standing = entered(next, at, stages[next], lookAfter(rollout));
  const pause = isPaused(rollout) ? { pause: rollout.pause } : {};
  return { ...common(rollout), ...pause, phase: 'running', standing };
}

function afterStopping(rollout: Extract<Rollout, { phase: 'stopping' }>, at: Instant): Rollout {
  const { standing, ending } = rollout;
  if (standing.stage === 'release-pool') return { ...common(rollout), at, ...ending };
  return stopAt('release-pool', rollout, ending, at);
}

function afterFailure(
  rollout: Staged,
  { stage, failure, at }: Told<'stage-failed' | 'stage-overdue'>,
): Rollout {
  // Neither may be given up: a pool that is let go while its hosts are under way would be taken by the next.
  if (rollout.phase === 'stopping')
    return later(stopAt(rollout.standing.stage, rollout, rollout.ending, at), at);
  if (stage === 'release-pool') {
    const standing = entered('release-pool' as const, at, stages['release-pool'], lookAfter(rollout));
    return later({ ...common(rollout), phase: 'running', standing }, at);
  }
  return stop(rollout, { phase: 'failed', stage, failure }, at);
}

function stop(rollout: Rollout, ending: Ending, at: Instant): Rollout {
  return stopAt('settle', rollout, ending, at);
}

function stopAt(stage: StoppingStage, rollout: Rollout, ending: Ending, at: Instant): Rollout {
  const standing = entered(stage, at, stopping[stage], lookAfter(rollout));
  return { ...common(rollout), phase: 'stopping', standing, ending };
}

function later(rollout: Rollout, at: Instant): Rollout {
  if (!('standing' in rollout)) return rollout;
  return { ...rollout, standing: { ...rollout.standing, lookAt: minutesAfter(at, 5) } } as Rollout;
}
