import type { MarketplaceImage } from './image-set.ts';

/** What is asked of the marketplace. */
export interface Marketplace {
  /** The exact version that `image` means in the region (`latest` = the highest), or undefined if there is none. */
  readonly exactVersion: (
    image: MarketplaceImage & { readonly subscriptionId: string; readonly location: string },
  ) => Promise<ExactSource | undefined>;
}

export interface ExactSource {
  readonly version: string;
  readonly hyperVGeneration: 'V1' | 'V2';
  readonly architecture: 'x64' | 'Arm64';
  /** Whether machines made of it can have Trusted Launch. */
  readonly trustedLaunch: boolean;
  /** The purchase plan that VM and definition must carry, if the image has one. */
  readonly plan?: { readonly name: string; readonly product: string; readonly publisher: string };
}
