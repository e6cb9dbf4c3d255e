import type { ResourceSku } from '@azure/arm-compute';
import { expect, test } from 'vitest';
import { done, GROUP, left, REGION, refusal, startAzure, type Azure } from './azure.ts';
import { vmBody } from './bench.ts';

async function skus(azure: Azure, filter = `location eq '${REGION}'`): Promise<ResourceSku[]> {
  const found = [];
  for await (const sku of azure.compute.resourceSkus.list({ filter })) found.push(sku);
  return found;
}

const capability = (sku: ResourceSku | undefined, wanted: string) =>
  sku?.capabilities?.find(({ name }) => name === wanted)?.value;
const ofSize = (vmSize: string, more: object = {}) => ({ ...vmBody(), hardwareProfile: { vmSize }, ...more });
const create = (azure: Azure, body: ReturnType<typeof ofSize>, name = 'made') =>
  azure.compute.virtualMachines.createOrUpdate(GROUP, name, body);

test('sizes say what they can do', async () => {
  const azure = await startAzure();
  const all = await skus(azure);
  const named = (name: string) => all.find((sku) => sku.name === name);
  expect(named('Standard_D4s_v5')).toMatchObject({
    resourceType: 'virtualMachines',
    family: 'standardDSv5Family',
    locations: ['WestEurope'],
    restrictions: [],
  });
  const able = ['vCPUs', 'MemoryGB', 'HyperVGenerations', 'CpuArchitectureType', 'PremiumIO'];
  expect(able.map((one) => capability(named('Standard_D4s_v5'), one))).toEqual([
    '4',
    '16',
    'V1,V2',
    'x64',
    'True',
  ]);
  expect(capability(named('Standard_D4s_v5'), 'TrustedLaunchDisabled')).toBeUndefined();
  expect(capability(named('Standard_D2ps_v5'), 'CpuArchitectureType')).toBe('Arm64');
  expect(capability(named('Standard_D2ps_v5'), 'TrustedLaunchDisabled')).toBe('True');
  expect((await skus(azure, '')).length).toBeGreaterThan(all.length);
});

test('a size that is restricted says so, and is refused', async () => {
  const azure = await startAzure();
  const restrict = (body: object) => azure.ask('POST', '/local/sku-restrictions', body);
  expect((await restrict({ size: 'Standard_D4s_v5', location: REGION })).status).toBe(201);
  expect((await restrict({ size: 'Standard_D8s_v5', location: REGION, zones: ['2'] })).status).toBe(201);
  const all = await skus(azure);
  const of = (name: string) => all.find((sku) => sku.name === name)?.restrictions;
  expect(of('Standard_D4s_v5')).toMatchObject([
    { type: 'Location', reasonCode: 'NotAvailableForSubscription' },
  ]);
  expect(of('Standard_D8s_v5')).toMatchObject([{ type: 'Zone', restrictionInfo: { zones: ['2'] } }]);
  const refused = await refusal(create(azure, ofSize('Standard_D4s_v5')));
  expect(refused).toMatchObject({ statusCode: 409, code: 'SkuNotAvailable' });
  expect(refused.message).toContain(`is currently not available in location '${REGION}'`);
  expect((await refusal(create(azure, ofSize('Standard_D8s_v5', { zones: ['2'] })))).code).toBe(
    'SkuNotAvailable',
  );
  await done(azure, create(azure, ofSize('Standard_D8s_v5', { zones: ['1'] })));
  await azure.ask('DELETE', '/local/sku-restrictions');
  await done(azure, create(azure, ofSize('Standard_D4s_v5'), 'other'));
});

const ubuntu = (sku: string) => ({
  imageReference: { publisher: 'Canonical', offer: 'ubuntu-24_04-lts', sku, version: 'latest' },
  osDisk: { createOption: 'FromImage' },
});
const plain = { securityProfile: { securityType: 'Standard' as const } };
const windows10 = {
  publisher: 'MicrosoftWindowsDesktop',
  offer: 'windows-10',
  sku: 'win10-22h2-avd',
  version: 'latest',
};

test.each<[string, ReturnType<typeof ofSize>, string]>([
  [
    'an x64 image on an Arm64 size',
    ofSize('Standard_D2ps_v5', plain),
    "only supports a CPU Architecture of 'Arm64', but an image or disk with CPU Architecture 'x64' was given",
  ],
  [
    'an Arm64 image on an x64 size',
    ofSize('Standard_D2s_v5', { ...plain, storageProfile: ubuntu('server-arm64') }),
    "only supports a CPU Architecture of 'x64'",
  ],
  [
    'a generation 1 image on a size for generation 2',
    ofSize('Standard_D2s_v6', {
      ...plain,
      storageProfile: { imageReference: windows10, osDisk: { createOption: 'FromImage' } },
    }),
    "The selected VM size 'Standard_D2s_v6' cannot boot Hypervisor Generation '1'",
  ],
  ['a generation 2 image on a size for generation 1', ofSize('Standard_A2_v2', plain), "Generation '2'"],
  [
    'premium storage on a size without',
    ofSize('Standard_D2_v5'),
    'does not support the storage account type Premium_LRS',
  ],
])('%s is refused, and nothing is left', async (_, body, says) => {
  const azure = await startAzure();
  const refused = await refusal(create(azure, body));
  expect(refused.statusCode).toBe(400);
  expect(refused.message).toContain(says);
  expect(left(azure)).toEqual([]);
});

test('Linux comes from the marketplace too, for x64 and for Arm64', async () => {
  const azure = await startAzure();
  await done(azure, create(azure, ofSize('Standard_D2s_v5', { ...plain, storageProfile: ubuntu('server') })));
  const arm = ofSize('Standard_D2ps_v5', { ...plain, storageProfile: ubuntu('server-arm64') });
  await done(azure, create(azure, arm, 'arm'));
});

test('limits can be set beside Azure: of a family, and of the region as a whole', async () => {
  const azure = await startAzure();
  const set = (limits: object) => azure.ask('PUT', '/local/quota', limits);
  expect((await set({ families: { standardDSv5Family: 3 } })).status).toBe(200);
  const refused = await refusal(create(azure, ofSize('Standard_D4s_v5')));
  expect(refused).toMatchObject({ statusCode: 409, code: 'OperationNotAllowed' });
  expect(refused.message).toContain('exceeding approved standardDSv5Family Cores quota');
  await done(azure, create(azure, ofSize('Standard_D2s_v5')));
  await set({ cores: 5, families: {} });
  expect((await refusal(create(azure, ofSize('Standard_E4s_v5'), 'other'))).message).toContain(
    'exceeding approved Total Regional Cores quota',
  );
  const usages = [];
  for await (const { name, limit } of azure.compute.usage.list(REGION)) usages.push([name.value, limit]);
  expect(usages).toContainEqual(['cores', 5]);
  expect((await set({ cores: -1 })).status).toBe(400);
});
