import { type Failure, failure } from '../errors.ts';
import type { Instant } from '../instant.ts';
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
import { type Holding, type Left, type Past, type Wanted, whyNotLetIn, withRollouts } from './holding.ts';
import type { StatedPolicy } from './policy.ts';

/** The stages of a movement, in order, with the minutes each may take; each has a file of its own. */
export const stages = {
  admit: 60, //      the version may be used
  stop: 5760, //     rollouts of former movements have ended
  include: 4320, //  the version is no longer dark, and knows where it is
  announce: 60, //   chat is going to be told
  roll: 43_200, //   every host pool of the channel is on it
  exclude: 20_160, // what was taken back is dark again
} as const;
export type Stage = keyof typeof stages;
const order = Object.keys(stages) as Stage[];

interface Common {
  readonly set: string;
  readonly channel: string;
  readonly createdAt: Instant;
  readonly changedAt: Instant;
  /** Goes up with whatever people decide on: the policy, and what it holds. Its ETag. */
  readonly revision: number;
  readonly policy?: StatedPolicy;
  /** The number of its last movement. */
  readonly movements: number;
  /** While nothing is under way: the number of the next look, which none of a former movement has. */
  readonly nextLook: number;
  /** What it held, newest first. */
  readonly past: readonly Past[];
  /** Movements whose rollouts may still be open, and are to be over before others begin. */
  readonly unstopped: readonly number[];
  readonly leaving: readonly Left[];
}

type Still =
  | { readonly phase: 'empty' }
  | { readonly phase: 'settled'; readonly holds: Holding; readonly at: Instant }
  | {
      readonly phase: 'stuck';
      readonly holds: Holding;
      readonly stage: Stage;
      readonly failure: Failure;
      readonly at: Instant;
    };

/** What the channel goes back to if the version is not let in. */
type Before = Still | { readonly phase: 'moving'; readonly holds: Holding };

export type Moving = Common & {
  readonly phase: 'moving';
  readonly holds: Holding;
  readonly standing: Standing<Stage>;
  /** Only until the version is let in. */
  readonly before?: Before;
};

/** A named ring of an image set: holds at most one version, and is moved from one to the next. */
export type Channel = (Common & Still) | Moving;

export interface Facts {
  readonly rollouts: readonly string[];
}

interface Named {
  readonly set: string;
  readonly channel: string;
  /** The revision that it was decided on: of two decisions on the same, one counts. */
  readonly onto: number;
  readonly at: Instant;
}

export type ChannelEvent =
  | ({ readonly type: 'defined'; readonly policy: StatedPolicy; readonly by: string } & Named)
  | ({ readonly type: 'moved'; readonly wanted: Wanted } & Named)
  | { readonly type: 'retried'; readonly movement: number; readonly by: string; readonly at: Instant }
  | {
      readonly type: 'stopped';
      readonly movement: number;
      readonly by: string;
      readonly reason: string;
      readonly at: Instant;
    }
  | StageEvent<Stage, Facts>;

const remembered = 50;

export const channelLife: Workflow<Channel, ChannelEvent, StageCommand> = {
  evolve(channel, event) {
    if (event.type === 'defined') return defined(channel ?? begun(event), event);
    if (event.type === 'moved') return moved(channel ?? begun(event), event);
    if (!channel) return undefined;
    switch (event.type) {
      case 'retried':
        return retried(channel, event);
      case 'stopped':
        return stopped(channel, event);
      default:
        return channel.phase === 'moving' ? afterLook(channel, event) : channel;
    }
  },
  decide: (channel, now) => (channel.phase === 'moving' ? decideStage<Stage>(channel.standing, now) : {}),
  isNews: isStageNews,
};

