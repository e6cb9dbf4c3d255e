import { isResourceId, sameId } from '../core/resource-id.ts';
import type { World } from '../core/world.ts';
import { HOST_POOL, refusal, UNLIMITED, type HostPool, type HostPoolProperties } from './host-pool.ts';
import { managementOf } from './management.ts';
import { DAYS, ianaZone, minutesOf } from './scaling-phase.ts';
import {
  plansOf,
  type HostPoolReference,
  type ScalingPlanProperties,
  type ScalingSchedule,
  type TimeOfDay,
} from './scaling-plan.ts';

/** Least and most of each share, as the REST reference has them. */
const PERCENTS = [
  ['rampUpMinimumHostsPct', 0],
  ['rampUpCapacityThresholdPct', 1],
  ['rampDownMinimumHostsPct', 0],
  ['rampDownCapacityThresholdPct', 1],
] as const;
const PHASES = ['rampUp', 'peak', 'rampDown', 'offPeak'] as const;

/** Refuses a plan that Azure would not take: from the REST reference and "Create and assign a scaling plan". */
export function refusePlan(
  world: World,
  id: string,
  location: string,
  properties: Omit<ScalingPlanProperties, 'objectId'>,
): void {
  const { timeZone, hostPoolType, schedules, hostPoolReferences } = properties;
  if (!/^[\w@.\- ]{3,64}$/.test(id.split('/').at(-1) ?? ''))
    throw refusal(400, 'The name of the plan is invalid.');
  if (ianaZone(timeZone) === undefined)
    throw refusal(400, `TimeZone '${timeZone}' is not a time zone of Windows.`);
  // Those of a personal plan are resources of their own, `personalSchedules`.
  if (hostPoolType === 'Personal' && schedules.length > 0) {
    throw refusal(400, 'Schedules of a plan for personal host pools are personalSchedules.');
  }
  for (const schedule of schedules) refuseSchedule(schedule);
  refuseOverlap(schedules);
  for (const reference of hostPoolReferences) refuseReference(world, id, location, properties, reference);
  const paths = hostPoolReferences.map(({ hostPoolArmPath }) => hostPoolArmPath.toLowerCase());
  if (new Set(paths).size < paths.length) throw refusal(400, 'A host pool is referenced twice.');
}

function refuseSchedule(schedule: ScalingSchedule): void {
  const { name, daysOfWeek } = schedule;
  if (!name || !daysOfWeek || daysOfWeek.length === 0)
    throw refusal(400, 'A schedule has a name and days of the week.');
  const foreign = daysOfWeek.find((day) => !(DAYS as readonly string[]).includes(day));
  if (foreign !== undefined) throw refusal(400, `'${foreign}' is not a day of the week.`);
  for (const [key, least] of PERCENTS) {
    const value = schedule[key];
    if (!Number.isInteger(value) || value < least || value > 100) {
      throw refusal(400, `${key} of schedule '${name}' must be between ${least} and 100.`);
    }
  }
  const starts = PHASES.map((phase) => {
    const algorithm = schedule[`${phase}LoadBalancingAlgorithm`];
    if (algorithm !== 'BreadthFirst' && algorithm !== 'DepthFirst') {
      throw refusal(
        400,
        `${phase}LoadBalancingAlgorithm of schedule '${name}' must be BreadthFirst or DepthFirst.`,
      );
    }
    return startOf(schedule[`${phase}StartTime`], `${phase}StartTime of schedule '${name}'`);
  });
  // "This time is also the end time for the ramp-up phase", and so on: each begins after the one before.
  if (starts.some((start, index) => index > 0 && start <= (starts[index - 1] ?? 0))) {
    throw refusal(400, `The phases of schedule '${name}' must begin one after the other.`);
  }
}

function startOf(time: Partial<TimeOfDay> | undefined, what: string): number {
  const { hour = -1, minute = -1 } = time ?? {};
  const fits =
    Number.isInteger(hour) &&
    hour >= 0 &&
    hour < 24 &&
    Number.isInteger(minute) &&
    minute >= 0 &&
    minute < 60;
  if (!fits) throw refusal(400, `${what} must have an hour (0 to 23) and a minute (0 to 59).`);
  return minutesOf({ hour, minute });
}

/** The documents show one schedule a day; two on the same day are refused, as the portal does. */
function refuseOverlap(schedules: readonly ScalingSchedule[]): void {
  const days = schedules.flatMap(({ daysOfWeek }) => daysOfWeek);
  const twice = days.find((day, index) => days.indexOf(day) !== index);
  if (twice !== undefined) throw refusal(400, `More than one schedule of the plan is active on ${twice}.`);
  const names = schedules.map(({ name }) => name.toLowerCase());
  if (new Set(names).size < names.length) throw refusal(400, 'Schedules of a plan have names of their own.');
}

function refuseReference(
  world: World,
  id: string,
  location: string,
  { hostPoolType, schedules }: Omit<ScalingPlanProperties, 'objectId'>,
  { hostPoolArmPath, scalingPlanEnabled }: HostPoolReference,
): void {
  const found = isResourceId(hostPoolArmPath)
    ? world.resources.find<HostPoolProperties>(hostPoolArmPath)
    : undefined;
  if (found?.type !== HOST_POOL) throw refusal(400, `HostPool '${hostPoolArmPath}' could not be found.`);
  if (typeof scalingPlanEnabled !== 'boolean')
    throw refusal(400, 'scalingPlanEnabled must be true or false.');
  refuseUnfitPool(found, location, hostPoolType);
  if (plansOf(world, found).some((plan) => !sameId(plan.id, id))) {
    throw refusal(400, `HostPool '${found.name}' is already assigned to another scaling plan.`);
  }
  const creates = schedules.some(({ scalingMethod }) => scalingMethod === 'CreateDeletePowerManage');
  // "This requires the createDelete property to be set, and the assigned hostpool to have a session host config."
  if (creates && managementOf(found) !== 'Automated') {
    throw refusal(400, `HostPool '${found.name}' has no session host configuration to create hosts from.`);
  }
}

function refuseUnfitPool(pool: HostPool, location: string, hostPoolType: string): void {
  const { hostPoolType: type, maxSessionLimit } = pool.properties;
  if (type !== hostPoolType)
    throw refusal(400, `HostPool '${pool.name}' is not of the plan's type, ${hostPoolType}.`);
  if (pool.location !== location) {
    throw refusal(400, `HostPool '${pool.name}' is not in the region of the scaling plan, ${location}.`);
  }
  // "You must have a configured MaxSessionLimit parameter for that host pool. Don't use the default value."
  if (type === 'Pooled' && maxSessionLimit === UNLIMITED) {
    throw refusal(400, `HostPool '${pool.name}' has no MaxSessionLimit.`);
  }
}
