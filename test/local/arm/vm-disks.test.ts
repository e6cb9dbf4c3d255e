import type { VirtualMachine } from '@azure/arm-compute';
import { expect, test } from 'vitest';
import { computeId, done, GROUP, left, refusal, startAzure, type Azure } from './azure.ts';
import { generalizedVm, startScript, scriptView, vmBody } from './bench.ts';
import { disk, onDisk, snapshot, sourceVersion, unprovisioned } from './sources.ts';

const create = (azure: Azure, body: VirtualMachine, name = 'made') =>
  azure.compute.virtualMachines.createOrUpdate(GROUP, name, body);
const remove = (azure: Azure, name = 'made') =>
  done(azure, azure.compute.virtualMachines.delete(GROUP, name));
const agentOf = async (azure: Azure, name = 'made') => {
  azure.pass(120);
  const view = await azure.compute.virtualMachines.instanceView(GROUP, name);
  return view.vmAgent?.statuses?.[0]?.displayStatus;
};

test('a VM takes a specialized disk over and boots what is on it', async () => {
  const azure = await startAzure({ sources: true });
  const vm = await done(azure, create(azure, onDisk('disk-os-specialized')));
  expect(vm?.storageProfile?.osDisk).toMatchObject({ createOption: 'Attach', name: 'disk-os-specialized' });
  expect(vm?.storageProfile?.imageReference).toBeUndefined();
  expect(await azure.compute.disks.get(GROUP, 'disk-os-specialized')).toMatchObject({
    diskState: 'Attached',
    managedBy: computeId('virtualMachines/made'),
  });
  expect(await agentOf(azure)).toBe('Ready');
  await remove(azure);
  expect(await refusal(azure.compute.disks.get(GROUP, 'disk-os-specialized'))).toMatchObject({
    statusCode: 404,
  });
});

test('a sysprepped disk that nobody provisions has no agent that reports', async () => {
  const azure = await startAzure({ sources: true });
  await done(azure, create(azure, onDisk('disk-os-generalized')));
  expect(await agentOf(azure)).toBe('Not Ready');
});

test('what a machine did to its disk is on the disk when the machine is gone, and on copies of it', async () => {
  const azure = await startAzure();
  await generalizedVm(azure, 'bench', { securityType: 'Standard', takeAlong: false });
  const { name = '' } =
    (await azure.compute.virtualMachines.get(GROUP, 'bench')).storageProfile?.osDisk ?? {};
  const copy = { creationData: { createOption: 'Copy', sourceResourceId: computeId(`disks/${name}`) } };
  await done(azure, azure.compute.disks.createOrUpdate(GROUP, 'before', { location: 'westeurope', ...copy }));
  await remove(azure, 'bench');
  await done(azure, azure.compute.disks.createOrUpdate(GROUP, 'after', { location: 'westeurope', ...copy }));
  for (const one of [name, 'before', 'after']) {
    await done(azure, create(azure, onDisk(one, 'Standard'), `vm-${one.slice(0, 6)}`));
    expect(await agentOf(azure, `vm-${one.slice(0, 6)}`)).toBe('Not Ready'); // sealed, each of them
  }
});

test('a specialized version is deployed without a profile, and scripts run in it', async () => {
  const azure = await startAzure({ sources: true });
  const body = unprovisioned({
    imageReference: sourceVersion('golden-win11'),
    osDisk: { createOption: 'FromImage', deleteOption: 'Delete' },
  });
  expect((await refusal(create(azure, { ...body, osProfile: { computerName: 'x' } }))).message).toContain(
    "Parameter 'osProfile' is not allowed",
  );
  await done(azure, create(azure, body));
  expect(await agentOf(azure)).toBe('Ready');
  await startScript(azure, 'made', 'step', "Write-Output 'hello'");
  azure.pass(120);
  expect((await scriptView(azure, 'made', 'step'))?.executionState).toBe('Succeeded');
});

test('data disks are taken over, made empty, or made from the image, each at a LUN of its own', async () => {
  const azure = await startAzure({ sources: true });
  const body = vmBody({ image: sourceVersion('parent-with-data') });
  const dataDisks = [
    { lun: 0, createOption: 'FromImage', deleteOption: 'Delete' as const },
    { lun: 2, createOption: 'Attach', managedDisk: disk('disk-data'), deleteOption: 'Detach' as const },
    { lun: 3, createOption: 'Empty', diskSizeGB: 8, deleteOption: 'Delete' as const },
  ];
  const vm = await done(
    azure,
    create(azure, { ...body, storageProfile: { ...body.storageProfile, dataDisks } }),
  );
  expect(vm?.storageProfile?.dataDisks?.map(({ lun, diskSizeGB }) => [lun, diskSizeGB])).toEqual([
    [0, 64],
    [2, 32],
    [3, 8],
    [1, 32], // the image's other disk, of which nobody spoke
  ]);
  const before = left(azure).length;
  await remove(azure);
  const disks = [];
  for await (const { name, diskState } of azure.compute.disks.listByResourceGroup(GROUP))
    disks.push([name, diskState]);
  expect(disks).toContainEqual(['disk-data', 'Unattached']);
  expect(disks.filter(([name]) => name?.startsWith('made_'))).toHaveLength(1); // LUN 1
  expect(left(azure).length).toBe(before - 5); // the VM, its OS disk, two data disks and its interface
});

