import { type Instant, minutesAfter } from '../instant.ts';
import type { HostView } from './capacity.ts';
import type { SessionHostReading } from './host-pool.ts';
import type { Records } from './hosts.ts';
import { windowIn } from './own-window.ts';
import type { LeftHost, Policy } from './pool.ts';
import type { Facts, OwnVersion } from './course.ts';
import { unequippedTag } from './members.ts';
import { imagesFor } from './own-versions.ts';
import { isBeside } from './surge.ts';
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
  readonly ownVersions?: readonly OwnVersion[] | undefined;
  readonly policy?: Pick<Policy, 'windowTag' | 'exclusionTag'>;
  readonly heartbeatMinutes: Policy['healthy']['heartbeatMinutes'];
  readonly now: Instant;
}

const takingUsers = new Set(['Available', 'NeedsAssistance']);

/** Every machine of the pool, seen from all sides. A session host without a machine gives nobody a place. */
export function viewsOf(reading: PoolReading): readonly HostView[] {
  const sessionHostOn = finderOf(reading.sessionHosts);
  const wantedOn = imagesFor(reading);
  return reading.instances.map((instance) => {
    const sessionHost = sessionHostOn(instance);
    const { sessions = 0 } = sessionHost ?? {};
    const record = reading.records[instance.instanceId];
    return {
      instanceId: instance.instanceId,
      name: nameOf(instance, sessionHost),
      isOnVersion:
        instance.imageVersionId.toLowerCase() === wantedOn(instance.instanceId).toLowerCase() &&
        !isToBeTriedAgain(record) &&
        !isLeftInQuarantine(instance, record, reading),
      isBusy: !['Succeeded', 'Failed', 'Canceled'].includes(instance.provisioningState),
      isPoweredOff: isOff(instance),
      takesUsers: sessionHost !== undefined && sessionHost.allowNewSession && isWell(sessionHost, reading),
      sessions,
      came: Math.max(0, sessions - (reading.sessionsBefore?.[instance.instanceId] ?? sessions)),
      standing: standingOf(record),
      ...(isBeside(record, reading.records) && { isBeside: true }),
      ...besides(instance, sessionHost, reading),
    };
  });
}

/** People know the host by its name in the pool, which is that of the guest; of a VM without either, by the VM's. */
function nameOf(
  { computerName, instanceId }: Instance,
  sessionHost: Pick<SessionHostReading, 'name'> | undefined,
): string {
  return computerName || sessionHost?.name.split('.')[0] || `instance ${instanceId}`;
}

/**
 * Hosts whose machine is deleted and not made again yet: they are under way, lost or to be tried again, and hosts of
 * the pool as before.
 * Of one that is added nothing was there, and of one that is retired nothing is to come back.
 */
export function goneOf(records: Records, instances: readonly Instance[]): readonly HostView[] {
  const there = new Set(instances.map(({ instanceId }) => instanceId));
  return Object.values(records).flatMap((record): HostView[] => {
    const { instanceId, name, task, outcome } = record;
    const isLost = outcome === 'quarantined' || isToBeTriedAgain(record);
    const isHost = outcome === 'admitted' ? task !== 'add' : isLost && task === undefined;
    if (there.has(instanceId) || !isHost) return [];
    const beside = isBeside(record, records) ? { isBeside: true as const } : {};
    return [{ instanceId, name, ...nothing, standing: standingOf(record), ...beside }];
  });
}

const nothing = {
  isOnVersion: false,
  isBusy: false,
  isPoweredOff: false,
  takesUsers: false,
  sessions: 0,
  isGone: true as const,
};

/** Hosts that a rollout before this one lost, and which are brought to the version like any other: by being made again. */
export function lostBefore(gone: readonly LeftHost[]): readonly HostView[] {
  return gone.map(({ instanceId, name }) => ({ instanceId, name, ...nothing, standing: 'untouched' }));
}

