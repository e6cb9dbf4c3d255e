import type { Instant } from '../instant.ts';
import type { OsState, PurchasePlan } from './source.ts';

/**
 * What Azure compares between a source and an image definition. What a source does not say of itself is absent:
 * then the definition's word is taken, and a wrong one shows at the first boot.
 */
export interface Traits {
  readonly osType?: 'Windows' | 'Linux' | undefined;
  readonly generation?: 'V1' | 'V2' | undefined;
  readonly architecture?: 'x64' | 'Arm64' | undefined;
  /** Azure's word: `Standard`, `TrustedLaunch`, `TrustedLaunchSupported`, one of the confidential ones … */
  readonly securityType?: string | undefined;
  readonly plan?: PurchasePlan | undefined;
}

interface Resource {
  readonly id: string;
  /** As Azure writes it in ids: `westeurope`. */
  readonly location: string;
  readonly provisioningState: string;
}

export interface FoundGalleryVersion extends Resource, Traits {
  readonly osState: OsState;
  /** Where its bytes are. */
  readonly completedRegions: readonly string[];
  readonly endOfLifeDate?: Instant | undefined;
  readonly dataDisks: readonly { readonly lun: number; readonly sizeGB: number }[];
}

export interface FoundManagedImage extends Resource, Traits {
  readonly osState: OsState;
  readonly dataDisks: readonly { readonly lun: number; readonly sizeGB: number }[];
}

export interface FoundMachine extends Resource, Traits {
  readonly power: 'running' | 'stopped' | 'deallocated' | 'changing';
  readonly generalized: boolean;
  /** Absent where it lies on the host and is nobody's resource: an ephemeral disk. */
  readonly osDiskId?: string | undefined;
  readonly dataDisks: readonly { readonly lun: number; readonly id: string; readonly sizeGB: number }[];
  /** User-assigned ones. */
  readonly identityIds: readonly string[];
}

/** A managed disk or a snapshot. */
export interface FoundDisk extends Resource, Traits {
  readonly sizeGB: number;
  /** `StandardSSD_LRS`, `UltraSSD_LRS` … */
  readonly sku: string;
  /** `Unattached`, `Attached`, `Reserved`, `ActiveSAS` … */
  readonly state: string;
  /** Of a snapshot that is still being copied in the background. */
  readonly completionPercent?: number | undefined;
}

export interface FoundBlob {
  readonly type: 'PageBlob' | 'BlockBlob' | 'AppendBlob';
  readonly sizeBytes: number;
}

/** What is asked after sources. It only reads. */
export interface Sources {
  /** `…/versions/latest` is the highest that is not excluded and has arrived in the region. */
  readonly galleryVersion: (
    wanted: { readonly id: string; readonly tenantId?: string },
    region: string,
  ) => Promise<FoundGalleryVersion | undefined>;
  readonly managedImage: (id: string) => Promise<FoundManagedImage | undefined>;
  readonly machine: (id: string) => Promise<FoundMachine | undefined>;
  readonly disk: (id: string) => Promise<FoundDisk | undefined>;
  readonly snapshot: (id: string) => Promise<FoundDisk | undefined>;
  readonly blob: (uri: string) => Promise<FoundBlob | undefined>;
}
