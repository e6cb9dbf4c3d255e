import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BRANCH, PARTNER } from '../../infra/local/arm/fleet-sources.ts';
import { sharingGallery } from '../../shared/azure/sharing.ts';
import { type Cloud, openCloud } from './support/cloud.ts';
import { computeIn as groupOf, type Opening, openSharing } from './support/sharing.ts';

const partnerTenant = '22222222-2222-2222-2222-222222222222';

describe('versions of a gallery that is shared in Azure', () => {
  let cloud: Cloud;
  beforeAll(async () => {
    cloud = await openCloud();
  });
  afterAll(async () => await cloud.close());

  const open = (...given: Opening) => openSharing(cloud, ...given);
  const exists = (id: string) => cloud.arm.world.resources.find(id);

  const made = async (set: string) => {
    const { galleryImages, galleryImageVersions } = cloud.azure.compute(cloud.subscriptionId);
    const identifier = { publisher: 'contoso', offer: 'shared', sku: set };
    const body = { location: 'westeurope', osType: 'Windows', osState: 'Generalized', identifier } as const;
    await galleryImages.createOrUpdate('rg-images', 'gal_shared', set, body).submitted();
    cloud.pass(1);
    const source = `${groupOf(cloud.subscriptionId, 'rg-images')}/galleries/gal_sources/images/parent-win11/versions/1.0.0`;
    await galleryImageVersions
      .createOrUpdate('rg-images', 'gal_shared', set, '1.0.0', {
        location: 'westeurope',
        storageProfile: { source: { id: source } },
      })
      .submitted();
    cloud.pass(30);
    return open('gal_shared', set, { set });
  };
  const shares = async () =>
    (
      await sharingGallery(cloud.azure).findShares({
        subscriptionId: cloud.subscriptionId,
        resourceGroup: 'rg-images',
        gallery: 'gal_shared',
      })
    )?.grantees;

  it('are the original, shared with a subscription, and with it no more', async () => {
    const home = await made('granted');
    const { gallerySharingProfile } = cloud.azure.compute(cloud.subscriptionId);
    const groups = [{ type: 'Subscriptions', ids: [PARTNER] }];
    const theirs = { operationType: 'Add', groups };
    await gallerySharingProfile.update('rg-images', 'gal_shared', theirs).submitted();
    cloud.pass(2);
    await home.put('branch', { how: 'grant', subscriptionId: BRANCH });
    await home.put('partner', { how: 'grant', subscriptionId: PARTNER });
    await home.put('tenant', {
      how: 'grant',
      subscriptionId: PARTNER,
      tenantId: partnerTenant,
      shareWith: 'tenant',
    });
    await home.port.ensureCopies('granted', '1.0.0');
    expect(await home.over('branch')).toMatchObject({
      phase: 'completed',
      facts: {
        imageVersionId: home.standing.imageVersionId,
        sharedAs: `/SharedGalleries/${cloud.subscriptionId}-GAL_SHARED/Images/granted/Versions/1.0.0`,
      },
    });
    await home.over('partner');
    await home.over('tenant');
    expect(await shares()).toEqual([
      { kind: 'Subscriptions', id: PARTNER },
      { kind: 'Subscriptions', id: BRANCH },
      { kind: 'AADTenants', id: partnerTenant },
    ]);
    for (const place of ['branch', 'partner', 'tenant']) await home.requests.remove('granted', place);
    await home.until(async () => (await home.requests.list('granted')).value.length === 0);
    // What others had shared stays.
    expect(await shares()).toEqual([{ kind: 'Subscriptions', id: PARTNER }]);
    expect(exists(home.standing.imageVersionId ?? '')).toBeDefined();
  });

  it('that Azure could not bring to its regions is asked for again by a retry', async () => {
    const home = await made('unlucky');
    const before = await shares();
    await home.put('branch', { how: 'grant', subscriptionId: BRANCH });
    cloud.next({ fault: 'fail-operation', method: 'POST', path: 'gal_shared/share' });
    await home.port.ensureCopies('unlucky', '1.0.0');
    expect(await home.over('branch')).toMatchObject({
      phase: 'failed',
      stage: 'grant',
      failure: { code: 'CopyFailed', message: expect.stringContaining('could not share') },
    });
    await home.requests.retry('unlucky', '1.0.0', 'branch', {});
    expect(await home.over('branch')).toMatchObject({ phase: 'completed' });
    await home.requests.remove('unlucky', 'branch');
    await home.until(async () => (await home.requests.list('unlucky')).value.length === 0);
    expect(await shares()).toEqual(before);
  });

  it('are refused where the gallery was not made to be shared', async () => {
    const home = open('gal_sources', 'parent-win11', { set: 'private' });
    await home.put('branch', { how: 'grant', subscriptionId: BRANCH });
    await home.port.ensureCopies('private', '1.0.0');
    expect(await home.over('branch')).toMatchObject({
      failure: { code: 'CopyFailed', message: expect.stringContaining('was made Private') },
    });
  });
});
