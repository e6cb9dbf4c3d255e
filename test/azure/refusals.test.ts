import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { quotaLimits } from '../../infra/local/arm/compute/quota.ts';
import { capacity } from '../../shared/azure/capacity.ts';
import { benchParts } from '../../shared/azure/disks.ts';
import { gallery } from '../../shared/azure/gallery.ts';
import { marketplace } from '../../shared/azure/marketplace.ts';
import { runCommands } from '../../shared/azure/run-commands.ts';
import { sources } from '../../shared/azure/sources.ts';
import { virtualMachines } from '../../shared/azure/virtual-machines.ts';
import { type Cloud, openCloud } from './support/cloud.ts';

const image = { publisher: 'MicrosoftWindowsDesktop', offer: 'windows-11', sku: 'win11-24h2-avd' };
const definition = {
  name: 'win11-avd',
  osType: 'Windows',
  osState: 'Generalized',
  hyperVGeneration: 'V2',
  securityType: 'Standard',
  architecture: 'x64',
  publisher: 'contoso',
  offer: 'desktops',
  sku: 'win11-avd',
} as const;

describe('when Azure says no to what a version asks', () => {
  let cloud: Cloud;
  beforeAll(async () => {
    cloud = await openCloud();
  });
  afterAll(async () => await cloud.close());
  afterEach(() => cloud.arm.world.faults.clear());

  const group = () => ({ subscriptionId: cloud.subscriptionId, resourceGroup: 'rg-images' });
  const machine = () => ({ ...group(), name: 'gm-win11-avd-1-0-0' });
  const version = () => ({
    ...group(),
    gallery: 'gal_desktops',
    definition: definition.name,
    number: '1.0.0',
  });
  const part = (type: string) =>
    `/subscriptions/${cloud.subscriptionId}/resourceGroups/rg-images/providers/${type}/gm-x`;
  const wanted = () => ({
    owner: 'win11-avd.1.0.0',
    location: 'westeurope',
    size: 'Standard_D4s_v5',
    subnetId: cloud.subnetId,
    osType: 'Windows' as const,
    from: { image: { ...image, version: '26100.6899.251011' }, osState: 'Generalized' as const },
    securityType: 'Standard' as const,
    computerName: 'gm-0123456789ab',
    osDiskName: 'gm-win11-avd-1-0-0-os',
    nicName: 'gm-win11-avd-1-0-0-nic',
    dataDisks: [],
  });
  const machines = () => virtualMachines(cloud.azure);
  const parts = () => benchParts(cloud.azure);
  const origins = () => sources(cloud.azure);
  const scripts = () => runCommands(cloud.azure);
  const home = () => gallery(cloud.azure);
  const everything = (): Promise<unknown>[] => {
    const exact = {
      ...image,
      subscriptionId: cloud.subscriptionId,
      location: 'westeurope',
      version: 'latest',
    };
    const capture = {
      owner: 'x',
      location: 'westeurope',
      source: { machineId: part('Microsoft.Compute/virtualMachines') },
      replicationMode: 'Full',
    } as const;
    const disk = part('Microsoft.Compute/disks');
    const snapshot = part('Microsoft.Compute/snapshots');
    const nic = part('Microsoft.Network/networkInterfaces');
    const blob = 'https://stimages.blob.core.windows.net/vhds/win2022.vhd';
    const numbers = `${part('Microsoft.Compute/galleries')}/images/i/versions`;
    const copy = { owner: 'x', location: 'westeurope', from: { id: disk } };
    const script = { name: 'x', owner: 'x', script: 'exit 0', timeoutSeconds: 60 };
    return [
      machines().find(machine()),
      machines().create(machine(), wanted()),
      machines().start(machine()),
      machines().restart(machine()),
      machines().deallocate(machine()),
      machines().generalize(machine()),
      machines().remove(machine()),
      ...[disk, snapshot, nic].map(async (id) => await parts().find(id)),
      ...[disk, snapshot, nic].map(async (id) => await parts().remove(id)),
      ...[disk, snapshot].map(async (id) => await parts().create(id, copy)),
      origins().disk(disk),
      origins().snapshot(snapshot),
      origins().managedImage(part('Microsoft.Compute/images')),
      origins().machine(part('Microsoft.Compute/virtualMachines')),
      origins().galleryVersion({ id: `${numbers}/1.0.0` }, 'westeurope'),
      origins().blob(blob),
      capacity(cloud.azure).find(cloud.subscriptionId, 'westeurope', 'Standard_D4s_v5'),
      scripts().find(machine(), 'x'),
      scripts().start(machine(), 'westeurope', script),
      scripts().remove(machine(), 'x'),
      home().findGallery(version()),
      home().createGallery(version(), 'westeurope'),
      home().findDefinition(version()),
      home().createDefinition(version(), 'westeurope', definition, undefined),
      home().findVersion(version()),
      home().captureVersion(version(), { ...capture, regions: [] }),
      home().changeVersion(version(), { excludeFromLatest: false }),
      home().removeVersion(version()),
      home().completedRegions(`${numbers}/1.0.0`),
      marketplace(cloud.azure).exactVersion(exact),
    ];
  };

  it.each([
    ['a throttle', { fault: '429', retryAfter: 42 }, { code: 'Throttled', retryAfterSeconds: 42 }],
    ['a conflict', { fault: '409' }, { code: 'AzureBusy' }],
    ['a defect', { fault: '500' }, { code: 'AzureUnavailable' }],
    ['a gateway', { fault: '502-html' }, { code: 'AzureUnavailable' }],
    ['a lost request', { fault: 'lost-request' }, { code: 'AzureUnavailable' }],
  ])('%s is told as what it is by every call, asked once, and is not absence', async (_, fault, reason) => {
    cloud.arm.world.faults.add(fault);
    const before = cloud.asked().length;
    const calls = everything();
    for (const [index, outcome] of (await Promise.allSettled(calls)).entries()) {
      expect({ index, ...outcome }).toMatchObject({ index, status: 'rejected', reason });
    }
    expect(cloud.asked().length - before).toBe(calls.length);
  });

  it('a lost reply is not the end: what was asked for is found', async () => {
    cloud.next({ fault: 'lost-reply', method: 'PUT' });
    const lost = home().createGallery(version(), 'westeurope');
    await expect(lost).rejects.toMatchObject({ code: 'AzureUnavailable' });
    expect(await home().findGallery(version())).toBeDefined();
  });

  it('a foreign subscription is no proof that a machine is gone', async () => {
    const foreign = { ...machine(), subscriptionId: '00000000-0000-0000-0000-00000000ffff' };
    await expect(machines().find(foreign)).rejects.toMatchObject({ code: 'AzureRefused' });
  });

  it('a missing resource group is, and nothing can be made in it', async () => {
    const elsewhere = { ...machine(), resourceGroup: 'rg-none' };
    expect(await machines().find(elsewhere)).toBeUndefined();
    await expect(machines().create(elsewhere, wanted())).rejects.toMatchObject({ code: 'AzureRefused' });
  });

  it('a quota is told as one', async () => {
    quotaLimits(cloud.arm.world).cores = 2;
    await expect(machines().create(machine(), wanted())).rejects.toMatchObject({ code: 'QuotaExceeded' });
    quotaLimits(cloud.arm.world).cores = 350;
  });

  it('a machine that Azure could not make says why', async () => {
    const name = 'gm-broken';
    cloud.next({
      fault: 'fail-operation',
      method: 'PUT',
      code: 'OSProvisioningTimedOut',
      message: 'It never came up.',
    });
    await machines().create({ ...machine(), name }, wanted());
    const failed = await cloud.until(async () => {
      const found = await machines().find({ ...machine(), name });
      return found?.provisioningState === 'Failed' && found;
    });
    expect(failed.provisioningError).toMatch(/failed|It never came up/);
  });

  it('a password is in no log and in no answer', () => {
    const password = JSON.stringify(cloud.sent).match(/"adminPassword":"([^"]+)"/)?.[1] ?? '';
    expect(password.length).toBeGreaterThan(20);
    expect(JSON.stringify(cloud.asked())).not.toContain(password);
  });
});
