import { expect, test } from 'vitest';
import { computeId, done, GROUP, REGION, refusal, startAzure } from './azure.ts';
import { definitionBody, galleryWith, generalizedVm, versionBody } from './bench.ts';

test('a gallery is made, renamed never, deleted when empty', async () => {
  const azure = await startAzure();
  const { galleries } = azure.compute;
  const made = await done(
    azure,
    galleries.createOrUpdate(GROUP, 'gal', { location: REGION, description: 'ours' }),
  );
  expect(made).toMatchObject({ provisioningState: 'Succeeded', description: 'ours' });
  expect(made?.identifier?.uniqueName).toBeTruthy();
  expect(await refusal(galleries.createOrUpdate(GROUP, 'no-dashes', { location: REGION }))).toMatchObject({
    code: 'InvalidParameter',
  });
  expect(await refusal(galleries.createOrUpdate(GROUP, 'gal', { location: 'westus' }))).toMatchObject({
    code: 'InvalidResourceLocation',
  });
  await done(azure, galleries.update(GROUP, 'gal', { tags: { a: 'b' } }));
  await done(azure, galleries.delete(GROUP, 'gal'));
  expect(await refusal(galleries.get(GROUP, 'gal'))).toMatchObject({ statusCode: 404 });
});

test('a definition that says nothing is for generation 2 and Trusted Launch', async () => {
  const azure = await startAzure();
  await galleryWith(azure);
  const {
    features: _,
    hyperVGeneration: __,
    ...silent
  } = definitionBody({ identifier: { publisher: 'a', offer: 'b', sku: 'c' } });
  const made = await done(azure, azure.compute.galleryImages.createOrUpdate(GROUP, 'gal', 'silent', silent));
  expect(made).toMatchObject({ hyperVGeneration: 'V2', architecture: 'x64' });
  expect(made?.features).toEqual([{ name: 'SecurityType', value: 'TrustedLaunchSupported' }]);
});

test.each<[string, Parameters<typeof definitionBody>[0], string]>([
  ['osState', { osState: 'Specialized' }, 'PropertyChangeNotAllowed'],
  ['generation', { hyperVGeneration: 'V1', features: [] }, 'PropertyChangeNotAllowed'],
  ['identifier', { identifier: { publisher: 'x', offer: 'avd', sku: 'win11' } }, 'PropertyChangeNotAllowed'],
  ['features', { features: [{ name: 'SecurityType', value: 'Standard' }] }, 'PropertyChangeNotAllowed'],
  ['region', { location: 'northeurope' }, 'InvalidResourceLocation'],
])('the %s of a definition does not change', async (_, change, code) => {
  const azure = await startAzure();
  await galleryWith(azure);
  const request = azure.compute.galleryImages.createOrUpdate(GROUP, 'gal', 'win11', definitionBody(change));
  expect(await refusal(request)).toMatchObject({ statusCode: 409, code });
});

test('a definition needs a gallery, its identifier to itself, and all its parts', async () => {
  const azure = await startAzure();
  const { galleryImages } = azure.compute;
  expect(await refusal(galleryImages.createOrUpdate(GROUP, 'none', 'win11', definitionBody()))).toMatchObject(
    { code: 'ParentResourceNotFound' },
  );
  await galleryWith(azure);
  expect(await refusal(galleryImages.createOrUpdate(GROUP, 'gal', 'twin', definitionBody()))).toMatchObject({
    code: 'Conflict',
  });
  const bare = definitionBody({ identifier: { publisher: 'x', offer: 'y', sku: '' } });
  expect(await refusal(galleryImages.createOrUpdate(GROUP, 'gal', 'bare', bare))).toMatchObject({
    code: 'InvalidParameter',
  });
  const v1 = definitionBody({ hyperVGeneration: 'V1', identifier: { publisher: 'x', offer: 'y', sku: 'z' } });
  expect(await refusal(galleryImages.createOrUpdate(GROUP, 'gal', 'v1', v1))).toMatchObject({
    code: 'InvalidParameter',
  });
  const again = await done(
    azure,
    galleryImages.createOrUpdate(GROUP, 'gal', 'win11', definitionBody({ description: 'new' })),
  );
  expect(again?.description).toBe('new');
});

test('deleting goes bottom-up, and ARM counts a deleted child for a while longer', async () => {
  const azure = await startAzure();
  const { galleries, galleryImages, galleryImageVersions } = azure.compute;
  await galleryWith(azure);
  await generalizedVm(azure, 'bench');
  const body = versionBody(computeId('virtualMachines/bench'));
  await done(azure, galleryImageVersions.createOrUpdate(GROUP, 'gal', 'win11', '1.0.0', body));
  const nested = { statusCode: 409, message: 'Can not delete resource before nested resources are deleted.' };
  expect(await refusal(galleries.delete(GROUP, 'gal'))).toMatchObject(nested);
  expect(await refusal(galleryImages.delete(GROUP, 'gal', 'win11'))).toMatchObject(nested);
  await galleryImageVersions.delete(GROUP, 'gal', 'win11', '1.0.0').submitted();
  const version = computeId('galleries/gal/images/win11/versions/1.0.0');
  while (azure.arm.world.resources.find(version)) azure.pass(1);
  expect(await refusal(galleryImages.delete(GROUP, 'gal', 'win11'))).toMatchObject(nested);
  azure.pass(60);
  await done(azure, galleryImages.delete(GROUP, 'gal', 'win11'));
  azure.pass(60);
  await done(azure, galleries.delete(GROUP, 'gal'));
});

test('all is listed: galleries, definitions, versions', async () => {
  const azure = await startAzure();
  await galleryWith(azure);
  const names = async (list: AsyncIterable<{ name?: string }>) => {
    const found = [];
    for await (const { name } of list) found.push(name);
    return found;
  };
  expect(await names(azure.compute.galleries.list())).toEqual(['gal']);
  expect(await names(azure.compute.galleries.listByResourceGroup(GROUP))).toEqual(['gal']);
  expect(await names(azure.compute.galleryImages.listByGallery(GROUP, 'gal'))).toEqual(['win11']);
  expect(await names(azure.compute.galleryImageVersions.listByGalleryImage(GROUP, 'gal', 'win11'))).toEqual(
    [],
  );
});
