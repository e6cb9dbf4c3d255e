import { counted } from '../counted.ts';
import { failure } from '../errors.ts';
import type { Finding } from './finding.ts';
import type { Capacity, HostView } from './capacity.ts';
import type { HostPoolReading } from './host-pool.ts';
import type { PoolLink } from './pool.ts';
import { hostsKeptOn, type Minimum } from './scaling-plan.ts';
import { unsuited } from './suited.ts';

/** What was found of the host pool itself. */
export interface FoundPool {
  readonly pool: { readonly link: PoolLink };
  readonly hostPool: HostPoolReading | undefined;
  readonly views: readonly HostView[];
  readonly capacity: Capacity;
  /** What must remain whatever the scaling plan wants. */
  readonly need: number;
  /** What its scaling plan keeps on, for a week; none without a plan, and none of personal desktops. */
  readonly minimums: readonly Minimum[];
  /** Hosts whose own window is never as long as a host takes. */
  readonly tooShort: readonly string[];
}

/** What must change about the host pool, its scaling plan or what its users agreed to. */
export function poolBlockers({ pool: { link }, hostPool, views, minimums }: FoundPool): readonly Finding[] {
  if (!hostPool) return [];
  const assigned = views.filter(({ isAssigned }) => isAssigned).length;
  const against = unsuited(link, hostPool, assigned).map(({ code, message }) => failure(code, message));
  const kept = minimums.map(({ percent }) => hostsKeptOn(percent, views.length));
  if (views.length <= 1 || kept.length === 0 || Math.min(...kept) < views.length) return against;
  const message = `Scaling plan ${hostPool.scalingPlan?.name} keeps all ${views.length} hosts on at any time: none may go.`;
  const remedy = 'Lower its minimum percentage of hosts for some part of the week, or add a host.';
  return [...against, { code: 'FloorUnreachable', message, remedy }];
}

/** What should be known of the host pool. */
export function poolWarnings(
  { hostPool, capacity, tooShort }: FoundPool,
  todo: readonly HostView[],
): readonly Finding[] {
  const findings: Finding[] = [];
  const add = (code: string, message: string, remedy: string) => findings.push({ code, message, remedy });
  if (hostPool && hostPool.managedNatively === undefined) {
    const message = 'Azure does not tell whether a session host configuration services this pool as well.';
    add('ManagementUnknown', message, 'See in the portal that its management is standard.');
  }
  if (capacity.isPersonal && todo.length > 0) {
    const assigned = todo.filter(({ isAssigned }) => isAssigned).length;
    const message = `${counted(todo.length, 'personal desktop')}, ${assigned} of them somebody's: each user is without his own while it is updated, and what is on its OS disk is lost.`;
    add('PersonalDesktops', message, 'Nothing, if that is meant: no floor holds any of them back.');
  }
  const unreadable = todo.filter((host) => host.unreadableWindow !== undefined);
  if (unreadable.length > 0) {
    const values = listed(unreadable.map(({ name, unreadableWindow }) => `${name} (${unreadableWindow})`));
    const message = `The tag of ${counted(unreadable.length, 'host')} is no window, and the pool's windows count: ${values}.`;
    add('WindowTagUnreadable', message, 'Write it as `Sat,Sun 20:00-05:00 Europe/Berlin`.');
  }
  if (tooShort.length > 0) {
    const message = `The own window of ${counted(tooShort.length, 'host')} is shorter than a host takes: ${listed(tooShort)}.`;
    add('OwnWindowTooShort', message, 'Make it longer, or they are never begun.');
  }
  return findings;
}

const mostNamed = 10;

function listed(names: readonly string[]): string {
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  return `${names.slice(0, mostNamed).join(', ')}${more}`;
}
