import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gallery } from '../../shared/azure/gallery.ts';
import { regionGallery } from '../../shared/azure/gallery-regions.ts';
import { secondsBetween } from '../../shared/instant.ts';
import { isAtRest, type Replication } from '../../shared/replication/replication.ts';
import { replicationRoom } from '../../shared/replication/room.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { wrongBodies } from './support/bodies.ts';
import { type Cloud, openCloud } from './support/cloud.ts';

// A version that the simulated Azure has from the start, in West Europe, where it was made, and North Europe.
const source = 'westeurope';
const standard = { storageType: 'Standard_LRS' } as const;

describe('the regions of a version in Azure', () => {
  let cloud: Cloud;
  beforeAll(async () => {
    cloud = await openCloud();
  });
  afterAll(async () => await cloud.close());

  let definition = 'parent-win11';
  const ref = () => ({
    subscriptionId: cloud.subscriptionId,
    resourceGroup: 'rg-images',
    gallery: 'gal_sources',
    definition,
    number: '1.0.0',
  });
  const home = () => regionGallery(cloud.azure);
  const idle = async () =>
    await cloud.until(async () => {
      const found = await home().findRegions(ref());
      return found && !found.isChanging && found;
    });

  it('are shown with their copies, and by one name', async () => {
    const copy = { state: 'completed', percent: 100, target: { replicas: 1, ...standard } };
    expect(await home().findRegions(ref())).toEqual({
      isChanging: false,
      regions: { westeurope: copy, northeurope: copy },
    });
    expect(await home().findRegions({ ...ref(), number: '9.9.9' })).toBeUndefined();
  });

  it('are added to, with all others as they are, and only while nothing else changes', async () => {
    const eastus = { name: 'eastus', replicas: 2, storageType: 'Standard_ZRS' } as const;
    await home().changeRegions(ref(), { remove: [], put: [eastus] });
    const begun = await home().findRegions(ref());
    expect(begun).toMatchObject({
      isChanging: true,
      regions: { northeurope: { state: 'completed' }, eastus: { state: 'replicating', percent: 0 } },
    });
    const more = { remove: [], put: [{ ...eastus, name: 'japaneast' }] };
    await expect(home().changeRegions(ref(), more)).rejects.toMatchObject({ code: 'AzureBusy' });
    const { regions } = await idle();
    expect(regions['eastus']).toEqual({
      state: 'completed',
      percent: 100,
      target: { replicas: 2, storageType: 'Standard_ZRS' },
    });
  });

  it('have as many replicas as are wanted, on the storage that they have', async () => {
    const put = [{ name: 'eastus', replicas: 3, storageType: 'Standard_LRS' }] as const;
    await home().changeRegions(ref(), { remove: [], put });
    const { regions } = await idle();
    expect(regions['eastus']?.target).toEqual({ replicas: 3, storageType: 'Standard_ZRS' });
    expect(regions['northeurope']?.target).toEqual({ replicas: 1, ...standard });
    const { gallery: of, resourceGroup, number } = ref();
    const at = `/subscriptions/${cloud.subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute`;
    const id = `${at}/galleries/${of}/images/${definition}/versions/${number}`;
    const { replicasIn } = regionGallery(cloud.azure);
    expect(await Promise.all([replicasIn(id, 'East US'), replicasIn(id, 'uksouth')])).toEqual([3, undefined]);
  });

  it('are taken out, but for the one where the version was made', async () => {
    await home().changeRegions(ref(), { remove: ['eastus', source], put: [] });
    expect(Object.keys((await idle()).regions).toSorted()).toEqual(['northeurope', source]);
  });

  it('leave alone what else is said of the version', async () => {
    const { changeVersion, findVersion } = gallery(cloud.azure);
    await changeVersion(ref(), { excludeFromLatest: false });
    await idle();
    const put = [{ name: 'northeurope', replicas: 2, ...standard }];
    await home().changeRegions(ref(), { remove: [], put });
    await idle();
    expect(await findVersion(ref())).toMatchObject({ excludeFromLatest: false });
  });

  it('that Azure does not know are refused, and not asked for again', async () => {
    const put = [{ name: 'atlantis', replicas: 1, ...standard }];
    const refused = home().changeRegions(ref(), { remove: [], put });
    await expect(refused).rejects.toMatchObject({ code: 'AzureRefused', retryable: false });
  });

  describe('with a life of their own', () => {
    const id = 'win11.1.0.0';
    const room = () => {
      const rows = memoryRows();
      const { now } = cloud;
      const made = replicationRoom({
        gallery: home(),
        usedIn: async () => [],
        rows,
        due: memoryRows(),
        wake: async () => {},
        now,
      });
      const requests = made.requests(async () => id);
      const state = async () => await requests.regions('win11', '1.0.0');
      const want = async (...names: readonly string[]) => {
        const wanted = { replicas: 1, ...standard, required: true };
        const version = { ref: ref(), imageVersionId: '/v', source, isShallow: false };
        const regions = Object.fromEntries([source, ...names].map((name) => [name, wanted]));
        return await made.copies.want({ versionId: id, version, regions, stageAt: now() });
      };
      /** Looks whenever it is time to, until it is so. */
      const until = async (isSo: (replication: Replication) => boolean): Promise<Replication> => {
        for (let looks = 0; looks < 600; looks += 1) {
          const current = await state();
          if (isSo(current)) return current;
          cloud.pass(Math.max(1, secondsBetween(now(), current.lookAt)) / 60);
          await made.advance(id);
        }
        throw new Error(`It did not become so: ${JSON.stringify(await state())}`);
      };
      return { ...made, requests, want, until, state };
    };
    const stateOf = ({ regions }: Replication) =>
      Object.fromEntries(
        Object.entries(regions).map(([name, { state, repairs }]) => [name, [state, repairs]]),
      );

    beforeEach(() => {
      definition = 'parent-with-data';
    });

    it('a region that stalls is repaired as soon as Azure gives it up, and others go live meanwhile', async () => {
      const { want, until, requests } = room();
      const stall = { fault: 'stall-replication', method: 'PATCH', region: 'eastus', seconds: 7200 };
      cloud.next(stall);
      await want('northeurope', 'eastus', 'japaneast');
      const stalled = await until(({ regions }) => regions['eastus']?.state === 'stalled');
      expect(stateOf(stalled)).toMatchObject({ japaneast: ['completed', 0], northeurope: ['completed', 0] });
      const done = await until(isAtRest);
      expect(stateOf(done)).toMatchObject({ eastus: ['completed', 1], japaneast: ['completed', 0] });
      const news = (await requests.history('win11', '1.0.0')).value.flatMap(({ event }) =>
        'news' in event && event.news !== undefined ? [event.news] : [],
      );
      expect(news.filter((line) => line.includes('eastus'))).toEqual([
        expect.stringContaining('eastus replicating'),
        'eastus stalled',
        'eastus failed',
        'eastus repairing',
        'eastus desired',
        'eastus replicating',
        'eastus completed',
      ]);
    });

    it('a region that fails again and again blocks, with what Azure says; a repair by hand starts anew', async () => {
      const { want, until, requests } = room();
      const message = 'The region is out of space.';
      const fault = { fault: 'fail-replication', method: 'PATCH', region: 'japaneast', message };
      cloud.arm.world.faults.add(fault);
      definition = 'golden-win11';
      await want('japaneast');
      const blocked = await until(({ regions }) => regions['japaneast']?.state === 'blocking');
      expect(blocked.regions['japaneast']).toMatchObject({
        repairs: 2,
        failure: { code: 'ReplicationFailed', message: expect.stringContaining(message) },
      });
      await until(isAtRest);
      cloud.arm.world.faults.clear();
      await requests.repair('win11', '1.0.0', 'japaneast', { by: 'ana' });
      expect(stateOf(await until(isAtRest))).toMatchObject({ japaneast: ['completed', 0] });
    });

    it('a region that is not wanted any more is gone, and one of other people stays', async () => {
      const { want, until, requests } = room();
      await want('northeurope');
      await until(isAtRest);
      await requests.put('win11', '1.0.0', 'swedencentral', { replicas: 2 });
      await until(isAtRest);
      await requests.remove('win11', '1.0.0', 'northeurope');
      expect(stateOf(await until(isAtRest))).toEqual({
        westeurope: ['completed', 0],
        swedencentral: ['completed', 0],
      });
      expect(Object.keys((await idle()).regions)).toEqual(
        expect.arrayContaining(['westeurope', 'swedencentral', 'eastus', 'japaneast']),
      );
    });
  });

  it('send nothing that Azure has no type for', async () => {
    const bodies = await wrongBodies(cloud.sent);
    expect(bodies?.wrong ?? []).toEqual([]);
  });
});
