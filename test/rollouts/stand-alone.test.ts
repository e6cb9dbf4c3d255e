import { describe, expect, it } from 'vitest';
import { DefinePool } from '../../shared/rollouts/request-bodies.ts';
import { poolView } from '../../shared/rollouts/view.ts';
import { newVersion, oldVersion, type SmallAzure } from '../support/small-azure.ts';
import { body, poolOf, start } from './pool-of.ts';
import { refusal } from './refusal.ts';

const { scaleSet: _, ...where } = body;
const withPolicy = (policy: object) =>
  DefinePool.parse({
    ...where,
    virtualMachines: { resourceGroup: 'g' },
    policy: { ...body.policy, ...policy },
  });

/** A pool of so many machines that stand alone, and one beside them that is nobody's business. */
async function standAlone(hosts: number, policy: object = {}, alter: (azure: SmallAzure) => void = () => {}) {
  const fleet = await poolOf(hosts, (azure) => {
    azure.kind = 'stand-alone';
    azure.addForeign('sql-0');
    alter(azure);
  });
  await fleet.asks.definePool('pool', withPolicy(policy));
  const names = () => [...fleet.azure.fleet.keys()].toSorted();
  const versions = () => [
    ...new Set([...fleet.azure.fleet.values()].map(({ machine }) => machine.imageVersionId)),
  ];
  const outcomes = async (id: string) =>
    (await fleet.asks.hostsOf(id))
      .map(({ name, task, outcome }) => `${task ?? 'update'} ${name} ${outcome}`)
      .toSorted();
  const pass = async (minutes: number) => await fleet.world.passUntil(() => false, { days: minutes / 1440 });
  return { ...fleet, names, versions, outcomes, pass };
}

describe('a pool of machines that stand alone', () => {
  it('R13: keeps its names, and goes back to the version that each host came from', async () => {
    const { asks, backs, azure, end, names, versions } = await standAlone(3, { maxUnavailable: 2 });
    const { id } = await asks.startRollout('pool', start, 'r');
    expect(await end()).toMatchObject([
      { phase: 'succeeded', facts: { way: 'stand-alone', modelBefore: oldVersion } },
    ]);
    expect(names()).toEqual(['avd-0', 'avd-1', 'avd-2']);
    expect(versions()).toEqual([newVersion]);
    expect((await asks.hostsOf(id)).map(({ from }) => from)).toEqual([oldVersion, oldVersion, oldVersion]);
    expect(poolView('pool', await asks.pool('pool'))).toMatchObject({
      way: 'stand-alone',
      can: { restore: true },
    });
    await backs.rollBack(id, { reason: 'no', by: 'ann' });
    await end();
    expect(versions()).toEqual([oldVersion]);
    expect(azure.wrongs).toEqual([]);
  });

  it('names the one host that cannot be made again, and has no other made after it', async () => {
    const { asks, azure } = await standAlone(2);
    const hindered = { notAgain: 'Its disks are unmanaged.', notBeside: 'Its disks are unmanaged.' };
    const hinder = (name: string) => {
      const state = azure.fleet.get(name);
      if (state) state.machine = { ...state.machine, ...hindered };
    };
    hinder('avd-1');
    const plan = await asks.plan('pool', { version: '1.1.0' });
    expect(plan.blockers).toEqual([]);
    expect(plan.warnings).toMatchObject([
      { code: 'HostsNotReplaceable', message: 'avd-1: Its disks are unmanaged.' },
      {},
    ]);
    expect(await refusal(asks.startRollout('pool', start, 'r'))).toBeUndefined();
  });

  it('has a host that is in quarantine without its machine, until that is made again', async () => {
    const { asks, azure, end, names, versions, pass } = await standAlone(2, {
      maxUnavailable: 1,
      maxFailed: 1,
    });
    const state = azure.fleet.get('avd-0');
    if (state) state.temper = { ...state.temper, createsFail: 1000 };
    const { id } = await asks.startRollout('pool', start, 'r');
    for (let minutes = 0; minutes < 600 && !(await isLost(asks, id)); minutes += 1) await pass(1);
    expect(await isLost(asks, id)).toBe(true);
    await asks.pause(id, { reason: 'let us see' });
    azure.vanish('avd-0');
    expect(names()).toEqual(['avd-1']);
    await asks.retryHost(id, 'avd-0', { reason: 'there is room now' });
    await asks.resume(id, {});
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
    expect(names()).toEqual(['avd-0', 'avd-1']);
    expect(versions()).toEqual([newVersion]);
  });
});

