import { type FleetAddress, type Machine, poolTag, poolTagOf } from './machine.ts';
import type { HostPoolAddress, SessionHost } from './session-host.ts';

/**
 * Those of the machines that are the pool's. A scale set is one pool's; in a resource group there may be others,
 * which nobody touches and nobody judges: there it is on what a session host of the pool is, or what was made for it.
 */
export function membersOf(
  pool: HostPoolAddress,
  { scaleSet }: FleetAddress,
  machines: readonly Machine[],
  sessionHosts: readonly Pick<SessionHost, 'resourceId'>[],
): readonly Machine[] {
  if (scaleSet !== undefined) return machines;
  const registered = new Set(sessionHosts.map(({ resourceId }) => resourceId.toLowerCase()));
  const ours = poolTagOf(pool);
  return machines.filter(
    ({ id, tags }) => registered.has(id.toLowerCase()) || tags[poolTag]?.toLowerCase() === ours,
  );
}
