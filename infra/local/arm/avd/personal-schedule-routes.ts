import { ArmError, type Answer, type Json } from '../core/arm-error.ts';
import type { Call, Route } from '../core/provider.ts';
import { paged, shown } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import type { Autoscaler } from './autoscaler.ts';
import { isObject, refusal } from './host-pool.ts';
import { API_VERSION, SCALING_PLAN_PATH } from './paths.ts';
import { PERSONAL_SCHEDULE, personalSchedulesOf, type PersonalSchedule } from './personal-schedule.ts';
import type { ScalingPlan, ScalingPlanProperties } from './scaling-plan.ts';
import { PHASES, refuseDays, refuseOverlap } from './schedule-rules.ts';

/** Schedules of plans for personal pools: resources of their own, where those for pooled ones stand in the plan. */
export function personalScheduleRoutes(world: World, autoscaler: Autoscaler): Route[] {
  const { resources } = world;
  const planOf = (call: Call): ScalingPlan => {
    const plan = resources.require<ScalingPlanProperties>(call.path.split('/').slice(0, 9).join('/'));
    if (plan.properties.hostPoolType === 'Personal') return plan;
    throw refusal(400, 'Personal schedules belong to scaling plans for personal host pools.');
  };
  const keep = (call: Call, properties: PersonalSchedule): Answer => {
    const plan = planOf(call);
    const name = call.params['scheduleName'] ?? '';
    refuseSchedule(name, properties);
    const others = personalSchedulesOf(world, plan).filter((one) => one.name !== name);
    refuseOverlap([
      { name, daysOfWeek: properties.daysOfWeek },
      ...others.map((one) => ({ name: one.name, daysOfWeek: one.properties.daysOfWeek })),
    ]);
    const before = resources.find(call.path);
    const schedule = resources.put<PersonalSchedule>({ id: call.path, type: PERSONAL_SCHEDULE, properties });
    autoscaler.wake();
    return { status: before ? 200 : 201, body: shown(schedule) };
  };
  const patch = (call: Call): Answer => {
    const { properties } = resources.require<PersonalSchedule>(call.path);
    return keep(call, { ...properties, ...propertiesOf(call) });
  };
  const remove = (call: Call): Answer => {
    const there = resources.find(call.path);
    resources.remove(call.path);
    return { status: there ? 200 : 204 };
  };
  const path = `${SCALING_PLAN_PATH}/personalSchedules`;
  const route = { apiVersion: API_VERSION, path: `${path}/{scheduleName}` };
  const get = (call: Call) => ({ status: 200, body: shown(resources.require(call.path)) });
  const list = (call: Call) => paged(call, personalSchedulesOf(world, planOf(call)).map(shown));
  return [
    { ...route, method: 'GET', handle: get },
    {
      ...route,
      method: 'PUT',
      handle: (call) => keep(call, propertiesOf(call) as unknown as PersonalSchedule),
    },
    { ...route, method: 'PATCH', handle: patch },
    { ...route, method: 'DELETE', handle: remove },
    { ...route, method: 'GET', path, handle: list },
  ];
}

function refuseSchedule(name: string, schedule: PersonalSchedule): void {
  refuseDays(name, schedule);
  for (const phase of PHASES) {
    for (const event of ['Disconnect', 'Logoff'] as const) {
      const action = schedule[`${phase}ActionOn${event}`] ?? 'None';
      // It needs machines that were made for it, and there are none here.
      if (action === 'Hibernate') {
        throw new ArmError(400, 'NotSimulated', 'This simulator knows no desktops that hibernate.');
      }
      if (action !== 'None' && action !== 'Deallocate')
        throw refusal(400, `${phase}ActionOn${event} is unknown.`);
      // "This number can be anywhere between 0 and 360."
      const minutes = schedule[`${phase}MinutesToWaitOn${event}`] ?? 0;
      if (Number.isInteger(minutes) && minutes >= 0 && minutes <= 360) continue;
      throw refusal(400, `${phase}MinutesToWaitOn${event} must be between 0 and 360.`);
    }
  }
}

function propertiesOf({ body }: Call): Json {
  const { properties } = isObject(body) ? body : {};
  if (isObject(properties)) return properties;
  throw new ArmError(
    400,
    'InvalidRequestContent',
    'The request content was invalid: properties are required.',
  );
}
