import { ArmError } from '../core/arm-error.ts';
import type { Fault } from '../core/faults.ts';
import type { Resource } from '../core/resources.ts';
import type { StorageProfile, VersionProperties } from './image-version.ts';
import { invalid, refuseChange } from './writing.ts';

type Version = Resource<VersionProperties>;

/** A version is made of what it was made of. */
export function refuseOtherSource(before: StorageProfile, after: StorageProfile = {}): void {
  const path = 'galleryImageVersion.properties.storageProfile';
  refuseChange(`${path}.source`, before.source, after.source);
  refuseChange(`${path}.osDiskImage.source.id`, before.osDiskImage?.source, after.osDiskImage?.source);
  const luns = (profile: StorageProfile) =>
    (profile.dataDiskImages ?? []).map(({ lun }) => lun).toSorted((one, other) => one - other);
  if (after.dataDiskImages === undefined || luns(before).join() === luns(after).join()) return;
  throw new ArmError(
    409,
    'PropertyChangeNotAllowed',
    'Adding new Data Disks or changing the LUN of a Data Disk in an existing Image is not allowed',
    { target: `${path}.dataDiskImages` },
  );
}

/** Azure finds out only while it copies; a shallow version is not copied ("large images", up to 32 TB). */
export function tooLarge({ properties }: Version): Fault | undefined {
  const size = properties.storageProfile.osDiskImage?.sizeInGB ?? 0;
  if (size <= MOST_GB || properties.publishingProfile.replicationMode === 'Shallow') return undefined;
  const message =
    "Replication failed in this region due to 'The GalleryImageVersion source resource size " +
    `${size} exceeds the max size ${MOST_GB} supported'`;
  return { fault: 'fail-replication', message };
}

const MOST_GB = 2048;

/** Three 32-bit numbers without leading zeros. */
export function checkVersionName(name: string): void {
  const parts = name.split('.');
  const fits =
    parts.length === 3 && parts.every((part) => /^(?:0|[1-9]\d*)$/.test(part) && Number(part) < 2 ** 31);
  if (!fits)
    throw invalid('galleryImageVersionName', name, 'The format is int.int.int, each at most 2147483647.');
}

/** A version may be kept from being deleted before its time. */
export function refuseBeforeEndOfLife({ name, properties }: Version, now: number): void {
  const { endOfLifeDate } = properties.publishingProfile;
  const blocks = properties.safetyProfile.blockDeletionBeforeEndOfLife === true;
  if (!blocks || endOfLifeDate === undefined || Date.parse(endOfLifeDate) <= now) return;
  throw new ArmError(
    409,
    'DeleteGalleryImageVersionBlockedBeforeEndOfLife',
    `The gallery image version '${name}' cannot be deleted before its end of life date '${endOfLifeDate}', because ` +
      'blockDeletionBeforeEndOfLife is set.',
  );
}
