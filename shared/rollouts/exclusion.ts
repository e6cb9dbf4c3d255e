import type { ErrorCode } from '../errors.ts';
import type { Facts } from './course.ts';
import type { HostPoolReading } from './host-pool.ts';
import type { PoolLink } from './pool.ts';

/** What the policy says if nobody stated a tag. */
export const usualExclusionTag = 'goldsmith-exclude';

type Blocked = { readonly code: ErrorCode; readonly message: string };

/**
 * The tag by which autoscale leaves a machine alone: only the scaling plan's own does. Or why none would: then
 * hosts would be started, stopped and taken out of drain while they are updated.
 */
export function exclusionTagFor(
  { exclusionTag }: { readonly exclusionTag: string },
  { scalingPlan, managedNatively }: HostPoolReading,
): string | Blocked {
  if (!scalingPlan) return exclusionTag;
  const { name, exclusionTag: its, createsAndDeletes } = scalingPlan;
  // One that is managed natively is refused for that alone.
  if (createsAndDeletes && managedNatively !== true) {
    const message = `Scaling plan ${name} creates and deletes hosts of the pool by itself.`;
    return { code: 'ScalingPlanDeletesHosts', message };
  }
  if (its === '') {
    const message = `Scaling plan ${name} has no exclusion tag: nothing keeps it from hosts that are updated.`;
    return { code: 'ScalingPlanWithoutTag', message };
  }
  // Azure does not tell tag names apart by their case.
  if (its.toLowerCase() === exclusionTag.toLowerCase() || exclusionTag === usualExclusionTag) return its;
  const message = `Scaling plan ${name} leaves machines alone by tag ${its}, and the policy says ${exclusionTag}.`;
  return { code: 'ExclusionTagMismatch', message };
}

/** The tag that the hosts of a rollout get: as it was found when the rollout was prepared last. */
export function tagIn({ exclusionTag }: Pick<Facts, 'exclusionTag'>, { policy }: PoolLink): string {
  return exclusionTag ?? policy.exclusionTag;
}
