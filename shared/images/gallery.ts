import type { ImageSetPlan } from './image-set.ts';
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

/** What Azure fixed when the definition was made. */
export type Definition = Pick<
  ImageSetPlan['definition'],
  'osType' | 'osState' | 'hyperVGeneration' | 'securityType' | 'architecture'
> & { readonly provisioningState: string };

export interface ImageVersion {
  readonly id: string;
  readonly provisioningState: string;
  readonly error?: string;
  readonly excludeFromLatest: boolean;
  readonly owner: string | undefined;
  /** By the region's name as Azure normalises it: `westeurope`. */
  readonly regions: Readonly<Record<string, Omit<RegionState, 'completedAt'>>>;
}

export interface WantedVersion {
  readonly owner: string;
  readonly location: string;
  readonly machineId: string;
  readonly regions: ImageSetPlan['regions'];
}

type Plan = { readonly name: string; readonly product: string; readonly publisher: string } | undefined;

/** What is asked of Azure Compute Gallery. Every call only starts its work. */
export interface Gallery {
  readonly findGallery: (ref: GalleryRef) => Promise<{ readonly provisioningState: string } | undefined>;
  readonly createGallery: (ref: GalleryRef, location: string) => Promise<void>;
  readonly findDefinition: (ref: DefinitionRef) => Promise<Definition | undefined>;
  /** Generation and security features explicit: since 2025-03-03 Azure's defaults are V2 and TrustedLaunchSupported. */
  readonly createDefinition: (
    ref: DefinitionRef,
    location: string,
    wanted: ImageSetPlan['definition'],
    plan: Plan,
  ) => Promise<void>;
  readonly findVersion: (ref: ImageVersionRef) => Promise<ImageVersion | undefined>;
  /** From a generalised machine, excluded from latest. */
  readonly captureVersion: (ref: ImageVersionRef, wanted: WantedVersion) => Promise<void>;
  readonly includeInLatest: (ref: ImageVersionRef) => Promise<void>;
  readonly removeVersion: (ref: ImageVersionRef) => Promise<void>;
}
