import { ArmError } from '../core/arm-error.ts';
import { regionName } from '../core/resource-id.ts';
import type { Resource } from '../core/resources.ts';
import type { PublishingProfile, TargetRegion, VersionProperties } from './image-version.ts';
import { displayName, requireRegion } from './regions.ts';
import { invalid, refuseChange } from './writing.ts';

/** "There's a limit of 100 replicas for each image version." */
const MOST_REPLICAS = 100;
const TARGETS = 'galleryImageVersion.properties.publishingProfile.targetRegions';

/** The publishing profile of a new version: checked, with Azure's defaults. */
export function newProfile(
  given: Partial<PublishingProfile>,
  location: string,
  now: number,
): PublishingProfile {
  const replicaCount = given.replicaCount ?? 1;
  const storageAccountType = given.storageAccountType ?? 'Standard_LRS';
  const wanted = given.targetRegions?.length ? given.targetRegions : [{ name: location }];
  checkEndOfLife(given.endOfLifeDate, now);
  const targetRegions = checkedTargets(wanted, { location, replicaCount, storageAccountType });
  if (given.replicationMode === 'Shallow') refuseManyReplicas(targetRegions);
  return {
    ...given,
    targetRegions,
    replicaCount,
    storageAccountType,
    excludeFromLatest: given.excludeFromLatest ?? false,
    replicationMode: given.replicationMode ?? 'Full',
    publishedDate: new Date(now).toISOString(),
  };
}

/** The profile after an update, or the refusal of what cannot be changed. */
export function changedProfile(
  version: Resource<VersionProperties>,
  given: Partial<PublishingProfile>,
  allowRemoval: boolean,
  now: number,
): PublishingProfile {
  const before = version.properties.publishingProfile;
  const fixed = 'galleryImageVersion.properties.publishingProfile';
  refuseChange(`${fixed}.storageAccountType`, before.storageAccountType, given.storageAccountType);
  refuseChange(`${fixed}.replicationMode`, before.replicationMode, given.replicationMode);
  if (given.endOfLifeDate !== before.endOfLifeDate) checkEndOfLife(given.endOfLifeDate, now);
  const after = { ...before, ...given, publishedDate: before.publishedDate };
  if (!given.targetRegions?.length) return { ...after, targetRegions: before.targetRegions };
  const { replicaCount = 1, storageAccountType = 'Standard_LRS' } = after;
  const location = version.location ?? '';
  const targetRegions = checkedTargets(given.targetRegions, { location, replicaCount, storageAccountType });
  for (const was of before.targetRegions) {
    const kept = targetRegions.find(({ name }) => regionName(name) === regionName(was.name));
    if (!kept && !allowRemoval) throw incompleteTargets(version);
    refuseChange(`${TARGETS}.storageAccountType`, was.storageAccountType, kept?.storageAccountType);
  }
  return { ...after, targetRegions };
}

function checkedTargets(
  wanted: readonly TargetRegion[],
  standard: { location: string; replicaCount: number; storageAccountType: string },
): TargetRegion[] {
  const targets = wanted.map((target) => ({
    name: displayName(requireRegion(target.name, 'galleries/images/versions')),
    regionalReplicaCount: target.regionalReplicaCount ?? standard.replicaCount,
    storageAccountType: target.storageAccountType ?? standard.storageAccountType,
    excludeFromLatest: target.excludeFromLatest ?? false,
  }));
  const names = targets.map(({ name }) => regionName(name));
  const double = names.find((name, index) => names.indexOf(name) !== index);
  if (double) throw invalid(TARGETS, double, 'The target regions contain duplicates.');
  if (!names.includes(regionName(standard.location))) {
    throw new ArmError(
      400,
      'InvalidParameter',
      `The publishing regions must contain the location of the image version '${standard.location}'.`,
      { target: TARGETS },
    );
  }
  const replicas = targets.map(({ regionalReplicaCount }) => regionalReplicaCount);
  const total = replicas.reduce((sum, count) => sum + count, 0);
  if (replicas.some((count) => !Number.isInteger(count) || count < 1) || total > MOST_REPLICAS) {
    throw invalid(
      `${TARGETS}.regionalReplicaCount`,
      replicas,
      `A version has 1 to ${MOST_REPLICAS} replicas in all.`,
    );
  }
  return targets;
}

/**
 * "Shallow replication" skips the copying and is "similar to how managed images worked": no document promises more
 * than one replica of what is not copied, so one a region is all there is.
 */
function refuseManyReplicas(targets: readonly TargetRegion[]): void {
  const many = targets.find(({ regionalReplicaCount = 1 }) => regionalReplicaCount > 1);
  if (!many) return;
  throw invalid(
    `${TARGETS}.regionalReplicaCount`,
    many.regionalReplicaCount,
    'With replication mode Shallow a region has one replica.',
  );
}

function checkEndOfLife(date: string | undefined, now: number): void {
  if (date === undefined || Date.parse(date) > now) return;
  throw new ArmError(400, 'InvalidParameter', 'EndOfLifeDate must be set to a future date.', {
    target: 'galleryImageVersion.properties.publishingProfile.endOfLifeDate',
  });
}

/** Without `allowDeletionOfReplicatedLocations` an update must name every region there is (or none at all). */
function incompleteTargets({ name }: Resource<VersionProperties>): ArmError {
  return new ArmError(
    400,
    'BadRequest',
    `Complete set of target locations not specified while updating gallery artifact '${name}' and type ` +
      "'GalleryImageVersion'. Deletion of previously replicated locations is not allowed, and you need to specify a " +
      'complete set of target locations in the update request or set allow deletion of replicated locations under ' +
      'safety profile property.',
  );
}
