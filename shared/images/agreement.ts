import { type ImageDefinition, planName } from './definition.ts';
import { firstOf, type Refusal } from './refusal.ts';
import type { PurchasePlan, ResolvedSource, SourceKind } from './source.ts';
import type { Traits } from './sources.ts';

/**
 * Azure compares a source with its image definition when the version is made, after all the work. It is told
 * here before anything is made: generation, OS type, architecture, security type and purchase plan.
 */
export function disagreement(
  definition: ImageDefinition,
  { kind, way }: Pick<ResolvedSource, 'kind' | 'way'>,
  source: Traits,
): Refusal | undefined {
  return (
    otherTraits(definition, source) ??
    (way === 'import'
      ? notImportable(definition, kind, source.securityType ?? 'Standard')
      : notBuildable(definition, kind, source.securityType ?? 'Standard')) ??
    otherPlan(definition.purchasePlan, kind, source.plan)
  );
}

function otherTraits(definition: ImageDefinition, source: Traits): Refusal | undefined {
  const { hyperVGeneration: generation, osType, architecture } = definition;
  const differs = <T>(is: T | undefined, wanted: T) => is !== undefined && is !== wanted;
  return firstOf(
    [
      differs(source.generation, generation),
      'SourceMismatch',
      `The source is generation ${source.generation}, the definition ${generation}.`,
    ],
    [
      differs(source.osType, osType),
      'SourceMismatch',
      `The source is ${source.osType}, the definition ${osType}.`,
    ],
    [
      differs(source.architecture, architecture),
      'SourceMismatch',
      `The source is ${source.architecture}, the definition ${architecture}.`,
    ],
  );
}

/** The kinds whose bytes come from disks of a machine, and with them the machine's guest state. */
const fromDisks: ReadonlySet<SourceKind> = new Set(['vm', 'disk', 'snapshot']);

/**
 * "Trusted Launch for Azure virtual machines": TrustedLaunch definitions take VMs, disks and snapshots with
 * Trusted Launch; TrustedLaunchSupported ones take VHDs, managed images and gallery versions. What the page does
 * not name is refused.
 */
function notImportable(
  { securityType: wanted }: ImageDefinition,
  kind: SourceKind,
  is: string,
): Refusal | undefined {
  if (fromDisks.has(kind)) {
    if (wanted === 'TrustedLaunchSupported') return notSupported(kind, 'TrustedLaunch');
    return is === wanted ? undefined : otherSecurity(is, wanted);
  }
  // We import it into a disk of our own, with the security type that the definition wants.
  if (kind === 'vhd') return undefined;
  if (wanted === 'TrustedLaunch') return notTrusted(kind);
  // The state of a vTPM, or of a confidential machine, is in the bytes and cannot be dropped.
  return is === 'TrustedLaunch' || /^Confidential/i.test(is) ? otherSecurity(is, wanted) : undefined;
}

/** A build VM has Trusted Launch or not, and is captured into a definition of its own kind only. */
function notBuildable(
  { securityType: wanted }: ImageDefinition,
  kind: SourceKind,
  is: string,
): Refusal | undefined {
  if (wanted === 'TrustedLaunchSupported') {
    return [
      'UnsupportedSource',
      'A build VM cannot be captured into a TrustedLaunchSupported definition. Make it TrustedLaunch or Standard, or ' +
        'import a VHD, managed image or gallery version with an empty recipe.',
    ];
  }
  if (/confidential/i.test(is) && !/TrustedLaunch/i.test(is)) return otherSecurity(is, wanted);
  if (kind === 'vhd') return undefined;
  if (fromDisks.has(kind)) return is === wanted ? undefined : otherSecurity(is, wanted);
  if (kind === 'managedImage' && wanted === 'TrustedLaunch') return notTrusted(kind);
  if (wanted === 'TrustedLaunch') return /TrustedLaunch/i.test(is) ? undefined : otherSecurity(is, wanted);
  return is === 'TrustedLaunch' ? otherSecurity(is, wanted) : undefined;
}

const named: Readonly<Record<SourceKind, string>> = {
  marketplace: 'marketplace image',
  galleryVersion: 'gallery version',
  vm: 'VM',
  managedImage: 'managed image',
  disk: 'disk',
  snapshot: 'snapshot',
  vhd: 'VHD',
};

function notSupported(kind: SourceKind, instead: string): Refusal {
  return [
    'UnsupportedSource',
    `A TrustedLaunchSupported definition takes no ${named[kind]}: make it ${instead}, or Standard, as the ${named[kind]} is.`,
  ];
}

function notTrusted(kind: SourceKind): Refusal {
  return [
    'UnsupportedSource',
    `A TrustedLaunch definition takes no ${named[kind]}: make it TrustedLaunchSupported, or build from another source.`,
  ];
}

function otherSecurity(is: string, wanted: string): Refusal {
  return ['SourceMismatch', `The source's security type is ${is}, the definition's ${wanted}.`];
}

/** Kinds that do not say whether a plan belongs to them: there the definition's is taken. */
const silentOfPlans: ReadonlySet<SourceKind> = new Set(['managedImage', 'vhd']);

/** "Troubleshoot shared images": "different plan … than the parent gallery image plan". */
function otherPlan(
  wanted: PurchasePlan | undefined,
  kind: SourceKind,
  is: PurchasePlan | undefined,
): Refusal | undefined {
  if (!wanted || silentOfPlans.has(kind)) return undefined;
  // Azure compares plans letter by letter.
  if (is && planName(is) === planName(wanted)) return undefined;
  return [
    'SourceMismatch',
    `The source's purchase plan is ${is ? planName(is) : 'none'}, the definition's ${planName(wanted)}.`,
  ];
}
