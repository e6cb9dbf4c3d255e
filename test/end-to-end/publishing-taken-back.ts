import { expect, it } from 'vitest';
import {
  type Channel,
  type Json,
  type Pool,
  type PublishingCloud,
  type Rollout,
  until,
  type Version,
} from './publishing-cloud.ts';

/** What is rolled back, deleted and revoked. */
export function takenBackStories(cloud: () => PublishingCloud): void {
  const set = 'rings';
  const pools: readonly Pool[] = ['test', 'production'];
  const of = (number: string) => `image-sets/${set}/versions/${number}`;
  const production = `image-sets/${set}/channels/production`;
  const both = async () => (await Promise.all(pools.map(async (pool) => await cloud().running(pool)))).flat();
  const released = async (number: string) => {
    await cloud().ask('POST', `image-sets/${set}/versions`, { number, by: 'ana' });
    const { status } = await cloud().release(`${set}.${number}`, (one) => one.status !== 'running');
    expect(status).toBe('released');
  };

  it('one call brings a channel with two host pools back to the version before', async () => {
    await cloud().define(set);
    for (const pool of pools) await cloud().link(pool, set, 'production');
    await released('1.0.0');
    await released('1.1.0');
    expect(await both()).toEqual(['1.1.0', '1.1.0', '1.1.0']);
    expect(await cloud().latest(set)).toBe('1.1.0');

    const reason = 'Teams crashes at sign-in';
    const asked = await cloud().ask('POST', `${production}/rollback`, { reason, by: 'ben' });
    expect(asked).toMatchObject({ holds: { version: '1.0.0', cause: 'rollback' } });
    expect(await cloud().settled(set, 'production')).toMatchObject({
      status: 'settled',
      holds: { version: '1.0.0', by: 'ben', reason },
      past: [{ version: '1.1.0' }, { version: '1.0.0' }],
    });
    expect(await both()).toEqual(['1.0.0', '1.0.0', '1.0.0']);
    expect(await cloud().latest(set)).toBe('1.0.0');
    expect(await cloud().version(set, '1.1.0', 'superseded', 'available')).toMatchObject({
      channels: ['test'],
    });
  });

  it('V5: a version that is in use is not deleted; V1: one that is not is, and its number is never issued again', async () => {
    const { ask, send } = cloud();
    const refused = await send<{ error: { details: readonly Json[] } }>('DELETE', of('1.0.0'));
    expect(refused).toMatchObject({
      status: 409,
      body: { error: { code: 'ReferencedVersionCannotBeDeleted', target: '1.0.0' } },
    });
    const holders = refused.body.error.details.map(({ code, target }) => `${String(code)} ${String(target)}`);
    expect(holders).toEqual(expect.arrayContaining([`channel ${set}.production`, 'host-pool production']));
    expect(await ask('GET', `${of('1.0.0')}/usage`)).toMatchObject({ isInUse: true });

    await cloud().built(set, ['1.2.0']);
    const { imageVersionId = '' } = await cloud().version(set, '1.2.0', 'available');
    expect(await ask('GET', `${of('1.2.0')}/usage`)).toMatchObject({ isInUse: false, uses: [] });
    await ask('DELETE', of('1.2.0'), { reason: 'not needed', by: 'ana' });
    expect(await cloud().version(set, '1.2.0', 'deleted')).toMatchObject({
      deletion: { by: 'ana', reason: 'not needed' },
    });
    expect(await cloud().isInGallery(imageVersionId)).toBe(false);
    expect(await send('POST', `image-sets/${set}/versions`, { number: '1.2.0' })).toMatchObject({
      status: 409,
      body: { error: { code: 'NumberTaken' } },
    });
    expect(await send('POST', 'host-pools/test/rollouts', { version: '1.2.0' })).toMatchObject({
      status: 409,
      body: { error: { code: 'VersionOver' } },
    });
  });

  it('V5: of a deletion and a rollout that begin at the same moment, never both have their way', async () => {
    await cloud().built(set, ['1.3.0', '1.4.0']);
    const race = async (pool: Pool, number: string, isDeletedFirst: boolean) => {
      const begin = async () =>
        await cloud().send('POST', `host-pools/${pool}/rollouts`, { version: number });
      const remove = async () => await cloud().send('DELETE', of(number), { by: 'ana' });
      const asked = isDeletedFirst ? [remove(), begin()] : [begin(), remove()];
      const answers = await Promise.all(asked);
      const [removed, begun] = isDeletedFirst ? answers : answers.toReversed();
      const rollout = begun?.status === 202 ? await cloud().rolled(String(begun.body['id'])) : undefined;
      const version = await cloud().version(set, number, 'available', 'deleted', 'deprecated');
      if (version.status === 'deleted') await expectGone(version, pool, rollout);
      else {
        expect(await cloud().isInGallery(version.imageVersionId ?? '')).toBe(true);
        if (removed?.status === 202) expect(version.deleteRefused).toBeDefined();
      }
    };
    const expectGone = async (version: Version, pool: Pool, rollout?: Rollout) => {
      expect(await cloud().isInGallery(version.imageVersionId ?? '')).toBe(false);
      expect(rollout?.status).not.toBe('succeeded');
      expect(await cloud().running(pool)).not.toContain(version.version);
    };
    await Promise.all([race('test', '1.3.0', false), race('production', '1.4.0', true)]);

    // One that is under way already is asked nothing: the deletion is refused.
    await cloud().built(set, ['1.5.0']);
    const { id } = await cloud().ask<{ id: string }>('POST', 'host-pools/test/rollouts', {
      version: '1.5.0',
    });
    expect(await cloud().send('DELETE', of('1.5.0'))).toMatchObject({
      status: 409,
      body: {
        error: {
          code: 'ReferencedVersionCannotBeDeleted',
          details: expect.arrayContaining([expect.objectContaining({ code: 'rollout', target: id })]),
        },
      },
    });
    expect(await cloud().rolled(id)).toMatchObject({ status: 'succeeded' });
    expect(await cloud().running('test')).toEqual(['1.5.0']);
  });

  it('V7: what is revoked is brought to no further host, is not latest any more, and its channel goes back', async () => {
    const { ask, send, get } = cloud();
    const number = '1.6.0';
    await ask('POST', `image-sets/${set}/versions`, { number, by: 'ana' });
    const rolling = await until(async () => {
      const seen = await get<Channel>(production);
      return (
        seen.stage === 'roll' && seen.holds?.version === number && seen.holds.rollouts.length > 0 && seen
      );
    });
    const channels = [`${set}.production`, `${set}.test`];
    expect(await get(`${of(number)}/usage`)).toMatchObject({ isInUse: true, blastRadius: { channels } });
    const word = { reason: 'it loses data', rollback: true, by: 'eve' };
    expect(await ask('POST', `${of(number)}/revoke`, word)).toMatchObject({
      status: 'revoked',
      blastRadius: { channels: expect.arrayContaining([`${set}.production`]) },
      youCan: expect.arrayContaining([expect.stringContaining('channels/production/rollback')]),
    });
    await until(async () => {
      const { recall } = await get<{ recall?: Json }>(of(number));
      return recall !== undefined && 'doneAt' in recall;
    });
    expect(await cloud().settled(set, 'production')).toMatchObject({ holds: { version: '1.0.0' } });
    expect(await both()).toEqual(['1.0.0', '1.0.0', '1.0.0']);
    expect(await cloud().latest(set)).toBe('1.0.0');
    for (const id of rolling.holds?.rollouts ?? []) {
      // Whichever heard of it first: the rollout that was told to end, or its next host that asked.
      const { status, failure } = await cloud().rolled(id);
      expect(failure?.code ?? status).toMatch(/^(aborted|Revoked)$/);
    }
    for (const channel of ['test', 'production']) {
      const promoted = await send('POST', `image-sets/${set}/channels/${channel}/promote`, {
        version: number,
      });
      expect(promoted).toMatchObject({ status: 409, body: { error: { code: 'Revoked' } } });
    }
    expect(await send('POST', 'host-pools/test/rollouts', { version: number })).toMatchObject({
      status: 409,
      body: { error: { code: 'Revoked' } },
    });
    expect(await cloud().release(`${set}.${number}`, () => true)).toMatchObject({ status: 'revoked' });
  });
}
