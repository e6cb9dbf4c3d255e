import { describe, expect, it } from 'vitest';
import { secondsBetween } from '../../shared/instant.ts';
import { DefinePool, StartRollout } from '../../shared/rollouts/request-bodies.ts';
import { rolloutView } from '../../shared/rollouts/view.ts';
import { oldVersion, type SmallAzure } from '../support/small-azure.ts';
import { body, poolOf, start } from './pool-of.ts';
import { refusal } from './refusal.ts';

const version = { version: '1.1.0' };
const withPolicy = (policy: object) => DefinePool.parse({ ...body, policy: { ...body.policy, ...policy } });

/** Counts every call of Azure from here on. */
function counted(azure: SmallAzure) {
  const counts: Record<string, number> = {};
  const over = <Port extends object>(port: Port): Port =>
    Object.fromEntries(
      Object.entries(port).map(([name, method]) => [
        name,
        async (...given: unknown[]) => {
          counts[name] = (counts[name] ?? 0) + 1;
          return await (method as (...given: unknown[]) => unknown)(...given);
        },
      ]),
    ) as Port;
  azure.machines = over(azure.machines);
  azure.fleets = over(azure.fleets);
  azure.gallery = over(azure.gallery);
  azure.desktop.sessionHosts = over(azure.desktop.sessionHosts);
  azure.desktop.hostPools = over(azure.desktop.hostPools);
  return () => Object.values(counts).reduce((sum, count) => sum + count, 0);
}

describe('a plan', () => {
  it('G1, G3: says which hosts come in which order and why, those first that cost nobody anything', async () => {
    const { asks, azure, world } = await poolOf(2);
    azure.add('off', { isOff: true });
    azure.desktop.arrive('ann', 1_000_000);
    await asks.definePool('pool', withPolicy({ waves: [{ upTo: 1, bakeMinutes: 30 }] }));
    await world.passUntil(() => false, { days: 1 / 480 });
    const plan = await asks.plan('pool', version);
    expect(plan).toMatchObject({
      hostPool: 'pool',
      version: '1.1.0',
      hosts: { total: 3, todo: 3, poweredOff: 1 },
      waves: [
        { number: 1, upTo: 1, bakeMinutes: 30 },
        { number: 2, upTo: 3, bakeMinutes: 0 },
      ],
      maxUnderWay: 1,
      blockers: [],
    });
    expect(plan.order.map(({ host, wave, why }) => `${host} ${wave} ${why}`)).toEqual([
      'avd-off 1 powered off',
      expect.stringMatching(/^avd-\d 2 no sessions$/),
      expect.stringMatching(/^avd-\d 2 1 session$/),
    ]);
    expect(plan.capacity).toMatchObject({ usable: 20, perHost: 10, lowestPlanned: 10 });
    expect(plan.warnings.map(({ code }) => code)).toEqual(['UsersLoggedOff', 'NoHistory']);
  });

  it('warns, as does the rollout, where the channel of the pool does not hold the version', async () => {
    const { asks, ring } = await poolOf(1);
    const codes = async () => (await asks.plan('pool', version)).warnings.map(({ code }) => code);
    expect(await codes()).not.toContain('NotOfChannel');
    ring.held = { number: '1.1.0' };
    expect(await codes()).not.toContain('NotOfChannel');
    ring.held = { number: '1.0.0' };
    expect(await codes()).toContain('NotOfChannel');
    const { planHash } = await asks.plan('pool', version);
    ring.held = { number: undefined };
    const { id, rollout } = await asks.startRollout('pool', { ...start, planHash }, 'one');
    const message = expect.stringContaining('Channel production of win11 holds nothing, not 1.1.0');
    expect(rollout.requested.warnings).toEqual([expect.objectContaining({ code: 'NotOfChannel', message })]);
    expect(rolloutView(id, rollout).requested.warnings).toHaveLength(1);
  });

  it('does not say of a pool without hosts that they are on the version', async () => {
    const { asks } = await poolOf(0);
    const { warnings } = await asks.plan('pool', version);
    expect(warnings.filter(({ code }) => code === 'NothingToDo')).toMatchObject([
      { message: 'No hosts were found.' },
    ]);
  });

  it('warns of hosts that would wait for each other at too few replicas', async () => {
    const { asks, azure } = await poolOf(60);
    const codes = async () => (await asks.plan('pool', version)).warnings.map(({ code }) => code);
    await asks.definePool('pool', withPolicy({ maxUnavailable: '80%' }));
    expect(await codes()).not.toContain('FewReplicas');
    await asks.definePool('pool', withPolicy({ maxUnavailable: '100%' }));
    expect(await codes()).toContain('FewReplicas');
    azure.replicas = 2;
    expect(await codes()).not.toContain('FewReplicas');
  });

  it('changes nothing', async () => {
    const { asks, azure, seen } = await poolOf(3);
    const before = JSON.stringify([...azure.fleet.values()]);
    await asks.plan('pool', version);
    expect(JSON.stringify([...azure.fleet.values()])).toBe(before);
    expect(azure.model).toBe(oldVersion);
    expect(await seen.rollouts.loadAll('')).toEqual([]);
    expect(await seen.pools.history('pool')).toHaveLength(1);
  });

  it('comes true, once the pool has a history: neither its time nor its calls of Azure are far from what was planned', async () => {
    let calls = () => 0;
    const { asks, azure, end, world } = await poolOf(40, (azure) => {
      calls = counted(azure);
    });
    await asks.definePool('pool', withPolicy({ maxUnavailable: 8 }));
    await asks.startRollout('pool', start, 'first');
    await end();
    for (const state of azure.fleet.values())
      state.machine = { ...state.machine, imageVersionId: oldVersion };
    const plan = await asks.plan('pool', version);
    expect(plan.basis.hosts).toBe(40);
    expect(plan.warnings.map(({ code }) => code)).toEqual(['NoCanary']);
    const [began, before] = [world.now(), calls()];
    const second = await asks.startRollout('pool', { ...start, planHash: plan.planHash }, 'second');
    await end();
    const rollout = await asks.rollout(second.id);
    if (rollout.phase !== 'succeeded') throw new Error(rollout.phase);
    const took = secondsBetween(began, rollout.at) / 60;
    expect(Math.abs(took - (plan.eta?.p50Minutes ?? 0)) / took).toBeLessThan(0.15);
    const made = calls() - before;
    expect(Math.abs(made - plan.armCalls) / made).toBeLessThan(0.4);
    expect(rollout.requested.planHash).toBe(plan.planHash);
  });
});

