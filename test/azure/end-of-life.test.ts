import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gallery } from '../../shared/azure/gallery.ts';
import { endOfLifeGallery } from '../../shared/azure/gallery-end-of-life.ts';
import { endsOfLife } from '../../shared/images/bring-end-of-life.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { wrongBodies } from './support/bodies.ts';
import { type Cloud, openCloud } from './support/cloud.ts';

// A version that the simulated Azure has from the start.
describe('the end of life of a version in Azure', () => {
  let cloud: Cloud;
  beforeAll(async () => {
    cloud = await openCloud();
  });
  afterAll(async () => await cloud.close());

  const ref = () => ({
    subscriptionId: cloud.subscriptionId,
    resourceGroup: 'rg-images',
    gallery: 'gal_sources',
    definition: 'parent-win11',
    number: '1.0.0',
  });
  const home = () => ({ ...gallery(cloud.azure), ...endOfLifeGallery(cloud.azure) });
  const date = '2098-06-30T00:00:00.000Z';

  it('is moved, with the regions and all else as they were', async () => {
    const before = await home().findVersion(ref());
    const due = memoryRows();
    const ends = endsOfLife({ gallery: home(), rows: memoryRows(), due, now: cloud.now });
    const event = { type: 'end-of-life-moved', ref: ref(), date, by: 'ana', at: cloud.now() } as const;
    await ends.record('parent.1.0.0', event);
    await cloud.until(async () => {
      await ends.sweep();
      const known = await ends.load('parent.1.0.0');
      return known && !known.standing;
    });
    expect(await ends.load('parent.1.0.0')).not.toHaveProperty('notBrought');
    expect(await home().findVersion(ref())).toEqual({ ...before, endOfLifeDate: date });
  });

  it('is refused by Azure where it has passed', async () => {
    const past = home().moveEndOfLife(ref(), '2020-01-01T00:00:00.000Z');
    await expect(past).rejects.toMatchObject({ code: 'AzureRefused', retryable: false });
  });

  it('sends nothing that Azure has no type for', async () => {
    const bodies = await wrongBodies(cloud.sent);
    expect(bodies?.wrong ?? []).toEqual([]);
  });
});
