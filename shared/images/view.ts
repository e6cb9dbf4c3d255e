import { explained } from './explain.ts';
import { canBeCanceled, canBeRetried, type Version } from './image.ts';
import type { ImageSet } from './image-set.ts';
import type { Leftover } from './leftover.ts';
import { versionId } from './stage.ts';

/** An image set as the API shows it. */
export function imageSetView(
  name: string,
  { plan, createdAt, changedAt, numbers, recipe, recipes }: ImageSet,
) {
  const { revision, hash } = recipe;
  return {
    name,
    ...plan,
    createdAt,
    changedAt,
    latestVersion: numbers.highest,
    recipeRevision: { revision, hash, of: recipes.length },
  };
}

/** What a version left on the bench, as the API shows it. */
export function leftoverView({ remains, since, left, why, tries, lookAt }: Leftover) {
  const { owner: version, set: imageSet, attempt } = remains;
  return { version, imageSet, attempt, since, left, why, tries, nextTryAt: lookAt };
}

/** Why a version is or is not moving. */
export const explainView = explained;

/** A version as the API shows it: how it stands, what it waits for, and what can be done about it. */
export function versionView(version: Version) {
  const { set, number, phase, requested, facts, plan } = version;
  const { steps = [], findings = [], regions = {}, checks = [], rollouts = [], channels = [] } = facts;
  return {
    id: versionId(version),
    imageSet: set,
    version: number,
    status: phase,
    ...standing(version),
    requested,
    source: { ...plan.source, resolved: facts.source },
    attempt: facts.attempt ?? 1,
    steps,
    stepsTotal: plan.recipe.length,
    inspection: findings,
    regions,
    checks,
    rollouts,
    channels,
    imageVersionId: facts.imageVersionId,
    leftovers: facts.leftovers,
    notCleanedUp: facts.notCleanedUp,
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
    case 'held': {
      const { since, expiresAt, stage, failure } = version;
      return { stage, since, waitingFor: 'a retry from capture, or cancel', expiresAt, failure };
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
