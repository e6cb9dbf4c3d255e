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

/** What may change, and is brought to what the set says when it differs. */
const changeableFields = [
  'description',
  'eula',
  'privacyStatementUri',
  'releaseNoteUri',
  'endOfLifeDate',
  'recommended',
  'disallowedDiskTypes',
] as const satisfies readonly (keyof ChangeableDefinition)[];

/** A definition as Azure has it. */
export type FoundDefinition = Partial<Omit<FixedDefinition, 'name'>> &
  ChangeableDefinition & { readonly provisioningState: string; readonly location: string };

/**
 * In what the definition that is there differs from the one that the set wants, of what Azure fixed when it was
 * made. What the set does not mention may be as it likes, except the purchase plan: without one is one without.
 */
export function fixedDifferences(found: FoundDefinition, wanted: ImageDefinition): readonly string[] {
  return fixedFields.flatMap((field) => {
    if (field === 'name' || (wanted[field] === undefined && field !== 'purchasePlan')) return [];
    const [is, should] = [told(found[field]), told(wanted[field])];
    return is.toLowerCase() === should.toLowerCase() ? [] : [`${field} is ${is}, not ${should}`];
  });
}

/** The definition with what the set wants changed in it, or undefined where nothing is to be changed. */
export function changedDefinition(
  found: FoundDefinition,
  wanted: ImageDefinition,
): ImageDefinition | undefined {
  const differs = (field: (typeof changeableFields)[number]) =>
    wanted[field] !== undefined && JSON.stringify(wanted[field]) !== JSON.stringify(found[field]);
  if (!changeableFields.some(differs)) return undefined;
  // A PUT replaces the whole: what the set does not mention is left as somebody else put it.
  const kept = Object.fromEntries(
    changeableFields.flatMap((field) => (found[field] === undefined ? [] : [[field, found[field]]])),
  );
  return { ...kept, ...wanted };
}

function told(value: string | boolean | PurchasePlan | undefined): string {
  if (value === undefined) return 'none';
  return typeof value === 'object' ? planName(value) : String(value);
}

export function planName({ publisher, product, name }: PurchasePlan): string {
  return [publisher, product, name].join('/');
}
