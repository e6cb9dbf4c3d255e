import type { Disk, Snapshot } from '@azure/arm-compute';
import { expect, test } from 'vitest';
import { computeId, done, GROUP, REGION, refusal, startAzure, type Azure } from './azure.ts';
import { ACCOUNT, blobUri } from './sources.ts';

const id = (path: string) => computeId(path);
const makeDisk = (azure: Azure, name: string, body: Partial<Disk>) =>
  azure.compute.disks.createOrUpdate(GROUP, name, { location: REGION, ...body });
const makeSnapshot = (azure: Azure, name: string, body: Partial<Snapshot>) =>
  azure.compute.snapshots.createOrUpdate(GROUP, name, { location: REGION, ...body });
const copyOf = (path: string) => ({
  creationData: { createOption: 'Copy', sourceResourceId: computeId(path) },
});
const imported = (name: string) => ({
  creationData: { createOption: 'Import', sourceUri: blobUri(name), storageAccountId: ACCOUNT },
});

test('a disk takes its time: it is Updating until it is Succeeded', async () => {
  const azure = await startAzure();
  const body = { diskSizeGB: 16, creationData: { createOption: 'Empty' }, tags: { purpose: 'test' } };
  const making = makeDisk(azure, 'empty', body);
  await making.submitted();
  expect((await azure.compute.disks.get(GROUP, 'empty')).provisioningState).toBe('Updating');
  await done(azure, making);
  expect(await azure.compute.disks.get(GROUP, 'empty')).toMatchObject({
    provisioningState: 'Succeeded',
    diskState: 'Unattached',
    diskSizeGB: 16,
    tags: { purpose: 'test' },
    sku: { name: 'Standard_LRS' },
  });
});

test('a copy has from its source the system, its generation and its security, and its size at least', async () => {
  const azure = await startAzure({ sources: true });
  const made = await done(azure, makeDisk(azure, 'copy', copyOf('snapshots/snap-os-specialized')));
  expect(made).toMatchObject({
    osType: 'Windows',
    hyperVGeneration: 'V2',
    securityProfile: { securityType: 'TrustedLaunch' },
    diskSizeGB: 127,
  });
  const larger = await done(
    azure,
    makeDisk(azure, 'larger', { ...copyOf('disks/disk-data'), diskSizeGB: 64 }),
  );
  expect(larger?.diskSizeGB).toBe(64);
  expect(larger?.osType).toBeUndefined();
});

test('seed of a version: a VHD becomes a disk, and the disk a snapshot', async () => {
  const azure = await startAzure({ sources: true });
  const body = { ...imported('golden'), osType: 'Windows', hyperVGeneration: 'V2' } as const;
  const disk = await done(
    azure,
    makeDisk(azure, 'from-vhd', { ...body, securityProfile: { securityType: 'TrustedLaunch' } }),
  );
  expect(disk).toMatchObject({ diskSizeGB: 127, securityProfile: { securityType: 'TrustedLaunch' } });
  const snap = await done(
    azure,
    makeSnapshot(azure, 'snap', { ...copyOf('disks/from-vhd'), incremental: true }),
  );
  expect(snap).toMatchObject({ osType: 'Windows', hyperVGeneration: 'V2', incremental: true });
  const names = [];
  for await (const { name } of azure.compute.snapshots.listByResourceGroup(GROUP)) names.push(name);
  expect(names).toEqual(['snap-os-specialized', 'snap-os-generalized', 'snap-data', 'snap']);
});

test('a snapshot is taken of a running machine, and a copy only by way of it', async () => {
  const azure = await startAzure({ sources: true });
  const refused = await refusal(makeDisk(azure, 'copy', copyOf('disks/vm-golden-os')));
  expect(refused).toMatchObject({ statusCode: 409, code: 'Conflict' });
  expect(refused.message).toContain('currently attached to running VM');
  await done(azure, makeSnapshot(azure, 'snap', copyOf('disks/vm-golden-os')));
  await done(azure, makeDisk(azure, 'copy', copyOf('snapshots/snap')));
});

test('what is copied from stays, what is attached stays, and what is not there is gone already', async () => {
  const azure = await startAzure({ sources: true });
  const { disks, snapshots } = azure.compute;
  const making = makeDisk(azure, 'copy', copyOf('snapshots/snap-data'));
  await making.submitted();
  expect((await refusal(snapshots.delete(GROUP, 'snap-data'))).message).toContain('is being created from it');
  expect((await refusal(disks.delete(GROUP, 'copy'))).code).toBe('Conflict');
  await done(azure, making);
  await done(azure, snapshots.delete(GROUP, 'snap-data'));
  await done(azure, disks.delete(GROUP, 'copy'));
  await done(azure, disks.delete(GROUP, 'copy'));
  expect((await refusal(disks.delete(GROUP, 'vm-golden-os'))).message).toContain('is attached to VM');
});

test('two copies of one snapshot do not disturb each other', async () => {
  const azure = await startAzure({ sources: true });
  const [one, other] = ['one', 'other'].map((name) =>
    makeDisk(azure, name, copyOf('snapshots/snap-os-specialized')),
  );
  await one?.submitted();
  await other?.submitted();
});

