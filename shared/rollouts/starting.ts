import { counted } from '../counted.ts';
import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { Look } from '../workflow/look.ts';
import { type HostView, sizeOf } from './capacity.ts';
import type { Facts } from './course.ts';
import { mayGoDark, outsideWindow } from './hold.ts';
import type { Records } from './hosts.ts';
import { drainAheadOf, windowOf } from './pool.ts';
import type { PoolAtOnce } from './read-pool.ts';
import type { Rollout } from './rollout.ts';
import { isAddition, modelOf, retirable, successorsOf, type SurgeNow } from './surge.ts';
import { inTime } from './in-time.ts';
import { namesFor } from './surge-names.ts';
import type { Turns } from './turns.ts';
import {
  admit,
  type Admission,
  type HostRecord,
  inOrder,
  type Reason,
  type WaveNow,
  type Window,
} from './waves.ts';

/** What one look knows when it decides who starts. */
export interface BeforeStart {
  readonly records: Records;
  readonly turns: Turns;
  readonly hold: Reason | undefined;
  readonly wave: WaveNow;
  /** Where hosts are added before others are retired. */
  readonly surge: SurgeNow | undefined;
}

export interface Start {
  /** Who begins, to be written down before anything is done; and who is on the version and passed over. */
  readonly hosts: Records;
  readonly names: readonly string[];
  /** Why no more begin. */
  readonly because: Reason;
  /** Somebody is yet to begin. */
  readonly isLeft: boolean;
  readonly reading: NonNullable<Facts['reading']>;
}

/** Who may start now, of those that are to be brought to the version, and who is added before. */
export function startNow(look: Look<Rollout>, pool: PoolAtOnce, known: BeforeStart): Start {
  const { now, work } = look;
  const { records, surge, wave } = known;
  const { policy } = work.link;
  const views = surge ? retirable(pool.views, records, surge) : pool.views;
  const size = sizeOf(pool.views);
  const [most, ahead] = [windowOf(policy.maxUnavailable, size), drainAheadOf(policy, size)];
  const inFlight = outOfServiceIn(records);
  const window = Math.min(most + ahead, inFlight + (surge ? surge.free.length : wave.room));
  const limits = { window, inFlight, places: most + known.turns.settled };
  const { admitted, because } = whoMayStart(look, { ...pool, views }, known, limits);
  const hosts: Record<string, HostRecord> = passedOver(pool, records, now);
  const tasks = surge ? successorsOf(admitted, surge) : {};
  for (const view of admitted)
    hosts[view.instanceId] = {
      ...begun(view, pool, now, records),
      ...keptOf(view, work, records),
      ...tasks[view.instanceId],
    };
  const added = surge ? additionsTo(look, pool, known, surge) : [];
  for (const record of added) hosts[record.instanceId] = record;
  const all = underWayIn(records);
  const left = inOrder(views).length - admitted.length;
  // Full is also what takes no more because of who would have to leave.
  const isFull = because.code === 'WindowFull' || because.code === 'SurgeUnderWay';
  const begins = admitted.length + added.length;
  const full = isFull ? all + begins : surge ? all + begins + 1 : window;
  return {
    hosts,
    names: [...added, ...admitted].map(({ name }) => name),
    because,
    isLeft: inOrder(views).length > 0 || added.length > 0,
    reading: { at: now, window: full, most, ahead, left, listed: pool.views.length },
  };
}

/** Everybody who is worked on, or about to be. */
export function underWayIn(records: Records): number {
  return Object.values(records).filter(({ outcome }) => outcome === 'admitted').length;
}

/** Of these, those whose users have to do without them. */
function outOfServiceIn(records: Records): number {
  return Object.values(records).filter(({ outcome, task }) => outcome === 'admitted' && task !== 'add')
    .length;
}

function whoMayStart(look: Look<Rollout>, pool: PoolAtOnce, known: BeforeStart, window: Window): Admission {
  const { work: rollout, now } = look;
  const { hold, wave, surge, records } = known;
  const { views } = pool;
  if (hold) return { admitted: [], because: whileHeld(look, hold, views) };
  if (!surge && wave.room === 0) return { admitted: [], because: wave.because };
  const { policy } = rollout.link;
  const size = sizeOf(views);
  const need = mayGoDark(policy, size, now) ? 0 : pool.need;
  const { views: timely, late } = inTime(look, views, records);
  const { admitted, because } = admit(timely, { ...pool, need }, window);
  if (late && because.code === 'LastHosts') return { admitted, because: late };
  if (surge) {
    const isFull = surge.free.length <= admitted.length;
    return { admitted, because: isFull ? surgeFull(surge, wave, because) : because };
  }
  const most = windowOf(policy.maxUnavailable, size) + drainAheadOf(policy, size);
  const isWaveFull = because.code === 'WindowFull' && window.window < most;
  return { admitted, because: isWaveFull ? wave.because : because };
}

