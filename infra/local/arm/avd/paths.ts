import type { Call } from '../core/provider.ts';
import type { Resources } from '../core/resources.ts';
import type { Broker } from './broker.ts';
import { refusal, type HostPool, type HostPoolProperties } from './host-pool.ts';
import type { SessionHost, UserSession } from './session-host.ts';

export const API_VERSION = '2024-04-03';
/** The first preview in which schedules say by what method they scale. */
export const METHOD_PREVIEW = '2024-11-01-preview';
/** Previews that tell how a host pool is managed. */
export const PREVIEWS = ['2024-04-08-preview', '2024-08-08-preview', METHOD_PREVIEW];
export const SUBSCRIPTION = '/subscriptions/{subscriptionId}';
export const HOST_POOLS = `${SUBSCRIPTION}/resourceGroups/{resourceGroup}/providers/Microsoft.DesktopVirtualization/hostPools`;
export const HOST_POOL_PATH = `${HOST_POOLS}/{hostPoolName}`;
export const SESSION_HOSTS = `${HOST_POOL_PATH}/sessionHosts`;
export const SESSION_HOST_PATH = `${SESSION_HOSTS}/{sessionHostName}`;
export const USER_SESSIONS = `${SESSION_HOST_PATH}/userSessions`;
export const USER_SESSION_PATH = `${USER_SESSIONS}/{userSessionId}`;
export const SCALING_PLANS = `${SUBSCRIPTION}/resourceGroups/{resourceGroup}/providers/Microsoft.DesktopVirtualization/scalingPlans`;
export const SCALING_PLAN_PATH = `${SCALING_PLANS}/{scalingPlanName}`;

/** How many items a page holds when the client does not say. */
export const PAGE = 20;

/** Finds what a path names, or answers the service's 404. */
export class Finder {
  readonly #resources: Resources;
  readonly #broker: Broker;

  constructor(resources: Resources, broker: Broker) {
    this.#resources = resources;
    this.#broker = broker;
  }

  pool(call: Call): HostPool {
    return this.#resources.require<HostPoolProperties>(call.path.split('/').slice(0, 9).join('/'));
  }

  host(call: Call): SessionHost {
    const name = call.params['sessionHostName'] ?? '';
    const host = this.#broker.host(this.pool(call), name);
    if (host) return host;
    throw refusal(404, `SessionHost '${name}' could not be found in the host pool.`);
  }

  session(call: Call): UserSession {
    const session = this.host(call).sessions.get(Number(call.params['userSessionId']));
    if (session) return session;
    // The wording users report (RDS-Templates#570) for a session that has ended meanwhile.
    throw refusal(404, 'User session ID not found');
  }
}
