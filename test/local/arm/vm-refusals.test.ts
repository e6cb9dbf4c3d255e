import { expect, test } from 'vitest';
import { computeId, done, GROUP, left, REGION, refusal, startAzure, SUBNET, type Azure } from './azure.ts';
import { vmBody } from './bench.ts';

const create = (azure: Azure, body = vmBody(), name = 'bench') =>
  azure.compute.virtualMachines.createOrUpdate(GROUP, name, body);

const without = (body: object, part: string) =>
  Object.fromEntries(Object.entries(body).filter(([key]) => key !== part));

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
  ['no osProfile', (body) => without(body, 'osProfile'), { message: /osProfile/ }],
  ['no network', (body) => without(body, 'networkProfile'), { message: /networkProfile/ }],
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
