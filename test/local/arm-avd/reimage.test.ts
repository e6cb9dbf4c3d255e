import { afterEach, beforeEach, expect, test } from 'vitest';
import { GROUP, openCloud, refused, type Cloud } from './support/cloud.ts';
import { addImage } from './support/images.ts';

let cloud: Cloud;
beforeEach(async () => {
  cloud = await openCloud();
});
afterEach(async () => {
  await cloud.close();
});

async function giveModel(version: string, traits?: Parameters<typeof addImage>[2]): Promise<string> {
  const id = addImage(cloud, version, traits);
  const patched = cloud.compute.virtualMachineScaleSets.update(GROUP, 'vmss-production', {
    virtualMachineProfile: { storageProfile: { imageReference: { id } } },
  });
  await patched.submitted();
  await cloud.pass(1);
  return id;
}

function reimage(...instanceIds: string[]) {
  const vmScaleSetReimageInput = instanceIds.length > 0 ? { instanceIds } : {};
  return cloud.compute.virtualMachineScaleSets.reimage(GROUP, 'vmss-production', { vmScaleSetReimageInput });
}

const disk = async (id: string) =>
  (await cloud.instance('vmss-production', id)).storageProfile?.osDisk?.managedDisk?.id;

test('A reimage takes minutes and ends with the model on a new OS disk; the machine stays the same.', async () => {
  const id = await giveModel('1.0.0');
  const before = await cloud.instance('vmss-production', '1');
  const oldDisk = await disk('1');
  const poller = reimage('1');
  await poller.submitted();
  await cloud.pass(1);
  const during = await cloud.instance('vmss-production', '1');
  expect(during).toMatchObject({ provisioningState: 'Updating', latestModelApplied: false });
  expect(during.instanceView?.vmAgent?.statuses?.[0]?.displayStatus).toBe('Not Ready');
  expect(await disk('1')).toBe(oldDisk);

  await cloud.pass(8);
  await poller.poll();
  expect(poller.isDone).toBe(true);
  const after = await cloud.instance('vmss-production', '1');
  expect(after).toMatchObject({
    provisioningState: 'Succeeded',
    latestModelApplied: true,
    storageProfile: { imageReference: { id, exactVersion: '1.0.0' } },
    osProfile: { computerName: 'avdprod-000001' },
  });
  expect(await disk('1')).not.toBe(oldDisk);
  expect(after.vmId, 'a reimaged Uniform instance keeps its vmId').toBe(before.vmId);
  expect(await disk('0')).toContain('vmss-production_0_OsDisk');
  expect((await cloud.truth('hp-production')).hosts.map(({ reimages }) => reimages)).toEqual([0, 1, 0]);
});

test('An instance takes one operation at a time, other instances go on.', async () => {
  await giveModel('1.0.0');
  await reimage('1').submitted();
  await expect(reimage('1').submitted()).rejects.toEqual(refused(409, 'Conflict', /concurrent request/));
  await expect(reimage('0', '1').submitted()).rejects.toEqual(refused(409, 'Conflict'));
  const restart = cloud.compute.virtualMachineScaleSetVMs.restart(GROUP, 'vmss-production', '1');
  await expect(restart.submitted()).rejects.toEqual(refused(409, 'Conflict'));
  await reimage('0').submitted();
  await cloud.pass(10);
  expect((await cloud.truth('hp-production')).hosts.map(({ reimages }) => reimages)).toEqual([1, 1, 0]);
});

test('A reimage that names no instance takes them all, and an unknown one takes none.', async () => {
  await giveModel('1.0.0');
  await expect(reimage('0', '77').submitted()).rejects.toEqual(
    refused(400, 'InvalidParameter', /instanceId 77 is not an active/),
  );
  await reimage().submitted();
  await cloud.pass(10);
  expect((await cloud.truth('hp-production')).hosts.map(({ reimages }) => reimages)).toEqual([1, 1, 1]);
});

test('A single instance is reimaged under its own path too.', async () => {
  await giveModel('1.0.0');
  const before = await disk('3');
  await cloud.compute.virtualMachineScaleSetVMs.reimage(GROUP, 'vmss-production', '3').submitted();
  await cloud.pass(10);
  expect(await disk('3')).not.toBe(before);
});

test('An image that was captured without sysprep never boots: the reimage times out and the instance has failed.', async () => {
  await giveModel('1.0.0', { boots: false });
  const poller = reimage('1');
  await poller.submitted();
  await cloud.pass(15);
  expect((await cloud.instance('vmss-production', '1')).provisioningState).toBe('Updating');
  await cloud.pass(30);
  await expect(poller.poll()).rejects.toThrow(/OSProvisioningTimedOut/);
  const instance = await cloud.instance('vmss-production', '1');
  expect(instance.provisioningState).toBe('Failed');
  expect(instance.instanceView?.statuses?.[0]?.code).toBe('ProvisioningState/failed/OSProvisioningTimedOut');
  await cloud.pass(60);
  expect(
    (await cloud.instance('vmss-production', '1')).instanceView?.vmAgent?.statuses?.[0]?.displayStatus,
  ).toBe('Not Ready');
});

