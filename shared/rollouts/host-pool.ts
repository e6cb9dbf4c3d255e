import type { Instant } from '../instant.ts';

/** A host pool of Azure Virtual Desktop, as Azure addresses it. */
export interface HostPoolAddress {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly hostPool: string;
}

export interface HostPoolReading {
  readonly maxSessionLimit: number;
  /** It has a session host configuration of its own, so that nobody else may service its hosts. */
  readonly managedNatively?: boolean;
}

/** A session host, as far as capacity goes. */
export interface SessionHostReading {
  readonly name: string;
  readonly resourceId: string;
  readonly status: string;
  readonly lastHeartbeat: Instant | undefined;
  readonly allowNewSession: boolean;
  readonly sessions: number;
}

/** What a rollout needs of its host pool. */
export interface HostPools {
  /** Undefined if Azure says 404. */
  readonly hostPool: (pool: HostPoolAddress) => Promise<HostPoolReading | undefined>;
  readonly list: (pool: HostPoolAddress) => Promise<readonly SessionHostReading[]>;
}
