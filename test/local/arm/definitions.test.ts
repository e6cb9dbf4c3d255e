import type { GalleryImage } from '@azure/arm-compute';
import { expect, test } from 'vitest';
import { done, GROUP, refusal, startAzure, type Azure } from './azure.ts';
import { definitionBody, galleryWith, vmBody } from './bench.ts';
import { PARTNER_VERSION } from './sources.ts';

const define = (azure: Azure, changes: object, name = 'other') => {
  const identifier = { publisher: 'contoso', offer: 'avd', sku: name };
  const body = definitionBody({ identifier, ...changes });
  return azure.compute.galleryImages.createOrUpdate(GROUP, 'gal', name, body);
};
const identifier = (changes: object) => ({
  identifier: { publisher: 'contoso', offer: 'avd', sku: 'other', ...changes },
});

test('a definition keeps all that is said of it', async () => {
  const azure = await startAzure();
  await galleryWith(azure);
  const said: Partial<GalleryImage> = {
    description: 'For the test',
    eula: 'https://contoso.example/eula',
    privacyStatementUri: 'https://contoso.example/privacy',
    recommended: { vCPUs: { min: 2, max: 16 }, memory: { min: 8, max: 64 } },
    disallowed: { diskTypes: ['Standard_LRS'] },
    endOfLifeDate: new Date('2027-01-01T00:00:00Z'),
    features: [
      { name: 'SecurityType', value: 'TrustedLaunch' },
      { name: 'DiskControllerTypes', value: 'SCSI, NVMe' },
    ],
  };
  expect(await done(azure, define(azure, said))).toMatchObject(said);
});

test.each<[string, object, string]>([
  ['no system', { osType: undefined }, 'osType'],
  ['an unknown system', { osType: 'Plan9' }, 'Windows or Linux'],
  ['an unknown state', { osState: 'Sealed' }, 'Generalized or Specialized'],
  ['an unknown generation', { hyperVGeneration: 'V3' }, 'V1 or V2'],
  ['an unknown architecture', { architecture: 'mips' }, 'x64 or Arm64'],
  [
    'an unknown security type',
    { features: [{ name: 'SecurityType', value: 'Very' }] },
    'TrustedLaunchSupported',
  ],
  ['Trusted Launch on generation 1', { hyperVGeneration: 'V1' }, 'Hypervisor generation V2'],
  ['no publisher', identifier({ publisher: '' }), 'identifier.publisher'],
  [
    'a publisher with blanks',
    identifier({ publisher: 'Contoso Ltd' }),
    'Asset name galleryImage.properties.identifier.publisher',
  ],
  ['an offer that ends with a period', identifier({ offer: 'avd.' }), 'not allowed to end with period'],
  ['a sku too long', identifier({ sku: 'x'.repeat(65) }), 'cannot exceed 64 characters'],
  [
    'more vCPUs at least than at most',
    { recommended: { vCPUs: { min: 8, max: 4 } } },
    'must not be greater than the maximum',
  ],
  [
    'an end of life that is past',
    { endOfLifeDate: new Date('2020-01-01') },
    'EndOfLifeDate must be set to a future date.',
  ],
])('a definition with %s is refused', async (_, changes, says) => {
  const azure = await startAzure();
  await galleryWith(azure);
  const refused = await refusal(define(azure, changes));
  expect(refused).toMatchObject({ statusCode: 400, code: 'InvalidParameter' });
  expect(refused.message).toContain(says);
});

test('two definitions of a gallery do not call themselves the same', async () => {
  const azure = await startAzure();
  await galleryWith(azure);
  const refused = await refusal(
    define(azure, { identifier: { publisher: 'Contoso', offer: 'AVD', sku: 'Win11' } }),
  );
  expect(refused.message).toContain('identified by (publisher:Contoso, offer:AVD, sku:Win11) already exists');
});

test.each<[string, object]>([
  ['osType', { osType: 'Linux' }],
  ['osState', { osState: 'Specialized' }],
  ['hyperVGeneration', { hyperVGeneration: 'V1', features: [] }],
  ['architecture', { architecture: 'Arm64' }],
  ['identifier.sku', { identifier: { publisher: 'contoso', offer: 'avd', sku: 'more' } }],
  ['features', { features: [{ name: 'SecurityType', value: 'Standard' }] }],
])('%s is for life', async (property, changes) => {
  const azure = await startAzure();
  await galleryWith(azure);
  const refused = await refusal(
    define(azure, { identifier: definitionBody().identifier, ...changes }, 'win11'),
  );
  expect(refused).toMatchObject({ statusCode: 409, code: 'PropertyChangeNotAllowed' });
  expect(refused.message).toContain(`galleryImage.properties.${property}`);
});

const ubuntu = {
  publisher: 'Canonical',
  offer: 'ubuntu-24_04-lts',
  sku: 'server',
  version: 'latest',
};

test('a Linux machine is entered with a password or a key, and has no Windows settings', async () => {
  const azure = await startAzure();
  const create = (osProfile: object, name = 'linux') =>
    azure.compute.virtualMachines.createOrUpdate(GROUP, name, { ...vmBody({ image: ubuntu }), osProfile });
  const user = { computerName: 'a-name-longer-than-fifteen', adminUsername: 'builder' };
  expect((await refusal(create({ ...user, windowsConfiguration: {} }))).message).toContain(
    'windowsConfiguration',
  );
  expect((await refusal(create(user))).message).toContain('adminPassword');
  const made = await done(azure, create({ ...user, adminPassword: 'Correct-Horse-42' }));
  expect(made?.osProfile?.linuxConfiguration).toMatchObject({ provisionVMAgent: true });
  expect(made?.osProfile?.windowsConfiguration).toBeUndefined();
  const ssh = { publicKeys: [{ path: '/home/builder/.ssh/authorized_keys', keyData: 'ssh-ed25519 AAAA' }] };
  await done(
    azure,
    create({ ...user, linuxConfiguration: { disablePasswordAuthentication: true, ssh } }, 'keyed'),
  );
});

test("a VM from another tenant's image wants a token of that tenant beside one's own", async () => {
  const azure = await startAzure({ sources: true });
  const body = vmBody({ image: PARTNER_VERSION });
  expect(await refusal(azure.compute.virtualMachines.createOrUpdate(GROUP, 'made', body))).toMatchObject({
    statusCode: 403,
    code: 'LinkedAuthorizationFailed',
  });
});
