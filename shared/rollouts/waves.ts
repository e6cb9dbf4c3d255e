import { type Capacity, costs, type HostView } from './capacity.ts';

/** Which hosts may start now, and why not the next. */
export interface Admission {
  readonly admitted: readonly HostView[];
  readonly waitingFor: string;
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
  let tooFew = '';
  let busy = '';
  for (const host of inOrder(hosts)) {
    if (host.isBusy) {
      busy ||= `Azure to finish with ${host.name}`;
      continue;
    }
    if (inFlight + admitted.length >= window) {
      return { admitted, waitingFor: fullWindow(inFlight + admitted.length, window) };
    }
    const cost = costs(host) ? perHost : 0;
    if (cost > 0 && left - cost < need) {
      tooFew ||= sentence(left, need, perHost);
      continue;
    }
    left -= cost;
    admitted.push(host);
  }
  return { admitted, waitingFor: tooFew || busy || 'no host is left to start' };
}

export function fullWindow(underWay: number, window: number): string {
  return `${underWay} of at most ${window} hosts are under way`;
}

function sentence(usable: number, need: number, perHost: number): string {
  return usable < need
    ? `usable ${usable} < floor ${need}: nothing may be taken away`
    : `usable ${usable} >= floor ${need}: the next host would leave ${usable - perHost}`;
}
