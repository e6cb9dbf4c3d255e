import type { StorageType } from './region.ts';

export interface ImageVersionRef {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly gallery: string;
  readonly definition: string;
  readonly number: string;
}

/** What Azure shows of a version: its target regions, and how far each of them is. */
export interface Found {
  /** While a change runs Azure takes no second one. */
  readonly isChanging: boolean;
  /** By the region's name as it is in ids: `westeurope`. */
  readonly regions: Readonly<Record<string, FoundRegion>>;
}

export interface FoundRegion {
  /** As a target of the version; absent for a copy that is on its way out. */
  readonly target?: { readonly replicas: number; readonly storageType: StorageType };
  readonly state?: 'replicating' | 'completed' | 'failed';
  readonly percent: number;
  /** What Azure says of a copy that failed. */
  readonly why?: string;
}

/** What is to be otherwise among the target regions. What is not named stays as it is, whoever wanted it. */
export interface Change {
  readonly remove: readonly string[];
  readonly put: readonly {
    readonly name: string;
    readonly replicas: number;
    readonly storageType: StorageType;
  }[];
}

/** What is asked of Azure Compute Gallery about the regions of a version. */
export interface RegionGallery {
  readonly findRegions: (ref: ImageVersionRef) => Promise<Found | undefined>;
  /**
   * One request with all target regions: those that Azure shows, changed. Only starts its work; fails with
   * `AzureBusy` while another change runs.
   */
  readonly changeRegions: (ref: ImageVersionRef, change: Change) => Promise<void>;
}
