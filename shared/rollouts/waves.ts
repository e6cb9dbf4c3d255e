import { counted } from '../counted.ts';
import { type Instant, minutesAfter } from '../instant.ts';
import { type Capacity, costs, type HostView, type KeptOn, sizeOf } from './capacity.ts';
import { type MaintenanceWindow, type Wave, waveSizes } from './pool.ts';

/** One host of the rollout. Written down as admitted before anything is done to it. */
export interface HostRecord {
  readonly instanceId: string;
  readonly name: string;
  readonly sessionHost: string;
  readonly outcome: 'admitted' | HostOutcome | 'skipped' | 'put-off';
  readonly why: string;
  readonly admittedAt: Instant;
  /** What is done to it, if it is not brought to the version in its place. */
  readonly task?: 'add' | 'retire';
  /** Of one that is added: the instance it is made after. */
  readonly like?: string;
  /** Of one that is retired: the added one that takes its place; of one that is too many itself, none. */
  readonly for?: string;
  /** The image version that it came from. */
  readonly from?: string;
  /** Of one that an earlier rollout lost: the work on it then, which keeps what it takes to make its machine anew. */
  readonly keptBy?: string;
  /** When work on it may begin, if not in the pool's windows. */
  readonly ownWindow?: MaintenanceWindow;
  /** Somebody says that it is not to be brought. Put back first, if it was begun. */
  readonly skip?: Order;
  /** Somebody says that it is to be tried again, whatever it is on by now. */
  readonly again?: Order & { readonly was: Pick<HostRecord, 'outcome' | 'why' | 'code' | 'endedAt'> };
  /** It was drained ahead and put off because its places were missed. */
  readonly givenBack?: true;
  /** Which time it is, where it was put off before. */
  readonly attempt?: number;
  /** It may be worked on. Written down before the host is told. */
  readonly goAt?: Instant;
  /** Nothing may go on, and it had not had its turn: it is put back, and its turn comes again. */
  readonly backAt?: Instant;
  readonly endedAt?: Instant;
  /** Of its failure, if it failed. */
  readonly code?: string;
  readonly told: number;
  readonly loggedOff: number;
  readonly seconds: HostSeconds;
}

/** Who decided on a host, and why. */
export interface Order {
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
}

/** Whose time it took; `turn` is what it waited for its turn. */
export interface HostSeconds {
  readonly users: number;
  readonly turn?: number;
  readonly azure: number;
  readonly own: number;
}

export type HostOutcome = 'done' | 'put-back' | 'deferred' | 'failed' | 'quarantined';

/** Why nothing further starts. Codes are part of the contract, as those of errors are. */
export interface Reason {
  readonly code: WaitCode;
  readonly message: string;
  readonly detail?: Readonly<Record<string, string | number>>;
  /** When it is over by itself, where that is known. */
  readonly until?: Instant;
}

export type WaitCode =
  | 'Paused'
  | 'Frozen'
  | 'ModelChanged'
  | 'OutsideWindow'
  | 'OwnWindow'
  | 'WindowTooShort'
  | 'Baking'
  | 'WaveUnhealthy'
  | 'WaveUnderWay'
  | 'CapacityFloor'
  | 'WindowFull'
  | 'SurgeUnderWay'
  | 'AzureBusy'
  | 'LastHosts';

/** Which hosts may start now, and why not the next. */
export interface Admission {
  readonly admitted: readonly HostView[];
  readonly because: Reason;
}

/** How many hosts may be out of service, and how many are. A machine that vanished under way still counts. */
export interface Window {
  readonly window: number;
  readonly inFlight: number;
  /** Of these as many have their turn at once; the others are drained ahead of it. All, if not stated. */
  readonly places?: number;
}

/** avd-10 comes after avd-9. */
const byNumber = new Intl.Collator('en', { numeric: true });

/**
 * The hosts that are yet to be started, those first that cost the users least. Where users came since the
 * rollout began it comes last: among them are those who had to leave another host.
 */
