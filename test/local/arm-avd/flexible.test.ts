import { afterEach, beforeEach, expect, test } from 'vitest';
import { GROUP, legacy, openCloud, refused, type Cloud } from './support/cloud.ts';
import { flexibleSet, SET, SET_ID } from './support/flexible.ts';
import { addImage } from './support/images.ts';

const POOL = 'hp-flex';

let cloud: Cloud;
beforeEach(async () => {
  cloud = await openCloud({ testHosts: 1, productionHosts: 1, people: 0, flexHosts: 3 });
});
afterEach(async () => {
  await cloud.close();
});

const set = () => flexibleSet(cloud);

test('The instances of a Flexible scale set are virtual machines, found by a filter, and session hosts.', async () => {
  const { members } = set();
  const found = await members();
  expect(found).toHaveLength(3);
  for (const { name, virtualMachineScaleSet, instanceView } of found) {
    expect(name).toMatch(/^vmss-flex_[0-9a-f]{8}$/);
    expect(virtualMachineScaleSet?.id).toBe(SET_ID);
    expect(instanceView?.statuses?.map(({ code }) => code)).toContain('PowerState/running');
  }
  const hosts = await Array.fromAsync(cloud.desktops.sessionHosts.list(GROUP, POOL));
  const resourceIds = new Set(hosts.map(({ resourceId }) => resourceId));
  expect(resourceIds).toEqual(new Set(found.map(({ id }) => id)));
  for (const { status, name } of hosts) {
    expect(status).toBe('Available');
    expect(name).toMatch(/^hp-flex\/avdflex-[0-9A-Z]{6}\.corp\.contoso\.com$/);
  }
});

test('The scale set itself tells of its instances only that they are there, and has no instance view.', async () => {
  const { members, first } = set();
  const listed = await Array.fromAsync(
    cloud.compute.virtualMachineScaleSetVMs.list(GROUP, SET, { expand: 'instanceView' }),
  );
  expect(listed.map(({ id }) => id)).toEqual((await members()).map(({ id }) => id));
  expect(listed[0]?.instanceView).toBeUndefined();
  expect(listed[0]?.storageProfile).toBeUndefined();
  await expect(cloud.compute.virtualMachineScaleSets.getInstanceView(GROUP, SET)).rejects.toEqual(
    refused(409, 'OperationNotAllowed'),
  );
  const name = await first();
  const restart = cloud.compute.virtualMachineScaleSetVMs.restart(GROUP, SET, name);
  await expect(restart.submitted()).rejects.toEqual(refused(409, 'OperationNotAllowed'));
});

test('A reimage keeps the image an instance has, and only an upgrade brings the model, on a new disk.', async () => {
  const { first, vm, setImage, upgrade, reimage, disk, version } = set();
  const name = await first();
  await setImage(addImage(cloud, '1.0.0'));
  expect(
    (await cloud.compute.virtualMachineScaleSetVMs.get(GROUP, SET, name)).latestModelApplied,
    'it lags',
  ).toBe(false);

  const before = await vm(name);
  await reimage(name);
  await cloud.pass(10);
  const reimaged = await vm(name);
  expect(reimaged.storageProfile?.imageReference?.exactVersion).toBe('0.9.0');
  expect(reimaged.storageProfile?.osDisk?.managedDisk?.id).not.toBe(
    before.storageProfile?.osDisk?.managedDisk?.id,
  );
  expect(reimaged).toMatchObject({
    vmId: before.vmId,
    tags: before.tags ?? {},
    osProfile: { computerName: before.osProfile?.computerName },
  });

  const old = await disk(name);
  await upgrade(name);
  await cloud.pass(10);
  expect(await version(name)).toBe('1.0.0');
  expect(await disk(name)).not.toBe(old);
  await expect(
    cloud.compute.disks.get(GROUP, old.split('/').at(-1) ?? ''),
    'goes with its option',
  ).rejects.toEqual(refused(404));
  expect((await cloud.compute.virtualMachineScaleSetVMs.get(GROUP, SET, name)).latestModelApplied).toBe(true);
});

test('Where an upgrade changes the reference only, the disk is the old one until the instance is reimaged.', async () => {
  const { first, setImage, upgrade, reimage, disk, version } = set();
  await cloud.local('POST', '/local/scale-sets', { flexibleUpgrade: 'refers' });
  const name = await first();
  const old = await disk(name);
  await setImage(addImage(cloud, '1.0.0'));
  await upgrade(name);
  await cloud.pass(2);
  expect([await version(name), await disk(name)]).toEqual(['1.0.0', old]);
  expect(
    (await cloud.truth(POOL)).hosts.every(({ usable }) => usable),
    'nobody has noticed',
  ).toBe(true);
  await reimage(name);
  await cloud.pass(10);
  expect(await version(name)).toBe('1.0.0');
  expect(await disk(name)).not.toBe(old);
});

