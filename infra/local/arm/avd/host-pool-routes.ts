import { ArmError, type Answer, type Json } from '../core/arm-error.ts';
import type { Call, Route } from '../core/provider.ts';
import { regionName } from '../core/resource-id.ts';
import { paged, shown } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import type { Broker } from './broker.ts';
import {
  HOST_POOL,
  isObject,
  refusal,
  UNLIMITED,
  type HostPool,
  type HostPoolProperties,
} from './host-pool.ts';
import { managementOf, refuseTokens } from './management.ts';
import { API_VERSION, Finder, HOST_POOL_PATH, HOST_POOLS, PREVIEWS, SUBSCRIPTION } from './paths.ts';

interface RegistrationInfo {
  readonly expirationTime?: string | null;
  readonly registrationTokenOperation?: 'Update' | 'Delete' | 'None' | null;
}

interface Body {
  readonly location?: string;
  readonly tags?: Record<string, string>;
  readonly properties?: Partial<HostPoolProperties> & { readonly registrationInfo?: RegistrationInfo | null };
}

const FIXED = ['hostPoolType', 'objectId'] as const;

/** Host pools and their registration tokens; the desktop service answers everything at once. */
export function hostPoolRoutes(world: World, broker: Broker): Route[] {
  const { resources } = world;
  const find = new Finder(resources, broker);

  function put(call: Call): Answer {
    const { location, tags, properties } = bodyOf(call);
    if (location === undefined) {
      throw new ArmError(400, 'LocationRequired', 'The location property is required for this definition.');
    }
    const { registrationInfo, ...given } = properties ?? {};
    const { hostPoolType, loadBalancerType, preferredAppGroupType } = given;
    if (!hostPoolType || !loadBalancerType || !preferredAppGroupType) {
      throw refusal(400, 'HostPoolType, LoadBalancerType and PreferredAppGroupType are required.');
    }
    const before = resources.find<HostPoolProperties>(call.path);
    refuseFixed(before, given);
    refuseMixed({ ...given, hostPoolType, loadBalancerType });
    const pool = resources.put<HostPoolProperties>({
      id: call.path,
      type: HOST_POOL,
      location: regionName(location),
      tags,
      properties: {
        // An unlimited pool, as the service makes it when nobody says otherwise.
        maxSessionLimit: UNLIMITED,
        // "It's the default assignment type for new personal desktop host pools you create."
        ...(hostPoolType === 'Personal' && { personalDesktopAssignmentType: 'Automatic' }),
        ...given,
        hostPoolType,
        loadBalancerType,
        preferredAppGroupType,
        objectId: before?.properties.objectId ?? world.random.uuid(),
      },
    });
    register(pool, registrationInfo);
    return { status: before ? 200 : 201, body: bodyFor(pool) };
  }

  function patch(call: Call): Answer {
    const pool = find.pool(call);
    const { tags, properties } = bodyOf(call);
    const { registrationInfo, ...given } = properties ?? {};
    refuseFixed(pool, given);
    refuseMixed({ ...pool.properties, ...withoutNulls(given) });
    register(pool, registrationInfo);
    if (tags) pool.tags = tags;
    Object.assign(pool.properties, withoutNulls(given));
    resources.touch(pool);
    broker.sample(pool);
    return { status: 200, body: bodyFor(pool) };
  }

  function register(pool: HostPool, info: RegistrationInfo | null | undefined): void {
    if (info?.registrationTokenOperation === 'Update') refuseTokens(pool);
    if (info?.registrationTokenOperation === 'Update') broker.registrations.issue(pool, info.expirationTime);
    if (info?.registrationTokenOperation === 'Delete') broker.registrations.revoke(pool);
  }

  const bodyFor = (pool: HostPool): Json => {
    const body = shown(pool);
    const current = broker.registrations.current(pool);
    if (!current) return body;
    const expirationTime = new Date(current.expiresAt).toISOString();
    // The token itself comes only from retrieveRegistrationToken and listRegistrationTokens.
    const registrationInfo = { expirationTime, registrationTokenOperation: 'None' };
    return { ...body, properties: { ...pool.properties, registrationInfo } };
  };

  const token = (call: Call): Answer => {
    refuseTokens(poolAbove(call));
    const current = broker.registrations.current(poolAbove(call));
    const expirationTime = current ? new Date(current.expiresAt).toISOString() : null;
    const body = { expirationTime, token: current?.token ?? null, registrationTokenOperation: 'None' };
    return { status: 200, body };
  };
  const tokens = (call: Call): Answer => {
    refuseTokens(poolAbove(call));
    const current = broker.registrations.current(poolAbove(call));
    const value = current
      ? [{ expirationTime: new Date(current.expiresAt).toISOString(), token: current.token }]
      : [];
    return { status: 200, body: { value } };
  };
  const poolAbove = (call: Call) => find.pool(call);
  const list = (call: Call): Answer => {
    const group = call.resourceGroup === '' ? '' : `/resourceGroups/${call.resourceGroup}`;
    const under = `/subscriptions/${call.subscriptionId}${group}`;
    return paged(call, resources.list<HostPoolProperties>({ type: HOST_POOL, under }).map(bodyFor));
  };
  const get = (call: Call): Answer => {
    const pool = find.pool(call);
    const body = bodyFor(pool);
    if (!PREVIEWS.includes(call.apiVersion)) return { status: 200, body };
    const properties = { ...(body['properties'] as Json), managementType: managementOf(pool) };
    return { status: 200, body: { ...body, properties } };
  };
  const route = { apiVersion: API_VERSION, path: HOST_POOL_PATH };
  return [
    { ...route, method: 'GET', apiVersion: [API_VERSION, ...PREVIEWS], handle: get },
    { ...route, method: 'PUT', handle: put },
    { ...route, method: 'PATCH', handle: patch },
    { ...route, method: 'POST', path: `${HOST_POOL_PATH}/retrieveRegistrationToken`, handle: token },
    { ...route, method: 'POST', path: `${HOST_POOL_PATH}/listRegistrationTokens`, handle: tokens },
    { ...route, method: 'GET', path: HOST_POOLS, handle: list },
    { ...route, method: 'GET', path: `${SUBSCRIPTION}/providers/${HOST_POOL}`, handle: list },
  ];
}

