import { expect, test } from 'vitest';
import { computeId, done, GROUP, refusal, type Azure } from './azure.ts';
import { getVersion, versions, vmBody } from './bench.ts';
import {
  createFrom,
  define,
  disk,
  onDisk,
  PARTNER_TENANT,
  PARTNER_VERSION,
  snapshot,
  sourceVersion,
  unprovisioned,
  VERSION,
  vhd,
  withSources,
  type Kind,
  type Profile,
} from './sources.ts';

const specialized = { osState: 'Specialized' } as const;
const inTwoRegions = { targetRegions: [{ name: 'westeurope' }, { name: 'northeurope' }] };

/** A machine of the version comes up, and its agent reports. */
async function comesUp(azure: Azure, kind: Kind, osState = 'Generalized'): Promise<void> {
  const securityType = kind === 'standard' ? 'Standard' : 'TrustedLaunch';
  const osDisk = { createOption: 'FromImage', deleteOption: 'Delete' };
  const body =
    osState === 'Generalized'
      ? vmBody({ image: { id: VERSION }, securityType })
      : unprovisioned({ imageReference: { id: VERSION }, osDisk }, securityType);
  await done(azure, azure.compute.virtualMachines.createOrUpdate(GROUP, 'made', body));
  azure.pass(120);
  const { vmAgent } = await azure.compute.virtualMachines.instanceView(GROUP, 'made');
  expect(vmAgent?.statuses?.[0]?.displayStatus).toBe('Ready');
}

const whole = (source: object): Profile => ({ source });
const onDisks = (source: object): Profile => ({ osDiskImage: { source } });

test.each<[string, Kind, Profile, object]>([
  ['a managed image', 'supported', whole({ id: computeId('images/img-win2022') }), {}],
  ['a gallery version', 'supported', whole(sourceVersion('parent-win11')), {}],
  ['a specialized gallery version', 'supported', whole(sourceVersion('golden-win11')), specialized],
  [
    'a generalized VM',
    'trusted',
    whole({ virtualMachineId: computeId('virtualMachines/vm-generalized') }),
    {},
  ],
  ['a VM by its plain id', 'trusted', whole({ id: computeId('virtualMachines/vm-generalized') }), {}],
  [
    'a VM that runs and stays as it is',
    'trusted',
    whole({ virtualMachineId: computeId('virtualMachines/vm-golden') }),
    specialized,
  ],
  ['a generalized disk', 'trusted', onDisks(disk('disk-os-generalized')), {}],
  ['a specialized disk', 'trusted', onDisks(disk('disk-os-specialized')), specialized],
  ['a generalized snapshot', 'trusted', onDisks(snapshot('snap-os-generalized')), {}],
  ['a specialized snapshot', 'trusted', onDisks(snapshot('snap-os-specialized')), specialized],
  ['a VHD', 'supported', onDisks(vhd('win2022')), {}],
  ['a VHD that was not sysprepped', 'supported', onDisks(vhd('golden')), specialized],
])('a version is made from %s, and machines of it come up', async (_, kind, profile, definition) => {
  const azure = await withSources();
  await define(azure, kind, definition);
  await done(azure, createFrom(azure, profile, inTwoRegions));
  const made = await versions(azure).get(GROUP, 'gal', 'image', '1.0.0', { expand: 'ReplicationStatus' });
  expect(made).toMatchObject({
    provisioningState: 'Succeeded',
    replicationStatus: { aggregatedState: 'Completed' },
  });
  await comesUp(azure, kind, 'osState' in definition ? 'Specialized' : 'Generalized');
  const golden = await azure.compute.virtualMachines.instanceView(GROUP, 'vm-golden');
  expect(golden.statuses?.map(({ code }) => code)).toContain('PowerState/running');
});

test('data disks of any kind go into the version, and every machine of it gets them', async () => {
  const azure = await withSources();
  await define(azure, 'supported');
  const dataDiskImages = [
    { lun: 0, source: snapshot('snap-data') },
    { lun: 3, source: disk('disk-data') },
    { lun: 5, source: vhd('data') },
  ];
  await done(azure, createFrom(azure, { osDiskImage: { source: vhd('win2022') }, dataDiskImages }));
  const { storageProfile } = await versions(azure).get(GROUP, 'gal', 'image', '1.0.0');
  const sizes = [
    [0, 64],
    [3, 32],
    [5, 64],
  ];
  expect(storageProfile?.dataDiskImages?.map(({ lun, sizeInGB }) => [lun, sizeInGB])).toEqual(sizes);
  const body = vmBody({ image: { id: VERSION } });
  const vm = await done(azure, azure.compute.virtualMachines.createOrUpdate(GROUP, 'made', body));
  const disks = vm?.storageProfile?.dataDisks ?? [];
  expect(disks.map(({ lun, diskSizeGB }) => [lun, diskSizeGB])).toEqual(sizes);
  // Nobody asked for them, and so nobody said that they go with the VM.
  expect(disks.map(({ createOption, deleteOption }) => [createOption, deleteOption])).toEqual(
    sizes.map(() => ['FromImage', 'Detach']),
  );
});

