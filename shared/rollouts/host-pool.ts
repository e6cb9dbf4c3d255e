import type { Instant } from '../instant.ts';

/** A host pool of Azure Virtual Desktop, as Azure addresses it. */
export interface HostPoolAddress {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly hostPool: string;
}

export interface HostPoolReading {
  readonly maxSessionLimit: number;
  /** Each host of a personal pool is one user's own. */
  readonly type: 'Pooled' | 'Personal';
  /** It has a session host configuration, so that nobody else may service its hosts; undefined if Azure does not tell. */
  readonly managedNatively?: boolean;
  /** The scaling plan that is enabled for it. */
  readonly scalingPlan?: ScalingPlanReading;
}

/** When a scaling plan keeps which share of the hosts on. */
export interface ScalingPlanReading {
  readonly name: string;
  /** IANA's name, whatever Azure calls it. */
  readonly timeZone: string;
  /** The tag by which it leaves a machine alone; empty if it has none. */
  readonly exclusionTag: string;
  /** It makes and deletes hosts itself (`CreateDeletePowerManage`). */
  readonly createsAndDeletes: boolean;
  readonly schedules: readonly ScalingSchedule[];
}

/** Times of day as `HH:mm`. */
export interface ScalingSchedule {
  readonly days: readonly ('Mon' | 'Tue' | 'Wed' | 'Thu' | 'Fri' | 'Sat' | 'Sun')[];
  readonly rampUpStart: string;
  /** Of the hosts, from the beginning of ramp-up to that of ramp-down. */
  readonly rampUpMinimumPercent: number;
  readonly peakStart: string;
  readonly rampDownStart: string;
  /** From then on until the next ramp-up. */
  readonly rampDownMinimumPercent: number;
  readonly offPeakStart: string;
}

/** A session host, as far as capacity goes. */
export interface SessionHostReading {
  readonly name: string;
  readonly resourceId: string;
  readonly status: string;
  readonly lastHeartbeat: Instant | undefined;
  readonly allowNewSession: boolean;
  readonly sessions: number;
  /** Of a personal desktop, by user principal name; empty if it is nobody's. */
  readonly assignedUser: string;
}

/** What a rollout needs of its host pool. */
export interface HostPools {
  /** Undefined if Azure says 404. */
  readonly hostPool: (pool: HostPoolAddress) => Promise<HostPoolReading | undefined>;
  readonly list: (pool: HostPoolAddress) => Promise<readonly SessionHostReading[]>;
}
