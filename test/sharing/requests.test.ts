import { describe, expect, it } from 'vitest';
import { PutPlace } from '../../shared/sharing/request-bodies.ts';
import { copyView, placeView } from '../../shared/sharing/view.ts';
import { copy, number, room, set } from './small-room.ts';

describe('what people may ask of places', () => {
  it('is to put one, which gets a copy of a version that is available', async () => {
    const { put, ensureCopies, look, copyAt, get } = room();
    expect(await put(set, 'branch', copy)).toMatchObject({
      place: { phase: 'there', revision: 1, plan: { gallery: { definition: 'win11' } } },
      created: true,
    });
    await ensureCopies(set, number);
    await ensureCopies(set, number);
    await look();
    expect(await copyAt('branch')).toMatchObject({
      copy: { phase: 'completed', facts: { imageVersionId: '/gal_branch' } },
    });
    expect(placeView(await get(set, 'branch'))).toMatchObject({
      name: 'branch',
      how: 'copy',
      gallery: { resourceGroup: 'rg-branch', name: 'gal_branch', location: 'westeurope' },
      copies: [{ version: number, state: 'completed' }],
    });
  });

  it('tells which host pools use which copy', async () => {
    const { put, ensureCopies, look, pools, get, list, copyAt, usesOf } = room();
    await put(set, 'branch', copy, undefined);
    await ensureCopies(set, number);
    await look();
    pools.push(
      { name: 'hp-branch', imageVersionIds: ['/GAL_BRANCH'] },
      { name: 'hp-new', imageVersionIds: [] },
    );
    const hostPools = [
      { name: 'hp-branch', uses: [number] },
      { name: 'hp-new', uses: [] },
    ];
    expect(placeView(await get(set, 'branch')).hostPools).toEqual(hostPools);
    expect((await list(set)).value.map((place) => placeView(place).hostPools)).toEqual([hostPools]);
    const found = await copyAt('branch');
    expect(found && copyView(found)).toMatchObject({ state: 'completed', hostPools: ['hp-branch'] });
    expect(await usesOf(set, number)).toMatchObject([{ kind: 'host-pool', name: 'hp-branch' }]);
  });

  it('is to change its regions, for copies that follow', async () => {
    const { put } = room();
    await put(set, 'branch', copy, undefined);
    const regions = [{ name: 'westeurope', replicas: 5, storageType: 'Standard_LRS' }] as const;
    const more = PutPlace.parse({ ...copy, regions });
    expect(await put(set, 'branch', more, { match: 1 })).toMatchObject({
      place: { revision: 2, plan: { regions } },
    });
    expect(await put(set, 'branch', more, {})).toMatchObject({ place: { revision: 2 } });
  });

  it('is to delete it with all its copies, and to put it anew', async () => {
    const { put, ensureCopies, look, remove, made, get, list } = room();
    await put(set, 'branch', copy, undefined);
    await ensureCopies(set, number);
    await look();
    expect(made.size).toBe(1);
    expect(await remove(set, 'branch')).toMatchObject({ phase: 'removing' });
    expect(placeView(await get(set, 'branch'))).toMatchObject({ state: 'removing', stage: 'empty' });
    await expect(put(set, 'branch', copy, undefined)).rejects.toMatchObject({ code: 'InvalidPhase' });
    await look();
    expect(made.size).toBe(0);
    expect((await list(set)).value).toEqual([]);
    await expect(get(set, 'branch')).rejects.toMatchObject({ code: 'NotFound' });
    expect(await put(set, 'branch', copy)).toMatchObject({
      place: { revision: 2, phase: 'there' },
      created: true,
    });
  });

  it('is to delete it though pools are linked to it, while they use nothing of it', async () => {
    const { put, remove, pools } = room();
    await put(set, 'branch', copy, undefined);
    pools.push({ name: 'hp-new', imageVersionIds: ['/another'] });
    expect(await remove(set, 'branch')).toMatchObject({ phase: 'removing' });
  });

  it('V5: keeps a copy that came into use after its place was deleted, and says so', async () => {
    const { put, ensureCopies, look, remove, made, pools, get, placeHistory } = room();
    await put(set, 'branch', copy, undefined);
    await ensureCopies(set, number);
    await look();
    await remove(set, 'branch');
    pools.push({ name: 'hp-branch', imageVersionIds: ['/gal_branch'] });
    await look();
    expect(made.size).toBe(1);
    expect(placeView(await get(set, 'branch'))).toMatchObject({
      state: 'stuck',
      failure: { code: 'ReferencedVersionCannotBeDeleted' },
    });
    pools.pop();
    await expect(remove(set, 'branch', { by: 'ben' }, { match: 7 })).rejects.toMatchObject({
      code: 'PreconditionFailed',
      target: 'If-Match',
    });
    await remove(set, 'branch', { by: 'ben' }, { match: 1 });
    expect((await placeHistory(set, 'branch')).value.at(-1)?.event).toMatchObject({
      type: 'deleted',
      by: 'ben',
    });
    await look();
    expect(made.size).toBe(0);
  });
});
