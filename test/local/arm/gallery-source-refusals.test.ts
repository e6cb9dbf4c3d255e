import { expect, test } from 'vitest';
import { addBlob, addStorageAccount, vhdBytes } from '../../../infra/local/arm/storage/blobs.ts';
import { computeId, done, GROUP, REGION, refusal } from './azure.ts';
import { versions } from './bench.ts';
import { expectRefusal, image, makeDisk, os, vm, type Case } from './refused-source.ts';
import {
  ACCOUNT,
  blobUri,
  createFrom,
  define,
  disk,
  snapshot,
  vhd,
  withSources,
  type Profile,
} from './sources.ts';

const both = 'One and only one source type';

const cases: Record<string, Case> = {
  'no source': { profile: {}, code: 'InvalidParameter', says: both },
  'two sources': { profile: { ...os(vhd('win2022')), source: image }, code: 'InvalidParameter', says: both },
  'a VM and an image': {
    profile: { source: { ...image, ...vm('vm-generalized') } },
    code: 'InvalidParameter',
    says: both,
  },
  'data disks beside a whole source': {
    profile: { source: image, dataDiskImages: [{ lun: 0, source: snapshot('snap-data') }] },
    code: 'InvalidParameter',
    says: both,
  },
  'data disks alone': {
    profile: { dataDiskImages: [{ lun: 0, source: snapshot('snap-data') }] },
    code: 'InvalidParameter',
    says: both,
  },
  'text instead of an id': {
    profile: { source: { id: 'img-win2022' } },
    code: 'LinkedInvalidPropertyId',
    says: 'Expect fully qualified resource Id',
  },
  'a disk as a whole source': {
    profile: { source: disk('disk-os-generalized') },
    code: 'InvalidParameter',
    says: 'must either be a managed image, virtual machine or another gallery image version',
  },
  'an image as a disk': {
    profile: os(image),
    code: 'InvalidParameter',
    says: 'must be a managed disk or snapshot',
  },
  'an image as a VM': {
    profile: { source: { virtualMachineId: image.id } },
    code: 'InvalidParameter',
    says: 'must be a virtual machine',
  },
  'an image that is not there': {
    profile: { source: { id: computeId('images/none') } },
    code: 'NotFound',
    says: 'is not found. Please check source exists',
  },
  'a snapshot that is not there': {
    kind: 'trusted',
    profile: os(snapshot('none')),
    code: 'NotFound',
    says: 'is not found. Please check source exists',
  },
  'a source in another region': {
    profile: { source: image },
    location: 'northeurope',
    code: 'NotFound',
    says: 'is in the same region as gallery image version',
  },
  'a data disk as OS disk': {
    kind: 'standard',
    profile: os(disk('disk-data')),
    code: 'InvalidParameter',
    says: 'no operating system',
  },

  'the disk of a running VM': {
    kind: 'trusted',
    definition: { osState: 'Specialized' },
    profile: os(disk('vm-golden-os')),
    code: 'Conflict',
    says: 'currently attached to running VM',
  },
  'a source that is still being made': {
    kind: 'standard',
    before: (azure) =>
      azure.compute.disks
        .createOrUpdate(GROUP, 'fresh', {
          location: REGION,
          osType: 'Windows',
          hyperVGeneration: 'V2',
          creationData: { createOption: 'Import', sourceUri: blobUri('win2022'), storageAccountId: ACCOUNT },
        })
        .submitted(),
    profile: os(disk('fresh')),
    code: 'Conflict',
    says: 'conflict with a concurrent request',
  },
  'a source whose making failed': {
    kind: 'standard',
    before: async (azure) => {
      azure.arm.world.faults.add({ method: 'PUT', path: 'disks/broken', fault: 'fail-operation' });
      const body = {
        osType: 'Windows',
        hyperVGeneration: 'V2',
        creationData: { createOption: 'Import', sourceUri: blobUri('win2022'), storageAccountId: ACCOUNT },
      };
      await expect(makeDisk('broken', body)(azure)).rejects.toThrow('InternalExecutionError');
    },
    profile: os(disk('broken')),
    code: 'Conflict',
    says: "in provisioning state 'Failed'",
  },

  'a block blob': {
    profile: os(vhd('block')),
    code: 'BadRequest',
    says: 'Only blobs formatted as VHDs can be imported.',
  },
  'a blob that is not there': { profile: os(vhd('none')), code: 'BlobNotFound', says: 'does not exist' },
  'a blob without its account': {
    profile: os({ uri: blobUri('win2022') }),
    code: 'InvalidParameter',
    says: 'osDiskImage.source.storageAccountId',
  },
  "a blob with another's account": {
    before: ({ arm }) => void addStorageAccount(arm.world, ACCOUNT.replace('stimages', 'stother'), REGION),
    profile: os({ uri: blobUri('win2022'), storageAccountId: ACCOUNT.replace('stimages', 'stother') }),
    code: 'InvalidParameter',
    says: 'must be the id of the storage account that holds the blob',
  },
  'a blob in another region': {
    before: ({ arm }) => {
      addStorageAccount(arm.world, ACCOUNT.replace('stimages', 'stfar'), 'eastus');
      addBlob(arm.world, { uri: 'https://stfar.blob.core.windows.net/v/os.vhd', sizeBytes: vhdBytes(30) });
    },
    profile: os({
      uri: 'https://stfar.blob.core.windows.net/v/os.vhd',
      storageAccountId: ACCOUNT.replace('stimages', 'stfar'),
    }),
    code: 'BadRequest',
    says: "is in region 'eastus'",
  },
  'a VHD that is not whole megabytes': {
    before: ({ arm }) => void addBlob(arm.world, { uri: blobUri('odd'), sizeBytes: vhdBytes(30) + 100 }),
    profile: os(vhd('odd')),
    code: 'InvalidVhd',
    says: 'must be a whole number (in MBs)',
  },

  'a LUN twice': {
    profile: os(vhd('win2022'), [
      { lun: 0, source: snapshot('snap-data') },
      { lun: 0, source: disk('disk-data') },
    ]),
    code: 'InvalidParameter',
    says: 'Duplicated lun numbers',
  },
  'a data disk twice': {
    profile: os(vhd('win2022'), [
      { lun: 0, source: snapshot('snap-data') },
      { lun: 1, source: snapshot('snap-data') },
    ]),
    code: 'InvalidParameter',
    says: 'Duplicated source ids',
  },
  'the OS blob as data disk': {
    profile: os(vhd('win2022'), [{ lun: 0, source: vhd('win2022') }]),
    code: 'InvalidParameter',
    says: 'OSDiskImage and DataDiskImage cannot point to same blob',
  },
  'a data disk over 1 TB': {
    before: makeDisk('huge', { diskSizeGB: 1025, creationData: { createOption: 'Empty' } }),
    profile: os(vhd('win2022'), [{ lun: 0, source: disk('huge') }]),
    code: 'InvalidParameter',
    says: 'cannot be more than 1 TB',
  },
  'a data disk on ultra storage': {
    before: makeDisk('ultra', {
      diskSizeGB: 32,
      sku: { name: 'UltraSSD_LRS' },
      creationData: { createOption: 'Empty' },
    }),
    profile: os(vhd('win2022'), [{ lun: 0, source: disk('ultra') }]),
    code: 'InvalidParameter',
    says: 'UltraSSD',
  },
  'a block blob as data disk': {
    profile: os(vhd('win2022'), [{ lun: 0, source: vhd('block') }]),
    code: 'BadRequest',
    says: 'Only blobs formatted as VHDs',
  },

  'an end of life that is past': {
    profile: { source: image },
    more: { endOfLifeDate: new Date('2020-01-01') },
    code: 'InvalidParameter',
    says: 'EndOfLifeDate must be set to a future date',
  },
  'its own region not among the targets': {
    profile: { source: image },
    more: { targetRegions: [{ name: 'northeurope' }] },
    code: 'InvalidParameter',
    says: 'must contain the location of the image version',
  },
  'more replicas than a shallow version has': {
    profile: { source: image },
    more: { replicationMode: 'Shallow', targetRegions: [{ name: REGION, regionalReplicaCount: 2 }] },
    code: 'InvalidParameter',
    says: 'Shallow',
  },
};

