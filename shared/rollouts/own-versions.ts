import type { Facts, OwnVersion } from './course.ts';
import type { Rollout } from './rollout.ts';

interface Wanted {
  readonly imageVersionId: string;
  readonly ownVersions?: readonly OwnVersion[] | undefined;
}

/** Of a host by its instance the image version that it is to be brought to: the rollout's, or one of its own. */
export function imagesFor({ imageVersionId, ownVersions = [] }: Wanted): (instanceId: string) => string {
  const own = new Map(
    ownVersions.flatMap((one) => one.instances.map((instanceId) => [instanceId, one.imageVersionId])),
  );
  return (instanceId) => own.get(instanceId) ?? imageVersionId;
}

/** The number of the version that this host is to be brought to. */
export function numberFor({ version, requested }: Rollout, instanceId: string): string {
  const own = requested.ownVersions?.find(({ instances }) => instances.includes(instanceId));
  return (own ?? version).number;
}

/** All the versions that a rollout brings hosts to. */
export function versionsOf({ version, requested }: Rollout): readonly Rollout['version'][] {
  return [version, ...(requested.ownVersions ?? [])];
}

/** The images that a rollout found its hosts on, with the instances of each; ids as Azure compares them. */
export function foundByImage({
  foundOn,
  sessionsBefore = {},
  hosts = {},
}: Facts): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  if (!foundOn) return found;
  const add = (image: string, instanceId: string) => {
    const instances = found.get(image);
    if (instances) instances.push(instanceId);
    else found.set(image, [instanceId]);
  };
  for (const instanceId of Object.keys(sessionsBefore))
    add(foundOn.others[instanceId] ?? foundOn.most, instanceId);
  // One that joined since is known by its record.
  for (const { instanceId, from } of Object.values(hosts)) {
    if (from !== undefined && sessionsBefore[instanceId] === undefined) add(from.toLowerCase(), instanceId);
  }
  return found;
}
