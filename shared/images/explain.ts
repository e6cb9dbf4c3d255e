import { canBeCanceled, canBeRetried, type Version } from './image.ts';
import { versionId } from './stage.ts';

/** `waiting` ends by itself; `blocked` ends when somebody decides; `moving` has work of ours or Azure's under way. */
export type Movement = 'moving' | 'waiting' | 'blocked' | 'over';

interface Explained {
  readonly movement: Movement;
  readonly since: string;
  readonly because: { readonly code: string; readonly message: string };
  readonly nextCheck?: string;
  readonly until?: string;
  /** What is wrong, where something is: its own advice. */
  readonly remedy?: string;
}

/** Why a version is or is not moving, since when, when it is looked at next, and what somebody can do about it. */
export function explained(version: Version) {
  const { movement, since, because, nextCheck, until, remedy } = standing(version);
  return {
    id: versionId(version),
    imageSet: version.set,
    version: version.number,
    status: version.phase,
    ...('standing' in version && { stage: version.standing.stage }),
    movement,
    since,
    because: [because],
    ...(nextCheck !== undefined && { nextCheck }),
    ...(until !== undefined && { until }),
    youCan: [...(remedy === undefined ? [] : [remedy]), ...choices(version)],
  };
}

function standing(version: Version): Explained {
  switch (version.phase) {
    case 'running':
    case 'withdrawing':
      return underWay(version);
    case 'held': {
      const { since, expiresAt: until, failure } = version;
      return { movement: 'blocked', since, until, because: failure, remedy: failure.remedy };
    }
    case 'awaiting-approval': {
      const message = 'Every check of its gate has passed: it waits for somebody to approve it.';
      const because = { code: 'ApprovalRequired', message };
      return { movement: 'blocked', since: version.since, until: version.expiresAt, because };
    }
    case 'failed': {
      const { at: since, failure } = version;
      return { movement: 'over', since, because: failure, remedy: failure.remedy };
    }
    case 'canceled': {
      const message = `${version.by} ended it: ${version.reason || 'no reason was given'}`;
      return { movement: 'over', since: version.at, because: { code: 'Canceled', message } };
    }
    case 'released': {
      const because = { code: 'Released', message: 'All its channels have it.' };
      return { movement: 'over', since: version.at, because };
    }
  }
}

function underWay(version: Extract<Version, { phase: 'running' | 'withdrawing' }>): Explained {
  const { stage, since, waitingFor, lookAt: nextCheck, deadline: until, troubles } = version.standing;
  const waits = waitingFor || 'its first look';
  const times = { since, nextCheck, until };
  if (troubles > 0) {
    const message = `Azure said no ${troubles} times in a row: ${waits}`;
    return { movement: 'waiting', ...times, because: { code: 'AzureTrouble', message } };
  }
  // In line for a place or a quota nothing moves, and it ends by itself.
  if (stage === 'admit') {
    const code = waits.startsWith('quota') ? 'QuotaExceeded' : 'BenchTaken';
    return { movement: 'waiting', ...times, because: { code, message: waits } };
  }
  const isEnding = version.phase === 'withdrawing';
  const message = `${isEnding ? 'It is being taken back' : `Stage ${stage}`}: it waits for ${waits}.`;
  return { movement: 'moving', ...times, because: { code: isEnding ? 'Withdrawing' : 'Stage', message } };
}

function choices(version: Version): string[] {
  const path = `/image-sets/${version.set}/versions/${version.number}`;
  const retries = canBeRetried(version).map((stage) => `retry it from ${stage}: POST ${path}/retry`);
  const isWaiting = version.phase === 'awaiting-approval';
  return [
    ...(isWaiting ? [`approve it: POST ${path}/approve`, `reject it: POST ${path}/reject`] : []),
    ...retries,
    ...(canBeCanceled(version) ? [`cancel it: POST ${path}/cancel`] : []),
  ];
}
