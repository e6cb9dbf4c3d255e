import { describe, expect, it } from 'vitest';
import { DefinePool } from '../../shared/rollouts/request-bodies.ts';
import { isOver } from '../../shared/rollouts/rollout.ts';
import { poolView } from '../../shared/rollouts/view.ts';
import { newVersion } from '../support/small-azure.ts';
import { evenTempered } from '../support/small-machine.ts';
import { body, poolOf, start } from './pool-of.ts';
import { refusal } from './refusal.ts';

const { scaleSet: _, ...where } = body;
const withPolicy = (policy: object) =>
  DefinePool.parse({
    ...where,
    virtualMachines: { resourceGroup: 'g' },
    policy: { ...body.policy, maxUnavailable: 1, maxFailed: 1, ...policy },
  });

/** A pool of machines that stand alone, whose rollout is over, and has lost `avd-0`: its machine is deleted. */
async function withoutOne(hosts = 2, policy: object = {}) {
  const fleet = await poolOf(hosts, (azure) => {
    azure.kind = 'stand-alone';
    azure.addForeign('sql-0');
  });
  const { asks, azure, end } = fleet;
  await asks.definePool('pool', withPolicy(policy));
  const state = azure.fleet.get('avd-0');
  if (state) state.temper = { ...evenTempered, createsFail: 1000 };
  const { id } = await asks.startRollout('pool', start, 'first');
  await end();
  azure.vanish('avd-0');
  azure.vanished.clear();
  const heal = () => azure.vms.calm();
  const names = () => [...azure.fleet.keys()].toSorted();
  const outcomes = async (of: string) =>
    (await asks.hostsOf(of)).map(({ name, outcome }) => `${name} ${outcome}`).toSorted();
  const view = async () => poolView('pool', await asks.pool('pool'));
  return { ...fleet, id, heal, names, outcomes, view };
}

