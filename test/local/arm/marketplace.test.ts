import { expect, test } from 'vitest';
import { refusal, REGION, startAzure } from './azure.ts';

const PUBLISHER = 'MicrosoftWindowsDesktop';
const AVD = [PUBLISHER, 'windows-11', 'win11-24h2-avd'] as const;

test('publishers, offers and SKUs are listed as bare arrays', async () => {
  const { virtualMachineImages: images } = (await startAzure()).compute;
  const names = (list: { name: string }[]) => list.map(({ name }) => name);
  expect(names(await images.listPublishers(REGION))).toContain(PUBLISHER);
  expect(names(await images.listOffers(REGION, PUBLISHER))).toContain('windows-11');
  expect(names(await images.listSkus(REGION, PUBLISHER, 'windows-11'))).toEqual([
    'win11-24h2-avd',
    'win11-23h2-avd',
  ]);
});

test('versions are sorted, cut and expanded as asked, and differ from region to region', async () => {
  const { virtualMachineImages: images } = (await startAzure()).compute;
  const names = (list: { name: string }[]) => list.map(({ name }) => name);
  expect(names(await images.list(REGION, ...AVD))).toEqual(['26100.6584.250904', '26100.6899.251011']);
  expect(names(await images.list(REGION, ...AVD, { top: 1, orderby: 'name desc' }))).toEqual([
    '26100.6899.251011',
  ]);
  expect(names(await images.list('japaneast', ...AVD))).toEqual(['26100.6584.250904']);
  const [first] = await images.listWithProperties(REGION, ...AVD, 'Properties');
  expect(first?.hyperVGeneration).toBe('V2');
});

test('a version tells generation, security type, architecture and plan', async () => {
  const { virtualMachineImages: images } = (await startAzure()).compute;
  const windows = await images.get(REGION, ...AVD, '26100.6899.251011');
  expect(windows).toMatchObject({ hyperVGeneration: 'V2', architecture: 'x64', location: REGION });
  expect(windows.features).toContainEqual({ name: 'SecurityType', value: 'TrustedLaunchSupported' });
  expect(windows.plan).toBeUndefined();
  const cis = ['center-for-internet-security-inc', 'cis-windows-desktop', 'cis-windows-11-l1-gen2'] as const;
  expect((await images.get(REGION, ...cis, '1.0.14')).plan?.name).toBe('cis-windows-11-l1-gen2');
});

test('what is not sold is not found', async () => {
  const { virtualMachineImages: images } = (await startAzure()).compute;
  expect(await refusal(images.listOffers(REGION, 'nobody'))).toMatchObject({
    statusCode: 404,
    code: 'NotFound',
  });
  expect(await refusal(images.get(REGION, ...AVD, '1.2.3'))).toMatchObject({ statusCode: 404 });
  expect(await refusal(images.get('japaneast', ...AVD, '26100.6899.251011'))).toMatchObject({
    statusCode: 404,
  });
  expect(await refusal(images.listPublishers('atlantis'))).toMatchObject({
    code: 'LocationNotAvailableForResourceType',
  });
});
