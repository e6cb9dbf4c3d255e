import type { GalleryImageVersion } from '@azure/arm-compute';
import { expect, test } from 'vitest';
import { computeId, done, GROUP, REGION, refusal, startAzure, type Azure } from './azure.ts';
import { definitionBody, galleryWith, generalizedVm, runningVm, versionBody, vmBody } from './bench.ts';

const BENCH = computeId('virtualMachines/bench');
const versions = (azure: Azure) => azure.compute.galleryImageVersions;
const create = (azure: Azure, body: GalleryImageVersion, name = '1.0.0') =>
  versions(azure).createOrUpdate(GROUP, 'gal', 'win11', name, body);
const get = (azure: Azure, name = '1.0.0') =>
  versions(azure).get(GROUP, 'gal', 'win11', name, { expand: 'ReplicationStatus' });
const regions = async (azure: Azure) => {
  const { replicationStatus } = await get(azure);
  return Object.fromEntries(
    replicationStatus?.summary?.map(({ region, state, progress }) => [region, { state, progress }]) ?? [],
  );
};

/** A gallery with a definition, and a VM ready to be captured. */
async function ready(changes: Parameters<typeof generalizedVm>[2] = {}): Promise<Azure> {
  const azure = await startAzure();
  await galleryWith(azure);
  await generalizedVm(azure, 'bench', changes);
  return azure;
}

test('a version is copied to its own region first, then to each other one at its own pace', async () => {
  const azure = await ready();
  const poller = create(azure, versionBody(BENCH, [REGION, 'northeurope', 'eastus']));
  await poller.submitted();
  azure.pass(100);
  expect(await get(azure)).toMatchObject({
    provisioningState: 'Creating',
    replicationStatus: { aggregatedState: 'InProgress' },
  });
  const early = await regions(azure);
  expect(Object.keys(early)).toEqual(['West Europe', 'North Europe', 'East US']);
  expect(early['West Europe']?.progress).toBeGreaterThan(20);
  expect(early['East US']).toEqual({ state: 'Replicating', progress: 0 });
  azure.pass(220);
  expect((await regions(azure))['West Europe']).toEqual({ state: 'Completed', progress: 100 });
  const seen = new Set<string>();
  for (let n = 0; n < 30; n += 1) {
    azure.pass(30);
    seen.add(
      Object.values(await regions(azure))
        .map(({ state }) => state)
        .join(),
    );
  }
  expect(
    [...seen].some((states) =>
      /Completed.*Replicating|Replicating.*Completed/.test(states.replace('Completed,', '')),
    ),
  ).toBe(true);
  const made = await done(azure, poller);
  expect(made?.provisioningState).toBe('Succeeded');
  expect(made?.publishingProfile).toMatchObject({ excludeFromLatest: true, replicaCount: 1 });
  expect(made?.replicationStatus).toBeUndefined(); // only when asked for
  expect((await get(azure)).replicationStatus?.aggregatedState).toBe('Completed');
});

test('machines can be made where the version is, and only there', async () => {
  const azure = await ready();
  await create(azure, versionBody(BENCH, [REGION, 'eastus'])).submitted();
  const image = { id: computeId('galleries/gal/images/win11/versions/1.0.0') };
  const vm = () => azure.compute.virtualMachines.createOrUpdate(GROUP, 'next', vmBody({ image }));
  const refused = await refusal(vm());
  expect(refused).toMatchObject({ statusCode: 404, code: 'GalleryImageNotFound' });
  expect(refused.message).toContain('not available in westeurope region');
  azure.pass(320);
  expect((await get(azure)).provisioningState).toBe('Creating');
  const made = await done(azure, vm());
  expect(made?.storageProfile?.imageReference?.exactVersion).toBe('1.0.0');
});

test('the source is locked until the version is in its own region', async () => {
  const azure = await ready();
  await create(azure, versionBody(BENCH, [REGION, 'eastus'])).submitted();
  const remove = () => azure.compute.virtualMachines.delete(GROUP, 'bench');
  expect(await refusal(remove())).toMatchObject({ statusCode: 409, code: 'Conflict' });
  azure.pass(320);
  await done(azure, remove());
  azure.pass(900);
  expect((await get(azure)).provisioningState).toBe('Succeeded');
});

