import { describe, expect, it } from 'vitest';
import { rolloutView } from '../../shared/rollouts/view.ts';
import { elderVersion, newVersion, oldVersion } from '../support/small-azure.ts';
import { evenTempered } from '../support/small-machine.ts';
import { allNew, allOld, asBefore, mixed } from './mixed-pool.ts';
import { refusal } from './refusal.ts';
import { because, minutes } from './taken-back.ts';

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
