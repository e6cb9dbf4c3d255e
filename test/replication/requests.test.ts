import { describe, expect, it } from 'vitest';
import type { Found } from '../../shared/replication/gallery.ts';
import { replicationRoom } from '../../shared/replication/room.ts';
import { type Instant, minutesAfter } from '../../shared/instant.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { noon } from './regions.ts';

const standard = { storageType: 'Standard_LRS' } as const;
const copy = { state: 'completed', percent: 100, target: { replicas: 1, ...standard } } as const;
const failed = { ...copy, state: 'failed', percent: 40 } as const;
const whole: Found = { isChanging: false, regions: { westeurope: copy, northeurope: copy, eastus: copy } };

/** The regions of version 1.0.0, all complete unless said otherwise, in an Azure that does as it is told. */
async function room({ isShallow = false, found = whole }: { isShallow?: boolean; found?: Found } = {}) {
  let now: Instant = noon;
  let azure: Found | undefined = found;
  let isFailing = false;
  const users = new Map<string, string>();
  const asked: unknown[] = [];
  const made = replicationRoom({
    gallery: {
      findRegions: async () => azure,
      changeRegions: async (_, change) => {
        asked.push(change);
        const kept = Object.entries(azure?.regions ?? {}).filter(([name]) => !change.remove.includes(name));
        const made = isFailing ? failed : copy;
        const put = change.put.map(({ name, ...target }) => [name, { ...made, target }] as const);
        azure = { isChanging: false, regions: Object.fromEntries([...kept, ...put]) };
      },
    },
    usedIn: async (_, region) => [users.get(region) ?? []].flat(),
    rows: memoryRows(),
    due: memoryRows(),
    wake: async () => {},
    now: () => now,
  });
  const requests = made.requests(async (set, number) =>
    set === 'win11' && ['1.0.0', '2.0.0'].includes(number) ? `win11.${number}` : undefined,
  );
  const version = {
    ref: { subscriptionId: 's', resourceGroup: 'g', gallery: 'g', definition: 'd', number: '1.0.0' },
    imageVersionId: '/v',
    source: 'westeurope',
    isShallow,
  };
  const wanted = { replicas: 1, ...standard, required: true };
  const regions = { westeurope: wanted, northeurope: wanted, eastus: { ...wanted, required: false } };
  const want = async (stageAt: Instant = noon) =>
    await made.copies.want({ versionId: 'win11.1.0.0', version, regions, stageAt });
  await want();
  const look = async (times = 1) => {
    for (let looks = 0; looks < times; looks += 1) {
      now = minutesAfter(now, 6);
      await made.advance('win11.1.0.0');
    }
    return await requests.regions('win11', '1.0.0');
  };
  await look();
  return {
    ...requests,
    want,
    look,
    users,
    asked,
    vanish: () => {
      azure = undefined;
    },
    fail: (isSo: boolean) => {
      isFailing = isSo;
    },
  };
}

const [set, number] = ['win11', '1.0.0'] as const;
const refusal = (code: string, target: string) => ({ code, target, message: expect.stringMatching(/\.$/) });

