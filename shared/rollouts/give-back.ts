import { type Instant, minutesAfter } from '../instant.ts';
import type { Capacity, HostView } from './capacity.ts';
import { type HostStanding, type Records, workIn } from './hosts.ts';
import type { Turns } from './turns.ts';
import type { HostRecord } from './waves.ts';

/** Who waits no longer than this is worth waiting for: a host that is put back is drained again later. */
const atLeastMinutes = 10;

/**
 * Hosts that were drained ahead and whose places new users miss by now: as many as it takes to reach the floor, the
 * last to become empty first. Not the one whose turn is next, nor one that could not take users if it were let.
 */
export function givenBack(
  id: string,
  { waiting }: Turns,
  standings: readonly HostStanding[],
  {
    usable,
    need,
    perHost,
    views,
    now,
  }: Capacity & { readonly views: readonly HostView[]; readonly now: Instant },
): Records {
  if (need <= usable || perHost === 0) return {};
  const workOf = workIn(id, standings);
  const waits = waiting
    .flatMap((record) => {
      const host = workOf(record);
      const { readyAt } = host ?? {};
      return host?.stage === 'turn' && readyAt !== undefined ? [{ record, readyAt }] : [];
    })
    .toSorted((a, b) => (a.readyAt < b.readyAt ? 1 : -1));
  const well = new Set(views.filter(({ isWell }) => isWell).map(({ instanceId }) => instanceId));
  const missed = waits
    .slice(0, -1)
    .filter(
      ({ record, readyAt }) => well.has(record.instanceId) && minutesAfter(readyAt, atLeastMinutes) <= now,
    )
    .slice(0, Math.ceil((need - usable) / perHost));
  return Object.fromEntries(missed.map(({ record }) => [record.instanceId, backOf(record, now)]));
}

function backOf(record: HostRecord, now: Instant): HostRecord {
  return { ...record, why: 'new users need its places', backAt: now, givenBack: true };
}
