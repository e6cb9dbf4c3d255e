import { expect, test } from 'vitest';
import { computeId, done, GROUP, REGION, refusal, startAzure, SUBNET, type Azure } from './azure.ts';
import { generalizedVm, runningVm, startScript, vmBody } from './bench.ts';

const create = (azure: Azure, body = vmBody(), name = 'bench') =>
  azure.compute.virtualMachines.createOrUpdate(GROUP, name, body);
const power = async (azure: Azure, name = 'bench') => {
  const { statuses } = await azure.compute.virtualMachines.instanceView(GROUP, name);
  return statuses?.find(({ code }) => code?.startsWith('PowerState/'))?.code?.slice('PowerState/'.length);
};
const left = (azure: Azure) =>
  azure.arm.world.resources
    .list()
    .map(({ type }) => type)
    .filter((type) => !type.includes('virtualNetworks'));

test('a VM is made with its disk and the NIC of its inline configuration', async () => {
  const azure = await startAzure();
  const poller = create(azure);
  await poller.submitted();
  const early = await azure.compute.virtualMachines.get(GROUP, 'bench');
  expect(early.provisioningState).toBe('Creating');
  const vm = await done(azure, poller);
  expect(vm?.provisioningState).toBe('Succeeded');
  expect(vm?.storageProfile?.imageReference?.exactVersion).toBe('26100.6584.250904');
  expect(vm?.osProfile?.adminPassword).toBeUndefined();
  expect(vm?.networkProfile?.networkInterfaceConfigurations).toBeUndefined();
  const [nic] = vm?.networkProfile?.networkInterfaces ?? [];
  expect(nic?.id).toMatch(/\/Microsoft\.Network\/networkInterfaces\/nic-[0-9a-f]{8}$/);
  expect(
    (await azure.ask('GET', `${nic?.id}?api-version=2022-11-01`)).body.properties.virtualMachine.id,
  ).toBe(vm?.id);
  const disk = await azure.compute.disks.get(GROUP, vm?.storageProfile?.osDisk?.name ?? '');
  expect(disk).toMatchObject({ managedBy: vm?.id, diskState: 'Attached', hyperVGeneration: 'V2' });
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

test.each<[string, (body: ReturnType<typeof vmBody>) => object, object]>([
  ['no region', (body) => ({ ...body, location: '' }), { code: 'LocationRequired' }],
  [
    'an unknown region',
    (body) => ({ ...body, location: 'atlantis' }),
    { code: 'LocationNotAvailableForResourceType' },
  ],
  ['no size', (body) => ({ ...body, hardwareProfile: {} }), { code: 'InvalidParameter', message: /vmSize/ }],
  [
    'an unknown size',
    (body) => ({ ...body, hardwareProfile: { vmSize: 'Standard_Huge' } }),
    { message: /not valid/ },
  ],
  [
    'a short password',
    (body) => ({ ...body, osProfile: { ...body.osProfile, adminPassword: 'Short-1' } }),
    { message: /12-123/ },
  ],
  [
    'a reserved user',
    (body) => ({ ...body, osProfile: { ...body.osProfile, adminUsername: 'admin' } }),
    { message: /not allowed/ },
  ],
  [
    'a long computer name',
    (body) => ({ ...body, osProfile: { ...body.osProfile, computerName: 'a-name-too-long-for-windows' } }),
    { message: /15 characters/ },
  ],
  ['no osProfile', ({ osProfile: _, ...body }) => body, { message: /osProfile/ }],
  ['no network', ({ networkProfile: _, ...body }) => body, { message: /networkProfile/ }],
  [
    'no network version',
    (body) => ({
      ...body,
      networkProfile: { networkInterfaceConfigurations: body.networkProfile?.networkInterfaceConfigurations },
    }),
    { message: /networkApiVersion/ },
  ],
  [
    'a version not sold',
    (body) => ({
      ...body,
      storageProfile: {
        ...body.storageProfile,
        imageReference: {
          publisher: 'MicrosoftWindowsDesktop',
          offer: 'windows-11',
          sku: 'win11-24h2-avd',
          version: '1.0.0',
        },
      },
    }),
    { code: 'PlatformImageNotFound' },
  ],
  [
    'Trusted Launch on generation 1',
    (body) => ({
      ...body,
      storageProfile: {
        ...body.storageProfile,
        imageReference: {
          publisher: 'MicrosoftWindowsDesktop',
          offer: 'windows-10',
          sku: 'win10-22h2-avd',
          version: 'latest',
        },
      },
    }),
    { message: /TrustedLaunch/ },
  ],
  [
    'a plan the image has not',
    (body) => ({ ...body, plan: { name: 'a', publisher: 'b', product: 'c' } }),
    { code: 'VMMarketplaceInvalidInput' },
  ],
])('a VM with %s is refused, and nothing is left behind', async (_, change, expected) => {
  const azure = await startAzure();
  const { message, ...rest } = expected as { message?: RegExp };
  const refused = await refusal(create(azure, change(vmBody()) as ReturnType<typeof vmBody>));
  expect(refused).toMatchObject(rest);
  if (message) expect(refused.message).toMatch(message);
  expect(left(azure)).toEqual([]);
});

test('an image with a plan needs that plan in the request', async () => {
  const azure = await startAzure();
  const plan = {
    publisher: 'center-for-internet-security-inc',
    product: 'cis-windows-desktop',
    name: 'cis-windows-11-l1-gen2',
  };
  const image = { publisher: plan.publisher, offer: plan.product, sku: plan.name, version: 'latest' };
  const body = vmBody({ image, securityType: 'Standard' });
  expect(await refusal(create(azure, body))).toMatchObject({ code: 'VMMarketplaceInvalidInput' });
  expect((await done(azure, create(azure, { ...body, plan })))?.plan).toEqual(plan);
});

test('a subnet must exist in the same region', async () => {
  const azure = await startAzure();
  const body = vmBody();
  const [nic] = body.networkProfile?.networkInterfaceConfigurations ?? [];
  const ip = { name: 'ip', subnet: { id: SUBNET.replace('/build', '/none') } };
  const networkProfile = {
    networkApiVersion: '2022-11-01',
    networkInterfaceConfigurations: [{ ...nic, name: 'nic', ipConfigurations: [ip] }],
  };
  expect(await refusal(create(azure, { ...body, networkProfile }))).toMatchObject({
    code: 'InvalidResourceReference',
  });
  expect(await refusal(create(azure, { ...body, location: 'northeurope' }))).toMatchObject({
    code: 'InvalidResourceReference',
  });
});

test('quota is refused with what is used and what is needed, and shown in the usages', async () => {
  const azure = await startAzure();
  await done(azure, create(azure));
  const usages = [];
  for await (const usage of azure.compute.usage.list(REGION)) usages.push(usage);
  expect(usages.find(({ name }) => name.value === 'cores')).toMatchObject({ currentValue: 4, limit: 350 });
  expect(usages.find(({ name }) => name.value === 'standardDSv5Family')?.currentValue).toBe(4);
  const size = { vmSize: 'Standard_D32s_v5' };
  const { properties } = azure.arm.world.resources.require(computeId('virtualMachines/bench'));
  properties['hardwareProfile'] = size;
  for (let n = 0; n < 9; n += 1)
    await create(azure, { ...vmBody(), hardwareProfile: size }, `big-${n}`).submitted();
  const refused = await refusal(create(azure, { ...vmBody(), hardwareProfile: size }, 'one-more'));
  expect(refused).toMatchObject({ statusCode: 409, code: 'OperationNotAllowed' });
  expect(refused.message).toMatch(/Current Limit: 350, Current Usage: 320, Additional Required: 32/);
});

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
