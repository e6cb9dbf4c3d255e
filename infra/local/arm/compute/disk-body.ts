import { ArmError } from '../core/arm-error.ts';
import type { Plan } from './image.ts';
import { invalid, required } from './writing.ts';

/** `creationData` of a disk or snapshot: what it starts from. */
export interface CreationData {
  createOption?: string;
  sourceResourceId?: string;
  sourceUri?: string;
  storageAccountId?: string;
  imageReference?: { id?: string; lun?: number };
  galleryImageReference?: { id?: string; lun?: number };
}

/** The body of a disk's or snapshot's PUT or PATCH. */
export interface DiskBody {
  location?: string;
  tags?: Record<string, string>;
  sku?: { name?: string };
  zones?: string[];
  properties?: {
    creationData?: CreationData;
    diskSizeGB?: number;
    osType?: 'Windows' | 'Linux';
    hyperVGeneration?: 'V1' | 'V2';
    securityProfile?: { securityType?: string };
    supportedCapabilities?: { architecture?: string };
    purchasePlan?: Plan;
    incremental?: boolean;
  };
}

const SKUS = {
  disk: [
    'Standard_LRS',
    'StandardSSD_LRS',
    'StandardSSD_ZRS',
    'Premium_LRS',
    'Premium_ZRS',
    'PremiumV2_LRS',
    'UltraSSD_LRS',
  ],
  snapshot: ['Standard_LRS', 'Standard_ZRS', 'Premium_LRS'],
} as const;

/** Refuses names, sizes and skus that a disk or snapshot cannot have. */
export function checkDiskBody(kind: 'disk' | 'snapshot', name: string, body: DiskBody): void {
  const { sku, properties = {} } = body;
  const { diskSizeGB, osType, incremental } = properties;
  if (!/^[a-zA-Z0-9](?:[\w.-]{0,78}\w)?$/.test(name)) {
    throw new ArmError(
      400,
      'InvalidParameter',
      `The entity name '${name}' is invalid according to its validation rule: ^[^_\\W][\\w-._]{0,79}(?<![-.])$.`,
      { target: kind },
    );
  }
  if (sku?.name !== undefined && !SKUS[kind].some((one) => one === sku.name)) {
    throw invalid(`${kind}.sku.name`, sku.name, `Supported values are ${SKUS[kind].join(', ')}.`);
  }
  if (incremental === true && sku?.name === 'Premium_LRS') {
    throw invalid('snapshot.sku.name', sku.name, 'Incremental snapshots are kept on standard storage.');
  }
  checkSize(kind, diskSizeGB, osType !== undefined);
  checkSecurity(kind, properties);
}

function checkSecurity(kind: string, properties: NonNullable<DiskBody['properties']>): void {
  const { osType, hyperVGeneration, securityProfile } = properties;
  const { securityType } = securityProfile ?? {};
  if (securityType === undefined) return;
  if (securityType !== 'TrustedLaunch') {
    throw invalid(`${kind}.securityProfile.securityType`, securityType, 'This stand-in knows TrustedLaunch.');
  }
  if (osType !== undefined && hyperVGeneration === 'V2') return;
  throw new ArmError(
    400,
    'BadRequest',
    "Security Type 'TrustedLaunch' is only supported for OS disks with Hypervisor generation 'V2'.",
  );
}

/** 32 TiB for data; an OS disk ends at 4,095 GiB ("Introduction to Azure managed disks"). */
function checkSize(kind: string, size: number | undefined, isOs: boolean): void {
  const most = isOs ? 4095 : 32_767;
  if (size === undefined || (Number.isInteger(size) && size >= 1 && size <= most)) return;
  throw new ArmError(
    400,
    'InvalidParameter',
    `The value '${size}' of parameter '${kind}.properties.diskSizeGB' is out of range. The value must be between '1' and ` +
      `'${most}', inclusive.`,
    { target: `${kind}.properties.diskSizeGB` },
  );
}

/** `createOption`, or the refusal of one that is missing or cannot be carried out here. */
export function requireCreateOption(kind: 'disk' | 'snapshot', data: CreationData | undefined): string {
  required(`${kind}.properties.creationData`, data);
  required(`${kind}.properties.creationData.createOption`, data.createOption);
  const known = kind === 'disk' ? ['Empty', 'Copy', 'Import', 'FromImage'] : ['Copy', 'Import'];
  if (known.includes(data.createOption)) return data.createOption;
  throw invalid(
    `${kind}.properties.creationData.createOption`,
    data.createOption,
    `Use ${known.join(', ')}.`,
  );
}
