import type { Json } from '../core/arm-error.ts';

/** An image version's properties. */
export interface VersionProperties {
  publishingProfile: PublishingProfile;
  storageProfile: {
    source?: { virtualMachineId?: string; id?: string; communityGalleryImageId?: string };
    osDiskImage?: { sizeInGB?: number; hostCaching?: string; source?: Json };
    dataDiskImages?: { lun: number; source?: Json }[];
  };
  safetyProfile: {
    reportedForPolicyViolation?: boolean;
    blockDeletionBeforeEndOfLife?: boolean;
    allowDeletionOfReplicatedLocations?: boolean;
  };
  /** Kept up to date here, but only shown with `$expand=ReplicationStatus`. */
  replicationStatus: ReplicationStatus;
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
    storageProfile?: VersionProperties['storageProfile'];
    safetyProfile?: VersionProperties['safetyProfile'];
  };
}

export const VERSION_TYPE = 'Microsoft.Compute/galleries/images/versions';
