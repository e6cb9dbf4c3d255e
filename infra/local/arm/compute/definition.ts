import { ArmError } from '../core/arm-error.ts';
import type { Plan } from './image.ts';
import { invalid, refuseChange, required } from './writing.ts';

// Texts: "Troubleshoot images in an Azure Compute Gallery", section "Creating or modifying image definitions".

/** An image definition's properties. */
export interface DefinitionProperties {
  osType: 'Windows' | 'Linux';
  osState: 'Generalized' | 'Specialized';
  hyperVGeneration?: 'V1' | 'V2';
  identifier: { publisher: string; offer: string; sku: string };
  features?: { name: string; value: string }[];
  purchasePlan?: Plan;
  architecture?: string;
  endOfLifeDate?: string;
  description?: string;
  recommended?: { vCPUs?: Range; memory?: Range };
  disallowed?: { diskTypes?: string[] };
  allowUpdateImage?: boolean;
}

interface Range {
  min?: number;
  max?: number;
}

/** `SecurityType` as the definition's features give it. */
export function securityTypeOf({ features }: Pick<DefinitionProperties, 'features'>): string {
  return features?.find(({ name }) => name.toLowerCase() === 'securitytype')?.value ?? 'Standard';
}

const VALUES: Readonly<Record<string, readonly string[]>> = {
  osType: ['Windows', 'Linux'],
  osState: ['Generalized', 'Specialized'],
  hyperVGeneration: ['V1', 'V2'],
  architecture: ['x64', 'Arm64'],
};

const SECURITY_TYPES = [
  'Standard',
  'TrustedLaunch',
  'TrustedLaunchSupported',
  'ConfidentialVM',
  'ConfidentialVMSupported',
  'TrustedLaunchAndConfidentialVmSupported',
];

/** Refuses a definition that Azure would not make. */
export function checkDefinition(name: string, properties: Partial<DefinitionProperties>, now: number): void {
  if (!/^[a-zA-Z0-9](?:[\w.-]{0,78}[\w])?$/.test(name)) {
    throw invalid(
      'galleryImageName',
      name,
      'Allowed characters are letters, digits, dashes, periods and underscores.',
    );
  }
  required('galleryImage.properties.osType', properties.osType);
  required('galleryImage.properties.osState', properties.osState);
  for (const [property, values] of Object.entries(VALUES)) {
    const value = properties[property as 'osType'];
    if (value !== undefined && !values.includes(value)) {
      throw invalid(`galleryImage.properties.${property}`, value, `Use ${values.join(' or ')}.`);
    }
  }
  checkIdentifier(properties.identifier);
  checkSecurityType(properties);
  checkRecommended(properties.recommended);
  const { endOfLifeDate } = properties;
  if (endOfLifeDate !== undefined && !(Date.parse(endOfLifeDate) > now)) {
    throw new ArmError(400, 'InvalidParameter', 'EndOfLifeDate must be set to a future date.', {
      target: 'galleryImage.properties.endOfLifeDate',
    });
  }
}

const LONGEST = { publisher: 128, offer: 64, sku: 64 } as const;

function checkIdentifier(identifier: DefinitionProperties['identifier'] | undefined): void {
  for (const part of ['publisher', 'offer', 'sku'] as const) {
    const value = identifier?.[part];
    required(`galleryImage.properties.identifier.${part}`, value);
    if (/^[\w.-]+$/.test(value) && !value.endsWith('.') && value.length <= LONGEST[part]) continue;
    throw new ArmError(
      400,
      'InvalidParameter',
      `Asset name galleryImage.properties.identifier.${part} is not valid. It cannot be empty. Allowed characters are ` +
        'uppercase or lowercase letters, digits, hyphen(-), period (.), underscore (_). Names are not allowed to end with ' +
        `period(.). The length of the name cannot exceed ${LONGEST[part]} characters.`,
      { target: `galleryImage.properties.identifier.${part}` },
    );
  }
}

function checkSecurityType({ features = [], hyperVGeneration }: Partial<DefinitionProperties>): void {
  const securityType = securityTypeOf({ features });
  if (!SECURITY_TYPES.some((known) => known.toLowerCase() === securityType.toLowerCase())) {
    throw invalid('galleryImage.properties.features', securityType, `Use ${SECURITY_TYPES.join(', ')}.`);
  }
  if (securityType === 'Standard' || hyperVGeneration !== 'V1') return;
  throw invalid(
    'galleryImage.properties.features',
    features,
    'This SecurityType needs Hypervisor generation V2.',
  );
}

function checkRecommended({ vCPUs, memory }: NonNullable<DefinitionProperties['recommended']> = {}): void {
  for (const [property, range] of Object.entries({ vCPUs, memory })) {
    const { min = 0, max = Number.POSITIVE_INFINITY } = range ?? {};
    if (min <= max) continue;
    throw new ArmError(
      400,
      'InvalidParameter',
      `The minimum value of galleryImage.properties.recommended.${property} must not be greater than the maximum value of ` +
        `galleryImage.properties.recommended.${property}.`,
    );
  }
}

/** What an image is cannot change once it is defined. */
export function refuseChanges(before: DefinitionProperties, after: DefinitionProperties): void {
  for (const fixed of ['osType', 'osState', 'hyperVGeneration', 'architecture', 'purchasePlan'] as const) {
    refuseChange(`galleryImage.properties.${fixed}`, before[fixed], after[fixed]);
  }
  for (const part of ['publisher', 'offer', 'sku'] as const) {
    refuseChange(
      `galleryImage.properties.identifier.${part}`,
      before.identifier[part],
      after.identifier[part],
    );
  }
  // "allowUpdateImage: must be set to true if the gallery image features are being updated."
  if (!after.allowUpdateImage)
    refuseChange('galleryImage.properties.features', before.features, after.features);
}