/** Why the channel cannot be moved so as it stands; undefined if it can. */
export function whyNotMoved(
  channel: Channel | undefined,
  { wanted, onto }: Told<'moved'>,
): Failure | undefined {
  const held = channel && heldBy(channel);
  if (onto !== (channel?.revision ?? 0)) {
    const now = held ? `holds ${held.number}, by ${held.by} since ${held.at}` : 'holds nothing';
    return failure('PreconditionFailed', `The channel was changed meanwhile: it ${now}.`);
  }
  if (held?.number === wanted.number) {
    return failure('InvalidPhase', `The channel holds ${wanted.number} already.`);
  }
  return wanted.cause === 'rollback' ? undefined : whyNotLetIn(held, wanted);
}

export function heldBy(channel: Channel): Holding | undefined {
  return channel.phase === 'empty' ? undefined : channel.holds;
}

/** Whether rollouts of this movement may begin. One that waits to be let in keeps none of the former from it. */
export function isUnderWay(channel: Channel, movement: number): boolean {
  if (channel.phase !== 'moving') return false;
  const { holds, before } = channel;
  return holds.movement === movement || (before?.phase === 'moving' && before.holds.movement === movement);
}

type Told<Type extends ChannelEvent['type']> = Extract<ChannelEvent, { type: Type }>;

function begun({ set, channel, at }: Named): Channel {
  const named = { set, channel, createdAt: at, changedAt: at, revision: 0, movements: 0 };
  return { ...named, nextLook: 0, past: [], unstopped: [], leaving: [], phase: 'empty' };
}

function defined(channel: Channel, { policy, onto, at }: Told<'defined'>): Channel {
  const isSame = JSON.stringify(channel.policy) === JSON.stringify(policy);
  if (channel.revision !== onto || isSame) return channel;
  return { ...channel, policy, revision: onto + 1, changedAt: at };
}

/** What every phase keeps, so that nothing of the phase before is left over. */
function common(channel: Channel): Common {
  const { set, channel: name, createdAt, changedAt, revision, policy, movements } = channel;
  const { past, unstopped, leaving } = channel;
  const known = { set, channel: name, createdAt, changedAt, revision, movements, past, unstopped, leaving };
  return { ...known, nextLook: lookAfter(channel), ...(policy && { policy }) };
}

function moved(channel: Channel, event: Told<'moved'>): Channel {
  if (whyNotMoved(channel, event)) return channel;
  const { wanted, onto, at } = event;
  const movement = channel.movements + 1;
  const { number, cause } = wanted;
  const kept = { ...common(channel), revision: onto + 1, movements: movement, changedAt: at };
  const holds: Holding = { ...wanted, movement, at, rollouts: [] };
  const standing = entered('admit' as const, at, stages.admit, lookAfter(channel));
  const was = heldBy(channel);
  if (!was) return { ...kept, phase: 'moving', holds, standing };
  const left: Past = { ...was, rollouts: [], leftAt: at, leftFor: { movement, number, cause } };
  const past = [left, ...channel.past].slice(0, remembered);
  const next = { ...kept, past, phase: 'moving' as const, holds, standing };
  if (channel.phase === 'moving' && channel.standing.stage === 'admit') {
    // Nothing was begun for what was not let in: behind it is still what was there before.
    return { ...next, ...(channel.before && { before: channel.before }) };
  }
  const unstopped = channel.phase === 'settled' ? [] : [was.movement];
  const leaves: Left = {
    number: was.number,
    isPromotion: was.isPromotion,
    isTakenBack: cause === 'rollback',
  };
  return {
    ...next,
    unstopped: [...new Set([...channel.unstopped, ...unstopped])],
    leaving: [...channel.leaving.filter((one) => one.number !== was.number), leaves],
    before: snapshot(channel),
  };
}

function snapshot(channel: Channel): Before {
  switch (channel.phase) {
    case 'empty':
      return { phase: 'empty' };
    case 'moving':
      return { phase: 'moving', holds: channel.holds };
    case 'settled':
      return { phase: 'settled', holds: channel.holds, at: channel.at };
    case 'stuck': {
      const { phase, holds, stage, failure, at } = channel;
      return { phase, holds, stage, failure, at };
    }
  }
}

function lookAfter(channel: Channel): number {
  return channel.phase === 'moving' ? channel.standing.look + 1 : channel.nextLook;
}

