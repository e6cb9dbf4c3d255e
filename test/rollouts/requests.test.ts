import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import { DefinePool, StartRollout } from '../../shared/rollouts/request-bodies.ts';
import { evenTempered, newVersion, oldVersion } from '../support/small-azure.ts';
import { body, poolOf, start } from './pool-of.ts';

const refusal = async (asking: Promise<unknown>) => {
  try {
    await asking;
    return 'no refusal';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.code;
  }
};

describe('what may be asked of host pools and rollouts', () => {
  it('a pool gets the policy that nobody stated', () => {
    const { policy } = DefinePool.parse({ ...body, policy: undefined });
    expect(policy).toMatchObject({ maxUnavailable: '20%', floor: { percent: 50 }, minDrainMinutes: 2 });
  });

  it.each([
    ['a share of no hosts', { policy: { maxUnavailable: '0%' } }],
    ['a share of more than all', { policy: { maxUnavailable: '101%' } }],
    ['a number of no hosts', { policy: { maxUnavailable: 0 } }],
    ['a policy nobody knows', { policy: { pace: 'fast' } }],
    ['a name that Azure does not take', { hostPool: 'a/b' }],
    ['a tag that Azure does not take', { policy: { exclusionTag: 'a%b' } }],
    ['no drain time', { policy: { minDrainMinutes: 0 } }],
    ['a health looked at once only', { policy: { healthy: { settleSeconds: 5 } } }],
    ['a region as people write it', { location: 'West Europe' }],
  ])('a pool is not defined with %s', (_, change) => {
    expect(DefinePool.safeParse({ ...body, ...change }).success).toBe(false);
  });

  it.each(['1.0', 'latest', '01.0.0', '1.0.0.0'])('a rollout is not started to version %s', (version) => {
    expect(StartRollout.safeParse({ version }).success).toBe(false);
  });

  it('the same request finds the same rollout', async () => {
    const { asks, seen } = await poolOf();
    const first = await asks.startRollout('pool', start, 'request');
    const again = await asks.startRollout('pool', start, 'request');
    expect(again).toEqual(first);
    expect(await seen.rollouts.loadAll('')).toHaveLength(1);
    expect(first.id).toMatch(/^pool-[0-9a-f]{12}$/);
  });

  it('refuses what cannot be', async () => {
    const { asks, world } = await poolOf();
    expect(await refusal(asks.startRollout('nowhere', start, 'r'))).toBe('NotFound');
    expect(await refusal(asks.startRollout('pool', { ...start, version: '9.9.9' }, 'r'))).toBe('NotFound');
    expect(await refusal(asks.startRollout('pool', { ...start, version: '1.2.0' }, 'r'))).toBe(
      'VersionNotReady',
    );
    expect(await refusal(asks.rollout('none'))).toBe('NotFound');
    expect(await refusal(asks.abort('none', { reason: 'no' }))).toBe('NotFound');
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(() => false, { days: 1 / 1440 });
    expect(await refusal(asks.startRollout('pool', start, 'another'))).toBe('RolloutAlreadyActive');
    expect(await refusal(asks.definePool('pool', { ...body, hostPool: 'another' }))).toBe(
      'RolloutAlreadyActive',
    );
    expect(await refusal(asks.definePool('pool', { ...body, channel: 'test' }))).toBe('no refusal');
    expect(await refusal(asks.pause('none', { reason: 'no' }))).toBe('NotFound');
    expect(await refusal(asks.resume(id, {}))).toBe('InvalidPhase');
    expect(await refusal(asks.pause(id, { reason: 'no', until: world.now() }))).toBe('ValidationFailed');
    await asks.abort(id, { reason: 'enough', by: 'ann' });
    expect(await refusal(asks.pause(id, { reason: 'no' }))).toBe('InvalidPhase');
    expect(await refusal(asks.abort(id, { reason: 'enough' }))).toBe('InvalidPhase');
  });
});

describe('a host pool', () => {
  const elsewhere = { ...body, scaleSet: { resourceGroup: 'g', name: 'other' } };

  it('R6: is the only one over its scale set', async () => {
    const { asks } = await poolOf();
    expect(await refusal(asks.definePool('twin', { ...body, hostPool: 'other', channel: 'test' }))).toBe(
      'ValidationFailed',
    );
    expect(await asks.definePool('other', elsewhere)).toMatchObject({ created: true });
    expect(await asks.definePool('other', elsewhere)).toMatchObject({ created: false });
  });

  it('R6: is the only one, of several that are put at once', async () => {
    const { asks } = await poolOf();
    const body = { ...elsewhere, hostPool: 'another' };
    const all = await Promise.all(
      ['one', 'two', 'three'].map(async (name) => await refusal(asks.definePool(name, body))),
    );
    expect(all.toSorted()).toEqual(['ValidationFailed', 'ValidationFailed', 'no refusal']);
    expect((await asks.pools()).value).toHaveLength(2);
  });
});

