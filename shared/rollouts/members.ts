import type { Instance } from './fleet.ts';
import type { SessionHostReading } from './host-pool.ts';
import type { PoolLink } from './pool.ts';

/** As the work on hosts tags what it makes: the pool of a machine that is in none yet, or no more. */
export const poolTag = 'goldsmith-host-pool';

/** Likewise: while it has this tag a machine that was made has not all of its extensions. */
export const unequippedTag = 'goldsmith-not-equipped';

/** The value of the tag for this pool. */
export function poolTagOf({ resourceGroup, hostPool }: Pick<PoolLink, 'resourceGroup' | 'hostPool'>): string {
  return `${resourceGroup}/${hostPool}`.toLowerCase();
}

/**
 * Those of the machines that are the pool's. In a resource group there may be others, which nobody touches: there it
 * is on what a session host of the pool is, or what was made for it.
 */
export function membersOf(
  link: PoolLink,
  instances: readonly Instance[],
  sessionHosts: readonly Pick<SessionHostReading, 'resourceId'>[],
): readonly Instance[] {
  if (link.scaleSet) return instances;
  const registered = new Set(sessionHosts.map(({ resourceId }) => resourceId.toLowerCase()));
  const ours = poolTagOf(link);
  return instances.filter(
    ({ id, tags }) => registered.has(id.toLowerCase()) || tags[poolTag]?.toLowerCase() === ours,
  );
}

/**
 * The machines there, but for those of other pools, for whoever asks who uses an image: whose a machine without a tag
 * is, only the broker knows, and it uses its image whosever it is.
 */
export function mostlyOf(link: PoolLink, instances: readonly Instance[]): readonly Instance[] {
  if (link.scaleSet) return instances;
  const ours = poolTagOf(link);
  return instances.filter(({ tags }) => (tags[poolTag]?.toLowerCase() ?? ours) === ours);
}

/**
 * The image version that most of the machines were made from, of those that are not on what they are to be on already:
 * what a pool without a model came from. Undefined if all are, or none is known.
 */
export function mostlyFrom(
  instances: readonly Instance[],
  wantedOn: (instanceId: string) => string,
): string | undefined {
  const counts = new Map<string, { id: string; count: number }>();
  for (const { imageVersionId: id, instanceId } of instances) {
    const key = id.toLowerCase();
    if (key !== '' && key !== wantedOn(instanceId).toLowerCase())
      counts.set(key, { id, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const [most] = [...counts.values()].toSorted((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1));
  return most?.id;
}
