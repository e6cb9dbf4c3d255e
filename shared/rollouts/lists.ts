import { keyByTime, type Lists } from '../workflow/lists.ts';
import { type Asked, type AskedByTime, type Page, pageIn, pageOf } from '../workflow/page.ts';
import type { Kept, WorkflowStore } from '../workflow/store.ts';
import type { Pool, PoolEvent } from './pool.ts';
import type { Rollout, RolloutEvent } from './rollout.ts';
import type { HostRecord } from './waves.ts';

/** Host pools by name. */
export const listsOfPools: Lists<Pool> = { order: 'by-id' };

/** All rollouts, and those of each host pool, by when they were asked for. */
export const listsOfRollouts: Lists<Rollout> = { order: 'by-time', names: (_, { pool }) => ['', pool] };

/** Which rollouts somebody wants to see. */
export interface RolloutFilter {
  readonly hostPool?: string | undefined;
  readonly imageSet?: string | undefined;
  readonly channel?: string | undefined;
  readonly version?: string | undefined;
  readonly status?: Rollout['phase'] | undefined;
}

/** A page of rollouts: what is under way is found by what it is due for, so that it is found among however many. */
export async function pageOfRollouts(
  store: WorkflowStore<Rollout, RolloutEvent>,
  filter: RolloutFilter,
  asked: AskedByTime,
): Promise<Page<{ readonly id: string; readonly rollout: Rollout }>> {
  const { status, hostPool } = filter;
  const narrows = Object.values(filter).some((wanted) => wanted !== undefined && wanted !== hostPool);
  const where = ({ saved }: Kept<Rollout>) => isWanted(saved.state, filter);
  const found =
    status === 'running' || status === 'stopping'
      ? pageIn((await store.underWay()).filter(where), (one) => keyOf(one, asked), asked)
      : await store.page({ ...asked, list: hostPool ?? '', ...(narrows && { where }) });
  return pageOf(found, ({ id, saved }) => ({ id, rollout: saved.state }));
}

function keyOf({ id, saved }: Kept<Rollout>, { order }: AskedByTime): string {
  return keyByTime({ id, at: saved.listed ?? saved.state.requested.at }, order);
}

function isWanted({ pool, link, version, phase }: Rollout, filter: RolloutFilter): boolean {
  const is = { hostPool: pool, imageSet: link.imageSet, channel: link.channel, version: version.number };
  const { status = phase, ...others } = filter;
  const fits = Object.entries(is).every(([name, value]) => {
    const wanted = others[name as keyof typeof is];
    return wanted === undefined || wanted === value;
  });
  return fits && status === phase;
}

/** Which host pools somebody wants to see. */
export interface PoolFilter {
  readonly imageSet?: string | undefined;
  readonly channel?: string | undefined;
}

/** A page of host pools, by name. */
export async function pageOfPools(
  store: WorkflowStore<Pool, PoolEvent>,
  { imageSet, channel }: PoolFilter,
  asked: Asked,
): Promise<Page<{ readonly name: string; readonly pool: Pool }>> {
  const where = ({ saved: { state } }: Kept<Pool>) => {
    const { link, removed } = state;
    const isOfSet = imageSet === undefined || link.imageSet === imageSet;
    return !removed && isOfSet && (channel === undefined || link.channel === channel);
  };
  return pageOf(await store.page({ ...asked, where }), ({ id, saved }) => ({ name: id, pool: saved.state }));
}

/** Which hosts of a rollout somebody wants to see. */
export interface HostFilter {
  readonly outcome?: HostRecord['outcome'] | undefined;
}

/** A page of the hosts that a rollout has begun with, in the order of their instances: numbers as numbers. */
export function pageOfHosts({ facts }: Rollout, { outcome }: HostFilter, asked: Asked): Page<HostRecord> {
  const wanted = Object.values(facts.hosts ?? {}).filter(
    (host) => outcome === undefined || host.outcome === outcome,
  );
  const padded = (id: string) => id.replaceAll(/\d+/g, (digits) => digits.padStart(9, '0'));
  return pageIn(wanted, ({ instanceId }) => `${padded(instanceId)} ${instanceId}`, asked);
}