export function inOrder(hosts: readonly HostView[]): readonly HostView[] {
  return hosts
    .filter(({ standing, isOnVersion }) => standing === 'untouched' && !isOnVersion)
    .toSorted(
      (a, b) =>
        Number(b.isPoweredOff) - Number(a.isPoweredOff) ||
        Number(a.isAssigned ?? false) - Number(b.isAssigned ?? false) ||
        (a.came ?? 0) - (b.came ?? 0) ||
        a.sessions - b.sessions ||
        Number(costs(a)) - Number(costs(b)) ||
        byNumber.compare(a.name, b.name),
    );
}

/**
 * A sliding window under a floor: the next host starts when one ends, as long as what is left can hold the
 * users. A host that gives no places now takes none away and needs only the window.
 */
export function admit(hosts: readonly HostView[], capacity: Capacity, limits: Window): Admission {
  const { inFlight } = limits;
  const admitted: HostView[] = [];
  let left = capacity.usable;
  let tooFew: Reason | undefined;
  let busy: Reason | undefined;
  let refuge = refugeIn(hosts, capacity);
  let spare = spareIn(hosts, capacity);
  for (const host of inOrder(hosts)) {
    if (host.isBusy) {
      busy ??= { code: 'AzureBusy', message: `Azure to finish with ${host.name}` };
      continue;
    }
    const underWay = inFlight + admitted.length;
    if (hasNoPlace(host, underWay, limits, refuge)) {
      return { admitted, because: fullWindow(underWay, limits.window) };
    }
    const missed = missedWithout(host, { left, spare }, capacity);
    if (missed) {
      tooFew ??= missed;
      continue;
    }
    spare -= isReady(host) ? 1 : 0;
    left -= costs(host) ? capacity.perHost : 0;
    refuge -= host.sessions;
    admitted.push(host);
  }
  return { admitted, because: tooFew ?? busy ?? { code: 'LastHosts', message: 'no host is left to start' } };
}

/** Why the host may not go: too few places would be left, or too few hosts that could be switched on. */
function missedWithout(
  host: HostView,
  { left, spare }: { readonly left: number; readonly spare: number },
  capacity: Capacity,
): Reason | undefined {
  const { need, perHost, planned } = capacity;
  if (costs(host)) return left - perHost < need ? belowFloor(left, capacity) : undefined;
  return planned && spare <= 0 && isReady(host) ? noneToStart(planned, capacity) : undefined;
}

/** It takes users, or could be switched on to. */
function isReady(host: HostView): boolean {
  const isOurs = host.standing === 'in-flight' || host.standing === 'lost';
  return costs(host) || (host.isStartable === true && !isOurs);
}

/**
 * How many hosts more may go and leave as many as the scaling plan wants on that are on, or that it could start: one
 * that is off costs nobody a place now, and all of them at once leave none to start. The only host of a pool may go.
 */
function spareIn(hosts: readonly HostView[], { planned }: Capacity): number {
  if (!planned) return hosts.length;
  return hosts.filter(isReady).length - Math.min(planned.hosts, sizeOf(hosts) - 1);
}

function noneToStart({ name, hosts }: KeptOn, { usable, need: floor, perHost }: Capacity): Reason {
  const message = `scaling plan ${name} keeps ${counted(hosts, 'host')} on: no more of those that are off may go than leave it as many to start`;
  return { code: 'CapacityFloor', message, detail: { usable, floor, perHost, scalingPlan: name } };
}

/** Drained ahead of its turn is only who finds his users a place where they can stay. */
function hasNoPlace(
  { sessions }: HostView,
  underWay: number,
  { window, places = window }: Window,
  refuge: number,
): boolean {
  return underWay >= window || (underWay >= places && sessions > Math.max(0, refuge));
}

/**
 * Places on hosts that are done, less the users who are about to look for one. Nobody has to leave before it
 * must be where none is left: he would come to a host that has its turn yet to come, and have to leave again.
 */
function refugeIn(hosts: readonly HostView[], { perHost, isPersonal }: Capacity): number {
  if (isPersonal) return 0; // on somebody else's desktop there is none
  const isRefuge = (host: HostView) => host.isOnVersion && costs(host);
  const places = hosts.filter(isRefuge).reduce((sum, { sessions }) => sum + perHost - sessions, 0);
  const leaving = hosts.filter(({ standing }) => standing === 'in-flight');
  return places - leaving.reduce((sum, { sessions }) => sum + sessions, 0);
}

