import { mark } from './exclude.ts';
import type { Host } from './host.ts';
import type { HostPlan } from './course.ts';
import { madeByTag, poolTag, poolTagOf } from './machine.ts';
import { unequippedTag, userTag } from './tag.ts';

/** What says of a machine that it was made for this host in this rollout, at whichever try. */
export function madeBy({ rollout, machine }: HostPlan): string {
  return `${rollout}/${machine.instanceId}`;
}

/** The tags of a machine while it is made: whose it is, and that the scaling plan is to leave it alone. */
export function tagsOf({ plan, facts }: Host): Readonly<Record<string, string>> {
  const { prior = { allowNewSession: true }, blueprint } = facts;
  const extensions = (blueprint?.extensions ?? []).map(({ name }) => name);
  return {
    [madeByTag]: madeBy(plan),
    [poolTag]: poolTagOf(plan.pool),
    [plan.policy.exclusionTag]: mark(prior),
    ...(extensions.length > 0 && { [unequippedTag]: extensions.join(' ').slice(0, 256) }),
    ...(prior.assignedUser !== undefined && { [userTag]: prior.assignedUser }),
  };
}
