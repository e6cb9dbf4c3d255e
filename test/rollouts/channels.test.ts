import { describe, expect, it } from 'vitest';
import { evenTempered, newVersion, oldVersion } from '../support/small-azure.ts';
import { poolOf, start } from './pool-of.ts';

const wanted = {
  movement: 'win11.production.1',
  set: 'win11',
  number: '1.1.0',
  imageVersionId: newVersion,
  channel: 'production',
  by: 'ann',
  reason: 'release in channel production',
};

describe('what a channel may ask of its host pools', () => {
  it('is done with a channel that no pool follows, and says so', async () => {
    const { channels } = await poolOf();
    expect(await channels.ensureRolledOut({ ...wanted, channel: 'test' })).toEqual({
      status: 'done',
      rollouts: [],
      waitingFor: 'no host pool is linked to channel test',
    });
  });

  it('brings each pool of the channel to the version once, however often it asks', async () => {
    const { channels, end, azure, seen } = await poolOf();
    const first = await channels.ensureRolledOut(wanted);
    expect(first).toMatchObject({
      status: 'running',
      rollouts: [expect.stringMatching(/^win11-production-1-[0-9a-f]{12}-pool-1$/)],
    });
    expect(await channels.ensureRolledOut(wanted)).toMatchObject({ rollouts: first.rollouts });
    await end();
    expect(await channels.ensureRolledOut(wanted)).toMatchObject({
      status: 'done',
      rollouts: first.rollouts,
    });
    expect(await seen.rollouts.loadAll('')).toHaveLength(1);
    const checks = await channels.checkHosts('win11', 'production', newVersion);
    expect(checks.every(({ outcome }) => outcome === 'passed')).toBe(true);
    expect(new Set(checks.map(({ host }) => host))).toEqual(new Set(['avd-0', 'avd-1']));
    expect(azure.wrongs).toEqual([]);
  });

  it('begins with a pool as soon as its own region is complete, and not before', async () => {
    const { channels, azure } = await poolOf();
    let regions = ['North Europe'];
    azure.gallery = { completedRegions: async () => regions };
    expect(await channels.ensureRolledOut(wanted)).toEqual({
      status: 'running',
      rollouts: [],
      waitingFor: 'pool: version 1.1.0 to be complete in westeurope',
    });
    regions = ['North Europe', 'West Europe'];
    expect(await channels.ensureRolledOut(wanted)).toMatchObject({ rollouts: [expect.any(String)] });
  });

  it('waits for a pool that another rollout holds', async () => {
    const { channels, asks, end, world } = await poolOf();
    await asks.startRollout('pool', start, 'by hand');
    await world.passUntil(() => false, { days: 1 / 1440 });
    expect(await channels.ensureRolledOut(wanted)).toMatchObject({ status: 'running', rollouts: [] });
    await end();
    expect(await channels.ensureRolledOut(wanted)).toMatchObject({ status: 'running' });
    await end();
    expect(await channels.ensureRolledOut(wanted)).toMatchObject({ status: 'done' });
  });

  it('tells of a rollout that failed, and tries anew only after it was stopped', async () => {
    const { channels, end, azure } = await poolOf(1);
    const state = azure.fleet.get('0');
    if (state) state.temper = { ...evenTempered, isIll: true };
    await channels.ensureRolledOut(wanted);
    await end();
    expect(await channels.ensureRolledOut(wanted)).toMatchObject({
      status: 'failed',
      failure: { code: 'BreakerOpen' },
    });
    expect(await channels.stopRollouts(wanted.movement, 'enough')).toEqual({ status: 'done' });
    // A machine that is mended, and put on another version so that there is something to do.
    if (state) {
      state.temper = evenTempered;
      state.machine = { ...state.machine, imageVersionId: oldVersion };
    }
    const second = await channels.ensureRolledOut(wanted);
    expect(second).toMatchObject({ status: 'running', rollouts: [expect.stringMatching(/-pool-2$/)] });
    await end();
    expect(await channels.ensureRolledOut(wanted)).toMatchObject({ status: 'done' });
    expect(azure.desktop.isOpen('avd-0')).toBe(true);
  });

  it('stops what is under way, and says when it has ended', async () => {
    const { channels, end, seen } = await poolOf();
    expect(await channels.stopRollouts(wanted.movement, 'enough')).toEqual({ status: 'done' });
    await channels.ensureRolledOut(wanted);
    expect(await channels.stopRollouts(wanted.movement, 'enough')).toEqual({ status: 'running' });
    expect(await channels.stopRollouts('win11.production.11', 'enough')).toEqual({ status: 'done' });
    await end();
    expect(await channels.stopRollouts(wanted.movement, 'enough')).toEqual({ status: 'done' });
    expect((await seen.rollouts.loadAll('')).map(({ saved }) => saved.state.phase)).toEqual(['aborted']);
  });
});
