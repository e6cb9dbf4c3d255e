import type { Instant } from '../instant.ts';
import type { ImageSetPlan, MarketplaceImage } from './image-set.ts';
import type { VersionNumber } from './version-number.ts';

/** What every phase keeps. */
export interface Common {
  readonly set: string;
  readonly number: VersionNumber;
  readonly plan: ImageSetPlan;
  readonly requested: { readonly by: string; readonly at: Instant; readonly notes: string };
  readonly facts: Facts;
}

/** What is known of a version so far; each stage adds its own. */
export interface Facts {
  readonly source?: MarketplaceImage & {
    readonly plan?: { name: string; product: string; publisher: string };
  };
  readonly steps?: readonly StepResult[];
  /** The ids of what was made with the build VM and has to go with it. */
  readonly benchParts?: readonly string[];
  readonly imageVersionId?: string;
  readonly benchGoneAt?: Instant;
  readonly regions?: Readonly<Record<string, RegionState>>;
  readonly rollouts?: readonly string[];
  readonly checks?: readonly Check[];
  readonly approval?: { readonly by: string; readonly reason: string; readonly at: Instant };
  readonly promotedAt?: Instant;
  readonly channels?: readonly string[];
}

export interface StepResult {
  readonly name: string;
  readonly exitCode: number;
  readonly seconds: number;
  /** The last 4 KB of what it wrote, as Azure keeps it. */
  readonly output: string;
}

export interface RegionState {
  readonly state: 'replicating' | 'completed' | 'failed';
  readonly percent: number;
  readonly completedAt?: Instant;
}

/** One measured question about one host, with its evidence. */
export interface Check {
  readonly name: string;
  readonly host: string;
  readonly outcome: 'passed' | 'failed' | 'inconclusive';
  readonly evidence: string;
}