export function fullWindow(underWay: number, window: number): Reason {
  return {
    code: 'WindowFull',
    message: `${underWay} of at most ${counted(window, 'host is', 'hosts are')} under way`,
    detail: { underWay, window },
  };
}

function belowFloor(usable: number, { need: floor, perHost, scalingPlan }: Capacity): Reason {
  const whose = scalingPlan
    ? ` (scaling plan ${scalingPlan.name} keeps ${counted(scalingPlan.hosts, 'host')} on)`
    : '';
  const message =
    usable < floor
      ? `usable ${usable} < floor ${floor}${whose}: nothing may be taken away`
      : `usable ${usable} >= floor ${floor}${whose}: the next host would leave ${usable - perHost}`;
  const detail = { usable, floor, perHost, ...(scalingPlan && { scalingPlan: scalingPlan.name }) };
  return { code: 'CapacityFloor', message, detail };
}

/** Which wave it is, how many more hosts it takes, and what keeps the next from beginning once it is full. */
export interface WaveNow {
  readonly number: number;
  readonly of: number;
  readonly upTo: number;
  readonly room: number;
  readonly because: Reason;
}

/**
 * A wave is full of hosts that are on the version or under way to it: one that was put back or failed proves
 * nothing, and another takes its place. The next begins once all of them are there, the wave has baked, and
 * each of its hosts still takes users or is off.
 */
export function waveNow(
  waves: readonly Wave[],
  records: readonly HostRecord[],
  hosts: readonly HostView[],
  now: Instant,
  /** How many hosts are to be brought in all, where these are not the ones that bring the version. */
  total?: number,
): WaveNow {
  const done = records.filter(({ outcome }) => outcome === 'done');
  const inFlight = records.filter(({ outcome }) => outcome === 'admitted').length;
  const ended = records.filter(hasBegun).length - inFlight;
  const sizes = waveSizes(waves, total ?? inOrder(hosts).length + inFlight + ended);
  const begun = done.length + inFlight;
  for (const [index, upTo] of sizes.entries()) {
    const bakeMinutes = waves[index]?.bakeMinutes ?? 0;
    const [number, of] = [index + 1, sizes.length];
    const name = `wave ${number} of ${of}`;
    const underWay = {
      code: 'WaveUnderWay' as const,
      message: `${name}, up to ${counted(upTo, 'host')}, is under way`,
    };
    const wave = { number, of, upTo, because: underWay };
    if (begun < upTo || number === of) return { ...wave, room: Math.max(0, upTo - begun) };
    if (begun > upTo) continue;
    if (inFlight > 0) return { ...wave, room: 0 };
    const because = unproven(name, bakeMinutes, done, hosts, now);
    if (because) return { ...wave, room: 0, because };
  }
  throw new Error('the last wave is for the rest');
}

/** Under way or ended; not one that was passed over, nor one whose turn comes again. */
export function hasBegun({ outcome }: HostRecord): boolean {
  return outcome !== 'skipped' && outcome !== 'put-off';
}

function unproven(
  wave: string,
  bakeMinutes: number,
  done: readonly HostRecord[],
  hosts: readonly HostView[],
  now: Instant,
): Reason | undefined {
  const last =
    done
      .map(({ endedAt }) => endedAt ?? now)
      .toSorted()
      .at(-1) ?? now;
  const until = minutesAfter(last, bakeMinutes);
  if (now < until) return { code: 'Baking', message: `${wave} bakes until ${until}`, until };
  const ill = hosts.filter(
    ({ instanceId, takesUsers, isPoweredOff }) =>
      !takesUsers && !isPoweredOff && done.some((host) => host.instanceId === instanceId),
  );
  if (ill.length === 0) return undefined;
  const names = ill.map(({ name }) => name).join(', ');
  return {
    code: 'WaveUnhealthy',
    message: `${wave} is not well: ${names} takes no users`,
    detail: { hosts: names },
  };
}
