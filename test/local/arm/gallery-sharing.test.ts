import { expect, test } from 'vitest';
import { computeId, done, GROUP, REGION, refusal, startAzure, SUBSCRIPTION } from './azure.ts';
import { definitionBody } from './bench.ts';

const expand = { expand: 'SharingProfile/Groups' } as const;
const guid = (n: number) => `00000000-0000-0000-0000-${String(n).padStart(12, '0')}`;

async function withGallery(permissions = 'Groups') {
  const azure = await startAzure();
  const body = { location: REGION, sharingProfile: { permissions } };
  await done(azure, azure.compute.galleries.createOrUpdate(GROUP, 'gal', body));
  const share = (operationType: string, ids: string[], type = 'Subscriptions') =>
    azure.compute.gallerySharingProfile.update(GROUP, 'gal', { operationType, groups: [{ type, ids }] });
  const groups = async () => (await azure.compute.galleries.get(GROUP, 'gal', expand)).sharingProfile?.groups;
  return { azure, share, groups };
}

test('a gallery made to be shared is shared by name, and shows it when asked to', async () => {
  const { azure, share, groups } = await withGallery();
  await share('Add', [guid(1)]).submitted();
  const { galleries } = azure.compute;
  expect((await galleries.get(GROUP, 'gal', expand)).sharingStatus?.aggregatedState).toBe('InProgress');
  expect(await refusal(share('Add', [guid(2)]))).toMatchObject({ statusCode: 409, code: 'Conflict' });
  azure.pass(60);
  await done(azure, share('Add', [guid(2)]));
  await done(azure, share('Add', [guid(9)], 'AADTenants'));
  await done(azure, share('Remove', [guid(1)]));
  expect(await groups()).toEqual([
    { type: 'Subscriptions', ids: [guid(2)] },
    { type: 'AADTenants', ids: [guid(9)] },
  ]);
  const silent = await galleries.get(GROUP, 'gal');
  expect(silent.sharingProfile).toEqual({ permissions: 'Groups' });
  await done(azure, galleries.update(GROUP, 'gal', { tags: { a: 'b' } }));
  expect(await groups()).toHaveLength(2);
  expect(await refusal(galleries.delete(GROUP, 'gal'))).toMatchObject({ code: 'OperationNotAllowed' });
  await done(azure, azure.compute.gallerySharingProfile.update(GROUP, 'gal', { operationType: 'Reset' }));
  await done(azure, galleries.delete(GROUP, 'gal'));
});

test('a gallery made private stays so', async () => {
  const { azure, share } = await withGallery('Private');
  expect(await refusal(share('Add', [guid(1)]))).toMatchObject({
    statusCode: 409,
    code: 'OperationNotAllowed',
  });
  const groups = { location: REGION, sharingProfile: { permissions: 'Groups' } };
  const { galleries } = azure.compute;
  expect(await refusal(galleries.createOrUpdate(GROUP, 'gal', groups))).toMatchObject({
    code: 'PropertyChangeNotAllowed',
  });
  expect(await refusal(galleries.update(GROUP, 'gal', groups))).toMatchObject({
    code: 'PropertyChangeNotAllowed',
  });
});

test.each<[string, string, string[], string?]>([
  ['what is no id', 'Add', ['somebody']],
  ['more than 30 subscriptions', 'Add', Array.from({ length: 31 }, (_, n) => guid(n))],
  ['more than 5 tenants', 'Add', Array.from({ length: 6 }, (_, n) => guid(n)), 'AADTenants'],
  ['another kind of group', 'Add', [guid(1)], 'Everybody'],
  ['another operation', 'Enable', [guid(1)]],
])('sharing refuses %s', async (_, operationType, ids, type) => {
  const { share, groups } = await withGallery();
  expect(await refusal(share(operationType, ids, type))).toMatchObject({
    statusCode: 400,
    code: 'InvalidParameter',
  });
  expect(await groups()).toEqual([]);
});

test('a version of a gallery that is shared is made where the gallery is', async () => {
  const { azure } = await withGallery();
  const { galleryImages, galleryImageVersions } = azure.compute;
  await done(azure, galleryImages.createOrUpdate(GROUP, 'gal', 'win11', definitionBody()));
  const away = { location: 'northeurope', storageProfile: {} };
  expect(
    await refusal(galleryImageVersions.createOrUpdate(GROUP, 'gal', 'win11', '1.0.0', away)),
  ).toMatchObject({
    code: 'InvalidParameter',
  });
});

test('a subscription says whose it is', async () => {
  const azure = await startAzure();
  const { body } = await azure.ask('GET', `/subscriptions/${SUBSCRIPTION}?api-version=2022-12-01`);
  expect(body).toMatchObject({ tenantId: '11111111-1111-1111-1111-111111111111', state: 'Enabled' });
});

test('what the client has no right to it may not do, nor link to', async () => {
  const { azure } = await withGallery();
  const { galleries, galleryImages, galleryImageVersions } = azure.compute;
  const gallery = computeId('galleries/gal');
  await done(azure, galleryImages.createOrUpdate(GROUP, 'gal', 'win11', definitionBody()));
  const withheld = await azure.ask('POST', '/local/rights', { scope: gallery, verb: 'write' });
  expect(withheld.status).toBe(201);
  expect(await galleries.get(GROUP, 'gal')).toMatchObject({ name: 'gal' });
  expect(await refusal(galleries.delete(GROUP, 'gal'))).toMatchObject({
    statusCode: 403,
    code: 'AuthorizationFailed',
  });
  await azure.ask('DELETE', '/local/rights');
  const source = computeId('galleries/theirs/images/win11/versions/1.0.0');
  await azure.ask('POST', '/local/rights', { scope: computeId('galleries/theirs') });
  const linked = { location: REGION, storageProfile: { source: { id: source } } };
  expect(
    await refusal(galleryImageVersions.createOrUpdate(GROUP, 'gal', 'win11', '1.0.0', linked)),
  ).toMatchObject({ statusCode: 403, code: 'LinkedAuthorizationFailed' });
  expect((await azure.ask('POST', '/local/rights', {})).status).toBe(400);
  expect((await azure.ask('GET', '/local/rights')).body.withheld).toHaveLength(1);
});
