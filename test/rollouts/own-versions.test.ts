import { describe, expect, it } from 'vitest';
import { failure } from '../../shared/errors.ts';
import type { Policy } from '../../shared/rollouts/pool.ts';
import { DefinePool } from '../../shared/rollouts/request-bodies.ts';
import { usesOf } from '../../shared/rollouts/usage.ts';
import { rolloutView } from '../../shared/rollouts/view.ts';
import { elderVersion, newVersion, oldVersion } from '../support/small-azure.ts';
import { evenTempered } from '../support/small-machine.ts';
import { body, poolOf, start } from './pool-of.ts';
import { refusal } from './refusal.ts';
import { because, minutes } from './taken-back.ts';

const { scaleSet: _, ...where } = body;
const withPolicy = (policy: Partial<Policy> = {}) =>
  DefinePool.parse({
    ...where,
    virtualMachines: { resourceGroup: 'g' },
    policy: { ...body.policy, maxUnavailable: 1, ...policy },
  });

/** A pool of machines that stand alone, two on the version that most run and one on an elder, and its rollout. */
async function mixed(policy: Partial<Policy> = {}, on = [oldVersion, oldVersion, elderVersion]) {
  const elsewhere = new Set<string>();
  const fleet = await poolOf(on.length, (azure) => {
    azure.kind = 'stand-alone';
    azure.gallery = {
      completedRegions: async (image) => (elsewhere.has(image) ? ['northeurope'] : ['westeurope']),
    };
  });
  const { asks, azure } = fleet;
  for (const [number, imageVersionId] of on.entries()) {
    const state = azure.fleet.get(`avd-${number}`);
    if (state) state.machine = { ...state.machine, imageVersionId };
  }
  await asks.definePool('pool', withPolicy(policy));
  const { id } = await asks.startRollout('pool', start, 'first');
  const images = () =>
    Object.fromEntries(
      [...azure.fleet].map(([name, { machine }]) => [name, machine.imageVersionId.slice(-5)]),
    );
  const outcomes = async (of: string) =>
    Object.fromEntries((await asks.hostsOf(of)).map(({ name, outcome }) => [name, outcome]));
  return { ...fleet, elsewhere, id, images, outcomes };
}

const asBefore = { 'avd-0': '1.0.0', 'avd-1': '1.0.0', 'avd-2': '0.9.0' };
const allOld = { ...asBefore, 'avd-2': '1.0.0' };
const allNew = { 'avd-0': '1.1.0', 'avd-1': '1.1.0', 'avd-2': '1.1.0' };

