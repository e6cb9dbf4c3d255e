import { describe, expect, it } from 'vitest';
import { available } from './lives.ts';
import { copy, number, room, set } from './small-room.ts';

describe('what other rooms ask of copies', () => {
  const whole = async (options?: Parameters<typeof room>[0]) => {
    const of = room(options);
    await of.put(set, 'branch', copy, undefined);
    await of.ensureCopies(set, number);
    await of.look();
    return of;
  };

  it('is what to use at a place, which begins the copy where the place came later', async () => {
    const { put, imageVersionAt, look } = room();
    await put(set, 'branch', copy, undefined);
    expect(await imageVersionAt(set, number, 'branch')).toMatchObject({
      waitingFor: expect.stringContaining('branch'),
    });
    await look();
    expect(await imageVersionAt(set, number, 'branch')).toEqual({ imageVersionId: '/gal_branch' });
  });

  it.each([
    ['building', { waitingFor: expect.any(String) }],
    ['revoked', { failure: { code: 'Revoked' } }],
    ['deleting', { failure: { code: 'VersionOver' } }],
    ['failed', { failure: { code: 'VersionOver' } }],
  ] as const)('V7: is nothing to use of a version that is %s', async (status, answer) => {
    const { imageVersionAt, standings } = await whole();
    standings.set(number, { ...available, status });
    expect(await imageVersionAt(set, number, 'branch')).toMatchObject(answer);
  });

  it('is nothing to use where there is no place or no version', async () => {
    const { imageVersionAt } = await whole();
    expect(await imageVersionAt(set, number, 'p')).toMatchObject({ failure: { code: 'NotFound' } });
    expect(await imageVersionAt(set, '9.9.9', 'branch')).toMatchObject({ failure: { code: 'NotFound' } });
  });

  it('begins the copies of a version that is being handed over', async () => {
    const { copiesOf, copyUses } = await whole({ status: 'building' });
    expect(await copiesOf(set, number)).toMatchObject([{ place: 'branch', state: 'completed' }]);
    expect(await copyUses(set, number)).toEqual([
      { kind: 'copy', name: 'branch', message: 'Its copy at branch is completed.' },
    ]);
  });

  it('begins no copies of what is in no gallery, or is over', async () => {
    const { versionId } = available;
    const { ensureCopies, copies, standings } = await whole({ status: 'failed' });
    standings.set('1.1.0', { versionId, status: 'building' });
    await ensureCopies(set, '1.1.0');
    await ensureCopies(set, '9.9.9');
    expect((await copies(set, '1.1.0')).value).toEqual([]);
    for (const status of ['canceled', 'revoked', 'deleting', 'deleted'] as const) {
      const { copies } = await whole({ status });
      expect((await copies(set, number)).value).toEqual([]);
    }
  });

  it('stops what is on its way when the version is revoked, and removes it when it is deleted', async () => {
    const of = room();
    await of.put(set, 'branch', copy, undefined);
    await of.ensureCopies(set, number);
    of.standings.set(number, { ...available, status: 'revoked' });
    await of.look();
    expect(await of.copyAt('branch')).toMatchObject({
      copy: { phase: 'failed', failure: { code: 'Revoked' } },
    });
    of.standings.set(number, { ...available, status: 'deleting' });
    expect(await of.ensureCopiesRemoved(set, number)).toMatchObject({ status: 'running' });
    await of.look();
    expect(await of.ensureCopiesRemoved(set, number)).toEqual({ status: 'done' });
    expect(await of.copiesOf(set, number)).toEqual([]);
  });

  it('V5: removes no copy that a host pool uses', async () => {
    const { pools, ensureCopiesRemoved, copiesOf, made, look } = await whole();
    pools.push({ name: 'hp-branch', imageVersionIds: ['/gal_branch'] });
    expect(await ensureCopiesRemoved(set, number)).toMatchObject({
      status: 'failed',
      failure: { code: 'ReferencedVersionCannotBeDeleted', message: expect.stringContaining('hp-branch') },
    });
    expect(await copiesOf(set, number)).toEqual([
      { place: 'branch', imageVersionId: '/gal_branch', state: 'completed' },
    ]);
    pools.pop();
    expect(await ensureCopiesRemoved(set, number)).toMatchObject({ status: 'running' });
    // Meanwhile it is used again: at the last moment it stays, and is put right when it is wanted again.
    pools.push({ name: 'hp-branch', imageVersionIds: ['/gal_branch'] });
    await look();
    expect(made.size).toBe(1);
  });

  it('retries by being asked again what failed', async () => {
    const of = room();
    of.fail(true);
    await of.put(set, 'branch', copy, undefined);
    await of.ensureCopies(set, number);
    await of.look();
    expect(await of.copyAt('branch')).toMatchObject({
      copy: { phase: 'failed', failure: { code: 'CopyFailed' } },
    });
    of.fail(false);
    await of.ensureCopies(set, number);
    await of.look();
    expect(await of.copyAt('branch')).toMatchObject({ copy: { phase: 'failed' } });
    await of.retry(set, number, 'branch', { by: 'ana' });
    await of.look();
    expect(await of.copyAt('branch')).toMatchObject({ copy: { phase: 'completed' } });
    const history = await of.copyHistory(set, number, 'branch');
    expect(history.value.filter(({ event }) => event.type === 'wanted')).toMatchObject([
      { event: { by: 'goldsmith' } },
      { event: { by: 'ana', anew: true } },
    ]);
  });
});
