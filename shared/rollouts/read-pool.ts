import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { type Capacity, capacityOf, type HostView } from './capacity.ts';
import type { HostPools } from './host-pool.ts';
import type { Records } from './hosts.ts';
import type { PoolLink } from './pool.ts';
import type { Facts } from './course.ts';
import { sessionHostOn, viewsOf } from './reading.ts';
import type { Fleets } from './fleet.ts';
import { hostPoolOf, fleetOf } from './stage.ts';

/** A whole pool as one look finds it. */
export interface PoolAtOnce extends Capacity {
  readonly views: readonly HostView[];
  /** By instance. */
  readonly sessionHostNames: Readonly<Record<string, string>>;
}

export interface Asked {
  readonly link: PoolLink;
  readonly imageVersionId: string;
  readonly records: Records;
  readonly sessionsBefore?: Facts['sessionsBefore'];
  readonly now: Instant;
}

/** One reading of the pool, its machines and its session hosts, and what they can hold. */
export async function readPool(
  hostPools: HostPools,
  fleets: Fleets,
  { link, imageVersionId, records, sessionsBefore, now }: Asked,
): Promise<PoolAtOnce> {
  const hostPool = await hostPools.hostPool(hostPoolOf(link));
  if (!hostPool) throw new AppError('NotFound', `Azure knows no host pool ${link.hostPool}.`);
  const instances = await fleets.list(fleetOf(link));
  const sessionHosts = await hostPools.list(hostPoolOf(link));
  const { heartbeatMinutes } = link.policy.healthy;
  const before = sessionsBefore && { sessionsBefore };
  const seen = { instances, sessionHosts, records, imageVersionId, heartbeatMinutes, now };
  const views = viewsOf({ ...seen, ...before });
  const sessionHostNames = Object.fromEntries(
    instances.map((one) => [one.instanceId, sessionHostOn(one, sessionHosts)?.name ?? '']),
  );
  const demand = { perHost: hostPool.maxSessionLimit, floor: link.policy.floor };
  return { ...capacityOf(views, demand), views, sessionHostNames };
}