describe('R13: a rollout of machines that stand alone, taken back', () => {
  it('brings each to the version that it came from', async () => {
    const { asks, azure, backs, end, id, images, outcomes } = await mixed();
    await end();
    expect(images()).toEqual(allNew);
    const back = await backs.rollBack(id, because);
    const own = [{ number: '0.9.0', imageVersionId: elderVersion, instances: ['avd-2'] }];
    expect(rolloutView(back.id, back.rollout)).toMatchObject({
      version: '1.0.0',
      requested: { ownVersions: own },
    });
    expect((await end()).map(({ phase }) => phase)).toEqual(['succeeded', 'succeeded']);
    expect(images()).toEqual(asBefore);
    expect(await outcomes(back.id)).toEqual({ 'avd-0': 'done', 'avd-1': 'done', 'avd-2': 'done' });
    expect([(await asks.rollout(back.id)).facts.foreign, azure.wrongs]).toEqual([undefined, []]);
  });

  it('leaves alone whom it had not reached, whatever version that is', async () => {
    const { azure, backs, end, id, images, outcomes, world } = await mixed();
    await world.passUntil(async () => Object.values(await outcomes(id)).includes('done'), minutes(600));
    const before = images();
    const untouched = Object.keys(before).filter((name) => before[name] !== '1.1.0');
    expect(untouched).toContain('avd-2');
    const back = await backs.rollBack(id, because);
    await end();
    expect(images()).toEqual(asBefore);
    expect((await outcomes(back.id))['avd-2']).toBe('skipped');
    expect(azure.wrongs).toEqual([]);
  });

  it('brings those that were on the version before it where most go', async () => {
    const on = [oldVersion, oldVersion, newVersion, elderVersion];
    const { backs, end, id, images } = await mixed({}, on);
    await end();
    const { rollout } = await backs.rollBack(id, because);
    expect(rollout.requested.ownVersions).toMatchObject([{ instances: ['avd-3'] }]);
    await end();
    expect(images()).toEqual({ ...allOld, 'avd-3': '0.9.0' });
  });

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

  it('brings one that joined its pool meanwhile to what it came from', async () => {
    const { asks, azure, backs, end, id, images, outcomes, world } = await mixed();
    await world.passUntil(async () => Object.values(await outcomes(id)).includes('done'), minutes(600));
    azure.add('7');
    const state = azure.fleet.get('avd-7');
    if (state) state.machine = { ...state.machine, imageVersionId: elderVersion };
    await end();
    const joined = (await asks.hostsOf(id)).find(({ name }) => name === 'avd-7');
    expect(joined).toMatchObject({ outcome: 'done', from: elderVersion });
    await backs.rollBack(id, because);
    await end();
    expect(images()).toEqual({ ...asBefore, 'avd-7': '0.9.0' });
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

  it('has a host left out of it, as any other', async () => {
    const { asks, azure, backs, end, id, images } = await mixed();
    await end();
    const state = azure.fleet.get('avd-2');
    if (state) state.machine = { ...state.machine, imageVersionId: oldVersion };
    const back = await backs.rollBack(id, because);
    expect(await refusal(asks.skipHost(back.id, 'avd-2', { reason: 'let it be' }))).toBeUndefined();
    await end();
    expect(images()).toEqual(allOld);
  });

  it('has a host of it that failed tried again on its own version', async () => {
    const { asks, azure, backs, end, id, images, outcomes } = await mixed({ maxFailed: 1 });
    await end();
    const state = azure.fleet.get('avd-2');
    if (state) state.temper = { ...evenTempered, createsFail: 1000 };
    const back = await backs.rollBack(id, because);
    await end();
    expect((await outcomes(back.id))['avd-2']).toBe('quarantined');
    azure.vms.calm();
    const again = await asks.retryHost(back.id, 'avd-2', { reason: '' });
    await end();
    expect((await asks.rollout(again.id)).version.number).toBe('0.9.0');
    expect(images()).toEqual(asBefore);
  });

  it('has another host asked of a retry brought to its own version, and not to that of the first', async () => {
    const { asks, azure, backs, end, id, images } = await mixed({ maxFailed: 2 });
    await end();
    for (const name of ['avd-0', 'avd-2']) {
      const state = azure.fleet.get(name);
      if (state) state.temper = { ...evenTempered, createsFail: 1000 };
    }
    const back = await backs.rollBack(id, because);
    await end();
    const first = await asks.retryHost(back.id, 'avd-2', { reason: '' });
    await end();
    azure.vms.calm();
    const again = await asks.retryHost(first.id, 'avd-0', { reason: '' });
    await end();
    expect((await asks.rollout(again.id)).version.number).toBe('1.0.0');
    await asks.retryHost(again.id, 'avd-2', { reason: '' });
    await end();
    expect(images()).toEqual(asBefore);
  });

  it('can be taken back itself, and then leaves alone whom it left alone', async () => {
    const { asks, backs, end, id, images, outcomes, world } = await mixed();
    await world.passUntil(async () => Object.values(await outcomes(id)).includes('done'), minutes(600));
    const back = await backs.rollBack(id, because);
    await end();
    expect((await outcomes(back.id))['avd-2']).toBe('skipped');
    const third = await backs.rollBack(back.id, because);
    await end();
    expect((await asks.rollout(third.id)).phase).toBe('succeeded');
    expect(images()).toEqual({ ...allNew, 'avd-2': '0.9.0' });
  });

  it('can be taken back itself: all that were brought go where they were', async () => {
    const { backs, end, id, images } = await mixed();
    await end();
    const back = await backs.rollBack(id, because);
    await end();
    const { rollout } = await backs.rollBack(back.id, because);
    expect(rollout).toMatchObject({ version: { number: '1.1.0' } });
    expect(rollout.requested.ownVersions).toBeUndefined();
    await end();
    expect(images()).toEqual(allNew);
  });

  it('is nothing to take back before it has looked at its hosts', async () => {
    const { asks, backs, fleet, id, world } = await mixed();
    const done = { type: 'stage-done', look: 0, at: world.now() } as const;
    await fleet.rollouts.record(id, () => ({ ...done, stage: 'claim', facts: {} }));
    const facts = { way: 'stand-alone', modelBefore: oldVersion } as const;
    await fleet.rollouts.record(id, () => ({ ...done, stage: 'prepare', look: 1, facts }));
    expect(await asks.rollout(id)).toMatchObject({ standing: { stage: 'roll' }, facts });
    expect((await refusal(backs.rollBack(id, because)))?.code).toBe('NoRollbackTarget');
  });
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
