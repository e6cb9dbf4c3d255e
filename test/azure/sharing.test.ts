import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BRANCH, PARTNER } from '../../infra/local/arm/fleet-sources.ts';
import { withhold } from '../../infra/local/arm/core/rights.ts';
import { wrongBodies } from './support/bodies.ts';
import { type Cloud, openCloud } from './support/cloud.ts';
import { computeIn as groupOf, type Opening, openSharing } from './support/sharing.ts';

const partnerTenant = '22222222-2222-2222-2222-222222222222';

describe('copies of a version in Azure', () => {
  let cloud: Cloud;
  beforeAll(async () => {
    cloud = await openCloud();
  });
  afterAll(async () => await cloud.close());

  const open = (...given: Opening) => openSharing(cloud, ...given);
  const branch = (name: string) => ({
    how: 'copy',
    subscriptionId: BRANCH,
    gallery: { resourceGroup: 'rg-branch', name, location: 'westeurope' },
    regions: [{ name: 'westeurope', replicas: 2 }, { name: 'northeurope' }],
  });
  const exists = (id: string) => cloud.arm.world.resources.find(id);

  it('are made in another subscription, dark, with gallery and definition', async () => {
    const home = open('gal_sources', 'parent-win11');
    await home.put('branch', branch('gal_branch'));
    await home.port.ensureCopies('win11', '1.0.0');
    expect(await home.over('branch')).toMatchObject({ phase: 'completed' });
    const id = `${groupOf(BRANCH, 'rg-branch')}/galleries/gal_branch/images/parent-win11/versions/1.0.0`;
    expect(await home.port.imageVersionAt('win11', '1.0.0', 'branch')).toEqual({ imageVersionId: id });
    const { galleryImageVersions: versions, galleryImages } = cloud.azure.compute(BRANCH);
    const made = await versions.get('rg-branch', 'gal_branch', 'parent-win11', '1.0.0');
    expect(made).toMatchObject({
      tags: { goldsmith: 'win11.1.0.0.branch' },
      publishingProfile: {
        excludeFromLatest: true,
        targetRegions: [
          { name: 'West Europe', regionalReplicaCount: 2 },
          { name: 'North Europe', regionalReplicaCount: 1 },
        ],
      },
      storageProfile: { source: { id: home.standing.imageVersionId } },
    });
    const definition = await galleryImages.get('rg-branch', 'gal_branch', 'parent-win11');
    expect(definition).toMatchObject({
      tags: { goldsmith: 'win11.branch' },
      identifier: { publisher: 'contoso', offer: 'sources', sku: 'parent-win11' },
    });
    expect(definition.features).toEqual([{ name: 'SecurityType', value: 'TrustedLaunchSupported' }]);

    home.pools.set('hp-branch', [id]);
    expect(await home.port.ensureCopiesRemoved('win11', '1.0.0')).toMatchObject({
      status: 'failed',
      failure: { code: 'ReferencedVersionCannotBeDeleted' },
    });
    await expect(home.requests.remove('win11', 'branch')).rejects.toMatchObject({ target: 'branch' });
    home.pools.clear();
    await home.until(async () => (await home.port.ensureCopiesRemoved('win11', '1.0.0')).status === 'done');
    expect(exists(id)).toBeUndefined();
    expect(exists(home.standing.imageVersionId ?? '')).toBeDefined();
  });

  it('are made in another tenant, with a token of both', async () => {
    const home = open('gal_sources', 'parent-win11', { set: 'abroad' });
    const body = {
      ...branch('gal_abroad'),
      subscriptionId: PARTNER,
      tenantId: partnerTenant,
      gallery: { resourceGroup: 'rg-partner', name: 'gal_abroad', location: 'westeurope' },
      // Without where Azure makes it, which is added.
      regions: [{ name: 'northeurope' }],
    };
    await home.put('abroad', body);
    await home.port.ensureCopies('abroad', '1.0.0');
    expect(await home.over('abroad')).toMatchObject({ phase: 'completed' });
    const id = `${groupOf(PARTNER, 'rg-partner')}/galleries/gal_abroad/images/parent-win11/versions/1.0.0`;
    expect(exists(id)?.properties).toMatchObject({
      publishingProfile: { targetRegions: [{ name: 'West Europe' }, { name: 'North Europe' }] },
    });
    await home.requests.remove('abroad', 'abroad');
    await home.until(async () => (await home.requests.list('abroad')).value.length === 0);
    expect(exists(id)).toBeUndefined();
  });

  it('in another tenant say what is wrong when the tenant is not named', async () => {
    const home = open('gal_sources', 'parent-win11', { set: 'nameless' });
    const gallery = { resourceGroup: 'rg-partner', name: 'gal_nameless', location: 'westeurope' };
    await home.put('nameless', { ...branch('gal_nameless'), subscriptionId: PARTNER, gallery });
    await home.port.ensureCopies('nameless', '1.0.0');
    expect(await home.over('nameless')).toMatchObject({
      phase: 'failed',
      stage: 'place',
      failure: { code: 'AzureRefused', message: expect.stringContaining(partnerTenant) },
    });
  });

  it('where nobody may write say whose right is missing', async () => {
    const home = open('gal_sources', 'parent-win11', { set: 'closed' });
    await home.put('branch', branch('gal_closed'));
    withhold(cloud.arm.world, `${groupOf(BRANCH, 'rg-branch')}/galleries/gal_closed`, 'write');
    await home.port.ensureCopies('closed', '1.0.0');
    expect(await home.over('branch')).toMatchObject({
      phase: 'failed',
      stage: 'place',
      failure: { code: 'AzureRefused', message: expect.stringContaining('AuthorizationFailed') },
    });
  });

  it('leave alone what is another, and say in what', async () => {
    const { galleryImages, galleries, galleryImageVersions } = cloud.azure.compute(BRANCH);
    await galleries.createOrUpdate('rg-branch', 'gal_theirs', { location: 'westeurope' }).submitted();
    cloud.pass(1);
    const identifier = { publisher: 'contoso', offer: 'sources', sku: 'parent-win11' };
    const theirs = { location: 'westeurope', osType: 'Windows', osState: 'Generalized', identifier } as const;
    await galleryImages
      .createOrUpdate('rg-branch', 'gal_theirs', 'plain', {
        ...theirs,
        hyperVGeneration: 'V2',
        features: [{ name: 'SecurityType', value: 'Standard' }],
      })
      .submitted();
    cloud.pass(1);
    const home = open('gal_sources', 'parent-win11', { set: 'theirs' });
    await home.put('branch', { ...branch('gal_theirs'), definition: 'plain' });
    await home.port.ensureCopies('theirs', '1.0.0');
    expect(await home.over('branch')).toMatchObject({
      phase: 'failed',
      failure: { code: 'SourceMismatch', message: expect.stringContaining('SecurityType is Standard') },
    });

    // One that agrees is used as it is; a version of theirs under that number is left alone.
    await galleryImages.delete('rg-branch', 'gal_theirs', 'plain').submitted();
    cloud.pass(5);
    await galleryImages
      .createOrUpdate('rg-branch', 'gal_theirs', 'agrees', { ...theirs, hyperVGeneration: 'V2' })
      .submitted();
    cloud.pass(1);
    const foreign = {
      location: 'westeurope',
      storageProfile: { source: { id: home.standing.imageVersionId ?? '' } },
    };
    await galleryImageVersions
      .createOrUpdate('rg-branch', 'gal_theirs', 'agrees', '1.0.0', foreign)
      .submitted();
    await home.put('agreeing', { ...branch('gal_theirs'), definition: 'agrees' });
    await home.port.ensureCopies('theirs', '1.0.0');
    expect(await home.over('agreeing')).toMatchObject({ failure: { code: 'ForeignResource' } });
    const id = `${groupOf(BRANCH, 'rg-branch')}/galleries/gal_theirs/images/agrees`;
    expect(exists(id)?.tags).toBeUndefined();
    await home.requests.remove('theirs', 'agreeing');
    await home.until(async () => (await home.requests.list('theirs')).value.length === 1);
    expect(exists(`${id}/versions/1.0.0`)).toBeDefined();
  });

  it('whose region fails say so, and are made whole by a retry', async () => {
    const home = open('gal_sources', 'parent-win11', { set: 'failing' });
    await home.put('branch', branch('gal_failing'));
    cloud.next({
      fault: 'fail-replication',
      region: 'northeurope',
      method: 'PUT',
      path: 'gal_failing/images/parent-win11/versions',
    });
    await home.port.ensureCopies('failing', '1.0.0');
    expect(await home.over('branch')).toMatchObject({
      phase: 'failed',
      stage: 'replicate',
      failure: { code: 'CopyFailed', message: expect.stringContaining('northeurope') },
    });
    expect(await home.port.imageVersionAt('failing', '1.0.0', 'branch')).toMatchObject({
      failure: { code: 'CopyFailed' },
    });
    await home.requests.retry('failing', '1.0.0', 'branch', { by: 'ana' });
    expect(await home.over('branch')).toMatchObject({ phase: 'completed' });
  });

  it('sends nothing that Azure has no type for', async () => {
    const sent = cloud.asked().map(({ method, path, query, body }) => ({
      method,
      url: `https://management.azure.com${path}${query}`,
      body,
    }));
    const bodies = await wrongBodies(sent);
    expect(bodies?.held ?? 20).toBeGreaterThan(10);
    expect(bodies?.wrong ?? []).toEqual([]);
  });
});
