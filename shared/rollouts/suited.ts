import type { ErrorCode } from '../errors.ts';
import { exclusionTagFor } from './exclusion.ts';
import type { HostPoolReading } from './host-pool.ts';
import type { PoolLink } from './pool.ts';

/** What a host pool is like that keeps its hosts from being brought anywhere: at plan, and before the first host. */
export interface Against {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Nothing, if the pool is suited. `assigned` is how many of its desktops are somebody's. */
export function unsuited(link: PoolLink, hostPool: HostPoolReading, assigned: number): readonly Against[] {
  const against: Against[] = [];
  if (hostPool.managedNatively) {
    const message = `Host pool ${link.hostPool} has a session host configuration.`;
    against.push({ code: 'HostPoolManagedNatively', message });
  }
  const tag = exclusionTagFor(link.policy, hostPool);
  if (typeof tag !== 'string') against.push(tag);
  if (isUnconfirmed(link, hostPool)) {
    const message = `Host pool ${link.hostPool} has personal desktops, ${assigned} of them somebody's: what is on their OS disks would be lost.`;
    against.push({ code: 'PersonalNotConfirmed', message });
  }
  return against;
}

/** Nobody has said yet that the disks of these desktops may be lost. */
export function isUnconfirmed({ policy }: PoolLink, { type }: HostPoolReading): boolean {
  return type === 'Personal' && policy.personal?.eraseDisks !== true;
}
