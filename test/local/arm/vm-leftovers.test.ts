import { expect, test } from 'vitest';
import { computeId, done, GROUP, left, refusal, startAzure, type Azure } from './azure.ts';
import { runningVm, startScript, vmBody } from './bench.ts';

const create = (azure: Azure, body = vmBody(), name = 'bench') =>
  azure.compute.virtualMachines.createOrUpdate(GROUP, name, body);

test('deleting takes along what was made to go with the VM', async () => {
  const azure = await startAzure();
  await runningVm(azure, 'bench');
  await startScript(azure, 'bench', 'step', 'Write-Output 1');
  await done(azure, azure.compute.virtualMachines.delete(GROUP, 'bench'));
  expect(left(azure)).toEqual([]);
  expect(
    (await azure.ask('DELETE', `${computeId('virtualMachines/bench')}?api-version=2026-04-01`)).status,
  ).toBe(204);
});

test('by default disk and NIC stay behind, bar the way, and can be cleaned away', async () => {
  const azure = await startAzure();
  const body = vmBody({ takeAlong: false });
  const osDisk = { ...body.storageProfile?.osDisk, createOption: 'FromImage', name: 'bench-os' };
  const named = { ...body, storageProfile: { ...body.storageProfile, osDisk } };
  const vm = await done(azure, create(azure, named));
  const nic = `${vm?.networkProfile?.networkInterfaces?.[0]?.id}?api-version=2022-11-01`;
  expect((await azure.ask('DELETE', nic)).body.error.code).toBe('NicInUse');
  expect(await refusal(azure.compute.disks.delete(GROUP, 'bench-os'))).toMatchObject({
    code: 'OperationNotAllowed',
  });
  await done(azure, azure.compute.virtualMachines.delete(GROUP, 'bench'));
  expect(left(azure)).toEqual(['Microsoft.Compute/disks', 'Microsoft.Network/networkInterfaces']);
  expect(await azure.compute.disks.get(GROUP, 'bench-os')).toMatchObject({ diskState: 'Unattached' });
  expect(await refusal(create(azure, named))).toMatchObject({
    statusCode: 409,
    code: 'ConflictingUserInput',
  });
  await done(azure, azure.compute.disks.delete(GROUP, 'bench-os'));
  azure.pass(180);
  expect((await azure.ask('DELETE', nic)).status).toBe(202);
  azure.pass(60);
  expect(left(azure)).toEqual([]);
});

test('a NIC is kept for its VM three minutes longer', async () => {
  const azure = await startAzure();
  const vm = await done(azure, create(azure, vmBody({ takeAlong: false })));
  await done(azure, azure.compute.virtualMachines.delete(GROUP, 'bench', { forceDeletion: true }));
  const nic = `${vm?.networkProfile?.networkInterfaces?.[0]?.id}?api-version=2022-11-01`;
  expect((await azure.ask('DELETE', nic)).body.error.code).toBe('NicReservedForAnotherVm');
  azure.pass(180);
  expect((await azure.ask('DELETE', nic)).status).toBe(202);
});

test('a create that fails leaves a failed VM that can be deleted with all it had', async () => {
  const azure = await startAzure();
  azure.arm.world.faults.add({
    method: 'PUT',
    path: 'virtualMachines',
    fault: 'fail-operation',
    code: 'AllocationFailed',
  });
  await expect(done(azure, create(azure))).rejects.toThrow('AllocationFailed');
  expect((await azure.compute.virtualMachines.get(GROUP, 'bench')).provisioningState).toBe('Failed');
  azure.arm.world.faults.clear();
  await done(azure, azure.compute.virtualMachines.delete(GROUP, 'bench', { forceDeletion: true }));
  expect(left(azure)).toEqual([]);
});

test('a forced deletion takes the place of what runs, even of what is stuck', async () => {
  const azure = await startAzure();
  azure.arm.world.faults.add({ method: 'PUT', path: 'virtualMachines', fault: 'stick-operation' });
  await create(azure).submitted();
  azure.pass(86_400);
  const remove = (forceDeletion: boolean) =>
    azure.compute.virtualMachines.delete(GROUP, 'bench', { forceDeletion });
  expect(await refusal(remove(false))).toMatchObject({ statusCode: 409, code: 'Conflict' });
  await done(azure, remove(true));
  expect(left(azure)).toEqual([]);
  expect(azure.arm.world.operations.all()[0]?.error?.code).toBe('OperationPreempted');
});