test.each<[string, object, string]>([
  ['its own region missing', { targetRegions: [{ name: 'eastus' }] }, 'InvalidParameter'],
  ['a region twice', { targetRegions: [{ name: REGION }, { name: 'West Europe' }] }, 'InvalidParameter'],
  [
    'an unknown region',
    { targetRegions: [{ name: REGION }, { name: 'atlantis' }] },
    'LocationNotAvailableForResourceType',
  ],
  [
    'more than 100 replicas',
    { targetRegions: [{ name: REGION, regionalReplicaCount: 101 }] },
    'InvalidParameter',
  ],
  ['an end of life that is past', { endOfLifeDate: new Date('2020-01-01') }, 'InvalidParameter'],
])('a version with %s is refused', async (_, profile, code) => {
  const azure = await ready();
  expect(await refusal(create(azure, versionBody(BENCH, [REGION], profile)))).toMatchObject({
    statusCode: 400,
    code,
  });
});

test.each(['1.0', '1.0.0.0', 'v1.0.0', '1.00.0', '1.0.2147483648', 'latest'])(
  '%s is no version number',
  async (name) => {
    const azure = await ready();
    expect(await refusal(create(azure, versionBody(BENCH), name))).toMatchObject({
      code: 'InvalidParameter',
    });
  },
);

test('a version has exactly one source, which exists and is in the same region', async () => {
  const azure = await ready();
  const body = versionBody(BENCH);
  expect(await refusal(create(azure, { ...body, storageProfile: {} }))).toMatchObject({
    code: 'InvalidParameter',
  });
  const two = { source: { virtualMachineId: BENCH, id: BENCH } };
  expect(await refusal(create(azure, { ...body, storageProfile: two }))).toMatchObject({
    code: 'InvalidParameter',
  });
  expect(await refusal(create(azure, versionBody(computeId('virtualMachines/none'))))).toMatchObject({
    statusCode: 404,
  });
  expect(await refusal(create(azure, versionBody(computeId('disks/d'))))).toMatchObject({
    code: 'InvalidParameter',
  });
  const elsewhere = { ...versionBody(BENCH, ['eastus']), location: 'eastus' };
  expect(await refusal(create(azure, elsewhere))).toMatchObject({ statusCode: 409, code: 'Conflict' });
});

test('a source that still runs, or is not generalized, is refused', async () => {
  const azure = await startAzure();
  await galleryWith(azure);
  await runningVm(azure, 'bench');
  const refused = await refusal(create(azure, versionBody(BENCH)));
  expect(refused).toMatchObject({ statusCode: 409, code: 'OperationNotAllowed' });
  expect(refused.message).toContain('not generalized');
  await done(azure, azure.compute.virtualMachines.powerOff(GROUP, 'bench'));
  await azure.compute.virtualMachines.generalize(GROUP, 'bench');
  expect((await refusal(create(azure, versionBody(BENCH)))).message).toContain('not deallocated');
  await done(azure, azure.compute.virtualMachines.deallocate(GROUP, 'bench'));
  await create(azure, versionBody(BENCH)).submitted();
});

test('generation, security type and plan of source and definition must agree', async () => {
  const azure = await ready();
  const { galleryImages } = azure.compute;
  const define = (name: string, body: Parameters<typeof definitionBody>[0]) => {
    const identifier = { publisher: 'contoso', offer: 'avd', sku: name };
    return done(
      azure,
      galleryImages.createOrUpdate(GROUP, 'gal', name, definitionBody({ ...body, identifier })),
    );
  };
  await define('v1', { hyperVGeneration: 'V1', features: [] });
  await define('supported', { features: [{ name: 'SecurityType', value: 'TrustedLaunchSupported' }] });
  await define('bought', { purchasePlan: { name: 'a', publisher: 'b', product: 'c' } });
  await define('specialized', { osState: 'Specialized' });
  const into = (name: string) =>
    refusal(versions(azure).createOrUpdate(GROUP, 'gal', name, '1.0.0', versionBody(BENCH)));
  expect(await into('v1')).toMatchObject({ statusCode: 409, code: 'Conflict' });
  expect((await into('v1')).message).toContain(
    "different Hypervisor generation ['V2'] than the parent gallery image Hypervisor generation ['V1']",
  );
  expect((await into('supported')).message).toContain("SecurityType ['TrustedLaunch']");
  expect((await into('bought')).message).toContain('different plan');
  expect((await into('specialized')).message).toContain('is generalized');
  expect(await into('none')).toMatchObject({ code: 'ParentResourceNotFound' });
});

test('a plain VM is captured into a Standard definition only, and then makes plain VMs', async () => {
  const azure = await startAzure();
  await galleryWith(azure, { features: [{ name: 'SecurityType', value: 'Standard' }] });
  await generalizedVm(azure, 'bench', { securityType: 'Standard' });
  await done(azure, create(azure, versionBody(BENCH)));
  const image = { id: computeId('galleries/gal/images/win11/versions/1.0.0') };
  const vm = (securityType: 'Standard' | 'TrustedLaunch') =>
    azure.compute.virtualMachines.createOrUpdate(GROUP, 'next', vmBody({ image, securityType }));
  expect((await refusal(vm('TrustedLaunch'))).message).toContain('TrustedLaunch');
  await done(azure, vm('Standard'));
});

