import { type Instant, minutesAfter } from '../instant.ts';
import { type Capacity, costs, type HostView } from './capacity.ts';
import { type Wave, waveSizes } from './pool.ts';

/** One host of the rollout. Written down as admitted before anything is done to it. */
export interface HostRecord {
  readonly instanceId: string;
  readonly name: string;
  readonly sessionHost: string;
  readonly outcome: 'admitted' | HostOutcome | 'skipped';
  readonly why: string;
  readonly admittedAt: Instant;
  readonly endedAt?: Instant;
  /** Of its failure, if it failed. */
  readonly code?: string;
  readonly told: number;
  readonly loggedOff: number;
  readonly seconds: { readonly users: number; readonly azure: number; readonly own: number };
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
  | 'OutsideWindow'
  | 'WindowTooShort'
  | 'Baking'
  | 'WaveUnhealthy'
  | 'WaveUnderWay'
  | 'CapacityFloor'
  | 'WindowFull'
  | 'AzureBusy'
  | 'LastHosts';

/** Which hosts may start now, and why not the next. */
export interface Admission {
  readonly admitted: readonly HostView[];
  readonly because: Reason;
}

/** How many hosts may be under way, and how many are. A machine that vanished under way still counts. */
export interface Window {
  readonly window: number;
  readonly inFlight: number;
}

/** The hosts that are yet to be started, those first that cost the users least. */
export function inOrder(hosts: readonly HostView[]): readonly HostView[] {
  return hosts
    .filter(({ standing, isOnVersion }) => standing === 'untouched' && !isOnVersion)
    .toSorted(
      (a, b) =>
        Number(b.isPoweredOff) - Number(a.isPoweredOff) ||
        a.sessions - b.sessions ||
        Number(costs(a)) - Number(costs(b)) ||
        a.name.localeCompare(b.name, 'en', { numeric: true }),
    );
}

/**
 * A sliding window under a floor: the next host starts when one ends, as long as what is left can hold the
 * users. A host that gives no places now takes none away and needs only the window.
 */
export function admit(
  hosts: readonly HostView[],
  { usable, need, perHost }: Capacity,
  { window, inFlight }: Window,
): Admission {
  const admitted: HostView[] = [];
  let left = usable;
  let tooFew: Reason | undefined;
  let busy: Reason | undefined;
  for (const host of inOrder(hosts)) {
    if (host.isBusy) {
      busy ??= { code: 'AzureBusy', message: `Azure to finish with ${host.name}` };
      continue;
    }
    if (inFlight + admitted.length >= window) {
      return { admitted, because: fullWindow(inFlight + admitted.length, window) };
    }
    const cost = costs(host) ? perHost : 0;
    if (cost > 0 && left - cost < need) {
      tooFew ??= belowFloor(left, need, perHost);
      continue;
    }
    left -= cost;
    admitted.push(host);
  }
  return { admitted, because: tooFew ?? busy ?? { code: 'LastHosts', message: 'no host is left to start' } };
}

export function fullWindow(underWay: number, window: number): Reason {
  return {
    code: 'WindowFull',
    message: `${underWay} of at most ${window} hosts are under way`,
    detail: { underWay, window },
  };
}

function belowFloor(usable: number, floor: number, perHost: number): Reason {
  const message =
    usable < floor
      ? `usable ${usable} < floor ${floor}: nothing may be taken away`
      : `usable ${usable} >= floor ${floor}: the next host would leave ${usable - perHost}`;
  return { code: 'CapacityFloor', message, detail: { usable, floor, perHost } };
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
): WaveNow {
  const done = records.filter(({ outcome }) => outcome === 'done');
  const inFlight = records.filter(({ outcome }) => outcome === 'admitted').length;
  const ended = records.filter(({ outcome }) => outcome !== 'skipped').length - inFlight;
  const sizes = waveSizes(waves, inOrder(hosts).length + inFlight + ended);
  const begun = done.length + inFlight;
  for (const [index, upTo] of sizes.entries()) {
    const bakeMinutes = waves[index]?.bakeMinutes ?? 0;
    const [number, of] = [index + 1, sizes.length];
    const name = `wave ${number} of ${of}`;
    const underWay = { code: 'WaveUnderWay' as const, message: `${name}, up to ${upTo} hosts, is under way` };
    const wave = { number, of, upTo, because: underWay };
    if (begun < upTo || number === of) return { ...wave, room: Math.max(0, upTo - begun) };
    if (begun > upTo) continue;
    if (inFlight > 0) return { ...wave, room: 0 };
    const because = unproven(name, bakeMinutes, done, hosts, now);
    if (because) return { ...wave, room: 0, because };
  }
  throw new Error('the last wave is for the rest');
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