test('a disk grows and is tagged, but starts from what it started from', async () => {
  const azure = await startAzure({ sources: true });
  await done(azure, makeDisk(azure, 'mine', copyOf('snapshots/snap-data')));
  await done(azure, makeDisk(azure, 'mine', { ...copyOf('snapshots/snap-data'), diskSizeGB: 100 }));
  await done(azure, azure.compute.disks.update(GROUP, 'mine', { tags: { a: 'b' }, diskSizeGB: 128 }));
  const now = await azure.compute.disks.get(GROUP, 'mine');
  expect([now.diskSizeGB, now.tags]).toEqual([128, { a: 'b' }]);
  expect((await refusal(azure.compute.disks.update(GROUP, 'mine', { diskSizeGB: 64 }))).message).toContain(
    'cannot be resized down',
  );
  expect(await refusal(makeDisk(azure, 'mine', copyOf('disks/disk-data')))).toMatchObject({
    statusCode: 409,
    code: 'PropertyChangeNotAllowed',
  });
});

const os = { osType: 'Windows', hyperVGeneration: 'V2' } as const;

test.each<[string, Partial<Disk>, string, string]>([
  ['nothing to start from', {}, 'InvalidParameter', 'creationData'],
  ['an unknown option', { creationData: { createOption: 'Upload' } }, 'InvalidParameter', 'createOption'],
  ['no size', { creationData: { createOption: 'Empty' } }, 'InvalidParameter', 'diskSizeGB'],
  [
    'a size of nothing',
    { diskSizeGB: 0, creationData: { createOption: 'Empty' } },
    'InvalidParameter',
    'out of range',
  ],
  [
    'more than an OS disk may have',
    { ...os, diskSizeGB: 4096, creationData: { createOption: 'Empty' } },
    'InvalidParameter',
    "'4095'",
  ],
  [
    'an unknown sku',
    { sku: { name: 'Gold' }, diskSizeGB: 1, creationData: { createOption: 'Empty' } },
    'InvalidParameter',
    'sku',
  ],
  ['no source', { creationData: { createOption: 'Copy' } }, 'InvalidParameter', 'sourceResourceId'],
  ['a source that is no disk', copyOf('images/img-win2022'), 'InvalidParameter', 'sourceResourceId'],
  ['a source that is not there', copyOf('snapshots/none'), 'NotFound', 'none is not found'],
  ['a size below its source', { ...copyOf('snapshots/snap-data'), diskSizeGB: 32 }, 'BadRequest', '64 GB'],
  [
    'another system than its source',
    { ...copyOf('snapshots/snap-os-specialized'), osType: 'Linux' },
    'InvalidParameter',
    'osType',
  ],
  [
    'a security type of its own on a copy',
    { ...copyOf('snapshots/snap-os-specialized'), ...os, securityProfile: { securityType: 'TrustedLaunch' } },
    'BadRequest',
    "is not supported for CreateOption 'Copy'",
  ],
  [
    'Trusted Launch on generation 1',
    {
      ...imported('win2022'),
      osType: 'Windows',
      hyperVGeneration: 'V1',
      securityProfile: { securityType: 'TrustedLaunch' },
    },
    'BadRequest',
    "Hypervisor generation 'V2'",
  ],
  [
    'no storage account',
    { creationData: { createOption: 'Import', sourceUri: blobUri('win2022') } },
    'InvalidParameter',
    "Required parameter 'storageAccountId' is missing (null).",
  ],
  [
    'no blob',
    { creationData: { createOption: 'Import', storageAccountId: ACCOUNT } },
    'InvalidParameter',
    'sourceUri',
  ],
  ['a block blob', imported('block'), 'BadRequest', 'Only blobs formatted as VHDs can be imported.'],
  ['a blob that is not there', imported('none'), 'BlobNotFound', 'does not exist'],
  [
    'another region than its source',
    { ...copyOf('snapshots/snap-data'), location: 'northeurope' },
    'BadRequest',
    "in region 'westeurope'",
  ],
])('a disk with %s is refused, and nothing is left', async (_, body, code, says) => {
  const azure = await startAzure({ sources: true });
  const refused = await refusal(makeDisk(azure, 'mine', body));
  expect(refused.code).toBe(code);
  expect(refused.message).toContain(says);
  expect(azure.arm.world.resources.find(id('disks/mine'))).toBeUndefined();
});

test.each(['-mine', 'mine-', 'a b', 'x'.repeat(81)])('%s is no name of a disk', async (name) => {
  const azure = await startAzure();
  const refused = await refusal(
    makeDisk(azure, encodeURIComponent(name), { diskSizeGB: 1, creationData: { createOption: 'Empty' } }),
  );
  expect(refused.message).toContain('invalid according to its validation rule');
});

test('a snapshot is made of nothing else than a disk, a snapshot or a VHD', async () => {
  const azure = await startAzure({ sources: true });
  const refused = await refusal(makeSnapshot(azure, 'snap', { creationData: { createOption: 'Empty' } }));
  expect(refused.code).toBe('InvalidParameter');
  const premium = { ...copyOf('disks/disk-data'), incremental: true, sku: { name: 'Premium_LRS' } };
  expect((await refusal(makeSnapshot(azure, 'snap', premium))).message).toContain('Incremental');
});
