import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { VmProperties } from '../../infra/local/arm/compute/machine.ts';
import { benchParts } from '../../shared/azure/disks.ts';
import { gallery } from '../../shared/azure/gallery.ts';
import { marketplace } from '../../shared/azure/marketplace.ts';
import { runCommands } from '../../shared/azure/run-commands.ts';
import { sources } from '../../shared/azure/sources.ts';
import { virtualMachines } from '../../shared/azure/virtual-machines.ts';
import type { Version } from '../../shared/images/image.ts';
import type { ImageSetPlan } from '../../shared/images/image-set.ts';
import { ensureCleanedUp } from '../../shared/images/clean-up.ts';
import { ensurePrepared } from '../../shared/images/prepare.ts';
import { ensureProvisioned } from '../../shared/images/provision.ts';
import { ensureResolved } from '../../shared/images/resolve.ts';
import { known, planWith } from '../images/small/sources.ts';
import { after, plan as anyPlan } from '../images/versions.ts';
import { type Cloud, openCloud } from './support/cloud.ts';
import { live } from './support/live.ts';

const partner =
  '/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/rg-partner/providers/Microsoft.Compute/galleries/gal_partner/images/partner-win11/versions';

describe('a bench in Azure', () => {
  let cloud: Cloud;
  beforeAll(async () => {
    cloud = await openCloud();
  });
  afterAll(async () => await cloud.close());
  afterEach(() => cloud.arm.world.faults.clear());

  const ports = () => ({
    machines: virtualMachines(cloud.azure),
    parts: benchParts(cloud.azure),
    gallery: gallery(cloud.azure),
    scripts: runCommands(cloud.azure),
  });
  const versionOf = (set: string, change: Partial<ImageSetPlan>): Version => {
    const base = { ...anyPlan, ...change };
    const bench = { ...base.bench, subnetId: cloud.subnetId };
    const marketplaceImage = { ...base.source, ...exact(base) };
    const definition = { ...base.definition, name: set, sku: set };
    return { ...after(), set, plan: { ...base, bench, definition, source: marketplaceImage } };
  };
  const exact = ({ source }: ImageSetPlan) =>
    'marketplace' in source ? { marketplace: { ...source.marketplace, sku: 'win11-24h2-avd' } } : {};
  const prepared = async (version: Version) => {
    const { parts, gallery: home } = ports();
    const from = { sources: sources(cloud.azure), marketplace: marketplace(cloud.azure) };
    const resolved = await live(cloud, version, ensureResolved(from, home));
    expect(resolved.found).toMatchObject({ status: 'done' });
    return await live(cloud, resolved.version, ensurePrepared(parts));
  };
  const provisioned = async (version: Version) =>
    await live(cloud, version, ensureProvisioned(gallery(cloud.azure), virtualMachines(cloud.azure)));
  const cleanedUp = async (version: Version) => await live(cloud, version, ensureCleanedUp(ports()));
  const ofOurs = (set: string) =>
    cloud.arm.world.resources
      .list({})
      .flatMap(({ id, name, type }) => (name.includes(`gm-${set}`) && !/galleries/i.test(type) ? [id] : []));

  it('whose VM failed is emptied of disk and NIC too', async () => {
    const { version } = await prepared(versionOf('failing', {}));
    cloud.arm.world.faults.add({
      fault: 'fail-operation',
      method: 'PUT',
      path: 'virtualMachines/',
      code: 'AllocationFailed',
      message: 'There is not enough of it.',
    });
    const { found } = await provisioned(version);
    expect(found).toMatchObject({
      status: 'failed',
      failure: {
        code: 'BootFailed',
        message: expect.stringMatching(/^Azure could not provision \S+: \w+: /) as string,
      },
    });
    expect(ofOurs('failing').length).toBeGreaterThan(2);
    cloud.arm.world.faults.clear();
    expect((await cleanedUp(version)).found).toMatchObject({ status: 'done' });
    expect(ofOurs('failing')).toEqual([]);
  });

  it('is emptied of what a VM left when somebody else took it away', async () => {
    const { version } = await prepared(
      versionOf('orphaned', planWith(anyPlan, 'snapshot with data disks, copied')),
    );
    expect((await provisioned(version)).found).toMatchObject({ status: 'done' });
    const vm = ofOurs('orphaned').find((id) => /virtualMachines/i.test(id)) ?? '';
    // As it is when a VM is deleted whose parts were told to stay.
    const { storageProfile, networkProfile } = cloud.arm.world.resources.require<VmProperties>(vm).properties;
    const parts = [storageProfile.osDisk, ...storageProfile.dataDisks];
    for (const part of parts) part.deleteOption = 'Detach';
    for (const nic of networkProfile.networkInterfaces)
      nic.properties = { primary: true, deleteOption: 'Detach' };
    const { virtualMachines: raw } = cloud.azure.compute(cloud.subscriptionId);
    await raw.delete('rg-images', vm.split('/').at(-1) ?? '').submitted();
    cloud.pass(10);
    expect(ofOurs('orphaned').length).toBeGreaterThan(4);
    expect((await cleanedUp(version)).found).toMatchObject({ status: 'done' });
    expect(ofOurs('orphaned')).toEqual([]);
  });

  it('holds what another tenant’s image becomes', async () => {
    const galleryVersion = { id: `${partner}/latest`, tenantId: '22222222-2222-2222-2222-222222222222' };
    const { version } = await prepared(versionOf('partner', { source: { galleryVersion } }));
    expect(version.facts.source).toMatchObject({ way: 'image', exact: { id: `${partner}/1.0.0` } });
    expect((await provisioned(version)).found).toMatchObject({ status: 'done' });
    await cleanedUp(version);
    expect(ofOurs('partner')).toEqual([]);
  });

  it('is never made where something of its names is there', async () => {
    const version = versionOf('taken', planWith(anyPlan, 'disk, copied'));
    const compute = cloud.azure.compute(cloud.subscriptionId);
    await compute.snapshots
      .createOrUpdate('rg-images', 'gm-taken-1-0-0-os-snap', {
        location: 'westeurope',
        creationData: { createOption: 'Copy', sourceResourceId: known.dataSnapshot },
      })
      .submitted();
    cloud.pass(5);
    const { found, version: refused } = await prepared(version);
    expect(found).toMatchObject({ status: 'failed', failure: { code: 'ForeignResource' } });
    expect((await cleanedUp(refused)).found).toMatchObject({ status: 'done' });
    expect(ofOurs('taken').map((id) => id.split('/').at(-1))).toEqual(['gm-taken-1-0-0-os-snap']);
  });
});
