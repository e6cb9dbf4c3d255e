import type { Case } from './source-case.ts';

const standard = { definition: { securityType: 'Standard' } } as const;
export const supported = { definition: { securityType: 'TrustedLaunchSupported' } } as const;
const trusted = { definition: { securityType: 'TrustedLaunch' } } as const;
export const plan = { name: 'gold', product: 'desktops', publisher: 'contoso' };
export const planned = (name: string) => ({ definition: { purchasePlan: { ...plan, name } } });

/** What Azure compares between a source and its definition. */
export const otherThanDefined: Readonly<Record<string, Case>> = {
  // Generation, OS type, architecture ("Troubleshoot shared images").
  'a marketplace image of another generation': {
    from: 'marketplace',
    found: { marketplace: { hyperVGeneration: 'V1' } },
    code: 'SourceMismatch',
    says: /is generation V1, the definition V2/,
  },
  'a marketplace image for another processor': {
    from: 'marketplace',
    found: { marketplace: { architecture: 'Arm64' } },
    code: 'SourceMismatch',
    says: /is Arm64, the definition x64/,
  },
  'a marketplace image of another system': {
    from: 'marketplace',
    found: { marketplace: { osType: 'Linux' } },
    code: 'SourceMismatch',
    says: /is Linux, the definition Windows/,
  },
  'a gallery version of another generation': {
    from: 'gallery version',
    found: { galleryVersion: { generation: 'V1' } },
    code: 'SourceMismatch',
    says: /generation V1/,
  },
  'a managed image of another system': {
    from: 'managed image',
    found: { managedImage: { osType: 'Linux' } },
    code: 'SourceMismatch',
    says: /is Linux/,
  },
  'a VM of another generation': {
    from: 'VM, copied',
    found: { machine: { generation: 'V1' } },
    code: 'SourceMismatch',
    says: /generation V1/,
  },
  'a disk for another processor': {
    from: 'disk, copied',
    found: { disk: { architecture: 'Arm64' } },
    code: 'SourceMismatch',
    says: /Arm64/,
  },
  'a snapshot of a disk without a system': {
    from: 'snapshot with data disks, copied',
    found: { snapshot: { osType: undefined } },
    code: 'SourceMismatch',
    says: /no operating system: give it among the data disks/,
  },

  // Security types ("Trusted Launch for Azure virtual machines").
  'a marketplace image without Trusted Launch in a TrustedLaunch definition': {
    from: 'marketplace',
    found: { marketplace: { securityType: 'Standard' } },
    code: 'SourceMismatch',
    says: /security type is Standard, the definition's TrustedLaunch/,
  },
  'a build VM captured into a TrustedLaunchSupported definition': {
    from: 'marketplace',
    plan: supported,
    code: 'UnsupportedSource',
    says: /cannot be captured into a TrustedLaunchSupported definition/,
  },
  'a VM with Trusted Launch captured into a Standard definition': {
    from: 'VM in place',
    plan: standard,
    code: 'SourceMismatch',
    says: /security type is TrustedLaunch, the definition's Standard/,
  },
  'a plain VM captured into a TrustedLaunch definition': {
    from: 'VM in place',
    found: { machine: { securityType: 'Standard' } },
    code: 'SourceMismatch',
    says: /security type is Standard/,
  },
  'a VM captured into a TrustedLaunchSupported definition': {
    from: 'generalised VM in place',
    plan: supported,
    code: 'UnsupportedSource',
    says: /takes no VM: make it TrustedLaunch/,
  },
  'a disk imported into a TrustedLaunchSupported definition': {
    from: 'disk, imported',
    plan: supported,
    code: 'UnsupportedSource',
    says: /takes no disk/,
  },
  'a snapshot imported into a TrustedLaunchSupported definition': {
    from: 'snapshot with data disks, imported',
    plan: supported,
    code: 'UnsupportedSource',
    says: /takes no snapshot/,
  },
  'a disk without Trusted Launch in a TrustedLaunch definition': {
    from: 'disk, imported',
    found: { disk: { securityType: 'Standard' } },
    code: 'SourceMismatch',
    says: /Standard, the definition's TrustedLaunch/,
  },
  'a disk with Trusted Launch in a Standard definition': {
    from: 'disk, imported',
    plan: standard,
    code: 'SourceMismatch',
    says: /TrustedLaunch, the definition's Standard/,
  },
  'a gallery version imported into a TrustedLaunch definition': {
    from: 'gallery version, imported',
    plan: trusted,
    code: 'UnsupportedSource',
    says: /takes no gallery version: make it TrustedLaunchSupported/,
  },
  'a managed image imported into a TrustedLaunch definition': {
    from: 'managed image',
    plan: { ...trusted, recipe: [] },
    code: 'UnsupportedSource',
    says: /takes no managed image/,
  },
  'a managed image built from into a TrustedLaunch definition': {
    from: 'managed image',
    plan: trusted,
    code: 'UnsupportedSource',
    says: /takes no managed image/,
  },
  'a confidential VM’s disk': {
    from: 'disk, copied',
    found: { disk: { securityType: 'ConfidentialVM_DiskEncryptedWithPlatformKey' } },
    code: 'SourceMismatch',
    says: /ConfidentialVM/,
  },

  // Plans.
  'a purchase plan that the source has not': {
    from: 'marketplace',
    plan: planned('gold'),
    code: 'SourceMismatch',
    says: /purchase plan is none, the definition's contoso\/desktops\/gold/,
  },
  'another purchase plan than the source’s': {
    from: 'gallery version',
    plan: planned('silver'),
    found: { galleryVersion: { plan } },
    code: 'SourceMismatch',
    says: /is contoso\/desktops\/gold, the definition's contoso\/desktops\/silver/,
  },
  'a purchase plan in other letters': {
    from: 'VM, copied',
    plan: planned('GOLD'),
    found: { machine: { plan } },
    code: 'SourceMismatch',
    says: /gold.*GOLD/,
  },
};
