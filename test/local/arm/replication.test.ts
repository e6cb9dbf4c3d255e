import { expect, test } from 'vitest';
import { computeId, done, GROUP, REGION, refusal, type Azure } from './azure.ts';
import { BENCH, createVersion, getVersion, readyToCapture, versionBody, versions, vmBody } from './bench.ts';

const regions = async (azure: Azure): Promise<Record<string, { state?: string; progress?: number }>> => {
  const { replicationStatus } = await getVersion(azure);
  return Object.fromEntries(
    replicationStatus?.summary?.map(({ region, state, progress }) => [region, { state, progress }]) ?? [],
  );
};

test('a version is copied to its own region first, then to each other one at its own pace', async () => {
  const azure = await readyToCapture();
  const poller = createVersion(azure, versionBody(BENCH, [REGION, 'northeurope', 'eastus']));
  await poller.submitted();
  azure.pass(100);
  expect(await getVersion(azure)).toMatchObject({
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
  expect((await getVersion(azure)).replicationStatus?.aggregatedState).toBe('Completed');
});

test('machines can be made where the version is, and only there', async () => {
  const azure = await readyToCapture();
  await createVersion(azure, versionBody(BENCH, [REGION, 'eastus'])).submitted();
  const image = { id: computeId('galleries/gal/images/win11/versions/1.0.0') };
  const vm = () => azure.compute.virtualMachines.createOrUpdate(GROUP, 'next', vmBody({ image }));
  const refused = await refusal(vm());
  expect(refused).toMatchObject({ statusCode: 404, code: 'GalleryImageNotFound' });
  expect(refused.message).toContain('not available in westeurope region');
  azure.pass(320);
  expect((await getVersion(azure)).provisioningState).toBe('Creating');
  const made = await done(azure, vm());
  expect(made?.storageProfile?.imageReference?.exactVersion).toBe('1.0.0');
});

test('the source is locked until the version is in its own region', async () => {
  const azure = await readyToCapture();
  await createVersion(azure, versionBody(BENCH, [REGION, 'eastus'])).submitted();
  const remove = () => azure.compute.virtualMachines.delete(GROUP, 'bench');
  expect(await refusal(remove())).toMatchObject({ statusCode: 409, code: 'Conflict' });
  azure.pass(320);
  await done(azure, remove());
  azure.pass(900);
  expect((await getVersion(azure)).provisioningState).toBe('Succeeded');
});

test('regions are added, and removed only when that was allowed', async () => {
  const azure = await readyToCapture();
  await done(azure, createVersion(azure, versionBody(BENCH)));
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

test('a region can fail or stall by itself, and a second try repairs it', async () => {
  const azure = await readyToCapture();
  azure.arm.world.faults.add({
    method: 'PUT',
    path: 'versions/1.0.0',
    fault: 'fail-replication',
    region: 'eastus',
    times: 1,
  });
  const body = versionBody(BENCH, [REGION, 'eastus', 'northeurope']);
  await expect(done(azure, createVersion(azure, body))).rejects.toThrow('ReplicationJobFailed');
  const failed = await getVersion(azure);
  expect(failed).toMatchObject({
    provisioningState: 'Failed',
    replicationStatus: { aggregatedState: 'Failed' },
  });
  expect((await regions(azure))['East US']?.state).toBe('Failed');
  expect((await regions(azure))['North Europe']?.state).toBe('Completed');
  await done(azure, azure.compute.virtualMachines.delete(GROUP, 'bench')); // no longer needed
  await done(azure, createVersion(azure, body));
  expect((await regions(azure))['East US']).toEqual({ state: 'Completed', progress: 100 });
});

test('a stalled region stands still, and is given up after hours', async () => {
  const azure = await readyToCapture();
  azure.arm.world.faults.add({
    method: 'PUT',
    path: 'versions/1.0.0',
    fault: 'stall-replication',
    region: 'East US',
  });
  await createVersion(azure, versionBody(BENCH, [REGION, 'eastus'])).submitted();
  azure.pass(1500);
  const before = (await regions(azure))['East US'];
  expect(before?.state).toBe('Replicating');
  azure.pass(7200);
  expect((await regions(azure))['East US']).toEqual(before);
  expect((await getVersion(azure)).provisioningState).toBe('Creating');
  azure.pass(6 * 3600);
  expect((await getVersion(azure)).provisioningState).toBe('Failed');
});

test('when the first copy fails the source is needed again', async () => {
  const azure = await readyToCapture();
  azure.arm.world.faults.add({
    method: 'PUT',
    path: 'versions/1.0.0',
    fault: 'fail-operation',
    code: 'InternalExecutionError',
    times: 1,
  });
  const body = versionBody(BENCH, [REGION, 'eastus']);
  await expect(done(azure, createVersion(azure, body))).rejects.toThrow('InternalExecutionError');
  azure.pass(3600);
  expect((await getVersion(azure)).replicationStatus?.aggregatedState).toBe('Failed');
  const again = createVersion(azure, body);
  await again.submitted();
  expect(await refusal(azure.compute.virtualMachines.delete(GROUP, 'bench'))).toMatchObject({
    statusCode: 409,
  });
  await done(azure, again);
  expect((await getVersion(azure)).replicationStatus?.aggregatedState).toBe('Completed');
});
