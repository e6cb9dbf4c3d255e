import { isResourceId, sameId } from '../core/resource-id.ts';
import type { World } from '../core/world.ts';
import { HOST_POOL, refusal, UNLIMITED, type HostPool, type HostPoolProperties } from './host-pool.ts';
import { managementOf } from './management.ts';
import { ianaZone } from './scaling-phase.ts';
import {
  plansOf,
  type HostPoolReference,
  type ScalingPlanProperties,
  type ScalingSchedule,
} from './scaling-plan.ts';
import { PHASES, refuseDays, refuseOverlap } from './schedule-rules.ts';

/** Least and most of each share, as the REST reference has them. */
const PERCENTS = [
  ['rampUpMinimumHostsPct', 0],
  ['rampUpCapacityThresholdPct', 1],
  ['rampDownMinimumHostsPct', 0],
  ['rampDownCapacityThresholdPct', 1],
] as const;

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
  const { name } = schedule;
  refuseDays(name, schedule);
  for (const [key, least] of PERCENTS) {
    const value = schedule[key];
    if (!Number.isInteger(value) || value < least || value > 100) {
      throw refusal(400, `${key} of schedule '${name}' must be between ${least} and 100.`);
    }
  }
  for (const phase of PHASES) {
    const algorithm = schedule[`${phase}LoadBalancingAlgorithm`];
    if (algorithm === 'BreadthFirst' || algorithm === 'DepthFirst') continue;
    throw refusal(
      400,
      `${phase}LoadBalancingAlgorithm of schedule '${name}' must be BreadthFirst or DepthFirst.`,
    );
  }
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
  const creating = schedules.filter(({ scalingMethod }) => scalingMethod === 'CreateDeletePowerManage');
  // "This requires the createDelete property to be set, and the assigned hostpool to have a session host config."
  if (creating.some(({ createDelete }) => createDelete === undefined)) {
    throw refusal(400, 'createDelete is required with scalingMethod CreateDeletePowerManage.');
  }
  if (creating.length > 0 && managementOf(found) !== 'Automated') {
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
