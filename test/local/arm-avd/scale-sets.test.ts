import { afterEach, beforeEach, expect, test } from 'vitest';
import { SUBSCRIPTION } from '../../../infra/local/arm/fleet.ts';
import { GROUP, legacy, openCloud, refused, type Cloud } from './support/cloud.ts';
import { addImage } from './support/images.ts';

let cloud: Cloud;
beforeEach(async () => {
  cloud = await openCloud();
});
afterEach(async () => {
  await cloud.close();
});

const setImage = async (id: string, scaleSet = 'vmss-test') => {
  const patched = cloud.compute.virtualMachineScaleSets.update(GROUP, scaleSet, {
    virtualMachineProfile: { storageProfile: { imageReference: { id } } },
  });
  await patched.submitted();
  return { patched }; // a poller that an async function returns would be polled to its end
};

test('A scale set shows its model and its instances by their own names and ids.', async () => {
  const scaleSet = await cloud.compute.virtualMachineScaleSets.get(GROUP, 'vmss-production');
  expect(scaleSet).toMatchObject({
    orchestrationMode: 'Uniform',
    provisioningState: 'Succeeded',
    sku: { capacity: 3 },
    virtualMachineProfile: {
      storageProfile: { imageReference: { id: legacy } },
      securityProfile: { securityType: 'TrustedLaunch' },
    },
  });
  const instances = await Array.fromAsync(
    cloud.compute.virtualMachineScaleSetVMs.list(GROUP, 'vmss-production', { expand: 'instanceView' }),
  );
  expect(instances.map(({ name, instanceId }) => [name, instanceId])).toEqual([
    ['vmss-production_0', '0'],
    ['vmss-production_1', '1'],
    ['vmss-production_3', '3'],
  ]);
  expect(instances[2]).toMatchObject({
    latestModelApplied: true,
    osProfile: { computerName: 'avdprod-000003' },
    instanceView: { vmAgent: { statuses: [{ displayStatus: 'Ready' }] } },
  });
});

test('A changed image reaches the model at once and the instances not at all.', async () => {
  const image = addImage(cloud, '1.0.0');
  const { patched } = await setImage(image);
  expect((await cloud.compute.virtualMachineScaleSets.get(GROUP, 'vmss-test')).provisioningState).toBe(
    'Updating',
  );
  await cloud.pass(1);
  await patched.poll();
  const scaleSet = await cloud.compute.virtualMachineScaleSets.get(GROUP, 'vmss-test');
  expect(scaleSet).toMatchObject({
    provisioningState: 'Succeeded',
    virtualMachineProfile: { storageProfile: { imageReference: { id: image }, osDisk: { diskSizeGB: 127 } } },
  });
  const instance = await cloud.instance('vmss-test', '0');
  expect(instance.latestModelApplied).toBe(false);
  expect(instance.storageProfile?.imageReference?.exactVersion).toBe('0.9.0');
});

test('While the model changes, neither it nor an instance takes another order.', async () => {
  await setImage(addImage(cloud, '1.0.0'));
  await expect(setImage(legacy)).rejects.toEqual(refused(409, 'Conflict'));
  const reimage = cloud.compute.virtualMachineScaleSets.reimage(GROUP, 'vmss-test', {
    vmScaleSetReimageInput: { instanceIds: ['0'] },
  });
  await expect(reimage.submitted()).rejects.toEqual(refused(409, 'Conflict'));
});

test('An image that does not exist, or is not in the region, is refused in the words of Azure.', async () => {
  const absent = legacy.replace('0.9.0', '5.0.0');
  await expect(setImage(absent)).rejects.toEqual(
    refused(404, 'GalleryImageNotFound', /is not available in westeurope/),
  );
  const elsewhere = addImage(cloud, '1.0.0', { region: 'North Europe' });
  await expect(setImage(elsewhere)).rejects.toEqual(
    refused(404, 'GalleryImageNotFound', /contact image owner to replicate to this region/),
  );
  const instance = await cloud.instance('vmss-test', '0');
  expect(instance.latestModelApplied).toBe(true);
});

