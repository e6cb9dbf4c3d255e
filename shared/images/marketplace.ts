import type { MarketplaceImage, PurchasePlan } from './source.ts';

/** What is asked of the marketplace. */
export interface Marketplace {
  /** The exact version that `image` means in the region (`latest` = the highest), or undefined if there is none. */
  readonly exactVersion: (
    image: MarketplaceImage & { readonly subscriptionId: string; readonly location: string },
  ) => Promise<ExactSource | undefined>;
}

export interface ExactSource {
  readonly version: string;
  readonly osType: 'Windows' | 'Linux';
  readonly hyperVGeneration: 'V1' | 'V2';
  readonly architecture: 'x64' | 'Arm64';
  /** Azure's word for what machines made of it can have: `Standard`, `TrustedLaunchSupported` … */
  readonly securityType: string;
  /** The purchase plan that VM and definition must carry, if the image has one. */
  readonly plan?: PurchasePlan;
  /** The LUNs of the data disks that come with it. */
  readonly dataDiskLuns: readonly number[];
}
