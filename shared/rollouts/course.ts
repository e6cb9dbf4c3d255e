import type { Instant } from '../instant.ts';
import type { Capacity } from './capacity.ts';
import type { FleetKind } from './fleet.ts';
import type { Took } from './pool.ts';
import type { HostRecord, Reason } from './waves.ts';

/** Who asked for a rollout, and why. */
export interface Requested {
  readonly by: string;
  readonly at: Instant;
  readonly reason: string;
  readonly planHash?: string;
  /** Of the channel that wants it; absent where people asked. */
  readonly movement?: string;
  /** The rollout that it takes back. */
  readonly rollbackOf?: string;
}

/** Nothing new starts while it lasts; what is under way comes to its end. */
export interface Pause {
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
  /** When it is over by itself; without one, only somebody who resumes it ends it. */
  readonly until?: Instant;
}

/** What a rollout has found out so far. */
export interface Facts {
  /** How the pool's machines are brought to the version; Uniform if not stated. */
  readonly way?: FleetKind;
  /** What the model named before; where there is none, the version that most hosts came from. */
  readonly modelBefore?: string;
  /** The tag that autoscale heeds, where it is not the policy's. */
  readonly exclusionTag?: string;
  /** By instance. An event brings only those that changed. */
  readonly hosts?: Readonly<Record<string, HostRecord>>;
  readonly capacity?: Capacity;
  /** How long hosts of the pool took before this rollout. */
  readonly took?: readonly Took[];
  /** Which wave it is, and up to how many hosts it goes. */
  readonly wave?: { readonly number: number; readonly of: number; readonly upTo: number };
  /** Sessions by instance, at the first look at its hosts. */
  readonly sessionsBefore?: Readonly<Record<string, number>>;
  /**
   * When the pool was last read: how many hosts might be out of service by then, how many worked on at once, how
   * many more drained ahead, and are yet to start.
   */
  readonly reading?: {
    readonly at: Instant;
    readonly window: number;
    readonly most?: number;
    readonly ahead?: number;
    readonly left?: number;
  };
  /** Why no further host starts, and since when it has been just this. */
  readonly waits?: { readonly since: Instant; readonly because: readonly Reason[] };
  /** The lowest usable capacity that was seen, and the floor at that time. */
  readonly lowest?: { readonly usable: number; readonly need: number; readonly at: Instant };
}
