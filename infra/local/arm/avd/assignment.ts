import type { Broker } from './broker.ts';
import { refusal, type HostPool } from './host-pool.ts';
import type { SessionHost } from './session-host.ts';

/** The desktop of a personal pool that is this user's. */
export function desktopOf(broker: Broker, pool: HostPool, user: string): SessionHost | undefined {
  return broker.hosts(pool).find(({ assignedUser }) => isSame(assignedUser, user));
}

/**
 * Gives a desktop to a user, or with `''` back to nobody. "Configure personal desktop assignment": who is to take the
 * place of somebody, or to leave nobody there, is written with `force=true`; one user has one desktop, except where a
 * pool assigns by name and may give several.
 */
export function assign(broker: Broker, host: SessionHost, user: string, force: boolean): void {
  const { pool, assignedUser } = host;
  const { hostPoolType, personalDesktopAssignmentType } = pool.properties;
  if (hostPoolType !== 'Personal') {
    throw refusal(400, 'AssignedUser can only be set on session hosts of a personal host pool.');
  }
  if (isSame(assignedUser, user) || (assignedUser === undefined && user === '')) return;
  if (assignedUser !== undefined && !force) {
    throw refusal(400, `SessionHost '${host.name}' is assigned to another user. Use force to reassign it.`);
  }
  const other = user === '' ? undefined : desktopOf(broker, pool, user);
  if (other && personalDesktopAssignmentType !== 'Direct') {
    throw refusal(400, `User '${user}' is already assigned to SessionHost '${other.name}' of the host pool.`);
  }
  host.assignedUser = user === '' ? undefined : user;
}

/** User principal names are told apart without regard to case. */
function isSame(one: string | undefined, other: string): boolean {
  return one !== undefined && one.toLowerCase() === other.toLowerCase();
}
