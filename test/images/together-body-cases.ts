import {
  type BodyCase,
  defined,
  definition,
  generalized,
  vhd,
  disk,
  empty,
  from,
  image,
  snapshot,
  supported,
  uri,
  vm,
  withDisks,
} from './body-case.ts';

/** What cannot go together, and what no data disk can be. */
export const wrongTogether: readonly BodyCase[] = [
  // Which definition takes which source.
  [
    'a marketplace image for a TrustedLaunchSupported definition',
    supported,
    'definition.securityType',
    /build VM cannot be captured/,
  ],
  [
    'a VM for a TrustedLaunchSupported definition',
    { ...supported, ...from({ vm: { id: vm } }, { recipe: [] }) },
    'definition.securityType',
    /takes no vm/,
  ],
  [
    'a snapshot for a TrustedLaunchSupported definition',
    { ...supported, ...from({ snapshot: { id: snapshot, ...generalized } }, { recipe: [] }) },
    'definition.securityType',
    /takes no snapshot/,
  ],
  [
    'a gallery version and a recipe for a TrustedLaunchSupported definition',
    { ...supported, ...from({ galleryVersion: { id: `${definition}/versions/1.0.0` } }) },
    'definition.securityType',
    /build VM cannot be captured/,
  ],
  [
    'a managed image for a TrustedLaunch definition',
    from({ managedImage: { id: image } }),
    'definition.securityType',
    /takes no managed image/,
  ],

  // Data disks.
  ['a LUN of 64', withDisks(empty(64)), 'dataDisks.0.lun', /63/],
  ['a LUN twice', withDisks(empty(1), empty(1)), 'dataDisks.1.lun', /LUN 1 is taken/],
  ['a data disk of 2 TB', withDisks(empty(0, 2048)), 'dataDisks.0.from.empty.sizeGB', /At most 1 TB/],
  [
    'a data disk of nothing',
    withDisks({ lun: 0, from: {} }),
    'dataDisks.0.from',
    /Name what it is made from/,
  ],
  [
    'a data disk of two things',
    withDisks({ lun: 0, from: { disk: { id: disk }, empty: { sizeGB: 8 } } }),
    'dataDisks.0.from',
    /not 2/,
  ],
  [
    'a data disk of a VM',
    withDisks({ lun: 0, from: { disk: { id: vm } } }),
    'dataDisks.0.from.disk.id',
    /a VM: put it under vm/,
  ],
  [
    'a data disk of a VHD with a signature',
    withDisks({ lun: 0, from: { vhd: { ...vhd, uri: `${uri}?sig=x` } } }),
    'dataDisks.0.from.vhd.uri',
    /a secret/,
  ],
  [
    'data disks beside a managed image that is imported',
    {
      ...from({ managedImage: { id: image } }, { recipe: [] }),
      ...defined({ securityType: 'Standard' }),
      ...withDisks(empty(0)),
    },
    'dataDisks',
    /imports a managed image as it is/,
  ],
  [
    'data disks beside a VM in place',
    { ...from({ vm: { id: vm, inPlace: true } }), ...withDisks(empty(0)) },
    'dataDisks',
    /attach them to it instead/,
  ],
];
