import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gallery } from '../../shared/azure/gallery.ts';
import { regionGallery } from '../../shared/azure/gallery-regions.ts';
import { ensureDeleted } from '../../shared/images/delete.ts';
import { ensureHandedOver } from '../../shared/images/hand-over.ts';
import type { Version } from '../../shared/images/image.ts';
import { ensureLatest } from '../../shared/images/latest.ts';
import { imageVersion } from '../../shared/images/names.ts';
import { versionId } from '../../shared/images/stage.ts';
import type { Facts } from '../../shared/images/version.ts';
import type { EnsureStage } from '../../shared/workflow/look.ts';
import { after, built, deleteAsked } from '../images/versions.ts';
import { type Cloud, openCloud } from './support/cloud.ts';

// One life, in the order in which Azure wants it: each test goes on from the one before.
describe('a version on the shelf in Azure', () => {
  let cloud: Cloud;
  beforeAll(async () => {
    cloud = await openCloud();
  });
  afterAll(async () => await cloud.close());

  const home = () => gallery(cloud.azure);
  const version = (number: Version['number'], story = built()): Version => {
    const found = after(...story);
    const { plan } = found;
    const where = {
      subscriptionId: cloud.subscriptionId,
      gallery: { resourceGroup: 'rg-images', name: 'gal_sources', location: 'westeurope' },
      definition: { ...plan.definition, name: 'parent-win11' },
    };
    return { ...found, number, plan: { ...plan, ...where, endOfLifeDays: 90 } };
  };
  const found = async (number: Version['number'] = '2.0.0') =>
    await home().findVersion(imageVersion(version(number)));
  const idle = async () =>
    await cloud.until(async () => {
      const it = await found();
      return it?.provisioningState === 'Succeeded' && it;
    });
  /** Looks until it is over, as the engine does. */
  const until = async (stage: EnsureStage<Version, Facts>, work: Version) =>
    await cloud.until(async () => {
      const look = { id: versionId(work), work, now: cloud.now(), since: cloud.now(), intent: undefined };
      const answer = await stage(look);
      const settled = answer.status === 'intend' ? await answer.proceed() : answer;
      return settled.status !== 'running' && settled;
    });
  const deleting = () => {
    const ensureCopiesRemoved = async () => ({ status: 'done' }) as const;
    return ensureDeleted({ gallery: home(), usedBy: async () => [], ensureCopiesRemoved });
  };

  it('is protected until its end of life from its hand-over on', async () => {
    const parent = imageVersion(version('1.0.0'));
    const at = `/subscriptions/${parent.subscriptionId}/resourceGroups/rg-images/providers/Microsoft.Compute`;
    await home().captureVersion(imageVersion(version('2.0.0')), {
      owner: 'win11.2.0.0',
      location: 'westeurope',
      source: { imageId: `${at}/galleries/gal_sources/images/parent-win11/versions/1.0.0` },
      regions: [{ name: 'westeurope', replicas: 1, storageType: 'Standard_LRS' }],
      replicationMode: 'Full',
      endOfLifeDate: '2099-01-01T00:00:00.000Z',
    });
    expect(await idle()).toMatchObject({ isProtected: false, excludeFromLatest: true });
    const handOver = ensureHandedOver(home(), async () => {});
    expect(await until(handOver, version('2.0.0'))).toMatchObject({ status: 'done' });
    expect(await idle()).toMatchObject({ isProtected: true, excludeFromLatest: true });
    await expect(home().removeVersion(imageVersion(version('2.0.0')))).rejects.toMatchObject({
      code: 'AzureRefused',
    });
  });

  it('V4: is included in latest and excluded again, one change at a time', async () => {
    for (const included of [true, false]) {
      await cloud.until(async () => {
        const ref = imageVersion(version('2.0.0'));
        return (await ensureLatest(home(), ref, 'win11.2.0.0', included)).status === 'done';
      });
      expect(await found()).toMatchObject({ excludeFromLatest: !included, isProtected: true });
    }
  });

  it('stays protected whatever else is changed of it', async () => {
    const put = [{ name: 'northeurope', replicas: 1, storageType: 'Standard_LRS' }] as const;
    const ref = imageVersion(version('2.0.0'));
    await regionGallery(cloud.azure).changeRegions(ref, { remove: [], put });
    const { body } = cloud.sent.findLast(({ method }) => method === 'PATCH') ?? {};
    expect(body).toMatchObject({ properties: { safetyProfile: { blockDeletionBeforeEndOfLife: true } } });
  });

  it('V1: is deleted once Azure is at no other change of it, and its protection lifted', async () => {
    expect(await found()).toMatchObject({ provisioningState: 'Updating', isProtected: true });
    const work = version('2.0.0', [...built(), deleteAsked]);
    expect(await until(deleting(), work)).toMatchObject({ status: 'done' });
    expect(await found()).toBeUndefined();
  });

  it('is left alone where it has not our tag', async () => {
    const work = version('1.0.0', [...built(), deleteAsked]);
    expect(await until(deleting(), work)).toMatchObject({ failure: { code: 'ForeignResource' } });
    expect(await found('1.0.0')).toMatchObject({ provisioningState: 'Succeeded' });
  });
});