test('a Trusted Launch image makes Trusted Launch VMs only', async () => {
  const azure = await ready();
  await done(azure, create(azure, versionBody(BENCH)));
  const image = { id: computeId('galleries/gal/images/win11/versions/1.0.0') };
  const body = vmBody({ image, securityType: 'Standard' });
  const refused = await refusal(azure.compute.virtualMachines.createOrUpdate(GROUP, 'next', body));
  expect(refused.message).toContain("only supports creation of VMs and VM Scale Sets with 'TrustedLaunch'");
});

test('latest is the highest number that is not excluded and is there', async () => {
  const azure = await ready();
  const image = { id: computeId('galleries/gal/images/win11') };
  const exact = async (name: string) => {
    const made = await done(
      azure,
      azure.compute.virtualMachines.createOrUpdate(GROUP, name, vmBody({ image })),
    );
    return made?.storageProfile?.imageReference?.exactVersion;
  };
  await done(azure, create(azure, versionBody(BENCH), '1.0.0'));
  expect(
    (await refusal(azure.compute.virtualMachines.createOrUpdate(GROUP, 'x', vmBody({ image })))).message,
  ).toContain('no latest');
  const listed = versionBody(BENCH, [REGION], { excludeFromLatest: false });
  await done(azure, create(azure, listed, '1.9.0'));
  await done(azure, create(azure, listed, '1.10.0'));
  expect(await exact('a')).toBe('1.10.0');
  await done(
    azure,
    versions(azure).update(GROUP, 'gal', 'win11', '1.10.0', {
      publishingProfile: { excludeFromLatest: true },
    }),
  );
  expect(await exact('b')).toBe('1.9.0');
});

test('a guest captured without sysprep makes machines that never come up', async () => {
  const azure = await ready({ sysprep: false });
  await done(azure, create(azure, versionBody(BENCH)));
  const image = { id: computeId('galleries/gal/images/win11/versions/1.0.0') };
  const poller = azure.compute.virtualMachines.createOrUpdate(GROUP, 'next', vmBody({ image }));
  await poller.submitted();
  azure.pass(1190);
  expect((await azure.compute.virtualMachines.get(GROUP, 'next')).provisioningState).toBe('Creating');
  await expect(done(azure, poller)).rejects.toThrow('OSProvisioningTimedOut');
  const view = await azure.compute.virtualMachines.instanceView(GROUP, 'next');
  expect(view.vmAgent?.statuses?.[0]?.displayStatus).toBe('Not Ready');
});

test('one change at a time: promotion waits for the replication before it', async () => {
  const azure = await ready();
  const poller = create(azure, versionBody(BENCH));
  await poller.submitted();
  const promote = () =>
    versions(azure).update(GROUP, 'gal', 'win11', '1.0.0', {
      publishingProfile: { excludeFromLatest: false },
      storageProfile: {},
    });
  expect(await refusal(promote())).toMatchObject({ statusCode: 409, code: 'Conflict' });
  expect(await refusal(versions(azure).delete(GROUP, 'gal', 'win11', '1.0.0'))).toMatchObject({
    statusCode: 409,
  });
  await done(azure, poller);
  const change = promote();
  await change.submitted();
  expect((await get(azure)).provisioningState).toBe('Updating');
  azure.pass(60);
  expect(await get(azure)).toMatchObject({
    provisioningState: 'Succeeded',
    publishingProfile: { excludeFromLatest: false },
  });
});

test('regions are added, and removed only when that was allowed', async () => {
  const azure = await ready();
  await done(azure, create(azure, versionBody(BENCH)));
  const update = (names: string[], more: object = {}) =>
    versions(azure).update(GROUP, 'gal', 'win11', '1.0.0', {
      publishingProfile: { targetRegions: names.map((name) => ({ name })) },
      ...more,
    });
  await done(azure, update([REGION, 'eastus']));
  expect(Object.keys(await regions(azure))).toEqual(['West Europe', 'East US']);
  const refused = await refusal(update([REGION]));
  expect(refused).toMatchObject({ statusCode: 400, code: 'BadRequest' });
  expect(refused.message).toContain('Complete set of target locations not specified');
  await done(azure, update([REGION], { safetyProfile: { allowDeletionOfReplicatedLocations: true } }));
  expect(Object.keys(await regions(azure))).toEqual(['West Europe']);
  expect(await refusal(update(['eastus']))).toMatchObject({ code: 'InvalidParameter' });
});

