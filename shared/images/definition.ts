import type { OsState, PurchasePlan } from './source.ts';

/** What Azure fixes when an image definition is made. Changing one of them is another image set. */
export interface FixedDefinition {
  readonly name: string;
  readonly osType: 'Windows' | 'Linux';
  readonly osState: OsState;
  readonly hyperVGeneration: 'V1' | 'V2';
  readonly securityType: 'Standard' | 'TrustedLaunch' | 'TrustedLaunchSupported';
  readonly architecture: 'x64' | 'Arm64';
  readonly diskControllerTypes?: 'SCSI' | 'SCSI, NVMe';
  readonly isAcceleratedNetworkSupported?: boolean;
  readonly isHibernateSupported?: boolean;
  readonly publisher: string;
  readonly offer: string;
  readonly sku: string;
  /** Where versions come from a marketplace image with a plan, found by itself; needed only for other sources. */
  readonly purchasePlan?: PurchasePlan;
}

/** What may change while the definition lives. */
export interface ChangeableDefinition {
  readonly description?: string;
  readonly eula?: string;
  readonly privacyStatementUri?: string;
  readonly releaseNoteUri?: string;
  readonly endOfLifeDate?: string;
  readonly recommended?: {
    readonly vCPUs?: { readonly min?: number; readonly max?: number };
    /** In GB. */
    readonly memory?: { readonly min?: number; readonly max?: number };
  };
  readonly disallowedDiskTypes?: readonly string[];
}

export type ImageDefinition = FixedDefinition & ChangeableDefinition;

export const fixedFields = [
  'name',
  'osType',
  'osState',
  'hyperVGeneration',
  'securityType',
  'architecture',
  'diskControllerTypes',
  'isAcceleratedNetworkSupported',
  'isHibernateSupported',
  'publisher',
  'offer',
  'sku',
  'purchasePlan',
] as const satisfies readonly (keyof FixedDefinition)[];
