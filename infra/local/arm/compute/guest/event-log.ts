import type { Contents, LoggedEvent } from './contents.ts';

/** "Remote Desktop Services: Session logon succeeded" and its like; kept by every edition. */
export const SESSIONS_LOG = 'Microsoft-Windows-TerminalServices-LocalSessionManager/Operational';
/** Kept by client editions only. */
export const BOOT_LOG = 'Microsoft-Windows-Diagnostics-Performance/Operational';

/** A log takes only so much; then its oldest lines go. */
const MOST_KEPT = 60;

/** Writes a line into one of Windows' event logs; there is one for each moment, log and session. */
export function logEvent({ events }: Contents, event: LoggedEvent): void {
  const key = (one: LoggedEvent) => `${one.at} ${one.log} ${one.id} ${Object.values(one.values).join(' ')}`;
  events.set(key(event), event);
  const all = events.all().filter(({ log }) => log === event.log);
  for (const old of all.slice(0, Math.max(0, all.length - MOST_KEPT))) events.delete(key(old));
}

interface Filter {
  readonly logs: readonly string[];
  readonly ids: readonly number[];
  readonly from: number;
}

/** The newest first, as Get-WinEvent lists them. */
export function eventsLike({ events }: Contents, { logs, ids, from }: Filter): LoggedEvent[] {
  const wanted = new Set(logs.map((log) => log.toLowerCase()));
  return events
    .all()
    .filter(({ log }) => wanted.has(log.toLowerCase()))
    .filter(({ id }) => ids.length === 0 || ids.includes(id))
    .filter(({ at }) => Date.parse(at) >= from)
    .toSorted((one, other) => (one.at < other.at ? 1 : -1));
}
