import { ArmError, type Answer, type Json } from '../core/arm-error.ts';
import type { Call, Route } from '../core/provider.ts';
import { regionName } from '../core/resource-id.ts';
import { paged, shown } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import type { Autoscaler } from './autoscaler.ts';
import type { Broker } from './broker.ts';
import { isObject, refusal } from './host-pool.ts';
import {
  API_VERSION,
  Finder,
  HOST_POOL_PATH,
  METHOD_PREVIEW,
  PREVIEWS,
  SCALING_PLAN_PATH,
  SCALING_PLANS,
  SUBSCRIPTION,
} from './paths.ts';
import { refusePlan } from './scaling-plan-rules.ts';
import { plansOf, SCALING_PLAN, type ScalingPlan, type ScalingPlanProperties } from './scaling-plan.ts';

interface Body {
  readonly location?: string;
  readonly tags?: Record<string, string>;
  readonly properties?: Partial<ScalingPlanProperties>;
}

/** Scaling plans, which take effect as soon as they are enabled for a pool. */
export function scalingPlanRoutes(world: World, broker: Broker, autoscaler: Autoscaler): Route[] {
  const { resources } = world;
  const find = new Finder(resources, broker);

  const put = (call: Call): Answer => {
    const { location, tags, properties: given = {} } = bodyOf(call);
    if (location === undefined) {
      throw new ArmError(400, 'LocationRequired', 'The location property is required for this definition.');
    }
    const before = resources.find<ScalingPlanProperties>(call.path);
    const { timeZone, hostPoolType = 'Pooled' } = given;
    if (timeZone === undefined) throw refusal(400, 'TimeZone is required.');
    if (hostPoolType !== 'Pooled' && hostPoolType !== 'Personal') {
      throw refusal(400, 'HostPoolType of a scaling plan must be Pooled or Personal.');
    }
    if (before && before.properties.hostPoolType !== hostPoolType) {
      throw refusal(400, 'hostPoolType of a scaling plan cannot be changed.');
    }
    const properties = {
      schedules: [],
      hostPoolReferences: [],
      ...withoutNulls(given),
      timeZone,
      hostPoolType,
    };
    refusePlan(world, call.path, regionName(location), properties);
    const objectId = before?.properties.objectId ?? world.random.uuid();
    const plan = resources.put<ScalingPlanProperties>({
      id: call.path,
      type: SCALING_PLAN,
      location: regionName(location),
      tags,
      properties: { ...properties, objectId },
    });
    autoscaler.wake();
    return { status: before ? 200 : 201, body: bodyFor(call, plan) };
  };

  const patch = (call: Call): Answer => {
    const plan = resources.require<ScalingPlanProperties>(call.path);
    const { tags, properties: given = {} } = bodyOf(call);
    if (given.hostPoolType !== undefined)
      throw refusal(400, 'hostPoolType of a scaling plan cannot be changed.');
    const properties = { ...plan.properties, ...withoutNulls(given) };
    refusePlan(world, plan.id, plan.location ?? '', properties);
    if (tags) plan.tags = tags;
    plan.properties = properties;
    resources.touch(plan);
    autoscaler.wake();
    return { status: 200, body: bodyFor(call, plan) };
  };

  const remove = (call: Call): Answer => {
    const there = resources.find(call.path);
    resources.remove(call.path);
    return { status: there ? 200 : 204 };
  };

  const get = (call: Call): Answer => ({
    status: 200,
    body: bodyFor(call, resources.require<ScalingPlanProperties>(call.path)),
  });
  const list = (call: Call): Answer => {
    const group = call.resourceGroup === '' ? '' : `/resourceGroups/${call.resourceGroup}`;
    const under = `/subscriptions/${call.subscriptionId}${group}`;
    return listed(call, resources.list<ScalingPlanProperties>({ type: SCALING_PLAN, under }));
  };
  const listed = (call: Call, plans: readonly ScalingPlan[]) =>
    paged(
      call,
      plans.map((plan) => bodyFor(call, plan)),
    );

  const route = { apiVersion: [API_VERSION, ...PREVIEWS], path: SCALING_PLAN_PATH };
  const ofPool = `${HOST_POOL_PATH}/scalingPlans`;
  return [
    { ...route, method: 'GET', handle: get },
    { ...route, method: 'PUT', handle: put },
    { ...route, method: 'PATCH', handle: patch },
    { ...route, method: 'DELETE', handle: remove },
    { ...route, method: 'GET', path: SCALING_PLANS, handle: list },
    { ...route, method: 'GET', path: `${SUBSCRIPTION}/providers/${SCALING_PLAN}`, handle: list },
    {
      ...route,
      method: 'GET',
      path: ofPool,
      handle: (call) => listed(call, plansOf(world, find.pool(call))),
    },
  ];
}

/** How a schedule scales is told, and taken, in a preview version only. */
function bodyFor({ apiVersion }: Call, plan: ScalingPlan): Json {
  const schedules = plan.properties.schedules.map(({ scalingMethod, createDelete, ...schedule }) => ({
    ...schedule,
    ...(apiVersion === METHOD_PREVIEW && { scalingMethod: scalingMethod ?? 'PowerManage' }),
    ...(apiVersion === METHOD_PREVIEW && createDelete && { createDelete }),
  }));
  return { ...shown(plan), properties: { ...plan.properties, schedules } };
}

function bodyOf({ body, apiVersion }: Call): Body {
  if (!isObject(body)) {
    throw new ArmError(400, 'InvalidRequestContent', 'The request content was invalid: a body is required.');
  }
  const { properties } = body as Body;
  const previewed = properties?.schedules?.some(({ scalingMethod }) => scalingMethod !== undefined) ?? false;
  if (previewed && apiVersion !== METHOD_PREVIEW) {
    throw refusal(400, `Could not find member 'scalingMethod' in api-version ${apiVersion}.`);
  }
  return body;
}

function withoutNulls(given: Partial<ScalingPlanProperties>): Partial<ScalingPlanProperties> {
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null && value !== undefined),
  );
}
