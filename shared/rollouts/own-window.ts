import type { Instant } from '../instant.ts';
import type { HostView } from './capacity.ts';
import { isTimeZone } from '../local-time.ts';
import type { MaintenanceWindow } from './pool.ts';
import { type Fit, fitOf, weekdays } from './windows.ts';

const form = /^([A-Za-z]{3}(?:\s*,\s*[A-Za-z]{3})*)\s+(\d\d:\d\d)\s*-\s*(\d\d:\d\d)\s+(\S+)$/;
const clock = /^([01]\d|2[0-3]):[0-5]\d$/;

/** A machine's window as its tag says it: `Sat,Sun 20:00-05:00 Europe/Berlin`; undefined if it says nothing such. */
export function parseWindow(value: string): MaintenanceWindow | undefined {
  const [, names = '', start = '', end = '', timeZone = ''] = form.exec(value.trim()) ?? [];
  const days = names
    .split(',')
    .map((name) => weekdays.find((day) => day.toLowerCase() === name.trim().toLowerCase()));
  const known = days.filter((day) => day !== undefined);
  if (known.length < days.length || !clock.test(start) || !clock.test(end)) return undefined;
  return isTimeZone(timeZone) ? { start, end, timeZone, days: known } : undefined;
}

/** What the machine's tag says of its window; Azure does not tell tag names apart by their case. */
export function windowIn(
  tags: Readonly<Record<string, string>>,
  windowTag: string | undefined,
): Pick<HostView, 'ownWindow' | 'unreadableWindow'> {
  if (windowTag === undefined) return {};
  const [, value] =
    Object.entries(tags).find(([name]) => name.toLowerCase() === windowTag.toLowerCase()) ?? [];
  if (value === undefined) return {};
  const ownWindow = parseWindow(value);
  return ownWindow ? { ownWindow } : { unreadableWindow: value };
}

/** A host whose own window is not open, or not for long enough. */
export interface Waiter {
  readonly name: string;
  /** Absent if no window of its is ever as long as a host takes. */
  readonly opensAt?: Instant;
}

/** Of the hosts with a window of their own: those that wait for it, the first to open first. */
export function waitersAmong(
  hosts: readonly HostView[],
  secondsFor: (host: HostView) => number,
  now: Instant,
): readonly Waiter[] {
  return hosts
    .flatMap((host) => {
      if (!host.ownWindow) return [];
      const fit: Fit = fitOf([host.ownWindow], now, secondsFor(host));
      if (fit.fits) return [];
      return [{ name: host.name, ...(fit.opensAt !== undefined && { opensAt: fit.opensAt }) }];
    })
    .toSorted((a, b) => ((a.opensAt ?? '~') < (b.opensAt ?? '~') ? -1 : 1));
}