/** Known before the first is deleted; found out after it, it would be of as many as are worked on at once. */
describe('machines that would not come back', () => {
  const size = { known: true, vCPUs: 4, quota: [] };
  const besides =
    (extensions: readonly string[], of: object = {}) =>
    (azure: SmallAzure) => {
      const kept = extensions.map((type) => ({ name: type, type, body: {}, needsSecret: false }));
      azure.beside = {
        blueprint: async (machine) => {
          const found = await azure.machines.standAlone.blueprint(machine);
          return found && { ...found, extensions: kept };
        },
        find: async () => Object.assign({}, size, of),
      };
    };
  const locked = (azure: SmallAzure) => {
    const { model } = azure.fleets;
    azure.fleets = {
      ...azure.fleets,
      model: async (fleet) => {
        const found = await model(fleet);
        return found && { ...found, locks: ['lock keep (CanNotDelete) on resource group g'] };
      },
    };
  };

  it.each([
    ['a lock keeps them', locked, 'ResourceLocked', /lock keep/],
    [
      'their size is not to be had',
      besides([], { restriction: 'NotAvailable' }),
      'SkuUnavailable',
      /had any/,
    ],
    ['Entra ID keeps their devices', besides(['AADLoginForWindows']), 'EntraDeviceStays', /Entra ID/],
  ] as const)(
    'are not touched where %s, whether somebody planned it or a release began it',
    async (_, alter, code, why) => {
      const { asks, azure, end, names, versions, unplanned } = await standAlone(3, {}, alter);
      const { blockers } = await asks.plan('pool', { version: '1.1.0' });
      expect(blockers).toMatchObject([{ code, message: expect.stringMatching(why) }]);
      expect(await refusal(asks.startRollout('pool', start, 'r'))).toMatchObject({ code: 'PlanBlocked' });
      await unplanned();
      expect(await end()).toMatchObject([{ phase: 'failed', stage: 'prepare', failure: { code } }]);
      expect([names(), versions()]).toEqual([['avd-0', 'avd-1', 'avd-2'], [oldVersion]]);
      for (const name of names()) expect(azure.desktop.isOpen(name)).toBe(true);
    },
  );

  it('are brought where nothing is in the way', async () => {
    const { asks, end, versions } = await standAlone(2, {}, besides([]));
    await asks.startRollout('pool', start, 'r');
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
    expect(versions()).toEqual([newVersion]);
  });

  it('hold nothing up where every host is on the version', async () => {
    const { azure, end, unplanned } = await standAlone(2, {}, locked);
    for (const state of azure.fleet.values())
      state.machine = { ...state.machine, imageVersionId: newVersion };
    await unplanned();
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
  });
});

async function isLost(asks: Awaited<ReturnType<typeof standAlone>>['asks'], id: string): Promise<boolean> {
  return (await asks.hostsOf(id)).some(({ outcome }) => outcome === 'quarantined');
}

