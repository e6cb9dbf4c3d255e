import type { Instant } from '../instant.ts';
import {
  canBeOverridden,
  canBePaused,
  canBeResumed,
  canBeRolledBack,
  canBeStopped,
  isPaused,
  type Override,
  type Release,
  stepOf,
} from './course.ts';
import { isEntered, stageOf } from './explain.ts';
import { channelAt, versionIdOf } from './stage.ts';

/** A release as the API shows it: all of its way, and who said what. */
export function releaseView(release: Release, now: Instant) {
  const { set, number, phase, requested, facts, channels } = release;
  return {
    id: versionIdOf(release),
    imageSet: set,
    version: number,
    status: phase,
    ...(isSomewhere(release) && { channel: channelAt(release), stage: stageOf(release) }),
    ...standing(release),
    requested,
    imageVersionId: facts.imageVersionId,
    channels: channels.map((channel) => channelView(release, channel, now)),
    people: facts.said,
    canBePaused: canBePaused(release),
    canBeResumed: canBeResumed(release),
    canBeOverridden: canBeOverridden(release),
    canBeStopped: canBeStopped(release),
    canBeRolledBack: isEntered(release) && canBeRolledBack(release),
  };
}

/** One that had ended before it was to be taken back is at no channel any more. */
function isSomewhere(release: Release): release is Extract<Release, { readonly index: number }> {
  return 'index' in release && !(release.phase === 'stopping' && release.from.stage === 'settle');
}

function standing(release: Release) {
  if ('standing' in release) {
    const { since, waitingFor, lookAt: nextLookAt } = release.standing;
    return {
      since: release.phase === 'blocked' ? release.since : since,
      waitingFor,
      nextLookAt,
      ...(isPaused(release) && { paused: release.pause }),
      ...(release.phase === 'blocked' && { failure: release.failure }),
      ...(release.phase === 'stopping' && { ending: release.ending }),
    };
  }
  if (release.phase === 'released') return { since: release.at };
  const { set: _, number: __, channels: ___, requested: ____, facts: _____, at, phase, ...ending } = release;
  return { since: at, [phase]: ending };
}

function channelView(release: Release, channel: string, now: Instant) {
  const step = stepOf(release.facts.way, channel);
  const overrides = release.facts.overrides.filter((one) => one.channel === channel);
  return {
    name: channel,
    state: stateOf(release, channel),
    soakUntil: step.soakUntil,
    approval: step.approval,
    proof: step.proof,
    movement: step.movement,
    enteredAt: step.enteredAt,
    appliedAt: step.appliedAt,
    validation: step.validation,
    passedAt: step.passedAt,
    ...(overrides.length > 0 && { overrides: overrides.map((one) => overrideView(one, now)) }),
    ...(step.takenBack && { takenBack: step.takenBack }),
  };
}

/** For ever shown, whether it still counts or not. */
function overrideView(override: Override, now: Instant) {
  return { ...override, counts: now < override.expiresAt };
}

function stateOf(release: Release, channel: string): string {
  const { takenBack, passedAt, movement } = stepOf(release.facts.way, channel);
  if (takenBack && takenBack.refused === undefined) return 'taken-back';
  if (isSomewhere(release) && channelAt(release) === channel) return stageOf(release) ?? 'ahead';
  if (passedAt !== undefined) return 'passed';
  return movement === undefined ? 'ahead' : 'entered';
}
