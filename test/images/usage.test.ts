import { beforeEach, describe, expect, it } from 'vitest';
import type { Use } from '../../shared/images/use.ts';
import { days, keptWorld, type KeptWorld, put, set } from './kept-world.ts';
import { deprecated, done, noon, upTo } from './versions.ts';

const source = (id: string) => ({ source: { galleryVersion: { id } } });

describe('who uses a version', () => {
  let world: KeptWorld;
  let uses: Use[];
  beforeEach(async () => {
    uses = [];
    const room = async ({ number }: { readonly number: string }) => (number === '1.1.0' ? uses : []);
    world = keptWorld({ now: () => noon, rooms: [room] });
    await world.define();
    for (const number of ['1.0.0', '1.1.0'] as const) await put(world, number);
  });
  const usage = async () => await world.keep.usage(set, '1.1.0');

  it('says that nobody does, and how it is deleted', async () => {
    expect(await usage()).toMatchObject({
      id: 'win11.1.1.0',
      status: 'available',
      isInUse: false,
      uses: [],
      blastRadius: { channels: [], hostPools: [], hosts: [], rollouts: [], descendants: [] },
      youCan: ['delete it: DELETE /image-sets/win11/versions/1.1.0'],
    });
  });

  it('names everybody, sums up whom it would hit, and says how each lets go of it', async () => {
    uses = [
      { kind: 'channel', name: 'win11.production', message: 'channel production holds it', back: '1.0.0' },
      { kind: 'rollback-window', name: 'test', message: 'test may go back to it', until: days(9) },
      { kind: 'host-pool', name: 'hp-1', message: 'host pool hp-1 makes its hosts from it' },
      { kind: 'hosts', name: 'hp-1', message: '3 hosts of host pool hp-1 run it' },
      { kind: 'rollout', name: 'r-1', message: 'rollout r-1 is under way' },
      { kind: 'validation', name: 'win11.1.1.0.test.1', message: 'a validation of it is under way' },
      { kind: 'release', name: 'win11.1.1.0', message: 'its release is under way' },
    ];
    const { blastRadius, youCan, isInUse } = await usage();
    expect(isInUse).toBe(true);
    expect(blastRadius).toEqual({
      channels: ['win11.production'],
      hostPools: ['hp-1'],
      hosts: ['3 hosts of host pool hp-1 run it'],
      rollouts: ['r-1'],
      descendants: [],
    });
    expect(youCan).toEqual([
      'roll channel production back to 1.0.0: POST /image-sets/win11/channels/production/rollback {"reason":"…"}',
      `wait until ${days(9)}: then test is no longer rolled back to it`,
      'bring host pool hp-1 onto another version: POST /host-pools/hp-1/rollouts',
      'abort the rollout, or wait for its end: POST /rollouts/r-1/abort',
      'cancel the validation, or wait for its end: POST /validations/win11.1.1.0.test.1/cancel',
      'stop the release, or wait for its end: POST /releases/win11.1.1.0/stop',
      'then delete it: DELETE /image-sets/win11/versions/1.1.0',
    ]);
  });

  it('points to a newer version where the channel has none to go back to', async () => {
    await put(world, '1.2.0');
    uses = [{ kind: 'channel', name: 'test', message: 'channel test holds it' }];
    expect((await usage()).youCan[0]).toBe(
      'promote 1.2.0 to channel test: POST /image-sets/win11/channels/test/promote {"version":"1.2.0"}',
    );
    await world.versions.record('win11.1.2.0', (version) => deprecated(version, 90));
    expect((await usage()).youCan[0]).toContain('request a new version');
  });

  it('shows its copies, which hold nothing, for they go with it', async () => {
    world.copies.push({ kind: 'copy', name: 'win11.1.1.0.emea', message: 'a copy at emea' });
    expect(await usage()).toMatchObject({ isInUse: false, copies: [{ name: 'win11.1.1.0.emea' }] });
  });

  describe('V5: the versions that need it to come to be', () => {
    const child = async (phase: string, story = upTo('provision'), more = {}) => {
      await put(world, '5.0.0', {
        set: 'apps',
        plan: { ...source('/versions/WIN11.1.1.0'), ...more },
        story,
      });
      const version = await world.versions.load('apps.5.0.0');
      expect(version?.phase).toBe(phase);
    };

    it('are those that are being built from it', async () => {
      await child('running');
      expect(await usage()).toMatchObject({
        isInUse: true,
        uses: [{ kind: 'version', name: 'apps.5.0.0', message: 'version apps.5.0.0 is being built from it' }],
        builtFromIt: [{ id: 'apps.5.0.0' }],
        blastRadius: { descendants: ['apps.5.0.0'] },
        youCan: [
          'wait for version apps.5.0.0, or cancel it: POST /image-sets/apps/versions/5.0.0/cancel',
          'then delete it: DELETE /image-sets/win11/versions/1.1.0',
        ],
      });
    });

    it('are not those that were built, for they have bytes of their own', async () => {
      await child('available', [...upTo('hand-over'), done]);
      expect(await usage()).toMatchObject({ isInUse: false, builtFromIt: [{ id: 'apps.5.0.0' }] });
    });

    it('are shallow ones for ever, for those refer to its bytes', async () => {
      await child('available', [...upTo('hand-over'), done], { replicationMode: 'Shallow' });
      expect(await usage()).toMatchObject({ isInUse: true, uses: [{ kind: 'version' }] });
    });

    it('are those that have yet to find out what latest is', async () => {
      await put(world, '5.0.0', { set: 'apps', plan: source('/versions/latest'), story: [] });
      expect(await usage()).toMatchObject({ isInUse: true, uses: [{ name: 'apps.5.0.0' }] });
      await put(world, '5.1.0', { set: 'apps', plan: source('/elsewhere/versions/latest'), story: [] });
      expect((await usage()).uses).toHaveLength(1);
    });
  });

  it('knows nothing of versions that are not', async () => {
    await expect(world.keep.usage(set, '9.9.9')).rejects.toMatchObject({ code: 'NotFound' });
    await expect(world.keep.usage(set, 'latest')).rejects.toMatchObject({ code: 'NotFound' });
  });
});
