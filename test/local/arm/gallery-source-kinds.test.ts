import { test } from 'vitest';
import { expectRefusal, image, makeDisk, os, vm, type Case } from './refused-source.ts';
import { ACCOUNT, blobUri, disk, snapshot, sourceVersion, vhd } from './sources.ts';

const supportedOnly = /'TrustedLaunchSupported' is not supported .* Vhd Blob, User Image and Gallery Image/;
const trustedOnly = /'TrustedLaunch' is not supported .* Virtual Machine, Managed Disk and Snapshot/;
const plan = { name: 'a', publisher: 'b', product: 'c' };
const generation1 = { hyperVGeneration: 'V1' as const, features: [] };
const linux = { osType: 'Linux' } as const;

const cases: Record<string, Case> = {
  'Trusted Launch VM into a supported definition': {
    profile: { source: vm('vm-generalized') },
    code: 'InvalidParameter',
    says: supportedOnly,
  },
  'Trusted Launch disk into a supported definition': {
    profile: os(disk('disk-os-generalized')),
    code: 'InvalidParameter',
    says: supportedOnly,
  },
  'Trusted Launch snapshot into a supported definition': {
    profile: os(snapshot('snap-os-generalized')),
    code: 'InvalidParameter',
    says: supportedOnly,
  },
  'VHD into a Trusted Launch definition': {
    kind: 'trusted',
    profile: os(vhd('win2022')),
    code: 'InvalidParameter',
    says: trustedOnly,
  },
  'managed image into a Trusted Launch definition': {
    kind: 'trusted',
    profile: { source: image },
    code: 'InvalidParameter',
    says: trustedOnly,
  },
  'gallery version into a Trusted Launch definition': {
    kind: 'trusted',
    profile: { source: sourceVersion('parent-win11') },
    code: 'InvalidParameter',
    says: trustedOnly,
  },
  'Trusted Launch VM into a plain definition': {
    kind: 'standard',
    profile: { source: vm('vm-generalized') },
    code: 'Conflict',
    says: "different SecurityType ['TrustedLaunch'] than the parent gallery image SecurityType ['Standard']",
  },
  'Trusted Launch snapshot into a plain definition': {
    kind: 'standard',
    profile: os(snapshot('snap-os-generalized')),
    code: 'Conflict',
    says: 'different SecurityType',
  },
  'plain disk into a Trusted Launch definition': {
    kind: 'trusted',
    before: makeDisk('plain', {
      osType: 'Windows',
      hyperVGeneration: 'V2',
      creationData: { createOption: 'Import', sourceUri: blobUri('win2022'), storageAccountId: ACCOUNT },
    }),
    profile: os(disk('plain')),
    code: 'Conflict',
    says: "different SecurityType ['Standard']",
  },

  'generation 2 image into a generation 1 definition': {
    definition: generation1,
    kind: 'standard',
    profile: { source: image },
    code: 'Conflict',
    says: "different Hypervisor generation ['V2'] than the parent gallery image Hypervisor generation ['V1']",
  },
  'generation 1 disk into a generation 2 definition': {
    kind: 'standard',
    before: makeDisk('old', {
      osType: 'Windows',
      creationData: { createOption: 'Import', sourceUri: blobUri('win2022'), storageAccountId: ACCOUNT },
    }),
    profile: os(disk('old')),
    code: 'Conflict',
    says: "different Hypervisor generation ['V1']",
  },
  'Windows image into a Linux definition': {
    definition: linux,
    profile: { source: image },
    code: 'Conflict',
    says: "different OS type ['Windows'] than the parent gallery image OS type generation ['Linux']",
  },
  'Windows snapshot into a Linux definition': {
    kind: 'trusted',
    definition: linux,
    profile: os(snapshot('snap-os-generalized')),
    code: 'Conflict',
    says: 'different OS type',
  },
  'x64 image into an Arm64 definition': {
    definition: { architecture: 'Arm64' },
    profile: { source: image },
    code: 'Conflict',
    says: "different architecture ['x64']",
  },
  'a source without the plan of the definition': {
    definition: { purchasePlan: plan },
    profile: { source: image },
    code: 'Conflict',
    says: 'different plan',
  },
  'generalized image into a specialized definition': {
    definition: { osState: 'Specialized' },
    profile: { source: image },
    code: 'OperationNotAllowed',
    says: 'since the OS State in the parent gallery image (Specialized) is not Generalized',
  },
  'specialized version into a generalized definition': {
    profile: { source: sourceVersion('golden-win11') },
    code: 'OperationNotAllowed',
    says: '(Generalized) is not Specialized',
  },
  'running VM into a generalized definition': {
    kind: 'trusted',
    profile: { source: vm('vm-golden') },
    code: 'OperationNotAllowed',
    says: '(Generalized) is not Specialized',
  },
};

test.each(Object.entries(cases))('%s is refused, and no version is left', (_, asked) => expectRefusal(asked));
