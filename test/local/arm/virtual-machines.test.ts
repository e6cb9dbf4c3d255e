import { expect, test } from 'vitest';
import { computeId, done, GROUP, refusal, startAzure, type Azure } from './azure.ts';
import { generalizedVm, runningVm, vmBody } from './bench.ts';

const create = (azure: Azure, body = vmBody(), name = 'bench') =>
  azure.compute.virtualMachines.createOrUpdate(GROUP, name, body);
const power = async (azure: Azure, name = 'bench') => {
  const { statuses } = await azure.compute.virtualMachines.instanceView(GROUP, name);
  return statuses?.find(({ code }) => code?.startsWith('PowerState/'))?.code?.slice('PowerState/'.length);
};

test('a VM is made with its disk and the NIC of its inline configuration', async () => {
  const azure = await startAzure();
  const poller = create(azure);
  await poller.submitted();
  const path = `${computeId('virtualMachines/bench')}?api-version=2026-04-01`;
  expect((await azure.ask('GET', path)).body.properties.provisioningState).toBe('Creating');
  await done(azure, poller);
  const { id, properties } = (await azure.ask('GET', path)).body;
  expect(properties.provisioningState).toBe('Succeeded');
  expect(properties.storageProfile.imageReference.exactVersion).toBe('26100.6584.250904');
  expect(properties.osProfile).not.toHaveProperty('adminPassword');
  expect(Object.keys(properties.networkProfile)).toEqual(['networkInterfaces']);
  const [nic] = properties.networkProfile.networkInterfaces;
  expect(nic.id).toMatch(/\/Microsoft\.Network\/networkInterfaces\/nic-[0-9a-f]{8}$/);
  expect((await azure.ask('GET', `${nic.id}?api-version=2022-11-01`)).body.properties.virtualMachine.id).toBe(
    id,
  );
  const disk = await azure.compute.disks.get(GROUP, properties.storageProfile.osDisk.name);
  expect(disk).toMatchObject({ managedBy: id, diskState: 'Attached', hyperVGeneration: 'V2' });
});

test('the agent reports some time after the machine runs', async () => {
  const azure = await startAzure();
  await done(azure, create(azure));
  const agent = async () => {
    const { instanceView } = await azure.compute.virtualMachines.get(GROUP, 'bench', {
      expand: 'instanceView',
    });
    return instanceView?.vmAgent?.statuses?.[0]?.displayStatus;
  };
  expect(await power(azure)).toBe('running');
  azure.pass(120);
  expect(await agent()).toBe('Ready');
  await done(azure, azure.compute.virtualMachines.deallocate(GROUP, 'bench'));
  expect(await agent()).toBeUndefined();
  const restarted = azure.compute.virtualMachines.start(GROUP, 'bench');
  await restarted.submitted();
  for (let n = 0; n < 91 && (await power(azure)) !== 'running'; n += 1) azure.pass(1);
  expect(await agent()).toBe('Not Ready');
});

test('only one operation at a time; deleting twice is one deletion', async () => {
  const azure = await startAzure();
  const { virtualMachines } = azure.compute;
  await create(azure).submitted();
  const busy = { statusCode: 409, code: 'Conflict', message: expect.stringContaining('concurrent request') };
  expect(await refusal(create(azure))).toMatchObject(busy);
  expect(await refusal(virtualMachines.deallocate(GROUP, 'bench'))).toMatchObject(busy);
  expect(await refusal(virtualMachines.delete(GROUP, 'bench'))).toMatchObject(busy);
  azure.pass(300);
  await virtualMachines.delete(GROUP, 'bench').submitted();
  await virtualMachines.delete(GROUP, 'bench').submitted();
  const refused = await refusal(virtualMachines.start(GROUP, 'bench'));
  expect(refused).toMatchObject({ statusCode: 409 });
  expect(refused.message).toContain('marked for deletion');
  const deletions = azure.arm.world.operations.all().filter(({ work }) => work.kind === 'delete');
  expect(deletions).toHaveLength(1);
});

test('the image of a VM is for life; tags are not', async () => {
  const azure = await startAzure();
  await done(azure, create(azure));
  const other = vmBody({
    image: {
      publisher: 'MicrosoftWindowsDesktop',
      offer: 'windows-11',
      sku: 'win11-23h2-avd',
      version: 'latest',
    },
  });
  expect(await refusal(create(azure, other))).toMatchObject({ code: 'PropertyChangeNotAllowed' });
  expect((await done(azure, create(azure, { ...vmBody(), tags: { again: 'yes' } })))?.tags).toEqual({
    again: 'yes',
  });
  const updated = await done(
    azure,
    azure.compute.virtualMachines.update(GROUP, 'bench', { tags: { run: '7' } }),
  );
  expect(updated?.tags).toEqual({ run: '7' });
  expect(await refusal(create(azure, { ...vmBody(), location: 'westus' }))).toMatchObject({
    code: 'InvalidResourceLocation',
  });
});

test('If-None-Match keeps a second create from changing the first', async () => {
  const azure = await startAzure();
  await done(azure, create(azure));
  const again = azure.compute.virtualMachines.createOrUpdate(GROUP, 'bench', vmBody(), { ifNoneMatch: '*' });
  expect(await refusal(again)).toMatchObject({ statusCode: 412 });
});

test('power: off, deallocated, started, restarted', async () => {
  const azure = await startAzure();
  const { virtualMachines } = azure.compute;
  await runningVm(azure, 'bench');
  await done(azure, virtualMachines.powerOff(GROUP, 'bench'));
  expect(await power(azure)).toBe('stopped');
  expect(await refusal(virtualMachines.restart(GROUP, 'bench'))).toMatchObject({
    code: 'OperationNotAllowed',
  });
  const deallocation = virtualMachines.deallocate(GROUP, 'bench');
  await deallocation.submitted();
  await done(azure, deallocation);
  expect(await power(azure)).toBe('deallocated');
  await done(azure, virtualMachines.start(GROUP, 'bench'));
  expect(await power(azure)).toBe('running');
  await done(azure, virtualMachines.restart(GROUP, 'bench'));
  expect(await power(azure)).toBe('running');
});

test('generalizing needs a stopped VM, and is the end of its running', async () => {
  const azure = await startAzure();
  const { virtualMachines } = azure.compute;
  await runningVm(azure, 'bench');
  expect(await refusal(virtualMachines.generalize(GROUP, 'bench'))).toMatchObject({ statusCode: 409 });
  await done(azure, virtualMachines.deallocate(GROUP, 'bench'));
  await virtualMachines.generalize(GROUP, 'bench');
  await virtualMachines.generalize(GROUP, 'bench'); // asked twice is as good as once
  const { statuses } = await virtualMachines.instanceView(GROUP, 'bench');
  expect(statuses?.map(({ code }) => code)).toEqual([
    'ProvisioningState/succeeded',
    'OSState/generalized',
    'PowerState/deallocated',
  ]);
  expect(await refusal(virtualMachines.start(GROUP, 'bench'))).toMatchObject({ code: 'OperationNotAllowed' });
});

test('all VMs are listed, of a group and of the subscription', async () => {
  const azure = await startAzure();
  await generalizedVm(azure, 'one');
  await done(azure, create(azure, vmBody(), 'two'));
  const names = async (list: AsyncIterable<{ name?: string }>) => {
    const found = [];
    for await (const { name } of list) found.push(name);
    return found;
  };
  expect(await names(azure.compute.virtualMachines.list(GROUP))).toEqual(['one', 'two']);
  expect(await names(azure.compute.virtualMachines.listAll())).toEqual(['one', 'two']);
});