test('data disks of a VM go along', async () => {
  const azure = await withSources();
  await define(azure, 'trusted', specialized);
  const body = onDisk('disk-os-specialized');
  const dataDisks = [{ lun: 4, createOption: 'Attach', managedDisk: disk('disk-data') }];
  const withData = { ...body, storageProfile: { ...body.storageProfile, dataDisks } };
  await done(azure, azure.compute.virtualMachines.createOrUpdate(GROUP, 'made', withData));
  await done(azure, createFrom(azure, whole({ virtualMachineId: computeId('virtualMachines/made') })));
  const { storageProfile } = await versions(azure).get(GROUP, 'gal', 'image', '1.0.0');
  expect(storageProfile?.dataDiskImages).toMatchObject([{ lun: 4, sizeInGB: 32 }]);
});

test('data disks of a version go along', async () => {
  const azure = await withSources();
  await define(azure, 'supported');
  await done(azure, createFrom(azure, { source: sourceVersion('parent-with-data') }));
  const { storageProfile } = await versions(azure).get(GROUP, 'gal', 'image', '1.0.0');
  expect(storageProfile?.dataDiskImages?.map(({ lun }) => lun)).toEqual([0, 1]);
});

test("another tenant's version is taken with a token of that tenant beside one's own", async () => {
  const azure = await withSources();
  await define(azure, 'supported');
  const refused = await refusal(createFrom(azure, { source: PARTNER_VERSION }));
  expect(refused).toMatchObject({ statusCode: 403, code: 'LinkedAuthorizationFailed' });
  expect(refused.message).toContain("action 'Microsoft.Compute/galleries/images/versions/read'");
  expect(refused.message).toContain('is not authorized to access linked subscription');
  const body = {
    location: 'westeurope',
    properties: { publishingProfile: {}, storageProfile: { source: PARTNER_VERSION } },
  };
  const headers = {
    authorization: 'Bearer test',
    'x-ms-authorization-auxiliary': `Bearer local.${PARTNER_TENANT}`,
  };
  const answer = await azure.ask('PUT', `${VERSION}?api-version=2025-12-03`, body, headers);
  expect(answer.status).toBe(201);
  const theirs = `${PARTNER_VERSION.id}?api-version=2025-12-03`;
  const looked = await azure.ask('GET', theirs);
  expect([looked.status, looked.body.error?.code]).toEqual([401, 'InvalidAuthenticationTokenTenant']);
  const claims = Buffer.from(JSON.stringify({ tid: PARTNER_TENANT })).toString('base64url');
  expect((await azure.ask('GET', theirs, undefined, { authorization: `Bearer a.${claims}.c` })).status).toBe(
    200,
  );
});

test('nobody sees that a disk was not sysprepped, until its machines do not come up', async () => {
  const azure = await withSources();
  await define(azure, 'trusted');
  await done(azure, createFrom(azure, { osDiskImage: { source: snapshot('snap-os-specialized') } }));
  const body = vmBody({ image: { id: VERSION } });
  const vm = azure.compute.virtualMachines.createOrUpdate(GROUP, 'made', body);
  await expect(done(azure, vm)).rejects.toThrow('OSProvisioningTimedOut');
});

test('a version whose first copy failed is made again, if its source is still there', async () => {
  const azure = await withSources();
  await define(azure, 'supported');
  const profile = { source: { id: computeId('images/img-win2022') } };
  azure.arm.world.faults.add({ method: 'PUT', path: 'versions/1.0.0', fault: 'fail-replication', times: 1 });
  await expect(done(azure, createFrom(azure, profile))).rejects.toThrow('ReplicationJobFailed');
  expect((await versions(azure).get(GROUP, 'gal', 'image', '1.0.0')).provisioningState).toBe('Failed');
  await done(azure, createFrom(azure, profile));
  expect((await versions(azure).get(GROUP, 'gal', 'image', '1.0.0')).provisioningState).toBe('Succeeded');
  await expect(getVersion(azure)).rejects.toMatchObject({ statusCode: 404 });
});

test('sources stay where they are while they are copied from', async () => {
  const azure = await withSources();
  await define(azure, 'trusted');
  const making = createFrom(azure, { osDiskImage: { source: snapshot('snap-os-generalized') } });
  await making.submitted();
  const remove = () => azure.compute.snapshots.delete(GROUP, 'snap-os-generalized');
  expect(await refusal(remove())).toMatchObject({ statusCode: 409, code: 'OperationNotAllowed' });
  await done(azure, making);
  await done(azure, remove());
});

test('a managed image makes one version at a time', async () => {
  const azure = await withSources();
  await define(azure, 'supported');
  const profile = { source: { id: computeId('images/img-win2022') } };
  const first = createFrom(azure, profile, inTwoRegions);
  await first.submitted();
  azure.pass(301); // its own region is complete, the other is not
  const second = versions(azure).createOrUpdate(GROUP, 'gal', 'image', '1.0.1', {
    location: 'westeurope',
    storageProfile: profile,
  });
  expect(await refusal(second)).toMatchObject({ statusCode: 409, code: 'Conflict' });
});