/** Where users are on all that is left, the window that matters is one for hosts with users. */
function whileHeld(look: Look<Rollout>, hold: Reason, views: readonly HostView[]): Reason {
  const isForUsers = hold.code === 'OutsideWindow' && inOrder(views).every(({ sessions }) => sessions > 0);
  return (isForUsers && outsideWindow(look, { hasUsers: true })) || hold;
}

/** Nobody more is retired than others are there for. */
function surgeFull({ coming, room }: SurgeNow, wave: WaveNow, because: Reason): Reason {
  if (coming > 0) {
    const message = `${counted(coming, 'added host is', 'added hosts are')} under way; for each that is there one is retired`;
    return { code: 'SurgeUnderWay', message, detail: { coming } };
  }
  return room > 0 && wave.room === 0 ? wave.because : because;
}

/** As many hosts more as may be, with names that nobody has or had; made after one that is there until they are. */
function additionsTo(
  look: Look<Rollout>,
  pool: PoolAtOnce,
  { records, wave, hold }: BeforeStart,
  { room }: SurgeNow,
): readonly HostRecord[] {
  const model = modelOf(pool.views);
  // Where machines have windows of their own, those that are added have none yet.
  const isHeld = hold ?? outsideWindow(look, { hasUsers: false });
  const count = isHeld || !model ? 0 : Math.min(room, wave.room);
  if (!model || count === 0) return [];
  const taken = [
    ...pool.namesTaken,
    ...Object.keys(records),
    ...Object.values(records).map(({ name }) => name),
  ];
  const names = namesFor(pool.views, taken, count);
  if (!names) {
    const message = `There ${count === 1 ? 'is' : 'are'} no ${counted(count, 'name')} of at most 15 letters more like ${model.name}.`;
    throw new AppError('SurgeNotPossible', message);
  }
  const { instanceId: like } = model;
  return names.map((name) => additionOf(name, like, look.now));
}

function passedOver(pool: PoolAtOnce, records: Records, now: Instant): Record<string, HostRecord> {
  const skipped = pool.views.filter(({ instanceId, isOnVersion, standing }) => {
    const record = records[instanceId];
    // One that was added and put off as too many is on the version and goes all the same.
    return isOnVersion && standing === 'untouched' && !(record && isAddition(record));
  });
  const why = 'already on the version';
  return Object.fromEntries(
    skipped.map((view) => {
      const record: HostRecord = { ...begun(view, pool, now), outcome: 'skipped', why, endedAt: now };
      return [view.instanceId, record];
    }),
  );
}

/** The record of a host that is taken out of service. */
export function begun(
  { instanceId, name, imageVersionId: from = '', ownWindow }: HostView,
  { sessionHostNames }: Pick<PoolAtOnce, 'sessionHostNames'>,
  now: Instant,
  records: Records = {},
): HostRecord {
  const before = records[instanceId];
  return {
    ...recordOf({ instanceId, name }, now),
    sessionHost: sessionHostNames[instanceId] ?? '',
    ...(from !== '' && { from }),
    ...(before && { attempt: (before.attempt ?? 1) + 1 }),
    ...(before?.again && { again: before.again }),
    ...(ownWindow && { ownWindow }),
  };
}

/** An earlier rollout lost it: its machine may be gone, or may not have all that it had. */
function keptOf(
  { instanceId }: HostView,
  { facts: { left = {} } }: Rollout,
  records: Records,
): Pick<HostRecord, 'keptBy'> {
  const keptBy = records[instanceId]?.keptBy ?? left[instanceId]?.work;
  return keptBy === undefined ? {} : { keptBy };
}

function additionOf(name: string, like: string, now: Instant): HostRecord {
  return { ...recordOf({ instanceId: name, name }, now), task: 'add', like };
}

function recordOf({ instanceId, name }: Pick<HostRecord, 'instanceId' | 'name'>, now: Instant): HostRecord {
  return {
    instanceId,
    name,
    sessionHost: '',
    outcome: 'admitted',
    why: '',
    admittedAt: now,
    told: 0,
    loggedOff: 0,
    seconds: { users: 0, azure: 0, own: 0 },
  };
}
