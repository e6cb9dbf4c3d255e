import { afterEach, beforeEach, expect, test } from 'vitest';
import { GROUP, openCloud, refused, type Cloud } from './support/cloud.ts';
import { flexibleSet } from './support/flexible.ts';

let cloud: Cloud;
beforeEach(async () => {
  cloud = await openCloud({ testHosts: 1, productionHosts: 1, people: 0, flexHosts: 3 });
});
afterEach(async () => {
  await cloud.close();
});

const set = () => flexibleSet(cloud);

test('What Azure breaks off leaves the old disk and a failed machine; of many only those that it hits.', async () => {
  const { members, vm, reimage, disk } = set();
  const [one = '', other = ''] = (await members()).map(({ name = '' }) => name);
  const disks = [await disk(one), await disk(other)];
  await cloud.local('POST', '/local/faults', { fault: 'fail-operation', path: 'reimage', nth: 1 });
  await reimage(one);
  await cloud.pass(10);
  expect([(await vm(one)).provisioningState, await disk(one)]).toEqual(['Failed', disks[0]]);
  await cloud.local('DELETE', '/local/faults');
  await cloud.local('POST', '/local/faults', { fault: 'partial', path: 'reimage', instanceIds: [one] });
  await reimage(one, other);
  await cloud.pass(10);
  expect([(await vm(one)).provisioningState, await disk(one)]).toEqual(['Failed', disks[0]]);
  expect((await vm(other)).provisioningState).toBe('Succeeded');
  expect(await disk(other)).not.toBe(disks[1]);
});

test('A guest that is ordered down does not come up again, until the order is taken back and its disk renewed.', async () => {
  const { first, vm, reimage } = set();
  const name = await first();
  const computer = (await vm(name)).osProfile?.computerName ?? '';
  await cloud.local('POST', `/local/hosts/${computer}`, { boot: 'fails' });
  await reimage(name);
  await cloud.pass(60);
  const { provisioningState, instanceView } = await vm(name);
  expect(provisioningState).toBe('Failed');
  expect(instanceView?.vmAgent?.statuses?.[0]?.displayStatus).not.toBe('Ready');
  await cloud.local('POST', `/local/hosts/${computer}`, { boot: 'ok' });
  await reimage(name);
  await cloud.pass(15);
  expect((await vm(name)).provisioningState).toBe('Succeeded');
  expect((await vm(name)).instanceView?.vmAgent?.statuses?.[0]?.displayStatus).toBe('Ready');
});

test('An instance that is deleted as a machine is gone from the scale set, with the parts that came with it.', async () => {
  const { members, first, reimage, disk } = set();
  const name = await first();
  const old = (await disk(name)).split('/').at(-1) ?? '';
  await cloud.compute.virtualMachines.delete(GROUP, name).submitted();
  await cloud.pass(5);
  expect((await members()).map((one) => one.name)).not.toContain(name);
  await expect(cloud.compute.disks.get(GROUP, old)).rejects.toEqual(refused(404));
  await expect(reimage(name)).rejects.toEqual(refused(400, 'InvalidParameter'));
});
