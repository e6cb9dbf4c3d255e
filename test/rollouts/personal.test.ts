import { describe, expect, it } from 'vitest';
import { capacityOfDesktops } from '../../shared/rollouts/capacity.ts';
import { admit, inOrder } from '../../shared/rollouts/waves.ts';
import { host } from './host-views.ts';
import { body, poolOf, start } from './pool-of.ts';
import { refusal } from './refusal.ts';

/** A pool of personal desktops, all but the last of them somebody's. */
async function desktops(count: number, policy: object = { personal: { eraseDisks: true } }) {
  const pool = await poolOf(count, ({ desktop }) => {
    // Azure's own default for pools whose hosts are not shared.
    const reading = { maxSessionLimit: 999_999, type: 'Personal' as const, managedNatively: false };
    desktop.hostPools = { ...desktop.hostPools, hostPool: async () => reading };
  });
  for (let number = 0; number < count - 1; number += 1)
    pool.azure.desktop.assign(`avd-${number}`, `user${number}@contoso.com`);
  const given = { ...body.policy, floor: { percent: 100, headroomPercent: 100 }, ...policy };
  await pool.asks.definePool('pool', { ...body, policy: given });
  return pool;
}
const codesOf = (found: readonly { readonly code: string }[]) => found.map(({ code }) => code);

describe('personal desktops', () => {
  const assigned = { isAssigned: true };

  it('come in the order in which their users miss them least', () => {
    const views = [
      host('in-use', { ...assigned, sessions: 1 }),
      host('assigned', assigned),
      host('free-in-use', { sessions: 1 }),
      host('free'),
      host('off', { ...assigned, isPoweredOff: true, takesUsers: false }),
    ];
    expect(inOrder(views).map(({ name }) => name)).toEqual([
      'off',
      'free',
      'free-in-use',
      'assigned',
      'in-use',
    ]);
  });

  it('R3: have no floor, and nobody is sent ahead of his turn to a desktop that is not his', () => {
    const views = [
      host('done', { isOnVersion: true }),
      host('a', { ...assigned, sessions: 1 }),
      host('b', { ...assigned, sessions: 1 }),
      host('c', { ...assigned, sessions: 1 }),
    ];
    const capacity = capacityOfDesktops(views);
    expect(capacity).toEqual({ usable: 4, need: 0, perHost: 1, isPersonal: true });
    const { admitted } = admit(views, capacity, { window: 3, inFlight: 0, places: 2 });
    expect(admitted.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('are brought only once somebody has said that their disks may be lost', async () => {
    const { asks, end, unplanned } = await desktops(3, {});
    const { blockers, warnings } = await asks.plan('pool', { version: '1.1.0' });
    expect(blockers).toMatchObject([
      { code: 'PersonalNotConfirmed', message: expect.stringMatching(/2 of them somebody's/) },
    ]);
    expect(codesOf(warnings)).toContain('PersonalDesktops');
    const refused = await refusal(asks.startRollout('pool', start, 'r'));
    expect(refused).toMatchObject({ code: 'PlanBlocked', details: [{ code: 'PersonalNotConfirmed' }] });
    const { id } = await unplanned();
    expect(await end()).toMatchObject([
      {
        phase: 'failed',
        failure: { code: 'PersonalNotConfirmed', message: expect.stringMatching(/2 of them/) },
      },
    ]);
    expect(await asks.hostsOf(id)).toEqual([]);
  });

  it('go one after the other whatever the floor, and keep their users', async () => {
    const { asks, azure, end, insight } = await desktops(3, {
      personal: { eraseDisks: true },
      maxUnavailable: 1,
    });
    const plan = await asks.plan('pool', { version: '1.1.0' });
    expect([codesOf(plan.blockers), plan.capacity.isPersonal]).toEqual([[], true]);
    expect(plan.order.map(({ host, why }) => `${host} ${why}`)).toEqual([
      'avd-2 no sessions',
      'avd-0 assigned, no sessions',
      'avd-1 assigned, no sessions',
    ]);
    const { id } = await asks.startRollout('pool', start, 'r');
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
    expect((await insight.explain(id)).capacity).toMatchObject({ need: 0, isPersonal: true });
    expect(azure.desktop.userOf('avd-0')).toBe('user0@contoso.com');
  });

  it('may be the only one of their pool, with no outage stated', async () => {
    const { asks, end } = await desktops(1);
    expect((await asks.plan('pool', { version: '1.1.0' })).blockers).toEqual([]);
    await asks.startRollout('pool', start, 'r');
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
  });
});
