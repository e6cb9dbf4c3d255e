import type { Image } from '@azure/arm-compute';
import { expect, test } from 'vitest';
import { computeId, done, GROUP, REGION, refusal, startAzure, type Azure } from './azure.ts';
import { BENCH, generalizedVm, runningVm, vmBody } from './bench.ts';
import { blobUri, disk, snapshot } from './sources.ts';

const make = (azure: Azure, body: Partial<Image>) =>
  azure.compute.images.createOrUpdate(GROUP, 'image', { location: REGION, ...body });
const fromVm = { sourceVirtualMachine: { id: BENCH } };
const image = { id: computeId('images/image') };

test('a plain VM becomes an image, and machines of the image come up as plain VMs only', async () => {
  const azure = await startAzure();
  await generalizedVm(azure, 'bench', { securityType: 'Standard' });
  expect(await done(azure, make(azure, fromVm))).toMatchObject({
    provisioningState: 'Succeeded',
    hyperVGeneration: 'V2',
    storageProfile: { osDisk: { osType: 'Windows', osState: 'Generalized', diskSizeGB: 127 } },
  });
  const vm = (securityType: 'Standard' | 'TrustedLaunch', location = REGION) =>
    azure.compute.virtualMachines.createOrUpdate(GROUP, 'made', {
      ...vmBody({ image, securityType }),
      location,
    });
  expect((await refusal(vm('TrustedLaunch'))).message).toContain(
    'Use of TrustedLaunch setting is not supported',
  );
  expect((await refusal(vm('Standard', 'northeurope'))).message).toContain("in region 'westeurope'");
  await done(azure, vm('Standard'));
  await done(azure, azure.compute.images.delete(GROUP, 'image'));
  expect(await refusal(azure.compute.images.get(GROUP, 'image'))).toMatchObject({ statusCode: 404 });
});

test('a VHD and data disks become an image, and its machines get the data disks', async () => {
  const azure = await startAzure({ sources: true });
  const osDisk = { osType: 'Windows', osState: 'Generalized', blobUri: blobUri('win2022') } as const;
  const dataDisks = [
    { lun: 1, snapshot: snapshot('snap-data') },
    { lun: 2, managedDisk: disk('disk-data') },
  ];
  await done(azure, make(azure, { hyperVGeneration: 'V2', storageProfile: { osDisk, dataDisks } }));
  const body = vmBody({ image, securityType: 'Standard' });
  const vm = await done(azure, azure.compute.virtualMachines.createOrUpdate(GROUP, 'made', body));
  expect(vm?.storageProfile?.dataDisks?.map(({ lun, diskSizeGB }) => [lun, diskSizeGB])).toEqual([
    [1, 64],
    [2, 32],
  ]);
});

test('an image of a generation 2 system that is called generation 1 makes nothing that comes up', async () => {
  const azure = await startAzure({ sources: true });
  const osDisk = { osType: 'Windows', osState: 'Generalized', blobUri: blobUri('win2022') } as const;
  await done(azure, make(azure, { storageProfile: { osDisk } }));
  const body = vmBody({ image, securityType: 'Standard' });
  const vm = azure.compute.virtualMachines.createOrUpdate(GROUP, 'made', body);
  await expect(done(azure, vm)).rejects.toThrow('OSProvisioningTimedOut');
});

test('a Trusted Launch VM, a running one and one that is not generalized make no image', async () => {
  const azure = await startAzure({ sources: true });
  const golden = { sourceVirtualMachine: { id: computeId('virtualMachines/vm-generalized') } };
  expect(await refusal(make(azure, golden))).toMatchObject({
    statusCode: 409,
    code: 'OperationNotAllowed',
    message:
      'Creation of managed images are not supported for virtual machine with TrustedLaunch security type.',
  });
  await runningVm(azure, 'bench', { securityType: 'Standard' });
  expect((await refusal(make(azure, fromVm))).message).toContain('must be deallocated and generalized');
});

const windows = { osType: 'Windows', osState: 'Generalized' } as const;

test.each<[string, Partial<Image>, string, string]>([
  ['nothing to be made of', {}, 'InvalidParameter', 'a source virtual machine or an OS disk'],
  [
    'a VM and a disk',
    { ...fromVm, storageProfile: { osDisk: { ...windows, blobUri: blobUri('win2022') } } },
    'InvalidParameter',
    'not both',
  ],
  [
    'a specialized disk',
    { storageProfile: { osDisk: { ...windows, osState: 'Specialized', blobUri: blobUri('golden') } } },
    'InvalidParameter',
    'generalized disks',
  ],
  [
    'two sources of one disk',
    {
      storageProfile: {
        osDisk: { ...windows, blobUri: blobUri('win2022'), snapshot: snapshot('snap-data') },
      },
    },
    'InvalidParameter',
    'Exactly one of',
  ],
  [
    'a Trusted Launch disk',
    {
      hyperVGeneration: 'V2',
      storageProfile: { osDisk: { ...windows, managedDisk: disk('disk-os-generalized') } },
    },
    'OperationNotAllowed',
    'TrustedLaunch',
  ],
  [
    'a block blob',
    { storageProfile: { osDisk: { ...windows, blobUri: blobUri('block') } } },
    'BadRequest',
    'Only blobs formatted as VHDs',
  ],
  [
    'a LUN twice',
    {
      storageProfile: {
        osDisk: { ...windows, blobUri: blobUri('win2022') },
        dataDisks: [
          { lun: 1, snapshot: snapshot('snap-data') },
          { lun: 1, managedDisk: disk('disk-data') },
        ],
      },
    },
    'InvalidParameter',
    'unique',
  ],
  [
    'a snapshot that is not there',
    { storageProfile: { osDisk: { ...windows, snapshot: snapshot('none') } } },
    'NotFound',
    'was not found',
  ],
])('an image with %s is refused', async (_, body, code, says) => {
  const azure = await startAzure({ sources: true });
  const refused = await refusal(make(azure, body));
  expect(refused.code).toBe(code);
  expect(refused.message).toContain(says);
});
