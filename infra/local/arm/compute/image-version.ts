/** An image version's properties. */
export interface VersionProperties {
  publishingProfile: PublishingProfile;
  storageProfile: StorageProfile;
  safetyProfile: {
    reportedForPolicyViolation?: boolean;
    blockDeletionBeforeEndOfLife?: boolean;
    allowDeletionOfReplicatedLocations?: boolean;
  };
  /** Kept up to date here, but only shown with `$expand=ReplicationStatus`. */
  replicationStatus: ReplicationStatus;
}

/** Where a version comes from, as it is sent and as it is shown. */
export interface StorageProfile {
  source?: { virtualMachineId?: string; id?: string; communityGalleryImageId?: string };
  osDiskImage?: { sizeInGB?: number; hostCaching?: string; source?: DiskImageSource };
  dataDiskImages?: { lun: number; sizeInGB?: number; hostCaching?: string; source?: DiskImageSource }[];
}

/** A disk or snapshot by its id, or a VHD by its address and account. */
export interface DiskImageSource {
  id?: string;
  uri?: string;
  storageAccountId?: string;
}

export interface PublishingProfile {
  targetRegions: TargetRegion[];
  replicaCount?: number;
  excludeFromLatest?: boolean;
  publishedDate: string;
  endOfLifeDate?: string;
  storageAccountType?: string;
  replicationMode?: 'Full' | 'Shallow';
}

export interface TargetRegion {
  name: string;
  regionalReplicaCount?: number;
  storageAccountType?: string;
  excludeFromLatest?: boolean;
}

export interface ReplicationStatus {
  aggregatedState: 'Unknown' | 'InProgress' | 'Completed' | 'Failed';
  summary: RegionStatus[];
}

export interface RegionStatus {
  region: string;
  state: 'Unknown' | 'Replicating' | 'Completed' | 'Failed';
  details: string;
  progress: number;
}

export interface VersionBody {
  location?: string;
  tags?: Record<string, string>;
  properties?: {
    publishingProfile?: Partial<PublishingProfile>;
    storageProfile?: StorageProfile;
    safetyProfile?: VersionProperties['safetyProfile'];
  };
}

export const VERSION_TYPE = 'Microsoft.Compute/galleries/images/versions';
