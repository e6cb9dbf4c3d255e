import { expect, test } from 'vitest';
import { computeId, done, GROUP, refusal, startAzure } from './azure.ts';
import {
  BENCH,
  createVersion,
  definitionBody,
  galleryWith,
  generalizedVm,
  readyToCapture,
  runningVm,
  versionBody,
  versions,
  vmBody,
} from './bench.ts';

test('a version has exactly one source, which exists and is in the same region', async () => {
  const azure = await readyToCapture();
  const body = versionBody(BENCH);
  expect(await refusal(createVersion(azure, { ...body, storageProfile: {} }))).toMatchObject({
    code: 'InvalidParameter',
  });
  const two = { source: { virtualMachineId: BENCH, id: BENCH } };
  expect(await refusal(createVersion(azure, { ...body, storageProfile: two }))).toMatchObject({
    code: 'InvalidParameter',
  });
  expect(await refusal(createVersion(azure, versionBody(computeId('virtualMachines/none'))))).toMatchObject({
    statusCode: 404,
  });
  expect(await refusal(createVersion(azure, versionBody(computeId('disks/d'))))).toMatchObject({
    code: 'InvalidParameter',
  });
  const elsewhere = { ...versionBody(BENCH, ['eastus']), location: 'eastus' };
  expect(await refusal(createVersion(azure, elsewhere))).toMatchObject({ statusCode: 404, code: 'NotFound' });
});

test('a source that still runs, or is not generalized, is refused', async () => {
  const azure = await startAzure();
  await galleryWith(azure);
  await runningVm(azure, 'bench');
  const refused = await refusal(createVersion(azure, versionBody(BENCH)));
  expect(refused).toMatchObject({ statusCode: 409, code: 'OperationNotAllowed' });
  expect(refused.message).toContain('(Generalized) is not Specialized');
  await done(azure, azure.compute.virtualMachines.powerOff(GROUP, 'bench'));
  await azure.compute.virtualMachines.generalize(GROUP, 'bench');
  expect((await refusal(createVersion(azure, versionBody(BENCH)))).message).toContain('not deallocated');
  await done(azure, azure.compute.virtualMachines.deallocate(GROUP, 'bench'));
  await createVersion(azure, versionBody(BENCH)).submitted();
});

test('generation, security type and plan of source and definition must agree', async () => {
  const azure = await readyToCapture();
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
  expect((await into('supported')).message).toContain('Currently only Vhd Blob, User Image and');
  expect((await into('bought')).message).toContain('different plan');
  expect((await into('specialized')).message).toContain('(Specialized) is not Generalized');
  expect(await into('none')).toMatchObject({ code: 'ParentResourceNotFound' });
});

test('a plain VM is captured into a Standard definition only, and then makes plain VMs', async () => {
  const azure = await startAzure();
  await galleryWith(azure, { features: [{ name: 'SecurityType', value: 'Standard' }] });
  await generalizedVm(azure, 'bench', { securityType: 'Standard' });
  await done(azure, createVersion(azure, versionBody(BENCH)));
  const image = { id: computeId('galleries/gal/images/win11/versions/1.0.0') };
  const vm = (securityType: 'Standard' | 'TrustedLaunch') =>
    azure.compute.virtualMachines.createOrUpdate(GROUP, 'next', vmBody({ image, securityType }));
  expect((await refusal(vm('TrustedLaunch'))).message).toContain('TrustedLaunch');
  await done(azure, vm('Standard'));
});

test('a Trusted Launch image makes Trusted Launch VMs only', async () => {
  const azure = await readyToCapture();
  await done(azure, createVersion(azure, versionBody(BENCH)));
  const image = { id: computeId('galleries/gal/images/win11/versions/1.0.0') };
  const body = vmBody({ image, securityType: 'Standard' });
  const refused = await refusal(azure.compute.virtualMachines.createOrUpdate(GROUP, 'next', body));
  expect(refused.message).toContain("only supports creation of VMs and VM Scale Sets with 'TrustedLaunch'");
});

test('a guest captured without sysprep makes machines that never come up', async () => {
  const azure = await readyToCapture({ sysprep: false });
  await done(azure, createVersion(azure, versionBody(BENCH)));
  const image = { id: computeId('galleries/gal/images/win11/versions/1.0.0') };
  const poller = azure.compute.virtualMachines.createOrUpdate(GROUP, 'next', vmBody({ image }));
  await poller.submitted();
  azure.pass(1190);
  expect((await azure.compute.virtualMachines.get(GROUP, 'next')).provisioningState).toBe('Creating');
  await expect(done(azure, poller)).rejects.toThrow('OSProvisioningTimedOut');
  const view = await azure.compute.virtualMachines.instanceView(GROUP, 'next');
  expect(view.vmAgent?.statuses?.[0]?.displayStatus).toBe('Not Ready');
});

test('what was wrong with a version is wrong with the version made from it', async () => {
  const azure = await startAzure();
  await galleryWith(azure, { features: [{ name: 'SecurityType', value: 'Standard' }] });
  await generalizedVm(azure, 'bench', { securityType: 'Standard', sysprep: false });
  await done(azure, createVersion(azure, versionBody(BENCH)));
  const source = { id: computeId('galleries/gal/images/win11/versions/1.0.0') };
  const body = { ...versionBody(BENCH), storageProfile: { source } };
  await done(azure, createVersion(azure, body, '1.0.1'));
  const image = { id: source.id.replace('1.0.0', '1.0.1') };
  const vm = vmBody({ image, securityType: 'Standard' });
  const next = azure.compute.virtualMachines.createOrUpdate(GROUP, 'next', vm);
  await expect(done(azure, next)).rejects.toThrow('OSProvisioningTimedOut');
});