describe('surge', () => {
  it('R2: adds a host before one goes, so that none is ever missed, under names that nobody has', async () => {
    const { asks, insight, azure, end, names, versions, outcomes, pass } = await standAlone(3, { surge: 1 });
    azure.desktop.arrive('ann', 3600);
    const { id } = await asks.startRollout('pool', start, 'r');
    await pass(40);
    expect(await insight.explain(id)).toMatchObject({ progress: { added: {} } });
    const [rollout] = await end();
    expect(rollout).toMatchObject({ phase: 'succeeded' });
    expect(rollout?.facts.lowest?.usable).toBeGreaterThanOrEqual(30);
    expect(names()).toEqual(['avd-3', 'avd-4', 'avd-5']);
    expect(versions()).toEqual([newVersion]);
    expect(await outcomes(id)).toEqual([
      'add avd-3 done',
      'add avd-4 done',
      'add avd-5 done',
      'retire avd-0 done',
      'retire avd-1 done',
      'retire avd-2 done',
    ]);
    expect((await asks.pool('pool')).took).toHaveLength(3);
    expect(azure.wrongs).toEqual([]);
  });

  it('R2: brings a pool of one host to the version without an outage', async () => {
    const { asks, end, names } = await standAlone(1, { surge: 1, floor: { percent: 50 } });
    const plan = await asks.plan('pool', { version: '1.1.0' });
    expect(plan.blockers).toEqual([]);
    await asks.startRollout('pool', { ...start, planHash: plan.planHash }, 'r');
    const [rollout] = await end();
    expect(rollout).toMatchObject({ phase: 'succeeded' });
    expect(rollout?.facts.lowest?.usable).toBeGreaterThanOrEqual(10);
    expect(names()).toEqual(['avd-1']);
  });

  it('R11: leaves nothing behind when it is aborted: the pool has as many hosts as before', async () => {
    for (const minutes of [1, 4, 8, 12]) {
      const { asks, azure, end, names } = await standAlone(3, { surge: 2, maxUnavailable: 1 });
      const { id } = await asks.startRollout('pool', start, 'r');
      await azure.world.passUntil(() => false, { days: minutes / 1440 });
      await asks.abort(id, { reason: 'no more' });
      expect(await end()).toMatchObject([{ phase: 'aborted' }]);
      expect(names()).toHaveLength(3);
      expect(azure.wrongs).toEqual([]);
    }
  });

  it('is refused where one of its hosts cannot give way to another, asked for with a plan or begun without', async () => {
    const { asks, azure, end, names, unplanned } = await standAlone(3, { surge: 1, maxUnavailable: 1 });
    const state = azure.fleet.get('avd-1');
    const hindered = { notBeside: 'It has data disks.' };
    if (state) state.machine = { ...state.machine, ...hindered };
    const { blockers } = await asks.plan('pool', { version: '1.1.0' });
    expect(blockers).toMatchObject([{ code: 'SurgeNotPossible', message: 'avd-1: It has data disks.' }]);
    const refused = await refusal(asks.startRollout('pool', start, 'r'));
    expect(refused).toMatchObject({ code: 'PlanBlocked', details: [{ code: 'SurgeNotPossible' }] });
    await unplanned();
    expect(await end()).toMatchObject([
      { phase: 'failed', stage: 'prepare', failure: { code: 'SurgeNotPossible' } },
    ]);
    expect(names()).toEqual(['avd-0', 'avd-1', 'avd-2']);
  });

  it('retires what it added and nobody went for, where users stay on their hosts', async () => {
    const sessions = { graceMinutes: 5, atGraceEnd: 'wait', waitHours: 1 };
    const { asks, azure, end, names, outcomes, pass } = await standAlone(2, { surge: 1, sessions });
    azure.desktop.pick = (open) => open.find((host) => host === 'avd-0') ?? open[0] ?? '';
    azure.desktop.arrive('ann', 1_000_000);
    await pass(5);
    const { id } = await asks.startRollout('pool', start, 'r');
    expect(await end()).toMatchObject([{ phase: 'failed', failure: { code: 'RolloutFailed' } }]);
    expect(await outcomes(id)).toContain('retire avd-0 deferred');
    expect(names()).toHaveLength(2);
  });
});
