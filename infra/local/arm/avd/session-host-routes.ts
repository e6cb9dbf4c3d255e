import type { Answer } from '../core/arm-error.ts';
import type { Call, Route } from '../core/provider.ts';
import { paged } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { assign } from './assignment.ts';
import type { Broker } from './broker.ts';
import { isObject, refusal } from './host-pool.ts';
import { API_VERSION, Finder, PAGE, SESSION_HOST_PATH, SESSION_HOSTS } from './paths.ts';
import { sessionHostBody, type SessionHost } from './session-host.ts';

const WRITABLE = new Set(['allowNewSession', 'assignedUser', 'friendlyName']);

/** Session hosts: shown, drained and removed here; they come only by registering themselves. */
export function sessionHostRoutes(world: World, broker: Broker): Route[] {
  const { timeline } = world;
  const find = new Finder(world.resources, broker);
  const bodyFor = (host: SessionHost) => sessionHostBody(host, timeline.now(), broker.healthOrders);

  const list = (call: Call): Answer => {
    const pool = find.pool(call);
    const hosts = broker.hosts(pool).toSorted((a, b) => a.name.localeCompare(b.name));
    if (call.query.get('isDescending') === 'true') hosts.reverse();
    const skipped = hosts.slice(Number(call.query.get('initialSkip') ?? 0));
    return paged(call, skipped.map(bodyFor), Number(call.query.get('pageSize') ?? PAGE));
  };

  const patch = (call: Call): Answer => {
    const host = find.host(call);
    const { properties } = (isObject(call.body) ? call.body : {}) as { properties?: unknown };
    if (!isObject(properties)) throw refusal(400, 'The request body must hold properties.');
    const foreign = Object.keys(properties).filter((key) => !WRITABLE.has(key));
    if (foreign.length > 0) throw refusal(400, `Read-only or unknown properties: ${foreign.join(', ')}.`);
    const { allowNewSession, assignedUser, friendlyName } = properties;
    if (allowNewSession !== undefined && typeof allowNewSession !== 'boolean') {
      throw refusal(400, 'allowNewSession must be true or false.');
    }
    if (typeof assignedUser === 'string')
      assign(broker, host, assignedUser, call.query.get('force') === 'true');
    if (allowNewSession !== undefined) host.allowNewSession = allowNewSession;
    if (typeof friendlyName === 'string') host.friendlyName = friendlyName;
    broker.sample(host.pool);
    return { status: 200, body: bodyFor(host) };
  };

  const remove = (call: Call): Answer => {
    const host = broker.host(find.pool(call), call.params['sessionHostName'] ?? '');
    if (!host) return { status: 204 };
    // "Remove-AzWvdSessionHost -Force": needed once there are user sessions on the host.
    if (host.sessions.size > 0 && call.query.get('force') !== 'true') {
      throw refusal(
        400,
        `SessionHost '${host.name}' has user sessions. Use force to delete it all the same.`,
      );
    }
    broker.remove(host);
    return { status: 200 };
  };

  const route = { apiVersion: API_VERSION, path: SESSION_HOST_PATH };
  return [
    { ...route, method: 'GET', path: SESSION_HOSTS, handle: list },
    { ...route, method: 'GET', handle: (call) => ({ status: 200, body: bodyFor(find.host(call)) }) },
    { ...route, method: 'PATCH', handle: patch },
    { ...route, method: 'DELETE', handle: remove },
  ];
}
