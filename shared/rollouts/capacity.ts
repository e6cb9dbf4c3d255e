import type { MaintenanceWindow } from './pool.ts';

/** One host, as far as capacity goes. */
export interface HostView {
  readonly instanceId: string;
  readonly name: string;
  readonly isOnVersion: boolean;
  /** Azure is at work on the machine: not the time to start anything else on it. */
  readonly isBusy: boolean;
  readonly isPoweredOff: boolean;
  /** It is off, and whoever switched it on would have a host that takes users: as a scaling plan does, or just did. */
  readonly isStartable?: true;
  /** The broker can send users there: in the pool, available, heard of lately and not drained. */
  readonly takesUsers: boolean;
  readonly sessions: number;
  /** It was added, and no other is gone for it yet: the pool has one more than its size. */
  readonly isBeside?: true;
  /** A personal desktop that is somebody's. */
  readonly isAssigned?: boolean;
  /** When work on it may begin, instead of in the pool's windows. */
  readonly ownWindow?: MaintenanceWindow;
  /** What its tag says instead, if that is no window. */
  readonly unreadableWindow?: string;
  readonly imageVersionId?: string;
  /** It never got all of its extensions: no other is to be made after it. */
  readonly isUnequipped?: true;
  /** Why its machine cannot be made again, or give way to another; of machines that stand alone. */
  readonly notAgain?: string;
  readonly notBeside?: string;
  /** Its machine was deleted and is not made again yet. */
  readonly isGone?: true;
  /** Whose drain it is: somebody else's, or that of a rollout before this one which left it in quarantine. */
  readonly drainedBy?: 'somebody' | 'quarantine';
  /** It would take users, were it not drained. */
  readonly isWell?: boolean;
  /** Sessions more than when the rollout first looked. */
  readonly came?: number;
  /** Admitted and not ended counts as gone, whether or not anything is to be seen of it yet. */
  readonly standing: 'untouched' | 'in-flight' | 'lost' | 'ended';
}

export interface Capacity {
  /** Places for sessions on hosts that take users. */
  readonly usable: number;
  /** What must remain: the floor. */
  readonly need: number;
  /** What one host that takes users contributes. */
  readonly perHost: number;
  /** Whose minimum is all of `need`, where it is more than users and policy ask for. */
  readonly scalingPlan?: KeptOn;
  /** What its scaling plan keeps on, whether or not that binds: so many must be there to be on, or to be switched on. */
  readonly planned?: KeptOn;
  /** Each host is one user's own, and nobody finds a place on another: there is no floor. */
  readonly isPersonal?: true;
}

/** What a scaling plan keeps on. */
export interface KeptOn {
  readonly name: string;
  readonly percent: number;
  readonly hosts: number;
}

interface Demand {
  readonly perHost: number;
  readonly floor: { readonly percent: number; readonly headroomPercent: number };
  readonly scalingPlan?: KeptOn | undefined;
}

/** What the pool can hold now and what it must, by one reading of all its hosts. Sessions of every kind count. */
export function capacityOf(hosts: readonly HostView[], { perHost, floor, scalingPlan }: Demand): Capacity {
  const sessions = hosts.reduce((sum, host) => sum + host.sessions, 0);
  const wanted = Math.ceil((sessions * (100 + floor.headroomPercent)) / 100);
  const least = Math.ceil((sizeOf(hosts) * perHost * floor.percent) / 100);
  const planned = (scalingPlan?.hosts ?? 0) * perHost;
  return {
    usable: placesOn(hosts, perHost),
    need: Math.max(wanted, least, planned),
    perHost,
    ...(scalingPlan && planned > Math.max(wanted, least) && { scalingPlan }),
    ...(scalingPlan && { planned: scalingPlan }),
  };
}

/** How many hosts the pool has when nothing is under way. */
export function sizeOf(hosts: readonly HostView[]): number {
  return hosts.filter(({ isBeside }) => !isBeside).length;
}

/** Of desktops that are each one user's own: as many may go as the policy lets work on. */
export function capacityOfDesktops(hosts: readonly HostView[]): Capacity {
  return { usable: placesOn(hosts, 1), need: 0, perHost: 1, isPersonal: true };
}

function placesOn(hosts: readonly HostView[], perHost: number): number {
  return hosts.filter((host) => costs(host)).length * perHost;
}

/** Whether taking the host away takes places away: one that is off, drained or ill has none to give. */
export function costs({ takesUsers, standing }: HostView): boolean {
  return takesUsers && standing !== 'in-flight' && standing !== 'lost';
}
