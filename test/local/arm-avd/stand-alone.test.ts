import { afterEach, beforeEach, expect, test } from 'vitest';
import { refused, type Cloud } from './support/cloud.ts';
import { addImage } from './support/images.ts';
import {
  again,
  joining,
  openVms,
  PASSWORD,
  registering,
  replaced,
  seen,
  VMS,
} from './support/stand-alone.ts';

let cloud: Cloud;
beforeEach(async () => {
  cloud = await openVms(4);
});
afterEach(async () => {
  await cloud.close();
});

const host = (name = 'avdvm-0.corp.contoso.com') => cloud.host('hp-vms', name);
const vm = (name = 'avdvm-0') => cloud.compute.virtualMachines.get(VMS, name);
const sessionsOn = async (name: string) => {
  const { hosts } = await cloud.truth('hp-vms');
  return hosts.find((one) => one.name.startsWith(name))?.sessions.length;
};

test('A machine that stands alone is a session host, told by its id and its VM id.', async () => {
  const { resourceId, virtualMachineId, status } = await host();
  const { id, vmId } = await vm();
  expect({ resourceId, virtualMachineId, status }).toEqual({
    resourceId: id,
    virtualMachineId: vmId,
    status: 'Available',
  });
  const { hosts, people } = await cloud.truth('hp-vms');
  expect(hosts.map(({ name, instanceId, imageVersion }) => [name, instanceId, imageVersion])).toEqual([
    ['avdvm-0.corp.contoso.com', 'avdvm-0', '0.9.0'],
    ['avdvm-1.corp.contoso.com', 'avdvm-1', '0.9.0'],
  ]);
  expect(people.active).toBe(4);
});

test.each(['restart', 'powerOff', 'deallocate', 'delete'] as const)(
  'To %s a machine cuts off who is on it; what the broker shows may be old for minutes.',
  async (action) => {
    expect(await sessionsOn('avdvm-0')).toBe(2);
    await cloud.compute.virtualMachines[action](VMS, 'avdvm-0').submitted();
    const { users } = await cloud.truth('hp-vms');
    expect(users.cutOff.map(({ why }) => why)).toEqual([action, action]);
    // A guest that is told to shut down may have managed to say so.
    const isOff = action === 'powerOff' || action === 'deallocate';
    expect(isOff ? ['Available', 'Shutdown'] : ['Available']).toContain((await host()).status);
    await cloud.pass(30);
    const off = ['Unavailable', 'Shutdown'];
    const later = { restart: ['Available'], delete: ['Unavailable'], powerOff: off, deallocate: off };
    expect(later[action]).toContain((await host()).status);
    if (!isOff) return;
    await seen(cloud, cloud.compute.virtualMachines.start(VMS, 'avdvm-0'));
    await cloud.pass(5);
    expect((await host()).status).toBe('Available');
  },
);

test('A machine that is deleted and made again under its name keeps its interface and its data, not its agent.', async () => {
  const image = addImage(cloud, '1.0.0');
  const before = await vm('avdvm-1');
  await replaced(cloud, 'avdvm-1', image);
  const after = await vm('avdvm-1');
  expect(after.vmId).not.toBe(before.vmId);
  expect(after.networkProfile).toEqual(before.networkProfile);
  expect(after.storageProfile?.dataDisks?.[0]).toMatchObject({
    lun: 0,
    createOption: 'Attach',
    managedDisk: { id: before.storageProfile?.dataDisks?.[0]?.managedDisk?.id },
  });
  expect(after.storageProfile?.imageReference).toEqual({ id: image, exactVersion: '1.0.0' });
  await cloud.pass(8);
  // The record stands for the machine that was: stale, and in the way of the new one.
  const stale = await host('avdvm-1.corp.contoso.com');
  expect([stale.status, stale.virtualMachineId]).toEqual(['Unavailable', before.vmId]);
  const truth = await cloud.truth('hp-vms');
  expect(truth.hosts.find(({ instanceId }) => instanceId === 'avdvm-1')).toMatchObject({
    imageVersion: '1.0.0',
    status: null,
    reimages: 1,
  });
  // The disk of the first one is gone with it, that of the database was never anybody's business.
  const disks = await Array.fromAsync(cloud.compute.disks.listByResourceGroup(VMS));
  const own = after.storageProfile?.osDisk?.name;
  expect(new Set(disks.map(({ name }) => name))).toEqual(
    new Set([own, 'avdvm-0-os', 'avdvm-1-data-0', 'sql-0-data-0', 'sql-0-os']),
  );
});

test('It comes back as a host once its old record is gone, it is in the domain, and the agent is installed.', async () => {
  await replaced(cloud, 'avdvm-0', addImage(cloud, '1.0.0'));
  await cloud.desktops.sessionHosts.delete('rg-desktops', 'hp-vms', 'avdvm-0.corp.contoso.com');
  await seen(cloud, joining(cloud, 'avdvm-0', PASSWORD));
  expect(await registering(cloud, 'avdvm-0')).toBe('Succeeded');
  const { status, resourceId, virtualMachineId } = await host();
  const { id, vmId } = await vm();
  expect({ status, resourceId, virtualMachineId }).toEqual({
    status: 'Available',
    resourceId: id,
    virtualMachineId: vmId,
  });
});

