import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import {
  type Capacity,
  capacityOf,
  capacityOfDesktops,
  type HostView,
  type KeptOn,
  sizeOf,
} from './capacity.ts';
import type { HostPoolReading, HostPools } from './host-pool.ts';
import type { Records } from './hosts.ts';
import { goneAmong } from './left-hosts.ts';
import type { LeftHosts, PoolLink } from './pool.ts';
import type { Facts, OwnVersion } from './course.ts';
import { hostsKeptOn, minimumPercentAt } from './scaling-plan.ts';
import { membersOf } from './members.ts';
import { finderOf, goneOf, lostBefore, maySinceBeOff, viewsOf } from './reading.ts';
import type { Fleets } from './fleet.ts';
import { hostPoolOf, fleetOf } from './stage.ts';

/** A whole pool as one look finds it. */
export interface PoolAtOnce extends Capacity {
  readonly views: readonly HostView[];
  /** By instance. */
  readonly sessionHostNames: Readonly<Record<string, string>>;
  /** Of machines there, whosever they are, and of session hosts: not free for another. */
  readonly namesTaken: readonly string[];
}

export interface Asked {
  readonly link: PoolLink;
  readonly imageVersionId: string;
  readonly ownVersions?: readonly OwnVersion[] | undefined;
  readonly records: Records;
  readonly sessionsBefore?: Facts['sessionsBefore'];
  /** Hosts that rollouts before this one lost, as the pool knows of them. */
  readonly left?: LeftHosts | undefined;
  /** Those alone are brought anywhere, by instance; all, if not stated. */
  readonly only?: readonly string[] | undefined;
  /** By which the hosts of this rollout are excluded, if not by the policy's. */
  readonly exclusionTag?: string;
  readonly now: Instant;
}

/** One reading of the pool, its machines and its session hosts, and what they can hold. */
export async function readPool(
  hostPools: HostPools,
  fleets: Fleets,
  { link, imageVersionId, ownVersions, records, sessionsBefore, exclusionTag, left, only, now }: Asked,
): Promise<PoolAtOnce> {
  const hostPool = await hostPools.hostPool(hostPoolOf(link));
  if (!hostPool) throw new AppError('NotFound', `Azure knows no host pool ${link.hostPool}.`);
  const listed = await fleets.list(fleetOf(link));
  const sessionHosts = await hostPools.list(hostPoolOf(link));
  // The scaling plan may have switched one off since its machine was listed: that one is not ill.
  const { heartbeatMinutes } = link.policy.healthy;
  const asListed = { instances: listed, sessionHosts, records, heartbeatMinutes, now };
  const isToList = hostPool.scalingPlan !== undefined && maySinceBeOff(asListed);
  const machines = isToList ? await fleets.list(fleetOf(link), { isAnew: true }) : listed;
  const instances = membersOf(link, machines, sessionHosts);
  const before = sessionsBefore && { sessionsBefore };
  const policy = { ...link.policy, ...(exclusionTag !== undefined && { exclusionTag }) };
  const wanted = { imageVersionId, ownVersions };
  const seen = { ...wanted, instances, sessionHosts, records, heartbeatMinutes, policy, now };
  const gone = link.scaleSet
    ? []
    : [
        ...goneOf(records, instances),
        ...lostBefore(goneAmong(toBeMadeAgain(link, left, only), records, instances, only)),
      ];
  const views = onlyThese([...viewsOf({ ...seen, ...before }), ...gone], only);
  const sessionHostOn = finderOf(sessionHosts);
  const sessionHostNames = Object.fromEntries(
    instances.map((one) => [one.instanceId, sessionHostOn(one)?.name ?? '']),
  );
  const names = [...instances, ...machines].map(({ computerName, instanceId }) => computerName || instanceId);
  const namesTaken = [...names, ...sessionHosts.map(({ name }) => name.split('.')[0] ?? '')];
  return { ...placesIn(hostPool, link, views, now), views, sessionHostNames, namesTaken };
}

/** With surge each host gives way to another, and one that is gone to nobody: it waits for somebody to say so. */
function toBeMadeAgain({ policy }: PoolLink, left: LeftHosts = {}, only: Asked['only']): LeftHosts {
  return policy.surge === undefined || only ? left : {};
}

/** The others as if all was done that is to be done to them. */
function onlyThese(views: readonly HostView[], only: Asked['only']): readonly HostView[] {
  if (!only) return views;
  const isOther = ({ instanceId, standing }: HostView) =>
    standing === 'untouched' && !only.includes(instanceId);
  return views.map((view) => (isOther(view) ? { ...view, standing: 'ended' } : view));
}

function placesIn(
  { type, maxSessionLimit, scalingPlan }: HostPoolReading,
  { policy: { floor } }: PoolLink,
  views: readonly HostView[],
  now: Instant,
): Capacity {
  if (type === 'Personal') return capacityOfDesktops(views);
  const plan = scalingPlan && keptOn(scalingPlan.name, minimumPercentAt(scalingPlan, now), sizeOf(views));
  return capacityOf(views, { perHost: maxSessionLimit, floor, scalingPlan: plan });
}

function keptOn(name: string, percent: number, hosts: number): KeptOn {
  return { name, percent, hosts: hostsKeptOn(percent, hosts) };
}