const onGolden = (changes: object): VirtualMachine => {
  const body = onDisk('disk-os-specialized');
  return { ...body, storageProfile: { ...body.storageProfile, ...changes } };
};
const osDisk = (changes: object) =>
  onGolden({ osDisk: { ...onDisk('disk-os-specialized').storageProfile?.osDisk, ...changes } });
const data = (...dataDisks: object[]) => onGolden({ dataDisks });
const empty = { createOption: 'Empty', diskSizeGB: 8 };

test.each<[string, VirtualMachine, string, string]>([
  [
    'an image as well',
    onGolden({ imageReference: sourceVersion('parent-win11') }),
    'InvalidParameter',
    'imageReference',
  ],
  [
    'a user',
    { ...onGolden({}), osProfile: { computerName: 'a' } },
    'InvalidParameter',
    "'osProfile' is not allowed",
  ],
  ['no system', osDisk({ osType: undefined }), 'InvalidParameter', 'osDisk.osType'],
  ['another system', osDisk({ osType: 'Linux' }), 'InvalidParameter', 'osDisk.osType'],
  ['no disk', osDisk({ managedDisk: {} }), 'InvalidParameter', 'managedDisk.id'],
  [
    'a snapshot',
    osDisk({ managedDisk: snapshot('snap-os-specialized') }),
    'InvalidParameter',
    'managed disk',
  ],
  ['a disk that is not there', osDisk({ managedDisk: disk('none') }), 'NotFound', 'is not found'],
  [
    "another's disk",
    osDisk({ managedDisk: disk('vm-golden-os') }),
    'ConflictingUserInput',
    'already owned by VM',
  ],
  ['a data disk', osDisk({ managedDisk: disk('disk-data') }), 'InvalidParameter', 'osType'],
  [
    'plain security',
    { ...onGolden({}), securityProfile: { securityType: 'Standard' } },
    'BadRequest',
    'Security type of VM is not compatible with the security type of attached OS Disk',
  ],
  [
    'a size that boots only generation 1',
    { ...onGolden({}), hardwareProfile: { vmSize: 'Standard_A2_v2' } },
    'BadRequest',
    "cannot boot Hypervisor Generation '2'",
  ],
  ['a data disk without a LUN', data(empty), 'InvalidParameter', 'dataDisk.lun'],
  ['a LUN too high', data({ ...empty, lun: 64 }), 'InvalidParameter', '0 to 63'],
  ['a LUN twice', data({ ...empty, lun: 1 }, { ...empty, lun: 1 }), 'InvalidParameter', 'unique'],
  ['an empty disk without a size', data({ lun: 0, createOption: 'Empty' }), 'InvalidParameter', 'diskSizeGB'],
  [
    "another's data disk",
    data({ lun: 0, createOption: 'Attach', managedDisk: disk('vm-golden-os') }),
    'ConflictingUserInput',
    'already owned',
  ],
  [
    'a data disk from an image that has none',
    data({ lun: 0, createOption: 'FromImage' }),
    'InvalidParameter',
    'no data disk with this LUN',
  ],
  [
    'more data disks than its size takes',
    data(...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((lun) => ({ createOption: 'Empty', diskSizeGB: 8, lun }))),
    'OperationNotAllowed',
    'maximum number of data disks',
  ],
])('a VM on a disk with %s is refused, and takes nothing', async (_, body, code, says) => {
  const azure = await startAzure({ sources: true });
  const before = left(azure);
  const refused = await refusal(create(azure, body));
  expect(refused.message).toContain(says);
  expect(refused.code).toBe(code);
  expect(left(azure)).toEqual(before);
  expect((await azure.compute.disks.get(GROUP, 'disk-os-specialized')).diskState).toBe('Unattached');
});

test('an image in a VM cannot be made smaller', async () => {
  const azure = await startAzure();
  const body = vmBody();
  const storageProfile = {
    ...body.storageProfile,
    osDisk: { createOption: 'FromImage', diskSizeGB: 64 },
  };
  expect((await refusal(create(azure, { ...body, storageProfile }))).message).toContain(
    'is smaller than the size of the corresponding disk in the VM image: 127 GB',
  );
});

test('a creation that breaks off leaves disks and an interface that nobody owns', async () => {
  const azure = await startAzure();
  azure.arm.world.faults.add({ method: 'PUT', path: 'virtualMachines', fault: 'leave-parts' });
  expect((await refusal(create(azure, vmBody()))).code).toBe('AllocationFailed');
  expect(left(azure)).toEqual(
    ['Microsoft.Network/networkInterfaces', 'Microsoft.Compute/disks'].toReversed(),
  );
});

test('an interface keeps the tags of its configuration; implicit disks have none', async () => {
  const azure = await startAzure();
  const body = vmBody();
  const [nic] = body.networkProfile?.networkInterfaceConfigurations ?? [];
  const networkInterfaceConfigurations = [{ ...nic, name: 'nic', tags: { purpose: 'bench' } }];
  const networkProfile = { ...body.networkProfile, networkInterfaceConfigurations };
  await done(azure, create(azure, { ...body, tags: { purpose: 'bench' }, networkProfile }));
  const { resources } = azure.arm.world;
  expect(resources.list({ type: 'Microsoft.Network/networkInterfaces' })[0]?.tags).toEqual({
    purpose: 'bench',
  });
  expect(resources.list({ type: 'Microsoft.Compute/disks' })[0]?.tags).toBeUndefined();
});
