import { describe, expect, it } from 'vitest';
import { minutesAfter } from '../../shared/instant.ts';
import { DefinePool } from '../../shared/rollouts/request-bodies.ts';
import type { SmallAzure } from '../support/small-azure.ts';
import { body, poolOf, start } from './pool-of.ts';
import { refusal } from './refusal.ts';

const version = { version: '1.1.0' };
const withPolicy = (policy: object) => DefinePool.parse({ ...body, policy: { ...body.policy, ...policy } });

describe('what stands in the way of a plan', () => {
  const codes = async (change: {
    azure?: (azure: SmallAzure) => void;
    policy?: object;
    hosts?: number;
    number?: string;
  }) => {
    const { asks } = await poolOf(change.hosts ?? 2, change.azure);
    await asks.definePool('pool', withPolicy(change.policy ?? {}));
    const { blockers } = await asks.plan('pool', { version: change.number ?? '1.1.0' });
    expect(blockers.every(({ message, remedy }) => message !== '' && remedy !== '')).toBe(true);
    return blockers.map(({ code }) => code);
  };
  const short = { start: '20:00', end: '20:10', timeZone: 'Europe/Berlin', days: ['Mon'] };
  const table: [what: string, change: Parameters<typeof codes>[0], expected: string[]][] = [
    ['nothing', {}, []],
    ['a version that is not captured', { number: '1.2.0' }, ['VersionNotReady']],
    [
      'R9: a version that is not where the pool is',
      { azure: (azure) => (azure.gallery = { completedRegions: async () => ['North Europe'] }) },
      ['VersionNotReady'],
    ],
    [
      'a pool that Azure services itself',
      {
        azure: ({ desktop }) =>
          (desktop.hostPools = {
            ...desktop.hostPools,
            hostPool: async () => ({ maxSessionLimit: 10, type: 'Pooled', managedNatively: true }),
          }),
      },
      ['HostPoolManagedNatively'],
    ],
    [
      'a pool that is not there',
      {
        azure: ({ desktop }) =>
          (desktop.hostPools = { ...desktop.hostPools, hostPool: async () => undefined }),
      },
      ['NotFound'],
    ],
    [
      'a scale set that is not there',
      { azure: (azure) => (azure.fleets = { ...azure.fleets, model: async () => undefined }) },
      ['NotFound'],
    ],
    [
      'a scale set that is elsewhere',
      {
        azure: (azure) =>
          (azure.fleets = {
            ...azure.fleets,
            model: async () => ({
              kind: 'uniform',
              upgradePolicy: 'Manual',
              location: 'northeurope',
              imageVersionId: '',
              provisioningState: 'Succeeded',
            }),
          }),
      },
      ['RegionMismatch'],
    ],
    ...['Automatic', 'Rolling', undefined].map((upgradePolicy): (typeof table)[number] => [
      `R4: a scale set that reimages its instances itself (${upgradePolicy})`,
      {
        azure: (azure) =>
          (azure.fleets = {
            ...azure.fleets,
            model: async () => ({
              kind: 'uniform',
              ...(upgradePolicy !== undefined && { upgradePolicy }),
              location: 'westeurope',
              imageVersionId: '',
              provisioningState: 'Succeeded',
            }),
          }),
      },
      ['UpgradePolicyNotManual'],
    ]),
    ['R8: windows in which no host can end', { policy: { windows: [short] } }, ['WindowTooShort']],
    ['R2: a floor that never lets a host go', { policy: { floor: { percent: 60 } } }, ['FloorUnreachable']],
    [
      'R2: a pool of one host with no outage stated',
      { hosts: 1, policy: { floor: { percent: 10 } } },
      ['SingleHost'],
    ],
    [
      'a pool of one host with an outage stated',
      { hosts: 1, policy: { floor: { percent: 10 }, windows: [{ ...short, end: '23:00', outage: true }] } },
      [],
    ],
  ];
  it.each(table)('%s', async (_, change, expected) => {
    expect(await codes(change)).toEqual(expected);
  });

  it('another rollout, and a freeze', async () => {
    const { asks, freezeAsks, world } = await poolOf(2);
    const until = minutesAfter(world.now(), 60);
    await asks.startRollout('pool', start, 'r');
    await world.passUntil(() => false, { days: 1 / 1440 });
    await freezeAsks.put('f', { scope: { kind: 'all' }, reason: 'a fair', until, by: 'ann' });
    const from = minutesAfter(world.now(), 61);
    await freezeAsks.put('g', {
      scope: { kind: 'all' },
      reason: 'later',
      from,
      until: minutesAfter(from, 9),
    });
    const plan = await asks.plan('pool', version);
    expect(plan.blockers.map(({ code }) => code)).toEqual(['RolloutAlreadyActive', 'Frozen']);
    expect(plan.warnings.map(({ code }) => code)).not.toContain('FreezeAhead');
    await freezeAsks.put('g', {
      scope: { kind: 'all' },
      reason: 'later',
      from: minutesAfter(world.now(), 5),
      until,
    });
    expect((await asks.plan('pool', version)).warnings.map(({ code }) => code)).toContain('FreezeAhead');
  });

  it.each([
    ['does not tell', {}, ['ManagementUnknown']],
    ['tells', { managedNatively: false }, []],
  ])('warns unless Azure tells who services a pool: it %s', async (_, told, expected) => {
    const { asks } = await poolOf(2, ({ desktop }) => {
      const hostPool = { maxSessionLimit: 10, type: 'Pooled' as const, ...told };
      desktop.hostPools = { ...desktop.hostPools, hostPool: async () => hostPool };
    });
    const { warnings, blockers } = await asks.plan('pool', { version: '1.1.0' });
    expect(warnings.filter(({ code }) => code === 'ManagementUnknown').map(({ code }) => code)).toEqual(
      expected,
    );
    expect(blockers).toEqual([]);
  });

  it('is not found where there is nothing to plan', async () => {
    const { asks } = await poolOf(1);
    expect((await refusal(asks.plan('nowhere', version)))?.code).toBe('NotFound');
    expect((await refusal(asks.plan('pool', { version: '9.9.9' })))?.code).toBe('NotFound');
  });
});
