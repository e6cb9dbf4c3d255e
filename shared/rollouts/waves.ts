import type { Instant } from '../instant.ts';
import { type Capacity, costs, type HostView } from './capacity.ts';

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
