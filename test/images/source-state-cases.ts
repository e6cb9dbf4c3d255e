import { known } from './small/sources.ts';
import type { Case } from './source-case.ts';
import { plan as anyPlan } from './versions.ts';

const gone = undefined as never;
const specialized = { definition: { osState: 'Specialized' } } as const;

/** What a source is or is not by itself, wherever it is to go. */
export const notUsable: Readonly<Record<string, Case>> = {
  // Where and how it is.
  'a managed image in another region': {
    from: 'managed image',
    found: { managedImage: { location: 'eastus' } },
    code: 'SourceMismatch',
    says: /is in eastus, the bench in westeurope/,
  },
  'a disk in another region': {
    from: 'disk, copied',
    found: { disk: { location: 'eastus' } },
    code: 'SourceMismatch',
    says: /The disk is in eastus/,
  },
  'a VM in another region': {
    from: 'VM, copied',
    found: { machine: { location: 'eastus' } },
    code: 'SourceMismatch',
    says: /The VM is in eastus/,
  },
  'a gallery version that has not arrived in the region': {
    from: 'gallery version',
    found: { galleryVersion: { completedRegions: ['eastus'] } },
    code: 'SourceNotReady',
    says: /not replicated to westeurope/,
  },
  'a gallery version that is at home elsewhere, imported': {
    from: 'gallery version, imported',
    found: { galleryVersion: { location: 'eastus' } },
    code: 'SourceMismatch',
    says: /is in eastus/,
  },
  'a gallery version whose life has ended': {
    from: 'gallery version',
    found: { galleryVersion: { endOfLifeDate: '2025-12-31T00:00:00.000Z' } },
    code: 'SourceNotReady',
    says: /ended on 2025-12-31/,
  },
  'a gallery version that failed': {
    from: 'gallery version',
    found: { galleryVersion: { provisioningState: 'Failed' } },
    code: 'SourceNotReady',
    says: /is Failed/,
  },
  'a VM that is being changed': {
    from: 'VM, copied',
    found: { machine: { provisioningState: 'Updating' } },
    code: 'SourceNotReady',
    says: /VM is Updating/,
  },
  'a VM whose OS disk lies on its host': {
    from: 'VM, copied',
    found: { machine: { osDiskId: undefined } },
    code: 'UnsupportedSource',
    says: /ephemeral OS disk/,
  },
  'a VM of another subscription in place': {
    from: 'VM in place',
    found: {
      machine: { id: known.vmOfOurOwn.replace('000000000001', '000000000009') },
    },
    code: 'UnsupportedSource',
    says: /in the subscription of the image set: use a copy/,
  },
  'a generalised VM in place that is not deallocated': {
    from: 'generalised VM in place',
    found: { machine: { power: 'stopped' } },
    code: 'SourceNotReady',
    says: /is stopped: Azure captures it once it is deallocated/,
  },
  'a VM in place without the identity that its log is written with': {
    from: 'VM in place',
    plan: {
      bench: {
        ...anyPlan.bench,
        log: {
          containerUri: 'https://stlogs.blob.core.windows.net/logs',
          identityId: '/id',
          identityClientId: 'c',
        },
      },
    },
    code: 'SourceNotReady',
    says: /has not the identity/,
  },
  'a definition whose life has ended': {
    from: 'marketplace',
    plan: { definition: { endOfLifeDate: '2025-12-31T00:00:00.000Z' } },
    code: 'ValidationFailed',
    says: /definition.endOfLifeDate: 2025-12-31 has passed/,
  },
  'a generalised VM and a recipe': {
    from: 'VM, copied',
    found: { machine: { generalized: true } },
    code: 'UnsupportedSource',
    says: /This VM is generalised, and Azure starts no machine from it that could be given a recipe/,
  },
  'a generalised disk and a recipe': {
    from: 'disk, imported',
    plan: { recipe: anyPlan.recipe },
    code: 'UnsupportedSource',
    says: /Import it with an empty recipe/,
  },
  'a generalised disk and a specialised definition': {
    from: 'disk, imported',
    plan: specialized,
    code: 'UnsupportedSource',
    says: /could be made specialised/,
  },
  'a snapshot that is still being copied': {
    from: 'snapshot with data disks, copied',
    found: { snapshot: { completionPercent: 40 } },
    code: 'SourceNotReady',
    says: /copied to 40 %/,
  },
  'a disk that is being exported': {
    from: 'disk, imported',
    found: { disk: { state: 'ActiveSAS' } },
    code: 'SourceNotReady',
    says: /end its access first/,
  },
  'an Ultra disk': {
    from: 'disk, imported',
    found: { disk: { sku: 'UltraSSD_LRS' } },
    code: 'UnsupportedSource',
    says: /is of UltraSSD_LRS, of which no image is made/,
  },
  'an OS disk of 2 TB': {
    from: 'disk, imported',
    found: { disk: { sizeGB: 2048 } },
    code: 'UnsupportedSource',
    says: /less than 2 TB/,
  },
  'a VHD that is a block blob': {
    from: 'VHD, straight',
    found: { blob: { type: 'BlockBlob' } },
    code: 'UnsupportedSource',
    says: /must be a page blob/,
  },
  'a page blob that is no VHD': {
    from: 'VHD, straight',
    found: { blob: { sizeBytes: 1000 } },
    code: 'UnsupportedSource',
    says: /is no VHD/,
  },

  // Data disks.
  'data disks beside a gallery version that is imported': {
    from: 'gallery version, imported',
    plan: { dataDisks: [{ lun: 0, from: { empty: { sizeGB: 8 } } }] },
    code: 'UnsupportedSource',
    says: /imports an image as it is/,
  },
  'a data disk over 1 TB': {
    from: 'VHD, straight',
    plan: { dataDisks: [{ lun: 0, from: { disk: { id: known.dataDisk } } }] },
    found: { disk: { sizeGB: 1025 } },
    code: 'UnsupportedSource',
    says: /The data disk for LUN 0 has 1025 GB/,
  },
  'a data disk over 1 TB in a gallery version': {
    from: 'gallery version',
    found: { galleryVersion: { dataDisks: [{ lun: 3, sizeGB: 2000 }] } },
    code: 'UnsupportedSource',
    says: /LUN 3 has 2000 GB/,
  },
  'a LUN that the source has taken': {
    from: 'gallery version',
    plan: { dataDisks: [{ lun: 1, from: { empty: { sizeGB: 8 } } }] },
    found: { galleryVersion: { dataDisks: [{ lun: 1, sizeGB: 8 }] } },
    code: 'SourceMismatch',
    says: /Two data disks are at LUN 1/,
  },
  'a data disk that is not there': {
    from: 'VHD, straight',
    plan: { dataDisks: [{ lun: 0, from: { snapshot: { id: `${known.dataSnapshot}-2` } } }] },
    code: 'SourceNotFound',
    says: /The data disk for LUN 0 is to be made from/,
  },
  'a data disk in another region': {
    from: 'VHD, straight',
    plan: { dataDisks: [{ lun: 0, from: { snapshot: { id: known.dataSnapshot } } }] },
    found: { snapshot: { location: 'eastus' } },
    code: 'SourceMismatch',
    says: /is in eastus/,
  },

  // What is not there at all.
  'a marketplace image that is not there': {
    from: 'marketplace',
    found: { marketplace: gone },
    code: 'SourceNotFound',
    says: /The marketplace of westeurope has no/,
  },
  'a gallery version that is not there': {
    from: 'gallery version',
    found: { galleryVersion: gone },
    code: 'SourceNotFound',
    says: /There is no gallery version/,
  },
  'a VM that is not there': {
    from: 'VM, copied',
    found: { machine: gone },
    code: 'SourceNotFound',
    says: /There is no VM/,
  },
  'a disk that is not there': {
    from: 'disk, copied',
    found: { disk: gone },
    code: 'SourceNotFound',
    says: /There is no disk/,
  },
  'a VHD that is not there': {
    from: 'VHD, copied',
    found: { blob: gone },
    code: 'SourceNotFound',
    says: /There is no VHD/,
  },
};