test.each(Object.entries(cases))('%s is refused, and no version is left', (_, asked) => expectRefusal(asked));

test('an OS disk over 2 TB fails while it is copied, unless the version is shallow', async () => {
  const azure = await withSources();
  await define(azure, 'standard', { osState: 'Specialized' });
  const body = { diskSizeGB: 2520, osType: 'Windows', hyperVGeneration: 'V2' };
  await makeDisk('large', { ...body, creationData: { createOption: 'Empty' } })(azure);
  await expect(done(azure, createFrom(azure, os(disk('large'))))).rejects.toThrow('ReplicationJobFailed');
  const failed = await versions(azure).get(GROUP, 'gal', 'image', '1.0.0', { expand: 'ReplicationStatus' });
  expect(failed.replicationStatus?.summary?.[0]?.details).toContain(
    'source resource size 2520 exceeds the max size 2048',
  );
  await done(azure, versions(azure).delete(GROUP, 'gal', 'image', '1.0.0'));
  await done(azure, createFrom(azure, os(disk('large')), { replicationMode: 'Shallow' }));
});

test('a version is made of what it was made of, and is not changed while it goes', async () => {
  const azure = await withSources();
  await define(azure, 'supported');
  const dataDiskImages = [{ lun: 0, source: snapshot('snap-data') }];
  await done(azure, createFrom(azure, os(vhd('win2022'), dataDiskImages)));
  const again = (profile: Profile) => refusal(createFrom(azure, profile));
  expect((await again(os(vhd('golden'), dataDiskImages))).message).toContain('osDiskImage.source.id');
  const more = [...dataDiskImages, { lun: 1, source: disk('disk-data') }];
  expect((await again(os(vhd('win2022'), more))).message).toContain('Adding new Data Disks');
  await done(azure, createFrom(azure, os(vhd('win2022'), dataDiskImages)));
  await versions(azure).delete(GROUP, 'gal', 'image', '1.0.0').submitted();
  expect((await again(os(vhd('win2022'), dataDiskImages))).message).toContain('marked for deletion');
});
