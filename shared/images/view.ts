import { choices, explained, waysBack } from './explain.ts';
import { canBeCanceled, canBeRetried, type Version } from './image.ts';
import type { ImageSet } from './image-set.ts';
import type { Leftover } from './leftover.ts';
import { canBeDeleted, canBeRevoked, heldBy } from './shelf.ts';
import type { ShelfRequests } from './shelf-requests.ts';
import { versionId } from './stage.ts';
import { revisionOf } from '../precondition.ts';
import type { Standing } from '../workflow/stages.ts';

/** An image set as the API shows it. */
export function imageSetView(name: string, set: ImageSet) {
  const { plan, createdAt, changedAt, numbers, recipe, recipes } = set;
  const { revision, hash } = recipe;
  return {
    name,
    ...plan,
    revision: revisionOf(set),
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

/** What a revocation meets: who has the version at this moment, and the ways back. */
export function revokedView({ version, usedBy, blastRadius }: Awaited<ReturnType<ShelfRequests['revoke']>>) {
  const youCan = [...choices(version), ...waysBack(version, blastRadius)];
  return { ...versionView(version), usedBy, blastRadius, youCan };
}

/** A version as the API shows it: how it stands, what it waits for, and what can be done about it. */
export function versionView(version: Version) {
  const { set, number, phase, requested, facts, plan, noted } = version;
  const { steps = [], findings = [], regions = {} } = facts;
  return {
    id: versionId(version),
    imageSet: set,
    version: number,
    status: phase,
    ...standing(version),
    requested: askedView(requested),
    notes: noted?.notes ?? requested.notes,
    description: noted?.description,
    source: { ...plan.source, resolved: facts.source },
    attempt: facts.attempt ?? 1,
    steps,
    stepsTotal: plan.recipe.length,
    inspection: findings,
    regions,
    // Those that hold it; what is asked of it there says its release.
    channels: heldBy(version),
    release: requested.release && versionId(version),
    imageVersionId: facts.imageVersionId,
    leftovers: facts.leftovers,
    notCleanedUp: facts.notCleanedUp,
    promotedAt: facts.promotedAt,
    recall: facts.recall,
    deleteRefused: facts.deleteRefused,
    canBeCanceled: canBeCanceled(version),
    canBeRetriedFrom: canBeRetried(version),
    canBeRevoked: canBeRevoked(version),
    canBeDeleted: canBeDeleted(version),
  };
}

/** As it was asked for: with a release, and up to where. */
function askedView({ release, ...requested }: Version['requested']) {
  return { ...requested, release: release !== undefined, ...release };
}

function standing(version: Version) {
  switch (version.phase) {
    case 'running':
    case 'withdrawing':
      return underWay(version);
    case 'held': {
      const { since, expiresAt, stage, failure } = version;
      return { stage, since, waitingFor: 'a retry from capture, or cancel', expiresAt, failure };
    }
    default:
      return settled(version);
  }
}

function settled(version: Exclude<Version, { phase: 'running' | 'withdrawing' | 'held' }>) {
  switch (version.phase) {
    case 'failed':
      return { stage: version.stage, since: version.at, failure: version.failure };
    case 'canceled':
      return { since: version.at, canceled: said(version) };
    case 'available':
    case 'promoted':
    case 'superseded':
      return { since: version.at };
    case 'deprecated':
      return { since: version.at, deprecated: said(version) };
    case 'revoked':
      return {
        ...('standing' in version && underWay(version)),
        since: version.at,
        revoked: { ...said(version), rollback: version.rollback },
      };
    case 'deleting':
      return { ...underWay(version), deletion: said(version), before: version.before.phase };
    case 'deleted':
      return { since: version.at, deletion: said(version) };
  }
}

function said({ by, reason }: { readonly by: string; readonly reason: string }) {
  return { by, reason };
}

function underWay({ standing }: { readonly standing: Standing<string> }) {
  const { stage, since, waitingFor, lookAt, deadline, troubles } = standing;
  return { stage, since, waitingFor, nextLookAt: lookAt, deadline, troubles };
}