describe('what was planned', () => {
  it('is what is started', async () => {
    const { asks, end } = await poolOf(2);
    const { planHash } = await asks.plan('pool', version);
    const { id } = await asks.startRollout('pool', { ...start, planHash }, 'r');
    expect(await end()).toMatchObject([{ phase: 'succeeded', requested: { planHash } }]);
    expect(await asks.hostsOf(id)).toHaveLength(2);
  });

  it('does not go stale by users who come and go', async () => {
    const { asks, azure, world } = await poolOf(2);
    const { planHash } = await asks.plan('pool', version);
    azure.desktop.arrive('ann', 1_000_000);
    await world.passUntil(() => false, { days: 1 / 480 });
    expect((await asks.plan('pool', version)).planHash).toBe(planHash);
  });

  const changes: [
    what: string,
    code: string,
    told: RegExp,
    change: (pool: Awaited<ReturnType<typeof poolOf>>) => Promise<unknown>,
  ][] = [
    [
      'hosts',
      'HostsChanged',
      /3 hosts to bring now: avd-0, avd-1, avd-late/,
      async ({ azure }) => azure.add('late'),
    ],
    [
      'policy',
      'PolicyChanged',
      /defined anew/,
      async ({ asks }) => await asks.definePool('pool', withPolicy({ maxFailed: 7 })),
    ],
  ];
  it.each(changes)(
    'is refused once its %s have changed, and says what did',
    async (_, code, told, change) => {
      const pool = await poolOf(2);
      const { planHash } = await pool.asks.plan('pool', version);
      await change(pool);
      const refused = await refusal(pool.asks.startRollout('pool', { ...start, planHash }, 'r'));
      expect(refused).toMatchObject({
        code: 'PlanStale',
        target: 'planHash',
        details: [{ code, message: expect.stringMatching(told) }],
      });
      expect(await pool.seen.rollouts.loadAll('')).toEqual([]);
    },
  );

  it('is refused for another version, and for what came in the way since', async () => {
    let regions = ['West Europe'];
    const { asks } = await poolOf(2, (azure) => {
      azure.gallery = { completedRegions: async () => regions };
    });
    const { planHash } = await asks.plan('pool', version);
    const other = await asks.plan('pool', { version: '1.2.0' });
    const wrong = await refusal(asks.startRollout('pool', { ...start, planHash: other.planHash }, 'r'));
    expect(wrong?.details?.map(({ code }) => code)).toEqual(['VersionChanged', 'BlockersChanged']);
    regions = [];
    const stale = await refusal(asks.startRollout('pool', { ...start, planHash }, 'r'));
    expect(stale?.details).toMatchObject([
      { code: 'BlockersChanged', message: 'In the way is now: VersionNotReady.' },
    ]);
    const blocked = await asks.plan('pool', version);
    const refused = await refusal(asks.startRollout('pool', { ...start, planHash: blocked.planHash }, 'r'));
    expect(refused).toMatchObject({ code: 'PlanBlocked', details: [{ code: 'VersionNotReady' }] });
  });

  it('is named as it was answered', () => {
    expect(StartRollout.safeParse({ version: '1.1.0', planHash: 'abc' }).success).toBe(false);
  });
});