describe('what people may ask of regions', () => {
  it('is to add one, which then is copied', async () => {
    const { put, look, asked } = await room();
    const { region } = await put(set, number, 'uksouth', { replicas: 3, by: 'ana' });
    expect(region).toMatchObject({ state: 'desired', wanted: { replicas: 3, required: false, ...standard } });
    expect(await look(2)).toMatchObject({ regions: { uksouth: { state: 'completed' } } });
    expect(asked).toEqual([{ remove: [], put: [{ name: 'uksouth', replicas: 3, ...standard }] }]);
  });

  it('is another number of replicas, and what is not said stays as it is', async () => {
    const { put, look, asked } = await room();
    await put(set, number, 'eastus', { replicas: 5 });
    await look(2);
    await put(set, number, 'eastus', { required: true });
    expect(await look(2)).toMatchObject({
      regions: { eastus: { state: 'completed', wanted: { replicas: 5, required: true } } },
    });
    expect(asked).toHaveLength(1);
  });

  it('is to take one away that nobody depends on', async () => {
    const { remove, look, asked } = await room();
    expect(await remove(set, number, 'northeurope')).toMatchObject({ region: { state: 'removing' } });
    expect((await look(2)).regions).not.toHaveProperty('northeurope');
    expect(asked).toEqual([{ remove: ['northeurope'], put: [] }]);
  });

  it('keeps a region that came into use after it was let go', async () => {
    const { remove, look, asked, users } = await room();
    await remove(set, number, 'northeurope');
    users.set('northeurope', 'rollout r is under way');
    const { regions } = await look(2);
    expect(regions['northeurope']?.state).toBe('completed');
    expect(asked).toEqual([]);
  });

  it.each<
    [
      what: string,
      ask: (of: Awaited<ReturnType<typeof room>>) => Promise<unknown>,
      code: string,
      target: string,
    ]
  >([
    [
      'a version that there is not',
      async ({ put }) => await put(set, '9.9.9', 'uksouth', {}),
      'NotFound',
      '9.9.9',
    ],
    [
      'a version not captured',
      async ({ put }) => await put(set, '2.0.0', 'uksouth', {}),
      'InvalidPhase',
      '2.0.0',
    ],
    [
      'its source taken away',
      async ({ remove }) => await remove(set, number, 'westeurope'),
      'RegionIsSource',
      'westeurope',
    ],
    [
      'its source made optional',
      async ({ put }) => await put(set, number, 'westeurope', { required: false }),
      'RegionIsSource',
      'required',
    ],
    [
      'its source repaired',
      async ({ repair }) => await repair(set, number, 'westeurope', {}),
      'RegionIsSource',
      'westeurope',
    ],
    [
      'a region taken away that it has not',
      async ({ remove }) => await remove(set, number, 'uksouth'),
      'NotFound',
      'uksouth',
    ],
    [
      'a whole region repaired',
      async ({ repair }) => await repair(set, number, 'eastus', {}),
      'InvalidPhase',
      'eastus',
    ],
    [
      'other storage',
      async ({ put }) => await put(set, number, 'eastus', { storageType: 'Premium_LRS' }),
      'ImmutableField',
      'storageType',
    ],
    [
      'more than 100 replicas',
      async ({ put }) => await put(set, number, 'eastus', { replicas: 99 }),
      'ValidationFailed',
      'replicas',
    ],
  ])('refuses %s', async (_, ask, code, target) => {
    const asks = await room();
    await expect(ask(asks)).rejects.toMatchObject(refusal(code, target));
    expect(asks.asked).toEqual([]);
  });

  it('refuses to take away a region in use, and says who uses it', async () => {
    const { remove, users } = await room();
    users.set('eastus', 'host pool p makes its hosts from it');
    await expect(remove(set, number, 'eastus')).rejects.toMatchObject({
      ...refusal('RegionInUse', 'eastus'),
      details: [{ code: 'RegionInUse', message: 'host pool p makes its hosts from it' }],
    });
  });

  it('refuses any but the one copy of a shallow version', async () => {
    const { put } = await room({ isShallow: true });
    for (const name of ['uksouth', 'westeurope']) {
      const asked = put(set, number, name, { replicas: 2 });
      await expect(asked).rejects.toMatchObject(refusal('ValidationFailed', 'replicas'));
    }
  });

  it('finds a version that is gone from the gallery to be so, and a retry of it too', async () => {
    const { look, put, want, vanish } = await room({ found: { ...whole, isChanging: true } });
    vanish();
    expect(await look()).toMatchObject({ goneAt: expect.any(String) });
    await expect(put(set, number, 'uksouth', {})).rejects.toMatchObject(refusal('InvalidPhase', number));
    expect(await want()).toMatchObject({ isGone: true });
    expect(await want(minutesAfter(noon, 60))).toMatchObject({ isGone: false });
    expect(await look()).toMatchObject({ goneAt: expect.any(String) });
  });
});

describe('a stage of a version that begins anew', () => {
  it('repairs what was given up, and leaves alone what people want otherwise', async () => {
    const found = { isChanging: false, regions: { ...whole.regions, northeurope: failed } };
    const { want, look, remove, put, fail } = await room({ found });
    fail(true);
    await look(12);
    const states = async () =>
      Object.fromEntries((await want()).copies.map(({ name, state }) => [name, state]));
    expect(await states()).toMatchObject({ northeurope: 'blocking' });
    fail(false);
    await remove(set, number, 'eastus');
    await put(set, number, 'westeurope', { replicas: 4 });
    await want(minutesAfter(noon, 600));
    expect(await states()).toEqual({ westeurope: 'completed', northeurope: 'repairing', eastus: 'removing' });
    const { regions } = await look(6);
    expect(regions).toMatchObject({
      westeurope: { state: 'completed', wanted: { replicas: 4 } },
      northeurope: { state: 'completed' },
    });
    expect(regions).not.toHaveProperty('eastus');
  });
});
