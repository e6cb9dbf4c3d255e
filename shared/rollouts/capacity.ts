/** One host, as far as capacity goes. */
export interface HostView {
  readonly instanceId: string;
  readonly name: string;
  readonly isOnVersion: boolean;
  /** Azure is at work on the machine: not the time to start anything else on it. */
  readonly isBusy: boolean;
  readonly isPoweredOff: boolean;
  /** The broker can send users there: in the pool, available, heard of lately and not drained. */
  readonly takesUsers: boolean;
  readonly sessions: number;
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
}

interface Demand {
  readonly perHost: number;
  readonly floor: { readonly percent: number; readonly headroomPercent: number };
}

/** What the pool can hold now and what it must, by one reading of all its hosts. Sessions of every kind count. */
export function capacityOf(hosts: readonly HostView[], { perHost, floor }: Demand): Capacity {
  const sessions = hosts.reduce((sum, host) => sum + host.sessions, 0);
  const wanted = Math.ceil((sessions * (100 + floor.headroomPercent)) / 100);
  const least = Math.ceil((hosts.length * perHost * floor.percent) / 100);
  return {
    usable: hosts.filter((host) => costs(host)).length * perHost,
    need: Math.max(wanted, least),
    perHost,
  };
}

/** Whether taking the host away takes places away: one that is off, drained or ill has none to give. */
export function costs({ takesUsers, standing }: HostView): boolean {
  return takesUsers && standing !== 'in-flight' && standing !== 'lost';
}
