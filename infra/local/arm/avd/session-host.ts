import type { Computer } from '../compute/computer.ts';
import type { Json } from '../core/arm-error.ts';
import type { HostPool } from './host-pool.ts';
import type { HealthOrder } from './health.ts';
import { failing, healthResults, statusFor, type Status } from './health.ts';

/** Virtual seconds between two heartbeats of an agent. */
const BEAT_SECONDS = 30;

/** One user's session on one host. */
export interface UserSession {
  readonly id: number;
  readonly objectId: string;
  readonly user: string;
  readonly host: SessionHost;
  readonly createTime: number;
  state: 'Pending' | 'Active' | 'Disconnected' | 'LogOff' | 'UserProfileDiskMounted';
}

/** The broker's record of a host, and what it cannot know of the agent behind it. */
export interface SessionHost {
  readonly pool: HostPool;
  readonly machine: Computer;
  readonly name: string;
  readonly objectId: string;
  readonly registeredAt: number;
  readonly sessions: Map<number, UserSession>;
  allowNewSession: boolean;
  friendlyName: string | undefined;
  assignedUser: string | undefined;
  phase: 'starting' | 'upgrading' | 'ready';
  phaseSince: number;
  agentVersion: string;
  lastUpdateTime: number;
  /** When the agent was heard last; undefined while it is there. */
  lostAt: number | undefined;
  /** What the broker goes on showing of a host it no longer hears, and until when. */
  shownMeanwhile: { status: Status; until: number } | undefined;
  /** The agent is gone with its disk: this record will never come alive again. */
  stale: boolean;
  lastSessionId: number;
}

/** What the broker shows: it keeps saying Available for minutes after the heartbeats have stopped. */
export function statusOf(host: SessionHost, now: number, orders: readonly HealthOrder[]): Status {
  const { shownMeanwhile: shown } = host;
  if (host.lostAt !== undefined) return shown && now < shown.until ? shown.status : 'Unavailable';
  if (host.phase === 'starting') return 'Unavailable';
  if (host.phase === 'upgrading') return 'Upgrading';
  return statusFor(failing(host.machine, orders));
}

/** The truth, whatever the broker shows: users can sign in to this host now. */
export function isUsable(host: SessionHost, orders: readonly HealthOrder[]): boolean {
  const there = host.lostAt === undefined && host.phase === 'ready' && host.allowNewSession;
  return there && statusFor(failing(host.machine, orders)) === 'Available';
}

export function lastHeartBeat({ lostAt, registeredAt }: SessionHost, now: number): number {
  const until = lostAt ?? now;
  const step = BEAT_SECONDS * 1000;
  return until - ((((until - registeredAt) % step) + step) % step);
}

/** A session host as the service shows it: `name` and `type` are the service's, not those of its examples. */
export function sessionHostBody(host: SessionHost, now: number, orders: readonly HealthOrder[]): Json {
  const { pool, machine, friendlyName, assignedUser } = host;
  const { status: shown, until = host.phaseSince } = host.shownMeanwhile ?? {};
  const since = shown === 'Shutdown' ? (host.lostAt ?? now) : Math.min(until, now);
  const checked = lastHeartBeat(host, now);
  return {
    id: `${pool.id}/sessionHosts/${host.name}`,
    name: `${pool.name}/${host.name}`,
    type: 'Microsoft.DesktopVirtualization/hostpools/sessionhosts',
    properties: {
      objectId: host.objectId,
      lastHeartBeat: iso(checked),
      sessions: host.sessions.size,
      agentVersion: host.agentVersion,
      allowNewSession: host.allowNewSession,
      virtualMachineId: machine.instance.properties.vmId,
      resourceId: machine.instance.id,
      ...(assignedUser !== undefined && { assignedUser }),
      ...(friendlyName !== undefined && { friendlyName }),
      status: statusOf(host, now, orders),
      statusTimestamp: iso(since),
      osVersion: '10.0.26100.6899',
      sxSStackVersion: 'rdp-sxs250712300',
      updateState: host.phase === 'upgrading' ? 'Started' : 'Succeeded',
      lastUpdateTime: iso(host.lastUpdateTime),
      updateErrorMessage: '',
      sessionHostHealthCheckResults: healthResults(failing(machine, orders), host.phase === 'ready', checked),
    },
  };
}

export function sessionBody(session: UserSession): Json {
  const { host, id } = session;
  const [account = session.user] = session.user.split('@');
  return {
    id: `${host.pool.id}/sessionHosts/${host.name}/userSessions/${id}`,
    name: `${host.pool.name}/${host.name}/${id}`,
    type: 'Microsoft.DesktopVirtualization/hostpools/sessionhosts/usersessions',
    properties: {
      objectId: session.objectId,
      userPrincipalName: session.user,
      applicationType: 'Desktop',
      sessionState: session.state,
      activeDirectoryUserName: `CORP\\${account}`,
      createTime: iso(session.createTime),
    },
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