/** Finds the session host of a machine: by the machine that it names or, where Azure names none, by its own name. */
export function finderOf(
  sessionHosts: readonly SessionHostReading[],
): (instance: Instance) => SessionHostReading | undefined {
  // The first of two that claim the same machine, as the list has them.
  const inReverse = sessionHosts.toReversed();
  const named = inReverse.filter(({ resourceId }) => resourceId !== '');
  const nameless = inReverse.filter(({ resourceId }) => resourceId === '');
  const byMachine = new Map(named.map((one) => [one.resourceId.toLowerCase(), one]));
  const byName = new Map(nameless.map((one) => [(one.name.split('.')[0] ?? '').toLowerCase(), one]));
  return ({ id, computerName }) => byMachine.get(id.toLowerCase()) ?? byName.get(computerName.toLowerCase());
}

/** One that failed may be on the version by then, and is to come back to its users all the same. */
function isToBeTriedAgain(record: HostRecord | undefined): boolean {
  return record?.outcome === 'put-off' && record.again !== undefined;
}

/** An earlier rollout left it drained and excluded: the image may be the wanted one, and it serves nobody. */
function isLeftInQuarantine(
  { tags }: Instance,
  record: HostRecord | undefined,
  { policy }: PoolReading,
): boolean {
  return standingOf(record) === 'untouched' && isMarked(tags, policy);
}

function isMarked(tags: Instance['tags'], policy: PoolReading['policy']): boolean {
  return tags[policy?.exclusionTag ?? '']?.startsWith(ourMark) === true;
}

function isOff({ power }: Instance): boolean {
  return power === 'deallocated' || power === 'stopped';
}

/** Whoever switched it on is about to have it: of one that runs and takes nobody, no one can say so. */
function isOffOrStarting(instance: Instance): boolean {
  return isOff(instance) || instance.power === 'starting';
}

/** What only some hosts have: an owner, a window of their own, or somebody who drained them. */
function besides(
  instance: Instance,
  sessionHost: SessionHostReading | undefined,
  reading: PoolReading,
): Partial<HostView> {
  const { policy } = reading;
  const { tags, imageVersionId, notAgain, notBeside } = instance;
  const itself = {
    imageVersionId,
    ...windowIn(tags, policy?.windowTag),
    ...(tags[unequippedTag] !== undefined && { isUnequipped: true as const }),
    ...(notAgain !== undefined && { notAgain }),
    ...(notBeside !== undefined && { notBeside }),
  };
  if (!sessionHost) return itself;
  return {
    ...itself,
    ...(sessionHost.assignedUser !== '' && { isAssigned: true }),
    ...(isOffOrStarting(instance) && sessionHost.allowNewSession && { isStartable: true as const }),
    ...(isWell(sessionHost, reading) && { isWell: true }),
    ...(!sessionHost.allowNewSession && { drainedBy: isMarked(tags, policy) ? 'quarantine' : 'somebody' }),
  };
}

/** As the work on hosts writes it into the tag, for as long as a host is ours. */
const ourMark = 'goldsmith:';

function isWell(host: SessionHostReading, reading: Pick<PoolReading, 'now' | 'heartbeatMinutes'>): boolean {
  return isHeardOf(host, reading) && takingUsers.has(host.status);
}

function isHeardOf(
  { lastHeartbeat }: SessionHostReading,
  { now, heartbeatMinutes }: Pick<PoolReading, 'now' | 'heartbeatMinutes'>,
): boolean {
  return lastHeartbeat !== undefined && minutesAfter(lastHeartbeat, heartbeatMinutes) >= now;
}

/**
 * Whether a machine that ran when it was listed may have been switched off since: it was heard of a moment ago, and
 * gives nobody a place though nobody drained it. It may be ill as well; its machine listed anew tells.
 */
export function maySinceBeOff(
  reading: Pick<PoolReading, 'instances' | 'sessionHosts' | 'records' | 'heartbeatMinutes' | 'now'>,
): boolean {
  const sessionHostOn = finderOf(reading.sessionHosts);
  return reading.instances.some((instance) => {
    const isTouched = standingOf(reading.records[instance.instanceId]) !== 'untouched';
    const host = isTouched || isOffOrStarting(instance) ? undefined : sessionHostOn(instance);
    return host?.allowNewSession === true && isHeardOf(host, reading) && !takingUsers.has(host.status);
  });
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
