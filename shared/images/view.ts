import { canBeCanceled, canBeRetried, type Version } from './image.ts';
import type { ImageSet } from './image-set.ts';
import { versionId } from './stage.ts';

/** An image set as the API shows it. */
export function imageSetView(name: string, { plan, createdAt, changedAt, lastNumber }: ImageSet) {
  return { name, ...plan, createdAt, changedAt, latestVersion: lastNumber };
}

/** A version as the API shows it: how it stands, what it waits for, and what can be done about it. */
export function versionView(version: Version) {
  const { set, number, phase, requested, facts, plan } = version;
  const { source, steps = [], regions = {}, checks = [], rollouts = [], channels = [] } = facts;
  return {
    id: versionId(version),
    imageSet: set,
    version: number,
    status: phase,
    ...standing(version),
    requested,
    source: source ?? plan.source.marketplace,
    steps: steps.map(({ name, exitCode, seconds }) => ({ name, exitCode, seconds })),
    regions,
    checks,
    rollouts,
    channels,
    imageVersionId: facts.imageVersionId,
    approval: facts.approval,
    promotedAt: facts.promotedAt,
    canBeCanceled: canBeCanceled(version),
    canBeRetriedFrom: canBeRetried(version),
  };
}

function standing(version: Version) {
  switch (version.phase) {
    case 'running':
    case 'withdrawing': {
      const { stage, since, waitingFor, lookAt, deadline, troubles } = version.standing;
      return { stage, since, waitingFor, nextLookAt: lookAt, deadline, troubles };
    }
    case 'awaiting-approval':
      return { since: version.since, waitingFor: 'approval', expiresAt: version.expiresAt };
    case 'failed':
      return { stage: version.stage, since: version.at, failure: version.failure };
    case 'canceled':
      return { since: version.at, canceled: { by: version.by, reason: version.reason } };
    case 'released':
      return { since: version.at };
  }
}
