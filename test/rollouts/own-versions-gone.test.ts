import { describe, expect, it } from 'vitest';
import { failure } from '../../shared/errors.ts';
import type { Policy } from '../../shared/rollouts/pool.ts';
import { usesOf } from '../../shared/rollouts/usage.ts';
import { elderVersion, oldVersion } from '../support/small-azure.ts';
import { allOld, mixed, withPolicy } from './mixed-pool.ts';
import { poolOf, start } from './pool-of.ts';
import { because, minutes } from './taken-back.ts';

describe('R13: a version that hosts came from and that is not to be had', () => {
  it('brings a host where most go if nobody may use its own version any more', async () => {
    const { backs, end, id, images, refused } = await mixed();
    await end();
    refused.whyElder = failure('Revoked', 'Version 0.9.0 was revoked by ann: worm');
    const { rollout } = await backs.rollBack(id, because);
    expect(rollout.requested.ownVersions).toBeUndefined();
    await end();
    expect(images()).toEqual(allOld);
  });

  it('V7: ends when one of its versions is revoked meanwhile', async () => {
    const { asks, azure, backs, channels, end, id, images, refused } = await mixed();
    await end();
    const back = await backs.rollBack(id, because);
    refused.whyElder = failure('Revoked', 'Version 0.9.0 was revoked by ann: worm');
    const { rollouts } = await channels.stopRolloutsTo([elderVersion], 'ann', 'revoked');
    expect(rollouts).toEqual([back.id]);
    await end();
    expect((await asks.rollout(back.id)).phase).toBe('aborted');
    expect(images()['avd-2']).toBe('1.1.0');
    expect(azure.wrongs).toEqual([]);
  });

  it('V7: ends as failed if it finds that by itself', async () => {
    const { asks, backs, end, id, images, refused } = await mixed();
    await end();
    const back = await backs.rollBack(id, because);
    refused.whyElder = failure('Revoked', 'Version 0.9.0 was revoked by ann: worm');
    await end();
    expect(await asks.rollout(back.id)).toMatchObject({ phase: 'failed', failure: { code: 'Revoked' } });
    expect(images()['avd-2']).toBe('1.1.0');
  });

  it('brings a host where most go if its own version is not in the region', async () => {
    const { asks, backs, elsewhere, end, id, images } = await mixed();
    await end();
    elsewhere.add(elderVersion);
    const back = await backs.rollBack(id, because);
    await end();
    expect((await asks.rollout(back.id)).phase).toBe('succeeded');
    expect(images()).toEqual(allOld);
  });

  it('R9: ends as failed if one of its versions leaves the region before its first host', async () => {
    const { asks, backs, elsewhere, end, id, outcomes, world } = await mixed();
    await world.passUntil(async () => Object.values(await outcomes(id)).includes('done'), minutes(600));
    // The other has hosts under way, for which the rollback waits.
    const back = await backs.rollBack(id, because);
    expect(back.rollout).toMatchObject({ standing: { stage: 'claim' } });
    elsewhere.add(elderVersion);
    await end();
    expect(await asks.rollout(back.id)).toMatchObject({
      failure: { code: 'VersionNotReady', message: 'Version 0.9.0 is not complete in westeurope.' },
    });
  });

  it('leaves another image of the same number out of it', async () => {
    const other = elderVersion.replace('/images/i/', '/images/other/');
    const { backs, end, id, images } = await mixed({}, [oldVersion, oldVersion, other]);
    await end();
    const { rollout } = await backs.rollBack(id, because);
    expect(rollout.requested.ownVersions).toBeUndefined();
    await end();
    expect(images()).toEqual(allOld);
  });
});

it('R13: a rollback is accepted while Azure does not say where a version is, and asks again before its first host', async () => {
  const { asks, backs, end, id, images, unanswered } = await mixed();
  await end();
  unanswered.add(elderVersion);
  const { rollout } = await backs.rollBack(id, because);
  expect(rollout.requested.ownVersions).toMatchObject([{ number: '0.9.0' }]);
  expect(await backs.backTo(id)).toBeUndefined();
  unanswered.clear();
  await end();
  expect([images()['avd-2'], (await asks.pool('pool')).activeRollout]).toEqual(['0.9.0', undefined]);
});

describe('R13: with surge', () => {
  const surge = { surge: 1 } as Partial<Policy>;

  it('others take the place of those that were brought, all of the version that most came from', async () => {
    const { azure, backs, end, id, images } = await mixed(surge);
    await end();
    expect(Object.keys(images())).not.toContain('avd-2');
    const { rollout } = await backs.rollBack(id, because);
    expect(rollout.requested.ownVersions).toBeUndefined();
    await end();
    expect(Object.values(images())).toEqual(['1.0.0', '1.0.0', '1.0.0']);
    expect(azure.wrongs).toEqual([]);
  });

  it('so they do where surge was wanted after the rollout', async () => {
    const { asks, backs, end, id, images } = await mixed();
    await end();
    await asks.definePool('pool', withPolicy(surge));
    await backs.rollBack(id, because);
    await end();
    expect(Object.values(images())).toEqual(['1.0.0', '1.0.0', '1.0.0']);
  });

  it('whom the rollout had not reached stays on its own', async () => {
    const { backs, end, id, images, outcomes, world } = await mixed(surge);
    await world.passUntil(async () => Object.values(await outcomes(id)).includes('done'), minutes(600));
    expect(images()['avd-2']).toBe('0.9.0');
    await backs.rollBack(id, because);
    await end();
    expect(images()['avd-2']).toBe('0.9.0');
    expect(Object.values(images()).toSorted()).toEqual(['0.9.0', '1.0.0', '1.0.0']);
  });
});

it('R13: what is in a scale set goes where its model goes', async () => {
  const { asks, azure, backs, end } = await poolOf(3);
  const state = azure.fleet.get('2');
  if (state) state.machine = { ...state.machine, imageVersionId: elderVersion };
  const { id } = await asks.startRollout('pool', start, 'first');
  await end();
  const { rollout } = await backs.rollBack(id, because);
  expect(rollout.requested.ownVersions).toBeUndefined();
  await end();
  expect([...azure.fleet.values()].map(({ machine }) => machine.imageVersionId)).toEqual([
    oldVersion,
    oldVersion,
    oldVersion,
  ]);
});

it('R12: a version that a rollout may be taken back to is in use, whether most ran it or one', async () => {
  const { azure, backs, end, images, seen, world, id } = await mixed();
  const parts = { poolStore: seen.pools, rolloutStore: seen.rollouts };
  const fleets = { ...azure.fleets, model: azure.fleets.model, list: azure.machines.list };
  const uses = usesOf({ ...parts, fleets });
  await world.passUntil(() => images()['avd-2'] === '1.1.0', minutes(600));
  expect(await uses([elderVersion])).toMatchObject([
    { kind: 'rollout', message: `rollout ${id} may be taken back to it` },
  ]);
  await end();
  expect(await uses([elderVersion])).toEqual([]);
  const back = await backs.rollBack(id, because);
  expect(await uses([elderVersion])).toMatchObject([{ message: `rollout ${back.id} is under way` }]);
});