test('storage type and source are for life', async () => {
  const azure = await ready();
  const body = versionBody(BENCH);
  await done(azure, create(azure, body));
  const premium = versionBody(BENCH, [REGION], { storageAccountType: 'Premium_LRS' });
  expect(await refusal(create(azure, premium))).toMatchObject({ code: 'PropertyChangeNotAllowed' });
  const other = versionBody(computeId('virtualMachines/other'));
  expect(await refusal(create(azure, other))).toMatchObject({ code: 'PropertyChangeNotAllowed' });
  await done(azure, create(azure, body)); // the same once more changes nothing
});

test('a region can fail or stall by itself, and a second try repairs it', async () => {
  const azure = await ready();
  azure.arm.world.faults.add({
    method: 'PUT',
    path: 'versions/1.0.0',
    fault: 'fail-replication',
    region: 'eastus',
    times: 1,
  });
  const body = versionBody(BENCH, [REGION, 'eastus', 'northeurope']);
  await expect(done(azure, create(azure, body))).rejects.toThrow('ReplicationJobFailed');
  const failed = await get(azure);
  expect(failed).toMatchObject({
    provisioningState: 'Failed',
    replicationStatus: { aggregatedState: 'Failed' },
  });
  expect((await regions(azure))['East US']?.state).toBe('Failed');
  expect((await regions(azure))['North Europe']?.state).toBe('Completed');
  await done(azure, azure.compute.virtualMachines.delete(GROUP, 'bench')); // no longer needed
  await done(azure, create(azure, body));
  expect((await regions(azure))['East US']).toEqual({ state: 'Completed', progress: 100 });
});

test('a stalled region stands still, and is given up after hours', async () => {
  const azure = await ready();
  azure.arm.world.faults.add({
    method: 'PUT',
    path: 'versions/1.0.0',
    fault: 'stall-replication',
    region: 'East US',
  });
  await create(azure, versionBody(BENCH, [REGION, 'eastus'])).submitted();
  azure.pass(1500);
  const before = (await regions(azure))['East US'];
  expect(before?.state).toBe('Replicating');
  azure.pass(7200);
  expect((await regions(azure))['East US']).toEqual(before);
  expect((await get(azure)).provisioningState).toBe('Creating');
  azure.pass(6 * 3600);
  expect((await get(azure)).provisioningState).toBe('Failed');
});

test('when the first copy fails the source is needed again', async () => {
  const azure = await ready();
  azure.arm.world.faults.add({
    method: 'PUT',
    path: 'versions/1.0.0',
    fault: 'fail-operation',
    code: 'InternalExecutionError',
    times: 1,
  });
  const body = versionBody(BENCH, [REGION, 'eastus']);
  await expect(done(azure, create(azure, body))).rejects.toThrow('InternalExecutionError');
  azure.pass(3600);
  expect((await get(azure)).replicationStatus?.aggregatedState).toBe('Failed');
  const again = create(azure, body);
  await again.submitted();
  expect(await refusal(azure.compute.virtualMachines.delete(GROUP, 'bench'))).toMatchObject({
    statusCode: 409,
  });
  await done(azure, again);
  expect((await get(azure)).replicationStatus?.aggregatedState).toBe('Completed');
});

test('a version can be kept from being deleted before its end of life', async () => {
  const azure = await ready();
  const endOfLifeDate = new Date('2026-03-11T00:00:00Z');
  const body = {
    ...versionBody(BENCH, [REGION], { endOfLifeDate }),
    safetyProfile: { blockDeletionBeforeEndOfLife: true },
  };
  await done(azure, create(azure, body));
  const remove = () => versions(azure).delete(GROUP, 'gal', 'win11', '1.0.0');
  expect(await refusal(remove())).toMatchObject({ code: 'DeleteGalleryImageVersionBlockedBeforeEndOfLife' });
  azure.pass(86_400);
  await done(azure, remove());
  expect(await refusal(get(azure))).toMatchObject({ statusCode: 404 });
});

test('a version is made from another version of the gallery', async () => {
  const azure = await ready({ sysprep: false });
  await done(azure, create(azure, versionBody(BENCH)));
  const source = { id: computeId('galleries/gal/images/win11/versions/1.0.0') };
  const body = { ...versionBody(BENCH), storageProfile: { source } };
  await done(azure, create(azure, body, '1.0.1'));
  const image = { id: source.id.replace('1.0.0', '1.0.1') };
  const vm = azure.compute.virtualMachines.createOrUpdate(GROUP, 'next', vmBody({ image }));
  await expect(done(azure, vm)).rejects.toThrow('OSProvisioningTimedOut'); // what was wrong with the first is copied
});
