/** What a machine size is in a region, and how much of it is left. */
export interface SizeInRegion {
  /** Whether the region has it at all. */
  readonly known: boolean;
  /** Why it cannot be had there by this subscription, in Azure's words. */
  readonly restriction?: string;
  readonly vCPUs: number;
  readonly family: string;
  readonly generations: readonly ('V1' | 'V2')[];
  readonly architecture: 'x64' | 'Arm64';
  readonly trustedLaunch: boolean;
  readonly maxDataDisks: number;
  /** In vCPUs: of the size's family, and of the region in all. */
  readonly quota: readonly { readonly name: string; readonly used: number; readonly limit: number }[];
}

/** What is asked of a region before anything is built there. */
export interface Capacity {
  readonly find: (subscriptionId: string, location: string, vmSize: string) => Promise<SizeInRegion>;
}