function retried(channel: Channel, { movement, at }: Told<'retried'>): Channel {
  if (channel.phase !== 'stuck' || channel.holds.movement !== movement) return channel;
  // Rollouts that failed are set aside first, so that new ones begin.
  const stage = channel.stage === 'roll' ? 'stop' : channel.stage;
  const own = stage === 'stop' ? [movement] : [];
  const unstopped = [...new Set([...channel.unstopped, ...own])];
  const standing = entered(stage, at, stages[stage], lookAfter(channel));
  return { ...common(channel), unstopped, phase: 'moving', holds: channel.holds, standing };
}

function stopped(channel: Channel, { movement, by, reason, at }: Told<'stopped'>): Channel {
  if (channel.phase !== 'moving' || channel.holds.movement !== movement) return channel;
  const why = failure(
    'RolloutFailed',
    `The movement to ${channel.holds.number} was stopped by ${by}: ${reason}`,
  );
  if (channel.standing.stage === 'admit') return undone(channel, why, at);
  // Every host pool is on it: there is nothing left to stop.
  if (channel.standing.stage === 'exclude') return channel;
  return stuck(channel, 'stop', why, at);
}

function stuck(channel: Moving, stage: Stage, failure: Failure, at: Instant): Channel {
  return { ...common(channel), phase: 'stuck', holds: channel.holds, stage, failure, at };
}

/** The version was not let in: the channel holds again what it held, and nothing has happened to that. */
function undone(channel: Moving, why: Failure, at: Instant): Channel {
  const { holds, before = { phase: 'empty' as const } } = channel;
  const back = before.phase === 'empty' ? undefined : before.holds;
  const { movement, number, cause } = back ?? { movement: 0, number: '', cause: 'rollback' as const };
  const never: Past = { ...holds, leftAt: at, leftFor: { movement, number, cause }, undone: why };
  const past = [never, ...channel.past.filter((one) => one.movement !== back?.movement)];
  const kept: Common = {
    ...common(channel),
    revision: channel.revision + 1,
    changedAt: at,
    past: past.slice(0, remembered),
    unstopped: channel.unstopped.filter((one) => one !== back?.movement),
    leaving: channel.leaving.filter((one) => one.number !== back?.number),
  };
  if (before.phase !== 'moving') return { ...kept, ...before };
  // It was let in before, so that it need not be again.
  const standing = entered('stop' as const, at, stages.stop, lookAfter(channel));
  return { ...kept, phase: 'moving', holds: before.holds, standing };
}

function afterLook(channel: Moving, event: StageEvent<Stage, Facts>): Channel {
  if (!answers<Stage, Facts>(channel.standing, event)) return channel;
  const rollouts = 'facts' in event ? event.facts?.rollouts : undefined;
  const known = rollouts ? { ...channel, holds: withRollouts(channel.holds, rollouts) } : channel;
  switch (event.type) {
    case 'stage-running':
    case 'stage-intended':
    case 'stage-troubled':
      return { ...known, standing: stayed<Stage, Facts>(channel.standing, event) };
    case 'stage-done':
      return afterStage(known, event.at);
    case 'stage-failed':
    case 'stage-overdue':
      if (event.stage === 'admit') return undone(known, event.failure, event.at);
      return stuck(known, event.stage, event.failure, event.at);
  }
}

function afterStage(channel: Moving, at: Instant): Channel {
  const { stage, look } = channel.standing;
  const applied = stage === 'roll' ? { appliedAt: at } : {};
  const holds: Holding = { ...channel.holds, ...applied };
  const kept = { ...common(channel), ...(stage === 'stop' && { unstopped: [] }) };
  const next = order[order.indexOf(stage) + 1];
  if (!next) return { ...kept, leaving: [], phase: 'settled', holds, at };
  const leaving =
    stage === 'admit' ? kept.leaving.filter(({ number }) => number !== holds.number) : kept.leaving;
  return { ...kept, leaving, phase: 'moving', holds, standing: entered(next, at, stages[next], look + 1) };
}
