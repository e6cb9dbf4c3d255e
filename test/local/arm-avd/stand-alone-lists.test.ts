import type { VirtualMachine, VirtualMachineUpdate } from '@azure/arm-compute';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCloud, refused, type Cloud } from './support/cloud.ts';
import { again, seen, VMS } from './support/stand-alone.ts';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await openCloud({ testHosts: 0, productionHosts: 0, flexHosts: 1, vmHosts: 2, people: 0 });
});
afterAll(async () => {
  await cloud.close();
});

const machines = () => cloud.compute.virtualMachines;
const names = (found: readonly VirtualMachine[]) => found.map(({ name }) => name);
const change = async (name: string, body: VirtualMachineUpdate) => {
  await seen(cloud, machines().update(VMS, name, body));
};

test('The machines of a group are listed as they are made, without saying whether they run.', async () => {
  const found = await Array.fromAsync(machines().list(VMS));
  expect(names(found)).toEqual(['avdvm-0', 'avdvm-1', 'sql-0']);
  expect(found.map(({ instanceView }) => instanceView)).toEqual([undefined, undefined, undefined]);
  const expand = machines().list(VMS, { expand: 'instanceView' }).next();
  await expect(expand).rejects.toEqual(refused(400));
  const filter = machines().list(VMS, { filter: "name eq 'avdvm-0'" }).next();
  await expect(filter).rejects.toEqual(refused(400));
});

test('Those of a Flexible scale set are listed by a filter, and then with their instance views.', async () => {
  const all = await Array.fromAsync(machines().list('rg-desktops'));
  const id = all[0]?.virtualMachineScaleSet?.id ?? '';
  const filter = `'virtualMachineScaleSet/id' eq '${id}'`;
  const found = await Array.fromAsync(machines().list('rg-desktops', { filter, expand: 'instanceView' }));
  expect(names(found)).toEqual(names(all));
  expect(found[0]?.instanceView?.statuses?.at(-1)?.code).toBe('PowerState/running');
  expect(await Array.fromAsync(machines().list(VMS, { filter }))).toEqual([]);
});

test('Whether they run is told of the whole subscription, of little else, and with groups in capitals.', async () => {
  const found = await Array.fromAsync(machines().listAll({ statusOnly: 'true' }));
  const one = found.find(({ name }) => name === 'avdvm-0');
  const states = [{ code: 'ProvisioningState/succeeded' }, { code: 'PowerState/running' }];
  const vmAgent = { statuses: [{ displayStatus: 'Ready' }] };
  expect(one).toMatchObject({ instanceView: { statuses: states, vmAgent } });
  expect([one?.storageProfile, one?.tags]).toEqual([undefined, undefined]);
  const { id = '' } = await machines().get(VMS, 'avdvm-0');
  expect(one).toMatchObject({ id: id.replace('/rg-vms/', '/RG-VMS/') });
  expect(names(found)).toContain('sql-0');
});

test('What goes with a machine when it is deleted is changed for each part by itself, lists as a whole.', async () => {
  const before = await machines().get(VMS, 'avdvm-1');
  const [disk] = before.storageProfile?.dataDisks ?? [];
  const [nic] = before.networkProfile?.networkInterfaces ?? [];
  if (!disk || !nic) throw new Error('a machine without parts');
  const fates = async () => {
    const { storageProfile, networkProfile } = await machines().get(VMS, 'avdvm-1');
    return [
      storageProfile?.osDisk?.deleteOption,
      storageProfile?.dataDisks?.[0]?.deleteOption,
      networkProfile?.networkInterfaces?.[0]?.deleteOption,
    ];
  };
  expect(await fates()).toEqual(['Detach', 'Detach', 'Detach']);
  await change('avdvm-1', {
    storageProfile: {
      osDisk: { createOption: 'FromImage', deleteOption: 'Delete' },
      dataDisks: [{ lun: 0, createOption: 'Attach', deleteOption: 'Delete' }],
    },
  });
  expect(await fates()).toEqual(['Delete', 'Delete', 'Detach']);
  await change('avdvm-1', {
    storageProfile: { dataDisks: [{ ...disk, deleteOption: 'Detach' }] },
    networkProfile: { networkInterfaces: [{ ...nic, deleteOption: 'Delete' }] },
  });
  expect(await fates()).toEqual(['Delete', 'Detach', 'Delete']);
  const { networkProfile } = await machines().get(VMS, 'avdvm-1');
  expect(networkProfile?.networkInterfaces?.[0]?.primary).toBe(true);
});

