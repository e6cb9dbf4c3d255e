import { beforeEach, describe, expect, it } from 'vitest';
import { RequestVersion } from '../../shared/images/request-bodies.ts';
import type { Use } from '../../shared/images/use.ts';
import { revokedView } from '../../shared/images/view.ts';
import { openImages } from './requests-world.ts';
import { built, done, plan, revoked, taken, type Told } from './versions.ts';

const request = RequestVersion.parse({ bump: 'minor' });

describe('what people may ask of a version that is built', () => {
  let images = openImages();
  const id = 'win11.1.0.0';
  const tell = async (...story: Told[]) => {
    for (const told of story) await images.tell.record(id, (version) => told(version, 1));
  };
  beforeEach(async () => {
    images = openImages();
    await images.define('win11', plan as never);
    await images.request('win11', 'one', request);
    await tell(...built());
  });
  const use: Use = { kind: 'rollout', name: 'r-1', message: 'Rollout r-1 brings pool a onto it.' };
  const remove = async () => await images.remove('win11', '1.0.0', { reason: 'old', by: 'ana' });
  const revoke = async () =>
    await images.revoke('win11', '1.0.0', { reason: 'bad', by: 'ana', rollback: true });

  it('V5: refuses to delete what anything uses, and says what', async () => {
    images.uses.push(use);
    await expect(remove()).rejects.toMatchObject({
      code: 'ReferencedVersionCannotBeDeleted',
      message: /Rollout r-1/,
      details: [{ code: 'rollout', target: 'r-1' }],
    });
    expect((await images.version('win11', '1.0.0')).phase).toBe('available');
  });

  it('V5: refuses to delete what a channel has taken just now', async () => {
    await tell(taken('test'));
    await expect(remove()).rejects.toMatchObject({
      code: 'ReferencedVersionCannotBeDeleted',
      details: [{ target: 'test' }],
    });
  });

  it('V5: names all that use what a channel holds', async () => {
    await tell(taken('test'));
    images.uses.push({ kind: 'channel', name: 'win11.test', message: 'Channel test holds it.' }, use);
    await expect(remove()).rejects.toMatchObject({
      code: 'ReferencedVersionCannotBeDeleted',
      details: [{ code: 'channel' }, { code: 'rollout', target: 'r-1' }],
    });
  });

  it('is told to wait where there is nothing to cancel', async () => {
    await tell(revoked);
    await expect(remove()).rejects.toMatchObject({
      code: 'InvalidPhase',
      message: 'Version 1.0.0 is revoked; wait until that is over.',
    });
  });

  it('V1: deletes what nothing uses, once, and keeps the tombstone', async () => {
    expect(await remove()).toMatchObject({ phase: 'deleting', by: 'ana', standing: { stage: 'delete' } });
    expect(await remove()).toMatchObject({ phase: 'deleting', standing: { look: 12 } });
    await tell(done);
    expect(await remove()).toMatchObject({ phase: 'deleted', reason: 'old' });
    expect((await images.request('win11', 'two', request)).number).toBe('1.1.0');
    await expect(revoke()).rejects.toMatchObject({ code: 'VersionOver' });
  });

  it('V7: revokes whatever uses it, says who does, and the ways back', async () => {
    await tell(taken('production'));
    images.uses.push(use, { kind: 'channel', name: 'win11.production', message: 'Held by production.' });
    const revoked = await revoke();
    expect(revoked).toMatchObject({ version: { phase: 'revoked', rollback: true }, usedBy: images.uses });
    expect(revokedView(revoked).youCan).toEqual([
      'roll channel production back: POST /image-sets/win11/channels/production/rollback',
      'build a newer one: POST /image-sets/win11/versions',
    ]);
    expect((await revoke()).version).toEqual(revoked.version);
  });
});
