import { expect, test } from 'vitest';
import { computeId, done, GROUP, REGION, refusal } from './azure.ts';
import { BENCH, createVersion, getVersion, readyToCapture, versionBody, versions, vmBody } from './bench.ts';

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
  const azure = await readyToCapture();
  expect(await refusal(createVersion(azure, versionBody(BENCH, [REGION], profile)))).toMatchObject({
    statusCode: 400,
    code,
  });
});

test.each(['1.0', '1.0.0.0', 'v1.0.0', '1.00.0', '1.0.2147483648', 'latest'])(
  '%s is no version number',
  async (name) => {
    const azure = await readyToCapture();
    expect(await refusal(createVersion(azure, versionBody(BENCH), name))).toMatchObject({
      code: 'InvalidParameter',
    });
  },
);

test('latest is the highest number that is not excluded and is there', async () => {
  const azure = await readyToCapture();
  const image = { id: computeId('galleries/gal/images/win11') };
  const exact = async (name: string) => {
    const made = await done(
      azure,
      azure.compute.virtualMachines.createOrUpdate(GROUP, name, vmBody({ image })),
    );
    return made?.storageProfile?.imageReference?.exactVersion;
  };
  await done(azure, createVersion(azure, versionBody(BENCH), '1.0.0'));
  expect(
    (await refusal(azure.compute.virtualMachines.createOrUpdate(GROUP, 'x', vmBody({ image })))).message,
  ).toContain('no latest');
  const listed = versionBody(BENCH, [REGION], { excludeFromLatest: false });
  await done(azure, createVersion(azure, listed, '1.9.0'));
  await done(azure, createVersion(azure, listed, '1.10.0'));
  expect(await exact('a')).toBe('1.10.0');
  await done(
    azure,
    versions(azure).update(GROUP, 'gal', 'win11', '1.10.0', {
      publishingProfile: { excludeFromLatest: true },
    }),
  );
  expect(await exact('b')).toBe('1.9.0');
});

test('one change at a time: promotion waits for the replication before it', async () => {
  const azure = await readyToCapture();
  const poller = createVersion(azure, versionBody(BENCH));
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
  expect((await getVersion(azure)).provisioningState).toBe('Updating');
  azure.pass(60);
  expect(await getVersion(azure)).toMatchObject({
    provisioningState: 'Succeeded',
    publishingProfile: { excludeFromLatest: false },
  });
});

test('storage type and source are for life', async () => {
  const azure = await readyToCapture();
  const body = versionBody(BENCH);
  await done(azure, createVersion(azure, body));
  const premium = versionBody(BENCH, [REGION], { storageAccountType: 'Premium_LRS' });
  expect(await refusal(createVersion(azure, premium))).toMatchObject({ code: 'PropertyChangeNotAllowed' });
  const other = versionBody(computeId('virtualMachines/other'));
  expect(await refusal(createVersion(azure, other))).toMatchObject({ code: 'PropertyChangeNotAllowed' });
  await done(azure, createVersion(azure, body)); // the same once more changes nothing
});

test('a version can be kept from being deleted before its end of life', async () => {
  const azure = await readyToCapture();
  const endOfLifeDate = new Date('2026-03-11T00:00:00Z');
  const body = {
    ...versionBody(BENCH, [REGION], { endOfLifeDate }),
    safetyProfile: { blockDeletionBeforeEndOfLife: true },
  };
  await done(azure, createVersion(azure, body));
  const remove = () => versions(azure).delete(GROUP, 'gal', 'win11', '1.0.0');
  expect(await refusal(remove())).toMatchObject({ code: 'DeleteGalleryImageVersionBlockedBeforeEndOfLife' });
  azure.pass(86_400);
  await done(azure, remove());
  expect(await refusal(getVersion(azure))).toMatchObject({ statusCode: 404 });
});