test('Instances are named by the names of their machines; numbers and strangers are refused.', async () => {
  const { upgrade, reimage } = set();
  await expect(upgrade('0')).rejects.toEqual(refused(400, 'InvalidParameter', /not an active/));
  await expect(reimage('vmss-flex_00000000')).rejects.toEqual(refused(400, 'InvalidParameter'));
  await expect(upgrade()).rejects.toEqual(refused(400, 'InvalidParameter', /instanceIds/));
});

test('A host that was reimaged comes back only by registering anew, by a run command on the machine.', async () => {
  const { first, vm, reimage } = set();
  const name = await first();
  const { computerName } = (await vm(name)).osProfile ?? {};
  const host = `${computerName}.corp.contoso.com`;
  await reimage(name);
  const stop = cloud.compute.virtualMachines.restart(GROUP, name);
  await expect(stop.submitted(), 'busy').rejects.toEqual(refused(409, 'Conflict'));
  await cloud.pass(20);
  expect((await cloud.host(POOL, host)).status).toBe('Unavailable');

  await cloud.desktops.sessionHosts.delete(GROUP, POOL, host, { force: true });
  const token = await cloud.token(POOL);
  const script = cloud.compute.virtualMachineRunCommands.createOrUpdate(GROUP, name, 'register', {
    location: 'westeurope',
    source: { script: 'param($RegistrationToken)' },
    protectedParameters: [{ name: 'RegistrationToken', value: token }],
    asyncExecution: true,
    timeoutInSeconds: 3600,
  });
  await script.submitted();
  await cloud.pass(60);
  const back = await cloud.host(POOL, host);
  expect(back).toMatchObject({ status: 'Available', resourceId: (await vm(name)).id });
  expect((await cloud.truth(POOL)).hosts.find((one) => one.name === host)?.reimages).toBe(1);
});

test('An image that never boots leaves a failed machine whose state says why.', async () => {
  const { first, vm, setImage, upgrade } = set();
  const name = await first();
  await setImage(addImage(cloud, '1.0.0', { boots: false }));
  await upgrade(name);
  await cloud.pass(60);
  const { provisioningState, instanceView } = await vm(name);
  expect(provisioningState).toBe('Failed');
  expect(instanceView?.statuses?.map(({ code }) => code)).toContain(
    'ProvisioningState/failed/OSProvisioningTimedOut',
  );
});

test('A Flexible scale set is made with its rules, scaled, and stays what it is.', async () => {
  const body = {
    location: 'westeurope',
    orchestrationMode: 'Flexible',
    platformFaultDomainCount: 1,
    sku: { name: 'Standard_D4s_v5', capacity: 2 },
    virtualMachineProfile: {
      osProfile: { computerNamePrefix: 'new-', adminUsername: 'a', adminPassword: 'b' },
      storageProfile: { imageReference: { id: legacy } },
      securityProfile: { securityType: 'TrustedLaunch' },
      networkProfile: { networkApiVersion: '2020-11-01', networkInterfaceConfigurations: [] },
    },
  };
  const put = async (changed: object) => {
    const sets = cloud.compute.virtualMachineScaleSets;
    await sets.createOrUpdate(GROUP, 'vmss-new', { ...body, ...changed }).submitted();
  };
  const { platformFaultDomainCount: _, ...noDomains } = body;
  const sets = cloud.compute.virtualMachineScaleSets;
  await expect(sets.createOrUpdate(GROUP, 'vmss-new', noDomains).submitted()).rejects.toEqual(
    refused(400, 'InvalidParameter', /platformFaultDomainCount/),
  );
  await expect(put({ overprovision: true })).rejects.toEqual(refused(400, 'InvalidParameter'));
  await expect(put({ singlePlacementGroup: true })).rejects.toEqual(refused(400, 'InvalidParameter'));
  await expect(put({ upgradePolicy: { mode: 'Rolling' } })).rejects.toEqual(refused(400, 'NotSimulated'));
  await put({});
  await cloud.pass(5);
  const ofNew = async () =>
    await Array.fromAsync(cloud.compute.virtualMachineScaleSetVMs.list(GROUP, 'vmss-new'));
  expect(await ofNew()).toHaveLength(2);
  await expect(put({ orchestrationMode: 'Uniform' })).rejects.toEqual(
    refused(409, 'PropertyChangeNotAllowed', /orchestrationMode/),
  );
  await sets.update(GROUP, 'vmss-new', { sku: { name: 'Standard_D4s_v5', capacity: 1 } }).submitted();
  await cloud.pass(2);
  expect(await ofNew()).toHaveLength(1);
  expect(await sets.get(GROUP, 'vmss-new')).toMatchObject({
    orchestrationMode: 'Flexible',
    singlePlacementGroup: false,
  });
});
