import { z } from 'zod';
import { type Instant, toInstant } from '../instant.ts';
import type { ImageDefinition } from './definition.ts';

const text = (most: number) => z.string().trim().min(1).max(most);
/** What Azure takes as publisher, offer and SKU of a definition. */
const identifier = (most: number) =>
  text(most).regex(/^[\w.-]*[\w-]$/, 'Letters, digits, - _ and . only, not ending in a period.');
const link = z.url({ protocol: /^https?$/, error: 'A web address, beginning with https://.' }).max(2048);

const range = (most: number) =>
  z
    .strictObject({
      min: z.int().min(1).max(most).exactOptional(),
      max: z.int().min(1).max(most).exactOptional(),
    })
    .refine(({ min, max }) => min !== undefined || max !== undefined, 'Name min, max or both.')
    .refine(({ min = 1, max = most }) => min <= max, 'min is more than max.');

/** A day, or a moment: kept as the moment. */
export const moment = z
  .union(
    [z.iso.date(), z.iso.datetime({ offset: true })],
    'A date such as 2027-06-30, or a time with its zone.',
  )
  .transform((said): Instant => toInstant(Date.parse(said)));

/** The purchase plan of a marketplace image. */
export const Plan = z.strictObject({ name: text(128), product: text(128), publisher: text(128) });

const diskTypes = [
  'Standard_LRS',
  'StandardSSD_LRS',
  'Premium_LRS',
  'PremiumV2_LRS',
  'UltraSSD_LRS',
] as const;

/** An image definition. Limits are Azure's; what it fixes at creation is in `fixedFields` of definition.ts. */
export const Definition = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[A-Za-z0-9](?:[-\w.]{0,78}[A-Za-z0-9])?$/,
        'An image definition name: 1 to 80 letters, digits, - _ ., beginning and ending with a letter or digit.',
      ),
    osType: z.enum(['Windows', 'Linux']),
    osState: z.enum(['Generalized', 'Specialized']).default('Generalized'),
    hyperVGeneration: z.enum(['V1', 'V2']),
    securityType: z.enum(['Standard', 'TrustedLaunch', 'TrustedLaunchSupported']),
    architecture: z.enum(['x64', 'Arm64']).default('x64'),
    diskControllerTypes: z.enum(['SCSI', 'SCSI, NVMe']).exactOptional(),
    isAcceleratedNetworkSupported: z.boolean().exactOptional(),
    isHibernateSupported: z.boolean().exactOptional(),
    publisher: identifier(128),
    offer: identifier(64),
    sku: identifier(64),
    purchasePlan: Plan.exactOptional(),
    description: text(1024).exactOptional(),
    eula: text(2048).exactOptional(),
    privacyStatementUri: link.exactOptional(),
    releaseNoteUri: link.exactOptional(),
    endOfLifeDate: moment.exactOptional(),
    recommended: z
      .strictObject({ vCPUs: range(416).exactOptional(), memory: range(12_000).exactOptional() })
      .exactOptional(),
    disallowedDiskTypes: z.array(z.enum(diskTypes)).min(1).max(diskTypes.length).exactOptional(),
  })
  .superRefine((definition, context) => {
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    for (const [field, message] of contradictions(definition)) refuse(field, message);
  });

/** What Azure takes each for itself and never together. */
function contradictions(definition: ImageDefinition): [field: string, message: string][] {
  const { hyperVGeneration, securityType, architecture, diskControllerTypes, disallowedDiskTypes } =
    definition;
  const rules: [boolean, string, string][] = [
    [securityType !== 'Standard', 'securityType', 'Trusted Launch needs generation V2.'],
    [architecture === 'Arm64', 'architecture', 'Arm64 needs generation V2.'],
    [diskControllerTypes === 'SCSI, NVMe', 'diskControllerTypes', 'NVMe needs generation V2.'],
  ];
  const old = hyperVGeneration === 'V1' ? rules.filter(([holds]) => holds) : [];
  const twice = disallowedDiskTypes?.find((type, at) => disallowedDiskTypes.indexOf(type) !== at);
  return [
    ...old.map(([, field, message]): [string, string] => [field, message]),
    ...(twice === undefined ? [] : [['disallowedDiskTypes', `${twice} is named twice.`] as [string, string]]),
  ];
}

/** Azure takes no end of life that has passed; which has depends on the day of asking. */
export function endOfLifeRefusal(
  { endOfLifeDate }: Pick<ImageDefinition, 'endOfLifeDate'>,
  now: Instant,
): string | undefined {
  if (endOfLifeDate === undefined || endOfLifeDate > now) return undefined;
  return `${endOfLifeDate.slice(0, 10)} has passed: an end of life lies in the future.`;
}
