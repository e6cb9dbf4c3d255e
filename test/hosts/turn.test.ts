import { describe, expect, it } from 'vitest';
import { minutesAfter, secondsBetween } from '../../shared/instant.ts';
import { newVersion, oldVersion, tag } from '../support/small-azure.ts';
import { one, planWith } from './one-host.ts';

/** A host that is drained ahead and has been waiting for half an hour. */
async function waiting(kind: Parameters<typeof one>[0] = {}) {
  const host = one(kind);
  const { world, hostApi, seen } = host;
  world.start(async () => await hostApi.ensureAdmitted('r.0', planWith()));
  await world.passUntil(() => false, { days: 1 / 48 });
  const state = async () => {
    const saved = (await seen.hosts.load('r.0'))?.state;
    if (!saved) throw new Error('no host');
    return saved;
  };
  const stage = async () => {
    const now = await state();
    return 'standing' in now ? now.standing.stage : now.phase;
  };
  const over = async () => {
    await world.passUntil(async () => 'at' in (await state()), { days: 3 });
    return await state();
  };
  return { ...host, state, stage, over };
}

describe('a host that is drained ahead of its turn', () => {
  it('R3: waits, empty and drained, and nothing is done to it that cannot be put back', async () => {
    const { stage, calls, azure, hostApi, world } = await waiting();
    expect(await stage()).toBe('turn');
    await world.passUntil(() => false, { days: 1 });
    expect(await stage()).toBe('turn');
    expect(calls('reimage')).toEqual([]);
    expect(azure.desktop.isOpen('avd-0')).toBe(false);
    expect(await hostApi.standings('r')).toMatchObject([{ stage: 'turn', canBePutBack: true }]);
  });

  it('is reimaged at once when it has the word, which may come twice', async () => {
    const { calls, hostApi, over, world } = await waiting();
    const told = world.now();
    world.start(async () => await hostApi.go('r.0'));
    world.start(async () => await hostApi.go('r.0'), 7);
    const host = await over();
    expect(host.phase).toBe('done');
    const [reimaged] = calls('reimage');
    expect(secondsBetween(told, reimaged?.at ?? '')).toBeLessThan(30);
    expect(calls('reimage')).toHaveLength(1);
    expect(host.spent.turn).toBeGreaterThan(1500);
  });

  it('is as it was if it is put back instead', async () => {
    const { azure, hostApi, over, world } = await waiting({ priorTag: 'maintenance' });
    world.start(async () => await hostApi.abort('r.0', { by: 'rollout', reason: 'paused' }));
    expect(await over()).toMatchObject({ phase: 'put-back', reason: 'paused' });
    expect(azure.desktop.isOpen('avd-0')).toBe(true);
    expect(azure.fleet.get('0')?.machine).toMatchObject({
      imageVersionId: oldVersion,
      tags: { [tag]: 'maintenance' },
    });
  });

  it('R5: is emptied again if somebody lifts its drain, and who came has all of the grace', async () => {
    const { azure, calls, hostApi, over, stage, world } = await waiting();
    // Longer than users may stay in all, so that the patience of the first time is long over.
    await world.passUntil(() => false, { days: 1 / 8 });
    azure.desktop.lift('avd-0', { unnoticed: false });
    azure.desktop.seat('ann', 'avd-0', 1_000_000);
    const came = world.now();
    await world.passUntil(async () => (await stage()) === 'empty', { days: 1 });
    world.start(async () => await hostApi.go('r.0'), 30);
    const host = await over();
    expect(host).toMatchObject({ phase: 'done', facts: { told: [{ user: 'ann', confirmed: true }] } });
    expect(calls('sendMessage')).toHaveLength(1);
    const [loggedOff] = host.facts.loggedOff ?? [];
    expect(loggedOff?.at && loggedOff.at >= minutesAfter(came, 10)).toBe(true);
    expect(azure.fleet.get('0')?.machine.imageVersionId).toBe(newVersion);
  });

  it('waits for its turn anew once it is empty again', async () => {
    const { azure, stage, world } = await waiting();
    azure.desktop.lift('avd-0', { unnoticed: false });
    await world.passUntil(async () => (await stage()) === 'empty', { days: 1 });
    await world.passUntil(async () => (await stage()) === 'turn', { days: 1 });
    expect(azure.desktop.isOpen('avd-0')).toBe(false);
  });

  it('asks little of Azure while it waits', async () => {
    const { calls, world } = await waiting();
    const before = calls('list').length;
    await world.passUntil(() => false, { days: 1 / 24 });
    expect(calls('list').length - before).toBeLessThanOrEqual(61);
  });
});