test('A scale set stays generalized, in its generation and from a gallery.', async () => {
  const specialized = addImage(cloud, '1.0.0', { definition: 'special', osState: 'Specialized' });
  await expect(setImage(specialized)).rejects.toEqual(
    refused(409, 'OperationNotAllowed', /current OS state of the VM Scale Set is Generalized/),
  );
  const old = addImage(cloud, '1.0.0', {
    definition: 'gen1',
    hyperVGeneration: 'V1',
    securityType: 'Standard',
  });
  await expect(setImage(old)).rejects.toEqual(refused(400, 'BadRequest', /Hypervisor Generation 'V1'/));
  const untrusted = addImage(cloud, '1.0.0', { definition: 'plain', securityType: 'Standard' });
  await expect(setImage(untrusted)).rejects.toEqual(refused(400, 'BadRequest', /TrustedLaunch/));
  const managed = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-images/providers/Microsoft.Compute/images/win11`;
  await expect(setImage(managed)).rejects.toEqual(
    refused(409, 'OperationNotAllowed', /Image type for a Virtual Machine Scale Set may not be changed/),
  );
});

test('A scale set that is not there is 404, one of no known mode is refused.', async () => {
  await expect(setImage(legacy, 'vmss-absent')).rejects.toEqual(refused(404, 'ResourceNotFound'));
  const other = cloud.compute.virtualMachineScaleSets.createOrUpdate(GROUP, 'vmss-other', {
    location: 'westeurope',
    orchestrationMode: 'Other',
    sku: { name: 'Standard_D4s_v5', capacity: 1 },
    virtualMachineProfile: {
      osProfile: { computerNamePrefix: 'flex-', adminUsername: 'a', adminPassword: 'b' },
      storageProfile: { imageReference: { id: legacy } },
      networkProfile: { networkInterfaceConfigurations: [] },
    },
  });
  await expect(other.submitted()).rejects.toEqual(refused(400, 'InvalidParameter'));
});

test('A new scale set makes its instances, never tells its password, and their guests boot after a while.', async () => {
  const creating = cloud.compute.virtualMachineScaleSets.createOrUpdate(GROUP, 'vmss-new', {
    location: 'West Europe',
    orchestrationMode: 'Uniform',
    upgradePolicy: { mode: 'Manual' },
    sku: { name: 'Standard_D4s_v5', capacity: 2 },
    virtualMachineProfile: {
      osProfile: { computerNamePrefix: 'avdnew-', adminUsername: 'a', adminPassword: 'secret-word' },
      storageProfile: { imageReference: { id: legacy } },
      networkProfile: { networkInterfaceConfigurations: [] },
    },
  });
  await creating.submitted();
  await cloud.pass(3);
  const scaleSet = await cloud.compute.virtualMachineScaleSets.get(GROUP, 'vmss-new');
  expect(scaleSet.provisioningState).toBe('Succeeded');
  expect(JSON.stringify(scaleSet)).not.toContain('secret-word');
  const agent = async () =>
    (await cloud.instance('vmss-new', '1')).instanceView?.vmAgent?.statuses?.[0]?.displayStatus;
  expect(await agent()).toBe('Not Ready');
  await cloud.pass(3);
  expect(await agent()).toBe('Ready');
});

test('Scale sets are listed, and their instances counted by state.', async () => {
  const { virtualMachineScaleSets: sets } = cloud.compute;
  const names = (await Array.fromAsync(sets.list(GROUP))).map(({ name }) => name);
  expect(names).toEqual(['vmss-test', 'vmss-production']);
  await sets.powerOff(GROUP, 'vmss-production', { vmInstanceIDs: { instanceIds: ['0'] } }).submitted();
  const view = await sets.getInstanceView(GROUP, 'vmss-production');
  expect(view.virtualMachine?.statusesSummary).toEqual([
    { code: 'ProvisioningState/updating', count: 1 },
    { code: 'ProvisioningState/succeeded', count: 2 },
  ]);
  await cloud.pass(2);
  const instance = await cloud.instance('vmss-production', '0');
  expect(instance.instanceView?.statuses?.[1]?.code).toBe('PowerState/stopped');
});

test('manualupgrade wants names, and changes nothing where nothing lags.', async () => {
  const { virtualMachineScaleSets: sets } = cloud.compute;
  const unnamed = sets.updateInstances(GROUP, 'vmss-test', { instanceIds: [] });
  await expect(unnamed.submitted()).rejects.toEqual(refused(400, 'InvalidParameter'));
  const before = await cloud.instance('vmss-test', '0');
  await sets.updateInstances(GROUP, 'vmss-test', { instanceIds: ['0'] }).submitted();
  await cloud.pass(1);
  const after = await cloud.instance('vmss-test', '0');
  expect(after.storageProfile).toEqual(before.storageProfile);
  expect(after.instanceView?.vmAgent?.statuses?.[0]?.displayStatus).toBe('Ready');
});

test('Capacity makes instances and takes away the newest.', async () => {
  const { virtualMachineScaleSets: sets, virtualMachineScaleSetVMs: instances } = cloud.compute;
  const ids = async () =>
    (await Array.fromAsync(instances.list(GROUP, 'vmss-test'))).map(({ instanceId }) => instanceId);
  await sets.update(GROUP, 'vmss-test', { sku: { name: 'Standard_D4s_v5', capacity: 4 } }).submitted();
  await cloud.pass(1);
  expect(await ids()).toEqual(['0', '1', '2', '3']);
  await sets.update(GROUP, 'vmss-test', { sku: { name: 'Standard_D4s_v5', capacity: 1 } }).submitted();
  await cloud.pass(1);
  expect(await ids()).toEqual(['0']);
});

test('Tags of an instance are written by PUT; what it is made of is not.', async () => {
  const { virtualMachineScaleSetVMs } = cloud.compute;
  const instance = await cloud.instance('vmss-test', '0');
  const put = virtualMachineScaleSetVMs.update(GROUP, 'vmss-test', '0', {
    ...instance,
    tags: { excludeFromScaling: 'goldsmith' },
  });
  await put.submitted();
  expect((await cloud.instance('vmss-test', '0')).provisioningState).toBe('Updating');
  await cloud.pass(1);
  const after = await cloud.instance('vmss-test', '0');
  expect(after).toMatchObject({ provisioningState: 'Succeeded', tags: { excludeFromScaling: 'goldsmith' } });
  expect(after.storageProfile).toEqual(instance.storageProfile);
  const other = virtualMachineScaleSetVMs.update(GROUP, 'vmss-test', '0', {
    location: 'westeurope',
    storageProfile: { imageReference: { id: addImage(cloud, '1.0.0') } },
  });
  await expect(other.submitted()).rejects.toEqual(refused(409, 'PropertyChangeNotAllowed'));
  const stale = virtualMachineScaleSetVMs.update(
    GROUP,
    'vmss-test',
    '0',
    { location: 'westeurope', tags: {} },
    { ifMatch: String(instance.etag) },
  );
  await expect(stale.submitted()).rejects.toEqual(refused(412));
});

test('Too many questions about one scale set are refused with a time to wait.', async () => {
  const flood = async () => {
    for (let round = 0; round < 40; round += 1)
      await cloud.compute.virtualMachineScaleSets.get(GROUP, 'vmss-test');
  };
  await expect(flood()).rejects.toEqual(refused(429, 'OperationNotAllowed'));
  await cloud.pass(1);
  await expect(cloud.compute.virtualMachineScaleSets.get(GROUP, 'vmss-test')).resolves.toBeDefined();
});