test('While the old record stands the agent registers nothing, as after a reimage.', async () => {
  await replaced(cloud, 'avdvm-0', addImage(cloud, '1.0.0'));
  await seen(cloud, joining(cloud, 'avdvm-0', PASSWORD));
  expect(await registering(cloud, 'avdvm-0')).toBe('Succeeded');
  expect((await host()).status).toBe('Unavailable');
});

test('A machine in no domain registers under its bare name and fails the checks of the domain.', async () => {
  await replaced(cloud, 'avdvm-0', addImage(cloud, '1.0.0'));
  await registering(cloud, 'avdvm-0');
  const { status, sessionHostHealthCheckResults = [] } = await host('avdvm-0');
  const failed = sessionHostHealthCheckResults.filter(
    ({ healthCheckResult }) => healthCheckResult === 'HealthCheckFailed',
  );
  expect(status).toBe('NotJoinedToDomain');
  expect(failed.map(({ healthCheckName }) => healthCheckName)).toEqual([
    'DomainJoinedCheck',
    'DomainTrustCheck',
  ]);
});

test('An image that was not sealed makes a machine that fails after half an hour, and can be deleted.', async () => {
  const made = replaced(cloud, 'avdvm-0', addImage(cloud, '1.0.0', { boots: false }));
  await expect(made).rejects.toThrow(/OSProvisioningTimedOut/);
  expect((await vm()).provisioningState).toBe('Failed');
  await seen(cloud, cloud.compute.virtualMachines.delete(VMS, 'avdvm-0'));
  await expect(vm()).rejects.toEqual(refused(404, 'ResourceNotFound'));
});

test('A guest that is ordered not to boot does not come up when its machine is made anew either.', async () => {
  await cloud.local('POST', '/local/hosts/avdvm-0', { boot: 'fails' });
  const image = addImage(cloud, '1.0.0');
  await expect(replaced(cloud, 'avdvm-0', image)).rejects.toThrow(/OSProvisioningTimedOut/);
});

test('What is still somebody else’s cannot be had: an interface for three minutes, a disk for as long as it is attached.', async () => {
  const image = addImage(cloud, '1.0.0');
  const { virtualMachines } = cloud.compute;
  const found = await vm('avdvm-1');
  const wanted = again(found, image);
  const other = (name: string, body = wanted) =>
    virtualMachines
      .createOrUpdate(VMS, name, { ...body, osProfile: { ...body.osProfile, computerName: name } })
      .submitted();
  await expect(other('avdvm-9')).rejects.toEqual(refused(400, 'NicInUse'));
  const nic = await vm('avdvm-0');
  await seen(cloud, virtualMachines.delete(VMS, 'avdvm-0'));
  const { networkProfile = {} } = nic;
  const mixed = { ...wanted, networkProfile };
  await expect(other('avdvm-9', mixed)).rejects.toEqual(refused(400, 'NicReservedForAnotherVm'));
  await cloud.pass(4);
  // The interface is free by now; the data disk is not.
  await expect(other('avdvm-9', mixed)).rejects.toEqual(
    refused(409, 'ConflictingUserInput', /already owned/),
  );
  const named = { ...wanted.storageProfile, dataDisks: [] };
  const taken = { ...named, osDisk: { ...named.osDisk, createOption: 'FromImage', name: 'avdvm-0-os' } };
  await expect(other('avdvm-9', { ...mixed, storageProfile: taken })).rejects.toEqual(
    refused(409, 'ConflictingUserInput', /already exists/),
  );
  await expect(other('avdvm-9', { ...mixed, storageProfile: named, zones: ['1'] })).resolves.toBeUndefined();
});

test('A machine for which there is no room fails, is deleted, and is made with the same interface at once.', async () => {
  const image = addImage(cloud, '1.0.0');
  const found = await vm();
  const fault = { fault: 'fail-operation', code: 'AllocationFailed', message: 'There is no room.', times: 1 };
  await cloud.local('POST', '/local/faults', { ...fault, method: 'PUT', path: 'virtualMachines/avdvm-0' });
  await expect(replaced(cloud, 'avdvm-0', image)).rejects.toThrow(/AllocationFailed/);
  expect((await vm()).provisioningState).toBe('Failed');
  const { virtualMachines } = cloud.compute;
  await seen(cloud, virtualMachines.delete(VMS, 'avdvm-0'));
  const userData = 'aGVsbG8=';
  await seen(cloud, virtualMachines.createOrUpdate(VMS, 'avdvm-0', { ...again(found, image), userData }));
  expect(await vm()).toMatchObject({ provisioningState: 'Succeeded', networkProfile: found.networkProfile });
  // User data is shown to who asks for it, and only then.
  expect((await vm()).userData).toBeUndefined();
  expect(await virtualMachines.get(VMS, 'avdvm-0', { expand: 'userData' })).toMatchObject({ userData });
});
