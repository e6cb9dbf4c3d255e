import { type Instant, minutesAfter } from '../instant.ts';
import type { HostView } from './capacity.ts';
import type { SessionHostReading } from './host-pool.ts';
import type { Records } from './hosts.ts';
import type { Policy } from './pool.ts';
import type { Facts } from './course.ts';
import type { HostRecord } from './waves.ts';
import type { Instance } from './fleet.ts';

/** One look at a pool: its machines, what its broker says of them, and what we do with them. */
export interface PoolReading {
  readonly instances: readonly Instance[];
  readonly sessionHosts: readonly SessionHostReading[];
  readonly records: Records;
  /** Sessions by instance, when the rollout first looked. */
  readonly sessionsBefore?: Facts['sessionsBefore'];
  readonly imageVersionId: string;
  readonly heartbeatMinutes: Policy['healthy']['heartbeatMinutes'];
  readonly now: Instant;
}

const takingUsers = new Set(['Available', 'NeedsAssistance']);

/** Every machine of the pool, seen from all sides. A session host without a machine gives nobody a place. */
export function viewsOf(reading: PoolReading): readonly HostView[] {
  return reading.instances.map((instance) => {
    const sessionHost = sessionHostOn(instance, reading.sessionHosts);
    const { sessions = 0 } = sessionHost ?? {};
    return {
      instanceId: instance.instanceId,
      name: instance.computerName || `instance ${instance.instanceId}`,
      isOnVersion: instance.imageVersionId.toLowerCase() === reading.imageVersionId.toLowerCase(),
      isBusy: !['Succeeded', 'Failed', 'Canceled'].includes(instance.provisioningState),
      isPoweredOff: instance.power === 'deallocated' || instance.power === 'stopped',
      takesUsers: sessionHost !== undefined && takesUsers(sessionHost, reading),
      sessions,
      came: Math.max(0, sessions - (reading.sessionsBefore?.[instance.instanceId] ?? sessions)),
      standing: standingOf(reading.records[instance.instanceId]),
    };
  });
}

export function sessionHostOn(
  { id, computerName }: Instance,
  sessionHosts: readonly SessionHostReading[],
): SessionHostReading | undefined {
  return sessionHosts.find(
    ({ resourceId, name }) =>
      resourceId.toLowerCase() === id.toLowerCase() ||
      (resourceId === '' && name.split('.')[0]?.toLowerCase() === computerName.toLowerCase()),
  );
}

function takesUsers(
  { status, allowNewSession, lastHeartbeat }: SessionHostReading,
  { now, heartbeatMinutes }: PoolReading,
): boolean {
  const isHeard = lastHeartbeat !== undefined && minutesAfter(lastHeartbeat, heartbeatMinutes) >= now;
  return allowNewSession && isHeard && takingUsers.has(status);
}

function standingOf(record: HostRecord | undefined): HostView['standing'] {
  switch (record?.outcome) {
    case undefined:
    case 'put-off':
      return 'untouched';
    case 'admitted':
      return 'in-flight';
    case 'quarantined':
      return 'lost';
    case 'done':
    case 'put-back':
    case 'deferred':
    case 'failed':
    case 'skipped':
      return 'ended';
  }
}
