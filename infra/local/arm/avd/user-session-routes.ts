import type { Answer } from '../core/arm-error.ts';
import type { Call, Route } from '../core/provider.ts';
import { paged } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import type { Broker } from './broker.ts';
import { isObject, refusal } from './host-pool.ts';
import { API_VERSION, Finder, HOST_POOL_PATH, PAGE, USER_SESSION_PATH, USER_SESSIONS } from './paths.ts';
import { sessionBody, type UserSession } from './session-host.ts';

/** Sessions of users: listed, told, disconnected and logged off. */
export function userSessionRoutes(world: World, broker: Broker): Route[] {
  const find = new Finder(world.resources, broker);

  const inPool = (call: Call): Answer => {
    const all = broker.hosts(find.pool(call)).flatMap(({ sessions }) => Array.from(sessions.values()));
    return page(call, all.filter(filterFrom(call.query.get('$filter'))));
  };
  const onHost = (call: Call): Answer => page(call, [...find.host(call).sessions.values()]);
  const get = (call: Call): Answer => ({ status: 200, body: sessionBody(find.session(call)) });
  const logOff = (call: Call): Answer => {
    broker.sessions.logOff(find.session(call), call.query.get('force') === 'true');
    return { status: 200 };
  };
  const disconnect = (call: Call): Answer => {
    broker.sessions.disconnect(find.session(call));
    return { status: 200 };
  };
  const tell = (call: Call): Answer => {
    const session = find.session(call);
    const { messageTitle, messageBody } = isObject(call.body) ? call.body : {};
    if (typeof messageTitle !== 'string' || typeof messageBody !== 'string') {
      throw refusal(400, 'MessageTitle and MessageBody are required.');
    }
    broker.sessions.message(session, messageTitle);
    return { status: 200 };
  };
  const route = { apiVersion: API_VERSION, path: USER_SESSION_PATH };
  return [
    { ...route, method: 'GET', path: `${HOST_POOL_PATH}/userSessions`, handle: inPool },
    { ...route, method: 'GET', path: USER_SESSIONS, handle: onHost },
    { ...route, method: 'GET', handle: get },
    { ...route, method: 'DELETE', handle: logOff },
    { ...route, method: 'POST', path: `${USER_SESSION_PATH}/disconnect`, handle: disconnect },
    { ...route, method: 'POST', path: `${USER_SESSION_PATH}/sendMessage`, handle: tell },
  ];
}

function page(call: Call, sessions: UserSession[]): Answer {
  if (call.query.get('isDescending') === 'true') sessions.reverse();
  const skipped = sessions.slice(Number(call.query.get('initialSkip') ?? 0));
  return paged(call, skipped.map(sessionBody), Number(call.query.get('pageSize') ?? PAGE));
}

/** `userprincipalname eq '…' and sessionstate eq '…'`: the two fields the REST reference says can be filtered by. */
function filterFrom(filter: string | null): (session: UserSession) => boolean {
  const wanted = new Map<string, string>();
  for (const term of filter?.split(/\s+and\s+/i) ?? []) {
    const [, field, value] = /^\s*(userprincipalname|sessionstate)\s+eq\s+'([^']*)'\s*$/i.exec(term) ?? [];
    if (field === undefined || value === undefined)
      throw refusal(400, `The filter '${filter}' is not supported.`);
    wanted.set(field.toLowerCase(), value.toLowerCase());
  }
  return ({ user, state }) =>
    (wanted.get('userprincipalname') ?? user.toLowerCase()) === user.toLowerCase() &&
    (wanted.get('sessionstate') ?? state.toLowerCase()) === state.toLowerCase();
}
