import type { Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import type { DailySchedule, Phase } from './scaling-phase.ts';
import { SCALING_PLAN, type ScalingPlan } from './scaling-plan.ts';

type Handling = 'None' | 'Deallocate' | 'Hibernate';

/** One schedule of a plan for personal host pools, a resource of its own under the plan. */
export type PersonalSchedule = DailySchedule & {
  readonly rampUpAutoStartHosts?: 'None' | 'WithAssignedUser' | 'All';
} & { readonly [Key in `${Phase}StartVMOnConnect`]?: 'Enable' | 'Disable' } & {
  readonly [Key in `${Phase}ActionOn${'Disconnect' | 'Logoff'}`]?: Handling;
} & { readonly [Key in `${Phase}MinutesToWaitOn${'Disconnect' | 'Logoff'}`]?: number };

export const PERSONAL_SCHEDULE = `${SCALING_PLAN}/personalSchedules`;

/** The schedules of a plan for personal pools. */
export function personalSchedulesOf({ resources }: World, plan: ScalingPlan): Resource<PersonalSchedule>[] {
  return resources.list<PersonalSchedule>({ type: PERSONAL_SCHEDULE, under: plan.id });
}
