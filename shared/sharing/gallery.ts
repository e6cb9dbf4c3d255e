import type { Instant } from '../instant.ts';

/** A gallery, wherever it is; `tenantId` only where that is not the tenant of the app. */
export interface GalleryRef {
  readonly subscriptionId: string;
  readonly tenantId?: string;
  readonly resourceGroup: string;
  readonly gallery: string;
}

export interface DefinitionRef extends GalleryRef {
  readonly definition: string;
}

export interface CopyRef extends DefinitionRef {
  readonly number: string;
}

/** What Azure fixed when a definition was made, each as text: two that say the same take the same versions. */
export type Traits = Readonly<Record<string, string>>;

/** An image version of ours, as whoever copies it has to know it. */
export interface FoundOriginal {
  readonly traits: Traits;
  /** Where it was made: Azure reads it there. */
  readonly location: string;
  readonly provisioningState: string;
  readonly completedRegions: readonly string[];
  readonly endOfLifeDate?: Instant;
}

/** With whom a gallery may be shared. */
export interface Grantee {
  readonly kind: 'Subscriptions' | 'AADTenants';
  readonly id: string;
}

/** With whom a gallery is shared. */
export interface FoundShares {
  readonly permissions: 'Private' | 'Groups' | 'Community';
  readonly grantees: readonly Grantee[];
  /** Azure brings a change of them to its regions one after the other. */
  readonly state: 'Succeeded' | 'InProgress' | 'Failed' | 'Unknown';
  /** By which those that it is shared with know it. */
  readonly uniqueName: string;
}

export interface FoundCopy {
  readonly id: string;
  readonly owner: string | undefined;
  readonly provisioningState: string;
  /** By the region's name as it is in ids: `westeurope`. */
  readonly regions: Readonly<Record<string, CopyRegion>>;
}

export interface CopyRegion {
  readonly state: 'replicating' | 'completed' | 'failed';
  readonly percent: number;
  readonly why?: string;
}

export interface PlaceRegion {
  readonly name: string;
  readonly replicas: number;
  readonly storageType: 'Standard_LRS' | 'Standard_ZRS' | 'Premium_LRS';
}

export interface WantedCopy {
  readonly owner: string;
  readonly originalId: string;
  /** That of the original: Azure makes a version where its source is. */
  readonly location: string;
  /** With that location among them. */
  readonly regions: readonly PlaceRegion[];
  readonly endOfLifeDate?: Instant;
}

/** What is asked of Azure Compute Gallery, here and elsewhere. What changes something only starts its work. */
export interface SharingGallery {
  readonly findOriginal: (imageVersionId: string) => Promise<FoundOriginal | undefined>;
  readonly findShares: (gallery: GalleryRef) => Promise<FoundShares | undefined>;
  /** Adds or removes one grantee; what others put there stays. Safe to repeat. */
  readonly share: (gallery: GalleryRef, change: 'Add' | 'Remove', grantee: Grantee) => Promise<void>;
  readonly findGallery: (gallery: GalleryRef) => Promise<{ readonly provisioningState: string } | undefined>;
  readonly createGallery: (gallery: GalleryRef, location: string, owner: string) => Promise<void>;
  readonly findDefinition: (
    definition: DefinitionRef,
  ) => Promise<{ readonly provisioningState: string; readonly traits: Traits } | undefined>;
  /** With the fixed fields of the original's. */
  readonly createDefinition: (
    definition: DefinitionRef,
    made: { readonly location: string; readonly originalId: string; readonly owner: string },
  ) => Promise<void>;
  readonly findCopy: (ref: CopyRef) => Promise<FoundCopy | undefined>;
  /** Excluded from latest. Of a copy that failed it makes what is missing. */
  readonly makeCopy: (ref: CopyRef, wanted: WantedCopy) => Promise<void>;
  readonly removeCopy: (ref: CopyRef) => Promise<void>;
}
