import type { Instant } from '../instant.ts';
import type { FoundDefinition, ImageDefinition } from './definition.ts';
import type { ImageSetPlan, TargetRegion } from './image-set.ts';
import type { PurchasePlan, Vhd } from './source.ts';
import type { RegionState } from './version.ts';

export interface GalleryRef {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly gallery: string;
}

export interface DefinitionRef extends GalleryRef {
  readonly definition: string;
}

export interface ImageVersionRef extends DefinitionRef {
  readonly number: string;
}

export interface ImageVersion {
  readonly id: string;
  readonly provisioningState: string;
  readonly error?: string;
  readonly excludeFromLatest: boolean;
  /** Of the operating system disk, where Azure tells. */
  readonly sizeGb?: number;
  readonly owner: string | undefined;
  /** Azure refuses to delete it before its end of life. */
  readonly isProtected: boolean;
  readonly endOfLifeDate?: Instant;
  /** By the region's name as Azure normalises it: `westeurope`. */
  readonly regions: Readonly<Record<string, Omit<RegionState, 'completedAt'>>>;
}

/** What a version is made from, in the one form that fits: Azure takes exactly one. */
export type CaptureSource =
  | { readonly machineId: string }
  /** A managed image, or a version of a gallery. */
  | { readonly imageId: string; readonly tenantId?: string }
  | {
      readonly osDisk: { readonly id: string } | Vhd;
      readonly dataDisks: readonly { readonly lun: number; readonly id: string }[];
    };

export interface WantedVersion {
  readonly owner: string;
  readonly location: string;
  readonly source: CaptureSource;
  readonly regions: readonly TargetRegion[];
  readonly replicationMode: ImageSetPlan['replicationMode'];
  readonly endOfLifeDate?: Instant;
}

/** What is asked of Azure Compute Gallery. Every call only starts its work. */
export interface Gallery {
  readonly findGallery: (
    ref: GalleryRef,
  ) => Promise<{ readonly provisioningState: string; readonly location: string } | undefined>;
  readonly createGallery: (ref: GalleryRef, location: string) => Promise<void>;
  readonly findDefinition: (ref: DefinitionRef) => Promise<FoundDefinition | undefined>;
  /**
   * Makes the definition, or brings what may change of it to what is wanted. Generation and security features
   * are explicit: since 2025-03-03 Azure's defaults are V2 and TrustedLaunchSupported.
   */
  readonly createDefinition: (
    ref: DefinitionRef,
    location: string,
    wanted: ImageDefinition,
    plan: PurchasePlan | undefined,
  ) => Promise<void>;
  readonly findVersion: (ref: ImageVersionRef) => Promise<ImageVersion | undefined>;
  /** Excluded from latest. */
  readonly captureVersion: (ref: ImageVersionRef, wanted: WantedVersion) => Promise<void>;
  /** What may be changed of it: what is not named here stays as it is. */
  readonly changeVersion: (
    ref: ImageVersionRef,
    change: { readonly excludeFromLatest?: boolean; readonly isProtected?: boolean },
  ) => Promise<void>;
  readonly removeVersion: (ref: ImageVersionRef) => Promise<void>;
}
