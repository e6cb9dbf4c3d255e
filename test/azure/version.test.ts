import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchParts } from '../../shared/azure/disks.ts';
import { gallery } from '../../shared/azure/gallery.ts';
import { marketplace } from '../../shared/azure/marketplace.ts';
import { runCommands } from '../../shared/azure/run-commands.ts';
import { virtualMachines } from '../../shared/azure/virtual-machines.ts';
import { wrongBodies } from './support/bodies.ts';
import { type Cloud, openCloud } from './support/cloud.ts';

const image = { publisher: 'MicrosoftWindowsDesktop', offer: 'windows-11', sku: 'win11-24h2-avd' };
const owner = 'win11-avd.1.0.0';
const definition = {
  name: 'win11-avd',
  osType: 'Windows',
  osState: 'Generalized',
  hyperVGeneration: 'V2',
  securityType: 'TrustedLaunch',
  architecture: 'x64',
  publisher: 'contoso',
  offer: 'desktops',
  sku: 'win11-avd',
} as const;
const endOfLifeDate = '2099-01-01T00:00:00.000Z';
const sysprep = `Start-Process sysprep.exe -ArgumentList '/oobe','/generalize','/quit','/mode:vm' -Wait`;

// One life, in the order in which Azure wants it: each test goes on from the one before.
describe('what a version asks of Azure', () => {
  let cloud: Cloud;
  beforeAll(async () => {
    cloud = await openCloud();
  });
  afterAll(async () => await cloud.close());

  const machine = () => ({
    subscriptionId: cloud.subscriptionId,
    resourceGroup: 'rg-images',
    name: 'gm-win11-avd-1-0-0',
  });
  const version = () => ({
    subscriptionId: cloud.subscriptionId,
    resourceGroup: 'rg-images',
    gallery: 'gal_desktops',
    definition: definition.name,
    number: '1.0.0',
  });
  const id = (type: string) =>
    `/subscriptions/${cloud.subscriptionId}/resourceGroups/rg-images/providers/${type}/${machine().name}`;
  const osDisk = () => `${id('Microsoft.Compute/disks')}-os`;
  const nic = () => `${id('Microsoft.Network/networkInterfaces')}-nic`;
  const machines = () => virtualMachines(cloud.azure);
  const scripts = () => runCommands(cloud.azure);
  const home = () => gallery(cloud.azure);
  const found = async () => {
    const it = await machines().find(machine());
    if (!it) throw new Error('the VM is gone');
    return it;
  };
  const ended = async (name: string) =>
    await cloud.until(async () => {
      const run = await scripts().find(machine(), name);
      return run?.state !== 'running' && run;
    });

  const settled = async () =>
    await cloud.until(async () => {
      const it = await home().findVersion(version());
      return it?.provisioningState === 'Succeeded' && it;
    });

  it('resolves latest to the highest version of the region', async () => {
    const { exactVersion } = marketplace(cloud.azure);
    const asked = { ...image, subscriptionId: cloud.subscriptionId, version: 'latest' };
    expect(await exactVersion({ ...asked, location: 'westeurope' })).toEqual({
      version: '26100.6899.251011',
      osType: 'Windows',
      hyperVGeneration: 'V2',
      architecture: 'x64',
      securityType: 'TrustedLaunchSupported',
      dataDiskLuns: [],
    });
    expect(await exactVersion({ ...asked, location: 'japaneast' })).toMatchObject({
      version: '26100.6584.250904',
    });
  });

  it('finds an exact version, its plan, and nothing where there is none', async () => {
    const { exactVersion } = marketplace(cloud.azure);
    const asked = { subscriptionId: cloud.subscriptionId, location: 'westeurope' };
    const plan = {
      publisher: 'center-for-internet-security-inc',
      product: 'cis-windows-desktop',
      name: 'cis-windows-11-l1-gen2',
    };
    const hardened = { publisher: plan.publisher, offer: plan.product, sku: plan.name };
    expect(await exactVersion({ ...asked, ...hardened, version: '1.0.12' })).toEqual({
      version: '1.0.12',
      osType: 'Windows',
      hyperVGeneration: 'V2',
      architecture: 'x64',
      securityType: 'Standard',
      plan,
      dataDiskLuns: [],
    });
    expect(await exactVersion({ ...asked, ...image, version: '1.2.3' })).toBeUndefined();
    expect(await exactVersion({ ...asked, ...image, sku: 'win12', version: 'latest' })).toBeUndefined();
  });

  it('makes gallery and definition, generation and security explicit', async () => {
    expect(await home().findGallery(version())).toBeUndefined();
    await home().createGallery(version(), 'westeurope');
    await cloud.until(async () => (await home().findGallery(version()))?.provisioningState === 'Succeeded');
    expect(await home().findDefinition(version())).toBeUndefined();
    await home().createDefinition(version(), 'westeurope', definition, undefined);
    const made = await cloud.until(async () => {
      const it = await home().findDefinition(version());
      return it?.provisioningState === 'Succeeded' && it;
    });
    const { osType, osState, hyperVGeneration, securityType, architecture } = definition;
    expect(made).toMatchObject({ osType, osState, hyperVGeneration, securityType, architecture });
  });

  it('makes a machine that says whose it is and when it is ready', async () => {
    expect(await machines().find(machine())).toBeUndefined();
    await machines().create(machine(), {
      owner,
      location: 'westeurope',
      size: 'Standard_D4s_v5',
      subnetId: cloud.subnetId,
      osType: 'Windows',
      from: { image: { ...image, version: '26100.6899.251011' }, osState: 'Generalized' },
      securityType: 'TrustedLaunch',
      computerName: 'gm-0123456789ab',
      osDiskName: 'gm-win11-avd-1-0-0-os',
      nicName: 'gm-win11-avd-1-0-0-nic',
      dataDisks: [],
    });
    expect(await found()).toMatchObject({ owner, agentReady: false, generalized: false });
    const ready = await cloud.until(async () => {
      const it = await found();
      return it.agentReady && it;
    });
    expect(ready).toMatchObject({ provisioningState: 'Succeeded', power: 'running' });
    expect(ready.agentReportedAt).toBeDefined();
    // Azure tags no disk that it makes with a machine; the NIC has the tags of its configuration.
    expect(await benchParts(cloud.azure).find(osDisk())).toMatchObject({ owner: undefined });
    expect(await benchParts(cloud.azure).find(nic())).toMatchObject({ owner });
  });

  it('runs a script and keeps what it said', async () => {
    expect(await scripts().find(machine(), 'step-1')).toBeUndefined();
    const script = "Write-Output 'hello'\nexit 3010";
    await scripts().start(machine(), 'westeurope', { name: 'step-1', owner, script, timeoutSeconds: 600 });
    expect(await scripts().find(machine(), 'step-1')).toMatchObject({ state: 'running' });
    const run = await ended('step-1');
    expect(run).toMatchObject({ state: 'ended', exitCode: 3010, output: expect.stringContaining('hello') });
    expect(run.seconds).toBeGreaterThan(0);
    await scripts().remove(machine(), 'step-1');
    await cloud.until(async () => (await scripts().find(machine(), 'step-1')) === undefined);
    await scripts().remove(machine(), 'step-1');
  });

  it('tells a script that took too long from one that Azure could not run', async () => {
    const sleeps = { name: 'sleeps', owner, script: 'Start-Sleep -Seconds 7200', timeoutSeconds: 60 };
    await scripts().start(machine(), 'westeurope', sleeps);
    expect(await ended('sleeps')).toMatchObject({ state: 'timed-out' });
    const restarts = { name: 'restarts', owner, script: 'Start-Sleep -Seconds 300', timeoutSeconds: 3600 };
    await scripts().start(machine(), 'westeurope', restarts);
    await cloud.until(async () => (await scripts().find(machine(), 'restarts'))?.state === 'running');
    cloud.pass(1);
    await machines().restart(machine());
    expect(await ended('restarts')).toMatchObject({ state: 'gone-wrong', exitCode: -1 });
    await cloud.until(async () => (await found()).agentReady);
  });

  it('generalises the machine only when Azure may', async () => {
    await scripts().start(machine(), 'westeurope', {
      name: 'sysprep',
      owner,
      script: sysprep,
      timeoutSeconds: 3600,
    });
    expect(await ended('sysprep')).toMatchObject({ state: 'ended', exitCode: 0 });
    await expect(machines().generalize(machine())).rejects.toMatchObject({ code: 'AzureRefused' });
    await machines().deallocate(machine());
    await cloud.until(async () => (await found()).power === 'deallocated');
    await machines().generalize(machine());
    expect((await found()).generalized).toBe(true);
  });

  it('captures dark, and follows each region', async () => {
    expect(await home().findVersion(version())).toBeUndefined();
    const regions = [
      { name: 'westeurope', replicas: 1, storageType: 'Standard_LRS' },
      { name: 'northeurope', replicas: 2, storageType: 'Standard_ZRS' },
    ] as const;
    const source = { machineId: (await found()).id };
    const mode = { replicationMode: 'Full' } as const;
    const wanted = { owner, location: 'westeurope', source, regions, ...mode, endOfLifeDate };
    await home().captureVersion(version(), wanted);
    const begun = await home().findVersion(version());
    expect(begun).toMatchObject({ owner, excludeFromLatest: true, provisioningState: 'Creating' });
    const done = await settled();
    expect(done.regions).toEqual({
      westeurope: { state: 'completed', percent: 100 },
      northeurope: { state: 'completed', percent: 100 },
    });
    const completed = (await home().completedRegions(done.id)) ?? [];
    expect(completed.map((name) => name.replaceAll(' ', '').toLowerCase()).toSorted()).toEqual([
      'northeurope',
      'westeurope',
    ]);
    expect(await home().completedRegions(done.id.replace('1.0.0', '9.9.9'))).toBeUndefined();
  });

  it('says why a region did not get its copy', async () => {
    const broken = { ...version(), number: '1.0.1' };
    const message = 'The region is out of space.';
    cloud.next({ fault: 'fail-replication', method: 'PUT', region: 'northeurope', message });
    const region = (name: string) => ({ name, replicas: 1, storageType: 'Standard_LRS' as const });
    const regions = [region('westeurope'), region('northeurope')];
    const source = { machineId: (await found()).id };
    const mode = { replicationMode: 'Full' } as const;
    const wanted = { owner, location: 'westeurope', source, regions, ...mode };
    await home().captureVersion(broken, wanted);
    const failed = await cloud.until(async () => {
      const it = await home().findVersion(broken);
      return it?.provisioningState === 'Failed' && it;
    });
    expect(failed.error).toMatch(/North ?Europe: The region is out of space/i);
    expect(failed.regions).toMatchObject({
      westeurope: { state: 'completed' },
      northeurope: { state: 'failed' },
    });
  });

  it('deletes the machine and proves that nothing of it is left', async () => {
    await machines().remove(machine());
    await cloud.until(async () => (await machines().find(machine())) === undefined);
    for (const part of [osDisk(), nic()]) {
      await cloud.until(async () => (await benchParts(cloud.azure).find(part)) === undefined);
    }
    await machines().remove(machine());
  });

  it('promotes, keeps the regions, and can be taken back', async () => {
    const changed = async (change: Parameters<ReturnType<typeof home>['changeVersion']>[1]) => {
      await home().changeVersion(version(), change);
      return await settled();
    };
    const promoted = await changed({ excludeFromLatest: false, isProtected: true });
    expect(promoted).toMatchObject({ excludeFromLatest: false, isProtected: true, endOfLifeDate });
    expect(Object.keys(promoted.regions)).toHaveLength(2);
    // Until its end of life Azure refuses, and asking again brings the same answer.
    const early = home().removeVersion(version());
    await expect(early).rejects.toMatchObject({ code: 'AzureRefused', retryable: false });
    const dark = { excludeFromLatest: true, isProtected: true };
    expect(await changed({ excludeFromLatest: true })).toMatchObject(dark);
    expect(await changed({ isProtected: false })).toMatchObject({ isProtected: false, endOfLifeDate });
    await home().removeVersion(version());
    await cloud.until(async () => (await home().findVersion(version())) === undefined);
    await home().removeVersion(version());
  });

  it('sends nothing that Azure has no type for', async () => {
    const bodies = await wrongBodies(cloud.sent);
    expect(bodies?.wrong ?? []).toEqual([]);
    expect(bodies?.held ?? 9).toBeGreaterThanOrEqual(9);
  });
});
