import { earliest, type Instant, minutesAfter } from '../instant.ts';
import type { Look } from '../workflow/look.ts';
import type { HostView } from './capacity.ts';
import { outsideWindow } from './hold.ts';
import type { Records } from './hosts.ts';
import type { Rollout } from './rollout.ts';
import { inOrder, type Reason } from './waves.ts';

/** Who was given back to his users is left to them for so long, whatever room there is a moment later. */
const leftAloneMinutes = 15;

/** Who could come to an end in the window that counts for him, and why the others may not begin now. */
export function inTime(
  look: Look<Rollout>,
  views: readonly HostView[],
  records: Records,
): { readonly views: readonly HostView[]; readonly late?: Reason } {
  const reasonFor = lateness(look);
  const tooLate = new Map<HostView, Reason>();
  for (const view of inOrder(views)) {
    const reason = leftAlone(view, records, look.now) ?? reasonFor(view);
    if (reason) tooLate.set(view, reason);
  }
  if (tooLate.size === 0) return { views };
  return { views: views.filter((view) => !tooLate.has(view)), late: reasonOf(tooLate) };
}

/** Why work on this host would not end in time: asked once of each window, and of hosts with and without users. */
function lateness(look: Look<Rollout>): (view: HostView) => Reason | undefined {
  const known = new Map<string, { readonly reason: Reason | undefined }>();
  return ({ ownWindow, sessions }) => {
    const hasUsers = sessions > 0;
    const key = `${hasUsers} ${JSON.stringify(ownWindow)}`;
    const before = known.get(key);
    if (before) return before.reason;
    const reason = outsideWindow(look, { hasUsers, ...(ownWindow && { windows: [ownWindow] }) });
    known.set(key, { reason });
    return reason;
  };
}

function leftAlone({ instanceId }: HostView, records: Records, now: Instant): Reason | undefined {
  const { givenBack, backAt, name } = records[instanceId] ?? {};
  if (!givenBack || backAt === undefined) return undefined;
  const until = minutesAfter(backAt, leftAloneMinutes);
  const message = `${name} was given back to new users and is left to them until ${until}`;
  return now < until ? { code: 'CapacityFloor', message, until } : undefined;
}

/** Of many reasons the one that is over first; of windows of their own, which hosts wait and until when. */
function reasonOf(tooLate: ReadonlyMap<HostView, Reason>): Reason {
  const reasons = [...tooLate.values()];
  const [first = reasons[0]] = reasons.toSorted((a, b) => ((a.until ?? '~') < (b.until ?? '~') ? -1 : 1));
  const own = [...tooLate].filter(([{ ownWindow }, { code }]) => ownWindow && code !== 'CapacityFloor');
  if (!first || own.length < tooLate.size) return first ?? { code: 'LastHosts', message: '' };
  const untils = own.flatMap(([, { until }]) => (until === undefined ? [] : [until]));
  const [next, ...later] = untils;
  if (next === undefined) return first; // none is ever long enough
  const message = `windows of their own: ${ownWaits(own)}`;
  const hosts = own.map(([{ name }]) => name).join(', ');
  return { code: 'OwnWindow', message, detail: { hosts }, until: earliest(next, ...later) };
}

const mostNamed = 10;

function ownWaits(own: readonly (readonly [HostView, Reason])[]): string {
  const waits = own
    .slice(0, mostNamed)
    .map(([{ name }, { until }]) => `${name} ${until === undefined ? 'never' : `from ${until}`}`);
  const more = own.length > mostNamed ? ` and ${own.length - mostNamed} more` : '';
  return `${waits.join(', ')}${more}`;
}