function bodyOf(call: Call): Body {
  if (isObject(call.body)) return call.body;
  throw new ArmError(400, 'InvalidRequestContent', 'The request content was invalid: a body is required.');
}

function refuseFixed(pool: HostPool | undefined, given: Partial<HostPoolProperties>): void {
  if (!pool) return;
  for (const name of FIXED) {
    if (given[name] !== undefined && given[name] !== pool.properties[name]) {
      throw refusal(400, `${name} of a host pool cannot be changed.`);
    }
  }
}

/**
 * The balancer and the assignment go with the type of the pool ("Configure host pool load balancing": persistent is that
 * of personal pools and of no others).
 */
function refuseMixed(properties: Partial<HostPoolProperties>): void {
  const { hostPoolType, loadBalancerType, personalDesktopAssignmentType } = properties;
  const isPersonal = hostPoolType === 'Personal';
  if ((loadBalancerType === 'Persistent') !== isPersonal) {
    throw refusal(
      400,
      `LoadBalancerType ${loadBalancerType} is not valid for host pools of type ${hostPoolType}.`,
    );
  }
  if (personalDesktopAssignmentType === undefined) return;
  if (!isPersonal) throw refusal(400, 'PersonalDesktopAssignmentType is for host pools of type Personal.');
  if (personalDesktopAssignmentType !== 'Automatic' && personalDesktopAssignmentType !== 'Direct') {
    throw refusal(400, 'PersonalDesktopAssignmentType must be Automatic or Direct.');
  }
}

function withoutNulls(given: Partial<HostPoolProperties>): Partial<HostPoolProperties> {
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null && value !== undefined),
  );
}