describe('a rollout of a pool', () => {
  it('brings every host to the version and tells what it did', async () => {
    const { asks, azure, end, world } = await poolOf(3);
    const users = ['ann', 'bob', 'cid'];
    for (const user of users) azure.desktop.arrive(user, 1_000_000);
    await world.passUntil(() => false, { days: 1 / 480 });
    const { id } = await asks.startRollout('pool', start, 'r');
    const [rollout] = await end();
    expect(rollout).toMatchObject({ phase: 'succeeded', facts: { modelBefore: oldVersion } });
    const hosts = await asks.hostsOf(id);
    expect(hosts.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done']);
    expect(hosts.reduce((sum, { told }) => sum + told, 0)).toBe(users.length);
    expect(hosts.reduce((sum, { loggedOff }) => sum + loggedOff, 0)).toBe(users.length);
    expect(rollout?.facts.lowest).toMatchObject({ usable: 20 });
    expect((await asks.pool('pool')).activeRollout).toBeUndefined();
    expect((await asks.history(id)).value.length).toBeGreaterThan(5);
  });

  it('passes over hosts that are on the version', async () => {
    const { asks, azure, end } = await poolOf(1);
    azure.add('new', { isNew: true });
    const { id } = await asks.startRollout('pool', start, 'r');
    await end();
    expect((await asks.hostsOf(id)).map(({ name, outcome }) => `${name} ${outcome}`).toSorted()).toEqual([
      'avd-0 done',
      'avd-new skipped',
    ]);
    expect(azure.fleet.get('new')?.reimages).toBe(0);
  });

  it('R9: does not begin before the version is complete in the region of the pool', async () => {
    const { asks, azure, end, unplanned } = await poolOf(1, (azure) => {
      azure.gallery = { completedRegions: async () => ['North Europe'] };
    });
    await unplanned();
    expect(await end()).toMatchObject([
      { phase: 'failed', stage: 'prepare', failure: { code: 'VersionNotReady' } },
    ]);
    expect(azure.model).toBe(oldVersion);
    expect((await asks.pool('pool')).activeRollout).toBeUndefined();
  });

  it('R9: does not believe the pool where its machines are', async () => {
    const { asks, end, unplanned } = await poolOf();
    await asks.definePool('pool', { ...body, location: 'northeurope' });
    await unplanned();
    expect(await end()).toMatchObject([{ phase: 'failed', failure: { code: 'ValidationFailed' } }]);
  });

  it('R1: leaves alone a pool that Azure services itself', async () => {
    const { end, unplanned } = await poolOf(1, ({ desktop }) => {
      desktop.hostPools = {
        ...desktop.hostPools,
        hostPool: async () => ({ maxSessionLimit: 10, type: 'Pooled', managedNatively: true }),
      };
    });
    await unplanned();
    expect(await end()).toMatchObject([{ phase: 'failed', failure: { code: 'HostPoolManagedNatively' } }]);
  });

  it('R7: stops at the first host too many that fails, and puts back who can be', async () => {
    const { asks, azure, end } = await poolOf(4);
    for (const state of azure.fleet.values()) state.temper = { ...evenTempered, isIll: true };
    const { id } = await asks.startRollout('pool', start, 'r');
    const [rollout] = await end();
    expect(rollout).toMatchObject({ phase: 'failed', failure: { code: 'BreakerOpen' } });
    expect(rollout?.phase === 'failed' && rollout.failure.message).toMatch(
      /1 host failed and 0 may: avd-0 \(quarantined: /,
    );
    expect(await asks.hostsOf(id)).toHaveLength(1);
    expect([...azure.fleet.values()].map(({ reimages }) => reimages)).toEqual([1, 0, 0, 0]);
  });

  it('R2: waits below its floor and says why', async () => {
    const { asks, azure, world } = await poolOf(2);
    await asks.definePool('pool', {
      ...body,
      policy: { ...body.policy, floor: { percent: 60, headroomPercent: 0 } },
    });
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(() => false, { days: 1 });
    expect(await asks.rollout(id)).toMatchObject({
      standing: { stage: 'roll', waitingFor: 'usable 20 >= floor 12: the next host would leave 10' },
    });
    azure.add('2');
    await world.passUntil(() => false, { days: 1 / 24 });
    expect((await asks.hostsOf(id)).length).toBeGreaterThan(0);
  });

  it('R11: ends soon after it is aborted, with every host as it was or on the version', async () => {
    const { asks, azure, end, world } = await poolOf(4);
    await asks.definePool('pool', { ...body, policy: { ...body.policy, maxUnavailable: 2 } });
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(() => false, { days: 8 / 1440 });
    await asks.abort(id, { reason: 'enough', by: 'ann' });
    expect(await end()).toMatchObject([{ phase: 'aborted', by: 'ann', reason: 'enough' }]);
    for (const { machine, reimages } of azure.fleet.values()) {
      expect(machine.imageVersionId).toBe(reimages === 1 ? newVersion : oldVersion);
      expect([machine.tags['exclude'], azure.desktop.isOpen(machine.computerName)]).toEqual([
        undefined,
        true,
      ]);
    }
  });
});
