import type { Instance } from './fleet.ts';
import { hostId, type HostStanding, type Records } from './hosts.ts';
import type { LeftHost, LeftHosts } from './pool.ts';
import type { HostRecord } from './waves.ts';

/**
 * What a rollout leaves to the next: hosts whose machine was deleted and not made again, or never finished, with the
 * work that keeps what it takes to make each anew. `before` is what it found. A host that came back is none any more,
 * nor one that people said to leave out.
 */
export function leftBy(
  id: string,
  records: Records,
  standings: readonly HostStanding[],
  before: LeftHosts,
): LeftHosts {
  const left = new Map(Object.entries(before));
  for (const record of Object.values(records)) {
    const { instanceId, outcome } = record;
    const kept = keptBy(id, record, standings);
    if (outcome === 'done' || outcome === 'skipped') left.delete(instanceId);
    else if (kept && isLost(record, before)) left.set(instanceId, leftAs(id, record, kept, before));
  }
  return Object.fromEntries(left);
}

/** The latest work on the host that keeps what it takes; work of an earlier rollout, if none of this one does. */
function keptBy(id: string, record: HostRecord, standings: readonly HostStanding[]) {
  const { instanceId, attempt: last = 1, task } = record;
  // What was added has another beside it, and of what was retired nothing is to come back.
  if (task !== undefined) return undefined;
  const works: HostStanding[] = [];
  for (let attempt = last; attempt >= 1; attempt -= 1) {
    const work = hostId(id, { instanceId, attempt });
    works.push(...standings.filter((one) => one.id === work));
  }
  const work = works.find(({ blueprint }) => blueprint)?.id ?? record.keptBy;
  // Whoever was put back since left it as it was found.
  const lost = works.find(({ outcome }) => outcome === 'quarantined');
  return work === undefined ? undefined : { work, isGone: lost?.isGone };
}

/** In quarantine; or it was lost before, and was put off, put back or not found as yet. */
function isLost({ outcome, code, instanceId, again }: HostRecord, before: LeftHosts): boolean {
  const wasLost = before[instanceId] !== undefined || again?.was.outcome === 'quarantined';
  return outcome === 'quarantined' || code === 'HostVanished' || wasLost;
}

function leftAs(
  id: string,
  { instanceId, name, outcome }: HostRecord,
  { work, isGone }: { readonly work: string; readonly isGone: true | undefined },
  before: LeftHosts,
): LeftHost {
  const isStillGone = outcome === 'quarantined' ? isGone : (isGone ?? before[instanceId]?.isGone);
  return { instanceId, name, rollout: id, work, ...(isStillGone && { isGone: isStillGone }) };
}

/** Of those that are left, whose machine the rollouts took and nobody made again: all that are to be `only` brought. */
export function goneAmong(
  left: LeftHosts,
  records: Records,
  instances: readonly Instance[],
  only: readonly string[] | undefined,
): readonly LeftHost[] {
  const there = new Set(instances.map(({ instanceId }) => instanceId.toLowerCase()));
  return Object.values(left).filter(({ instanceId, isGone }) => {
    const record = records[instanceId];
    const isToCome = record === undefined || (record.outcome === 'put-off' && record.again === undefined);
    return isToCome && !there.has(instanceId.toLowerCase()) && (isGone || only?.includes(instanceId));
  });
}

/** By whatever people call it. */
export function leftNamed(left: LeftHosts, host: string): LeftHost | undefined {
  const wanted = host.toLowerCase();
  return Object.values(left).find((one) =>
    [one.instanceId, one.name].some((name) => name.toLowerCase() === wanted),
  );
}