describe('a host that a rollout lost with its machine', () => {
  it('is named by its pool, with the calls that bring it back or let it go', async () => {
    const { view, id, insight } = await withoutOne();
    expect((await view()).left).toEqual([
      {
        host: 'avd-0',
        rollout: id,
        isGone: true,
        youCan: [
          `try it again: POST /rollouts/${id}/hosts/avd-0/retry`,
          `let it go: POST /rollouts/${id}/hosts/avd-0/skip {"reason":"…"}`,
        ],
      },
    ]);
    expect((await insight.explain(id)).because[0]?.message).toMatch(/not on the version: avd-0/);
  });

  it('R13: is made again by a retry after the end, by a rollout of this host alone, asked for once', async () => {
    const { asks, azure, end, heal, id, names, outcomes, view } = await withoutOne();
    heal();
    const again = await asks.retryHost(id, 'AVD-0', { by: 'ann', reason: 'there is room now' });
    const twice = await asks.retryHost(id, 'avd-0', { by: 'bob', reason: '' });
    expect([again.id === id, twice.id]).toEqual([false, again.id]);
    expect(again.rollout.requested).toMatchObject({ retryOf: id, only: ['avd-0'], by: 'ann' });
    expect(await end()).toMatchObject([{ phase: 'succeeded' }, { phase: 'succeeded' }]);
    expect(names()).toEqual(['avd-0', 'avd-1']);
    expect(await outcomes(again.id)).toEqual(['avd-0 done']);
    expect(azure.fleet.get('avd-0')?.machine).toMatchObject({
      imageVersionId: newVersion,
      tags: { team: 'desktops' },
    });
    expect(azure.fleet.get('avd-1')?.reimages).toBe(1);
    expect([azure.desktop.isOpen('avd-0'), (await view()).left]).toEqual([true, undefined]);
    expect(azure.wrongs).toEqual([]);
  });

  it('R13: is made again by the next rollout, before others go, which its plan says', async () => {
    const { asks, azure, end, heal, names, outcomes, seen } = await withoutOne();
    heal();
    const plan = await asks.plan('pool', { version: '1.1.0' });
    expect(plan.hosts).toMatchObject({ total: 2, todo: 1 });
    expect(plan.order).toMatchObject([{ host: 'avd-0', why: expect.stringMatching(/gone/) as unknown }]);
    const next = await asks.startRollout('pool', { ...start, planHash: plan.planHash }, 'second');
    await end();
    expect(await outcomes(next.id)).toEqual(['avd-0 done', 'avd-1 skipped']);
    expect(names()).toEqual(['avd-0', 'avd-1']);
    const host = (await seen.hosts.load(`${next.id}.avd-0`))?.state;
    expect(host).toMatchObject({ phase: 'done', plan: { rollout: next.id } });
    expect(azure.wrongs).toEqual([]);
  });

  it('counts for nothing against the next rollout, and stays what is kept', async () => {
    const { asks, end, heal, id, outcomes, names, view } = await withoutOne(2, { maxFailed: 1 });
    await asks.definePool('pool', withPolicy({ maxFailed: 0 }));
    const next = await asks.startRollout('pool', start, 'second');
    const all = await end();
    expect(all.map(({ phase }) => phase)).toEqual(['succeeded', 'succeeded']);
    expect(await outcomes(next.id)).toEqual(['avd-0 quarantined', 'avd-1 skipped']);
    expect((await view()).left).toMatchObject([{ rollout: next.id, isGone: true }]);
    heal();
    // Asked of whichever rollout lost it.
    await asks.retryHost(id, 'avd-0', { reason: '' });
    await end();
    expect(names()).toContain('avd-0');
  });

  it('is let go by a skip, of the rollout that is over or of the next', async () => {
    const first = await withoutOne();
    await first.asks.skipHost(first.id, 'avd-0', { reason: 'we need no more than one' });
    expect((await first.view()).left).toBeUndefined();
    expect((await refusal(first.asks.skipHost(first.id, 'avd-0', { reason: 'x' })))?.code).toBe(
      'InvalidPhase',
    );
    const plan = await first.asks.plan('pool', { version: '1.1.0' });
    expect(plan.hosts).toMatchObject({ total: 1, todo: 0 });
    const second = await withoutOne();
    const next = await second.asks.startRollout('pool', start, 'second');
    await second.asks.skipHost(next.id, 'avd-0', { reason: 'we need no more than one' });
    await second.end();
    expect([(await second.view()).left, second.names()]).toEqual([undefined, ['avd-1']]);
  });

  it('is as lost as before where the rollout that was to make it again is aborted', async () => {
    const { asks, azure, end, heal, id, view, names, seen } = await withoutOne();
    heal();
    for (const minutes of [0, 1, 3, 6]) {
      const again = await asks.retryHost(id, 'avd-0', { reason: '' });
      await azure.world.passUntil(() => false, { days: minutes / 1440 });
      await refusal(asks.abort(again.id, { reason: 'no' }));
      await end();
      const { state } = (await seen.rollouts.load(again.id)) ?? {};
      expect(state && isOver(state)).toBe(true);
      const isThere = azure.fleet.get('avd-0')?.machine.provisioningState === 'Succeeded';
      if (isThere) break;
      expect((await view()).left).toMatchObject([{ host: 'avd-0', isGone: true }]);
    }
    await refusal(asks.retryHost(id, 'avd-0', { reason: '' }));
    await end();
    expect([names(), (await view()).left, azure.wrongs]).toEqual([['avd-0', 'avd-1'], undefined, []]);
  });

  it('is left alone where somebody else has its name by now', async () => {
    const { asks, azure, end, heal, id, outcomes } = await withoutOne();
    heal();
    azure.addForeign('avd-0');
    const again = await asks.retryHost(id, 'avd-0', { reason: '' });
    await end();
    expect(await asks.rollout(again.id)).toMatchObject({ phase: 'failed', failure: { code: 'BreakerOpen' } });
    expect(await asks.hostsOf(again.id)).toMatchObject([{ code: 'NameTaken' }]);
    expect([await outcomes(again.id), azure.wrongs]).toEqual([['avd-0 failed'], []]);
  });

  it('is in nobody’s way with surge, until somebody says that it is to come back', async () => {
    const { asks, end, heal, id, names, azure } = await withoutOne();
    heal();
    await asks.definePool('pool', withPolicy({ surge: 1 }));
    azure.fleet.forEach(({ machine }, name) => {
      const state = azure.fleet.get(name);
      if (state) state.machine = { ...machine, imageVersionId: 'another' };
    });
    const plan = await asks.plan('pool', { version: '1.1.0' });
    expect([plan.hosts.todo, plan.warnings.map(({ code }) => code)]).toEqual([
      1,
      expect.arrayContaining(['HostsGone']),
    ]);
    await asks.startRollout('pool', start, 'second');
    await end();
    expect(names()).toEqual(['avd-2']);
    await asks.retryHost(id, 'avd-0', { reason: '' });
    await end();
    expect(names()).toEqual(['avd-0', 'avd-2']);
  });

  it('does not keep its rollout from being taken back', async () => {
    const { asks, azure, backs, end, heal, id, names } = await withoutOne();
    heal();
    const again = await asks.retryHost(id, 'avd-0', { reason: '' });
    await azure.world.passUntil(() => false, { days: 1 / 1440 });
    expect((await refusal(backs.rollBack(id, { reason: 'no' })))?.message).toMatch(/tries hosts of it again/);
    await end();
    expect((await refusal(backs.rollBack(again.id, { reason: 'no' })))?.message).toMatch(
      /take that one back/,
    );
    await backs.rollBack(id, { reason: 'no' });
    expect((await end()).every(({ phase }) => phase === 'succeeded')).toBe(true);
    expect(names()).toEqual(['avd-0', 'avd-1']);
  });
});
