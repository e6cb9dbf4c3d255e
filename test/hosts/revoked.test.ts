import { describe, expect, it } from 'vitest';
import { newVersion, tag } from '../support/small-azure.ts';
import { one, planAlone, planWith } from './one-host.ts';

const revoked = { by: 'ann', reason: 'enough' };
const plans = [
  ['is to be reimaged', planWith()],
  ['is to be replaced', planAlone()],
  ['is to be added', { ...planAlone(), task: 'add' as const, like: 'avd-0' }],
  ['is to be retired', { ...planAlone(), task: 'retire' as const }],
] as const;

describe('work on a host that is revoked as it begins', () => {
  it.each(plans)('is over, and Azure hears nothing of it: a host that %s', async (_, plan) => {
    const { calls, hostApi, seen, world } = one({ priorTag: 'maintenance' }, (azure) => {
      if (plan.way === 'stand-alone') azure.kind = 'stand-alone';
    });
    world.start(async () => await hostApi.ensureAdmitted('r.0', plan, revoked));
    world.start(async () => await hostApi.go('r.0'), 1);
    // A look of the rollout that began before it was stopped.
    world.start(async () => await hostApi.ensureAdmitted('r.0', plan), 2);
    await world.passUntil(() => false, { days: 1 });
    expect((await seen.hosts.load('r.0'))?.state).toMatchObject({ phase: 'put-back', ...revoked });
    expect(await hostApi.standings('r')).toMatchObject([
      { outcome: 'put-back', why: 'put back: enough', canBePutBack: false },
    ]);
    const every = ['list', 'read', 'tag', 'allowNewSessions', 'create', 'remove', 'reimage'];
    expect(every.flatMap(calls)).toEqual([]);
  });

  it('is put back like any other if a late look began it just before', async () => {
    const { azure, hostApi, seen, world } = one({ priorTag: 'maintenance' });
    world.start(async () => await hostApi.ensureAdmitted('r.0', planWith()));
    await world.passUntil(() => azure.desktop.isOpen('avd-0') === false, { days: 1 });
    world.start(async () => {
      await hostApi.ensureAdmitted('r.0', planWith(), revoked);
      await hostApi.abort('r.0', revoked);
    });
    await world.passUntil(() => false, { days: 1 });
    expect((await seen.hosts.load('r.0'))?.state).toMatchObject({ phase: 'put-back', ...revoked });
    expect(azure.desktop.isOpen('avd-0')).toBe(true);
    expect(azure.fleet.get('0')?.machine.tags).toMatchObject({ [tag]: 'maintenance' });
    expect(azure.fleet.get('0')?.machine.imageVersionId).not.toBe(newVersion);
  });
});