test.each<[string, VirtualMachineUpdate, ReturnType<typeof refused>]>([
  [
    'leaves a data disk out',
    { storageProfile: { dataDisks: [] } },
    refused(400, 'NotSimulated', /detach the disk at LUN 0/),
  ],
  [
    'names a data disk no further than by its fate',
    { storageProfile: { dataDisks: [{ deleteOption: 'Delete' } as never] } },
    refused(400, 'InvalidParameter', /dataDisk.lun/),
  ],
  [
    'leaves the interface out',
    { networkProfile: { networkInterfaces: [] } },
    refused(400, 'NotSimulated', /network interface/),
  ],
  [
    'names another image',
    { storageProfile: { imageReference: { id: '/subscriptions/s/other' } } },
    refused(409, 'PropertyChangeNotAllowed', /imageReference/),
  ],
  ['moves it to a zone', { zones: ['1'] }, refused(409, 'PropertyChangeNotAllowed', /zones/)],
  [
    'sends another password',
    { osProfile: { adminPassword: 'Other-Horse-42' } },
    refused(409, 'PropertyChangeNotAllowed', /adminPassword/),
  ],
])('A change that %s is refused, and changes nothing.', async (_, body, expected) => {
  const before = await machines().get(VMS, 'avdvm-1');
  await expect(machines().update(VMS, 'avdvm-1', body).submitted()).rejects.toEqual(expected);
  expect(await machines().get(VMS, 'avdvm-1')).toEqual(before);
});

test('A machine that is deleted takes along what it was told to, in the order in which nothing is lost.', async () => {
  const found = await machines().get(VMS, 'avdvm-1');
  const nic = found.networkProfile?.networkInterfaces?.[0]?.id ?? '';
  await seen(cloud, machines().delete(VMS, 'avdvm-1'));
  const { resources } = cloud.arm.world;
  expect(resources.find(nic)).toBeUndefined();
  expect(resources.find(found.storageProfile?.osDisk?.managedDisk?.id ?? '')).toBeUndefined();
  const data = await cloud.compute.disks.get(VMS, 'avdvm-1-data-0');
  expect([data.diskState, data.managedBy]).toEqual(['Unattached', undefined]);
});

test('Where a machine stands comes back with it, and excludes itself twice.', async () => {
  const { virtualMachines, disks } = cloud.compute;
  const [image = ''] = [(await machines().get(VMS, 'avdvm-0')).storageProfile?.imageReference?.id];
  const found = await machines().get(VMS, 'avdvm-0');
  await seen(cloud, machines().delete(VMS, 'avdvm-0'));
  const body = { ...again(found, image), tags: { a: 'b' } };
  const availabilitySet = { id: found.id?.replace('virtualMachines/avdvm-0', 'availabilitySets/as') ?? '' };
  const both = virtualMachines.createOrUpdate(VMS, 'avdvm-0', { ...body, availabilitySet, zones: ['1'] });
  await expect(both.submitted()).rejects.toEqual(refused(400, 'InvalidParameter', /Availability Set/));
  // A disk that lies in no zone goes with no machine in one.
  const withDisk = {
    ...body.storageProfile,
    dataDisks: [
      {
        lun: 0,
        createOption: 'Attach',
        managedDisk: { id: (await disks.get(VMS, 'avdvm-1-data-0')).id ?? '' },
      },
    ],
  };
  const zonal = { ...body, zones: ['1'], storageProfile: withDisk };
  await expect(virtualMachines.createOrUpdate(VMS, 'avdvm-0', zonal).submitted()).rejects.toEqual(
    refused(400, 'BadRequest', /not in the same zone/),
  );
  await seen(cloud, virtualMachines.createOrUpdate(VMS, 'avdvm-0', { ...body, availabilitySet }));
  const made = await machines().get(VMS, 'avdvm-0');
  expect([made.availabilitySet, made.tags, made.osProfile?.adminPassword]).toEqual([
    availabilitySet,
    { a: 'b' },
    undefined,
  ]);
});
