import { describe, expect, it } from 'vitest';
import { PutPlace } from '../../shared/sharing/request-bodies.ts';
import { available } from './lives.ts';
import { copy, elsewhere, grant, number, ours, type Room, room, set } from './small-room.ts';

describe('what people may not ask of places', () => {
  const there = async (of: Room) => await of.put(set, 'branch', copy, undefined);
  const copied = async (of: Room) => {
    await there(of);
    await of.ensureCopies(set, number);
    await of.look();
  };
  it.each<[what: string, ask: (of: Room) => Promise<unknown>, code: string, target: string]>([
    ['a set that there is not', async ({ put }) => await put('no', 'p', copy, undefined), 'NotFound', 'no'],
    ['the places of such', async ({ list }) => await list('no'), 'NotFound', 'no'],
    ['a place that there is not', async ({ get }) => await get(set, 'p'), 'NotFound', 'p'],
    ['its deletion', async ({ remove }) => await remove(set, 'p'), 'NotFound', 'p'],
    ['its history', async ({ placeHistory }) => await placeHistory(set, 'p'), 'NotFound', 'p'],
    [
      'the gallery of the set itself',
      async ({ put }) => {
        const gallery = { resourceGroup: 'RG-images', name: 'gal_desktops', location: 'westeurope' };
        const own = PutPlace.parse({ ...copy, subscriptionId: ours, gallery });
        return await put(set, 'own', own, undefined);
      },
      'ValidationFailed',
      'gallery',
    ],
    [
      'two places in one definition',
      async (of) => {
        await there(of);
        return await of.put(set, 'again', copy, undefined);
      },
      'ValidationFailed',
      'gallery',
    ],
    [
      'another way',
      async (of) => {
        await there(of);
        return await of.put(set, 'branch', grant, undefined);
      },
      'ImmutableField',
      'how',
    ],
    [
      'another gallery',
      async (of) => {
        await there(of);
        return await of.put(set, 'branch', elsewhere('gal_other'), undefined);
      },
      'ImmutableField',
      'gallery',
    ],
    [
      'another definition',
      async (of) => {
        await there(of);
        return await of.put(set, 'branch', PutPlace.parse({ ...copy, definition: 'other' }), undefined);
      },
      'ImmutableField',
      'definition',
    ],
    [
      'another subscription to share with',
      async (of) => {
        await of.put(set, 'branch', grant, undefined);
        const other = PutPlace.parse({ ...grant, subscriptionId: ours });
        return await of.put(set, 'branch', other, undefined);
      },
      'ImmutableField',
      'subscriptionId',
    ],
    [
      'a change of what it is no longer',
      async (of) => {
        await there(of);
        return await of.put(set, 'branch', copy, { match: 7 });
      },
      'PreconditionFailed',
      'If-Match',
    ],
    [
      'a change of what is not there',
      async ({ put }) => await put(set, 'branch', copy, { match: 1 }),
      'PreconditionFailed',
      'If-Match',
    ],
    [
      'the deletion of a place in use',
      async (of) => {
        await copied(of);
        of.pools.push({ name: 'hp-branch', imageVersionIds: ['/gal_branch'] });
        return await of.remove(set, 'branch');
      },
      'ReferencedVersionCannotBeDeleted',
      'branch',
    ],
    ['copies of no version', async ({ copies }) => await copies(set, '9.9.9'), 'NotFound', '9.9.9'],
    [
      'a retry of no version',
      async ({ retry }) => await retry(set, '9.9.9', 'branch', {}),
      'NotFound',
      '9.9.9',
    ],
    [
      'a retry at no place',
      async ({ retry }) => await retry(set, number, 'branch', {}),
      'NotFound',
      'branch',
    ],
    [
      'a retry of what is complete',
      async (of) => {
        await copied(of);
        return await of.retry(set, number, 'branch', {});
      },
      'InvalidPhase',
      'branch',
    ],
    [
      'a retry of what is revoked',
      async (of) => {
        await there(of);
        of.standings.set(number, { ...available, status: 'revoked' });
        return await of.retry(set, number, 'branch', {});
      },
      'Revoked',
      number,
    ],
    [
      'a retry at a place on its way out',
      async (of) => {
        await copied(of);
        await of.remove(set, 'branch');
        return await of.retry(set, number, 'branch', {});
      },
      'InvalidPhase',
      'branch',
    ],
    [
      'the history of what never was',
      async (of) => {
        await there(of);
        return await of.copyHistory(set, number, 'branch');
      },
      'NotFound',
      'branch',
    ],
  ])('is not: %s', async (_, ask, code, target) => {
    await expect(ask(room())).rejects.toMatchObject({ code, target, message: expect.stringMatching(/\.$/) });
  });

  it('is not a copy of a version with Trusted Launch, of which Azure makes none', async () => {
    const { put } = room({ securityType: 'TrustedLaunch' });
    await expect(put(set, 'branch', copy, undefined)).rejects.toMatchObject({
      code: 'UnsupportedSource',
      target: 'how',
    });
    expect(await put(set, 'branch', grant)).toMatchObject({ place: { plan: { how: 'grant' } } });
  });

  it.each<[what: string, change: object]>([
    ['a region named twice', { regions: [{ name: 'westeurope' }, { name: 'westeurope' }] }],
    ['no region', { regions: [] }],
    ['more replicas than Azure allows', { regions: [{ name: 'westeurope', replicas: 100 }] }],
    [
      'a gallery that Azure would not name so',
      { gallery: { resourceGroup: 'r', name: 'a-b', location: 'x' } },
    ],
    ['a grant with regions', { how: 'grant' }],
    ['another way', { how: 'post' }],
    ['what is no subscription', { subscriptionId: 'ours' }],
  ])('is not, in words: %s', (_, change) => {
    expect(PutPlace.safeParse({ ...copy, ...change }).success).toBe(false);
  });

  it('is a grant to a tenant only with the tenant', () => {
    const { subscriptionId } = grant;
    const tenant = { how: 'grant', subscriptionId, shareWith: 'tenant' };
    expect(PutPlace.safeParse(tenant).error?.issues).toMatchObject([{ path: ['tenantId'] }]);
    expect(PutPlace.safeParse({ ...tenant, tenantId: ours }).success).toBe(true);
  });
});
