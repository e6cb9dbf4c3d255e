import { counted } from '../counted.ts';
import {
  canBeOverridden,
  canBePaused,
  canBeResumed,
  canBeRolledBack,
  canBeStopped,
  isPaused,
  type Release,
  stepOf,
} from './course.ts';
import { channelAt, versionIdOf } from './stage.ts';

/** `waiting` ends by itself; `blocked` ends when somebody decides; `moving` has work under way. */
export type Movement = 'moving' | 'waiting' | 'blocked' | 'paused' | 'over';

interface Explained {
  readonly movement: Movement;
  readonly since: string;
  readonly because: { readonly code: string; readonly message: string };
  readonly until?: string | undefined;
  /** What is wrong, where something is: its own advice. */
  readonly remedy?: string;
}

/** Why a release is or is not moving, since when, when it looks next, and what somebody can do about it. */
export function explained(release: Release, { canGoBack = true }: { readonly canGoBack?: boolean } = {}) {
  const { movement, since, because, until, remedy } = standing(release);
  return {
    id: versionIdOf(release),
    imageSet: release.set,
    version: release.number,
    status: release.phase,
    ...('index' in release && { channel: channelAt(release), stage: stageOf(release) }),
    movement,
    since,
    because: [because],
    ...('standing' in release && { nextCheck: release.standing.lookAt }),
    ...(until !== undefined && { until }),
    youCan: [...(remedy === undefined ? [] : [remedy]), ...choices(release, canGoBack)],
  };
}

/** The stage it is at; where it waits for a person, the one that it would go on with. */
export function stageOf(release: Release): string | undefined {
  if (release.phase === 'blocked') return release.stage;
  return 'standing' in release ? release.standing.stage : undefined;
}

function standing(release: Release): Explained {
  switch (release.phase) {
    case 'running':
      return whileRunning(release);
    case 'blocked': {
      const { failure, since } = release;
      return { movement: 'blocked', since, because: failure, remedy: failure.remedy };
    }
    case 'stopping': {
      const { since, waitingFor } = release.standing;
      const message = `It is being ended as ${release.ending.phase}: it waits for ${waitingFor || 'its first look'}.`;
      return { movement: 'moving', since, because: { code: 'Stopping', message } };
    }
    default:
      return { movement: 'over', since: release.at, because: endOf(release) };
  }
}

const codes = {
  build: 'Build',
  soak: 'SoakNotOver',
  approve: 'ApprovalRequired',
  enter: 'Entering',
  check: 'Validating',
} as const;
const movements = {
  build: 'moving',
  soak: 'waiting',
  approve: 'blocked',
  enter: 'moving',
  check: 'moving',
} as const;

function whileRunning(release: Extract<Release, { phase: 'running' }>): Explained {
  if (isPaused(release)) {
    const { by, reason, at, until } = release.pause;
    const because = { code: 'Paused', message: `${by} paused it: ${reason}` };
    return { movement: 'paused', since: at, because, ...(until !== undefined && { until }) };
  }
  const { stage, since, waitingFor, troubles } = release.standing;
  const waits = waitingFor || 'its first look';
  if (troubles > 0) {
    const message = `No answer ${counted(troubles, 'time')} in a row: ${waits}`;
    return { movement: 'waiting', since, because: { code: 'Trouble', message } };
  }
  const step = stepOf(release.facts.way, channelAt(release));
  const until =
    stage === 'soak' ? step.soakUntil : stage === 'approve' ? step.approval?.expiresAt : undefined;
  const isSentence = stage === 'soak' && waitingFor !== '';
  const message = `Stage ${stage} of ${channelAt(release)}: ${isSentence ? '' : 'it waits for '}${ended(waits)}`;
  return { movement: movements[stage], since, until, because: { code: codes[stage], message } };
}

const ended = (text: string) => (text.endsWith('.') ? text : `${text}.`);

function endOf(release: Exclude<Release, { phase: 'running' | 'blocked' | 'stopping' }>) {
  switch (release.phase) {
    case 'released':
      return {
        code: 'Released',
        message: `Channel ${release.channels.at(-1)} has it, and it passed its gate.`,
      };
    case 'stopped':
      return { code: 'Stopped', message: `${release.by} ended it: ${release.reason}` };
    case 'superseded': {
      const { channel, newer } = release;
      return { code: 'Superseded', message: `Channel ${channel} holds ${newer}, which is newer.` };
    }
    case 'rolled-back': {
      const { wentBack, to } = release;
      const where = wentBack.join(', ') || 'No channel';
      return { code: 'RolledBack', message: `${where} went back${to === undefined ? '' : ` to ${to}`}.` };
    }
    case 'revoked':
      return { code: 'Revoked', message: release.reason };
    case 'canceled':
      return { code: 'Canceled', message: release.reason };
  }
}

function choices(release: Release, canGoBack: boolean): string[] {
  const path = `/releases/${versionIdOf(release)}`;
  const approval = isApproving(release) && stepOf(release.facts.way, channelAt(release)).approval;
  return [
    ...(approval
      ? [
          `approve it: POST /approvals/${approval.id}/approve`,
          `reject it: POST /approvals/${approval.id}/reject`,
        ]
      : []),
    ...(canBeOverridden(release) ? [`let the checks through: POST ${path}/override`] : []),
    ...(canBeResumed(release)
      ? [`${isPaused(release) ? 'resume it' : 'try it again'}: POST ${path}/resume`]
      : []),
    ...(canBePaused(release) ? [`pause it: POST ${path}/pause`] : []),
    ...(canBeStopped(release) ? [`stop it: POST ${path}/stop`] : []),
    ...(isEntered(release) && canGoBack && canBeRolledBack(release) && release.phase !== 'rolled-back'
      ? [`take it back: POST ${path}/rollback`]
      : []),
  ];
}

/** Some channel has moved to it, so that there may be something to take back. */
export function isEntered({ facts }: Release): boolean {
  return Object.values(facts.way).some(({ movement }) => movement !== undefined);
}

function isApproving(release: Release): boolean {
  return release.phase === 'running' && !isPaused(release) && release.standing.stage === 'approve';
}
