import { secondsBetween } from '../instant.ts';
import type { Look } from '../workflow/look.ts';
import { type HostView, sizeOf } from './capacity.ts';
import type { Fleets } from './fleet.ts';
import type { Freezes } from './freezes.ts';
import { holdOn, outsideWindow } from './hold.ts';
import type { HostPools } from './host-pool.ts';
import type { Records } from './hosts.ts';
import { windowOf } from './pool.ts';
import { readPool } from './read-pool.ts';
import type { Rollout } from './rollout.ts';
import { begun, underWayIn } from './starting.ts';
import { givenUp, leftOver, mostTries } from './surge.ts';
import { admit, type HostRecord } from './waves.ts';

export interface SurplusParts {
  readonly hostPools: HostPools;
  readonly fleets: Fleets;
  readonly freezes: Freezes;
}

/** For so long a rollout that stops waits until hosts that it added may go; then they stay, and are named. */
const patienceHours = 24;

export interface Surplus {
  /** What is to be written down before anything is done: those that go now, or that nobody waits for any longer. */
  readonly hosts: Records;
  readonly news: readonly string[];
  /** Why others stay for now; nothing if none do. */
  readonly why: string;
}

const none: Surplus = { hosts: {}, news: [], why: '' };

/**
 * Hosts that were added and that no other is gone for: the pool had none of them before, and has none of them after.
 * They go as any host does, under the floor and within the window, and it is their turn as soon as they are empty.
 */
export async function surplusOf(
  parts: SurplusParts,
  look: Look<Rollout>,
  records: Records,
): Promise<Surplus> {
  const stayed = kept(
    givenUp(records),
    ({ why }) => `it could not go ${mostTries} times, the last time: ${why}`,
  );
  const going = await goingOf(parts, look, records);
  return { ...going, hosts: { ...going.hosts, ...stayed.hosts }, news: [...going.news, ...stayed.news] };
}

async function goingOf(
  { hostPools, fleets, freezes }: SurplusParts,
  look: Look<Rollout>,
  records: Records,
): Promise<Surplus> {
  const { work: rollout, now, since } = look;
  const added = leftOver(records);
  if (added.length === 0) return none;
  const { link, version, requested, facts } = rollout;
  const { exclusionTag } = facts;
  const { imageVersionId } = version;
  const asked = { link, imageVersionId, ownVersions: requested.ownVersions, records, now };
  const pool = await readPool(hostPools, fleets, {
    ...asked,
    ...(exclusionTag !== undefined && { exclusionTag }),
  });
  const there = new Set(pool.views.map(({ instanceId }) => instanceId));
  const tooMany = added.filter(({ instanceId }) => there.has(instanceId));
  if (tooMany.length === 0) return none;
  if (secondsBetween(since, now) >= patienceHours * 3600) {
    return kept(tooMany, () => `within ${patienceHours} hours it could not go`);
  }
  const names = tooMany.map(({ name }) => name).join(', ');
  const hold = (await holdOn(look, freezes)) ?? outsideWindow(look, { hasUsers: true });
  if (hold) return { ...none, why: `${names} to go: ${hold.message}` };
  const inFlight = underWayIn(records);
  const window = windowOf(link.policy.maxUnavailable, sizeOf(pool.views));
  const { admitted, because } = admit(onlyThese(pool.views, tooMany), pool, { window, inFlight });
  // As before each admission, it is on record before it is begun; and it has its turn from the first.
  const going = admitted.map((view): [string, HostRecord] => [
    view.instanceId,
    { ...begun(view, pool, now, records), task: 'retire', goAt: now },
  ]);
  return {
    hosts: Object.fromEntries(going),
    news: admitted.map(({ name }) => `${name} is one too many, and goes`),
    why: going.length < tooMany.length ? `${names} to go: ${because.message}` : '',
  };
}

const stays = 'it stays in the pool: ';

/** Each is told of once, and its record says it for good. */
function kept(tooMany: readonly HostRecord[], because: (record: HostRecord) => string): Surplus {
  const untold = tooMany.filter(({ why }) => !why.startsWith(stays));
  return {
    hosts: Object.fromEntries(untold.map((record) => [record.instanceId, keptAs(record, because(record))])),
    news: untold.map((record) => `${record.name}: ${stays}${because(record)}`),
    why: '',
  };
}

function keptAs(record: HostRecord, because: string): HostRecord {
  return { ...record, why: `${stays}${because}` };
}

/** As if nobody else were to be brought anywhere. */
function onlyThese(views: readonly HostView[], tooMany: readonly HostRecord[]): readonly HostView[] {
  const ids = new Set(tooMany.map(({ instanceId }) => instanceId));
  return views.map((view) => (ids.has(view.instanceId) ? toGo(view) : settled(view)));
}

function toGo(view: HostView): HostView {
  return { ...view, isOnVersion: false, standing: 'untouched' };
}

function settled(view: HostView): HostView {
  return view.standing === 'untouched' ? { ...view, standing: 'ended' } : view;
}