test('A failed instance comes back with a reimage to an image that boots.', async () => {
  await giveModel('1.0.0', { boots: false });
  await reimage('1').submitted();
  await cloud.pass(45);
  await giveModel('1.0.1');
  await reimage('1').submitted();
  await cloud.pass(12);
  const instance = await cloud.instance('vmss-production', '1');
  expect(instance).toMatchObject({ provisioningState: 'Succeeded', latestModelApplied: true });
  expect(instance.instanceView?.vmAgent?.statuses?.[0]?.displayStatus).toBe('Ready');
});

test('A model that changes during a reimage leaves the instance on the older one, and says so.', async () => {
  await giveModel('1.0.0');
  await reimage('1').submitted();
  await giveModel('1.0.1');
  await cloud.pass(10);
  expect(await cloud.instance('vmss-production', '1')).toMatchObject({
    latestModelApplied: false,
    storageProfile: { imageReference: { exactVersion: '1.0.0' } },
  });
});

test('An operation that Azure gives up on leaves the old disk; some instances of many can fail alone.', async () => {
  await giveModel('1.0.0');
  const before = await disk('1');
  cloud.arm.world.faults.add({
    fault: 'fail-operation',
    method: 'POST',
    path: '/reimage',
    times: 1,
    code: 'AllocationFailed',
  });
  const failing = reimage('1');
  await failing.submitted();
  await cloud.pass(10);
  await expect(failing.poll()).rejects.toThrow(/AllocationFailed/);
  expect(await disk('1')).toBe(before);
  expect((await cloud.instance('vmss-production', '1')).provisioningState).toBe('Failed');

  cloud.arm.world.faults.add({
    fault: 'partial',
    method: 'POST',
    path: '/reimage',
    times: 1,
    instanceIds: ['3'],
  });
  const partly = reimage('0', '3');
  await partly.submitted();
  await cloud.pass(10);
  await expect(partly.poll()).rejects.toThrow();
  expect((await cloud.truth('hp-production')).hosts.map(({ reimages }) => reimages)).toEqual([1, 0, 0]);
});

test('Where Azure restores the instance’s own image, only manualupgrade brings the model.', async () => {
  await cloud.local('POST', '/local/scale-sets', { reimageApplies: 'instance' });
  await giveModel('1.0.0');
  await reimage('1').submitted();
  await cloud.pass(10);
  expect(await cloud.instance('vmss-production', '1')).toMatchObject({
    latestModelApplied: false,
    storageProfile: { imageReference: { exactVersion: '0.9.0' } },
  });
  const upgrade = cloud.compute.virtualMachineScaleSets.updateInstances(GROUP, 'vmss-production', {
    instanceIds: ['1'],
  });
  await upgrade.submitted();
  await cloud.pass(10);
  expect(await cloud.instance('vmss-production', '1')).toMatchObject({
    latestModelApplied: true,
    storageProfile: { imageReference: { exactVersion: '1.0.0' } },
  });
  expect((await cloud.truth('hp-production')).hosts.map(({ reimages }) => reimages)).toEqual([0, 2, 0]);
});

test('Deallocated instances stay down until started; deleted ones are gone from the set.', async () => {
  const { virtualMachineScaleSets: sets } = cloud.compute;
  await sets.deallocate(GROUP, 'vmss-production', { vmInstanceIDs: { instanceIds: ['1'] } }).submitted();
  await cloud.pass(3);
  expect((await cloud.instance('vmss-production', '1')).instanceView?.statuses?.[1]?.code).toBe(
    'PowerState/deallocated',
  );
  await sets.start(GROUP, 'vmss-production', { vmInstanceIDs: { instanceIds: ['1'] } }).submitted();
  await cloud.pass(5);
  expect((await cloud.instance('vmss-production', '1')).instanceView).toMatchObject({
    statuses: [{}, { code: 'PowerState/running' }],
    vmAgent: { statuses: [{ displayStatus: 'Ready' }] },
  });
  await sets.deleteInstances(GROUP, 'vmss-production', { instanceIds: ['1'] }).submitted();
  await cloud.pass(4);
  await expect(cloud.instance('vmss-production', '1')).rejects.toEqual(refused(404));
  expect((await sets.get(GROUP, 'vmss-production')).sku?.capacity).toBe(2);
});
