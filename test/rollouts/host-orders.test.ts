import { describe, expect, it } from 'vitest';
import { afterOrder, type Facts, type HostOrder } from '../../shared/rollouts/course.ts';
import { RetryHost, SkipHost } from '../../shared/rollouts/request-bodies.ts';
import type { HostRecord } from '../../shared/rollouts/waves.ts';
import { evenTempered } from '../support/small-azure.ts';
import { body, poolOf, start } from './pool-of.ts';
import { refusal } from './refusal.ts';

const noon = '2026-01-05T12:00:00.000Z';
const order = (type: HostOrder['type']): HostOrder => {
  return { type, instanceId: '0', name: 'avd-0', by: 'ann', reason: 'because', at: noon };
};
const record = (outcome: HostRecord['outcome'], more: Partial<HostRecord> = {}): HostRecord => ({
  instanceId: '0',
  name: 'avd-0',
  sessionHost: 'avd-0',
  outcome,
  why: 'so it went',
  admittedAt: noon,
  told: 0,
  loggedOff: 0,
  seconds: { users: 0, azure: 0, own: 0 },
  ...more,
});
const skip = { by: 'bob', reason: 'his', at: noon };
const again = { by: 'bob', reason: '', at: noon, was: { outcome: 'quarantined' as const, why: 'ill' } };

describe('what becomes of a host that somebody decides on', () => {
  const table: [state: string, record: HostRecord | undefined, retried: string, skipped: string][] = [
    ['never begun', undefined, '', 'skipped'],
    ['admitted', record('admitted'), '', 'admitted, to be put back'],
    ['admitted, and has its turn', record('admitted', { goAt: noon }), '', 'admitted, to be put back'],
    ['admitted, and to be skipped', record('admitted', { skip, backAt: noon }), '', ''],
    ['put off', record('put-off'), '', 'skipped'],
    ['to be tried again', record('put-off', { again }), '', 'quarantined'],
    ['done', record('done'), '', ''],
    ['put back', record('put-back'), 'put-off, again', ''],
    ['left, because users stayed', record('deferred'), 'put-off, again', ''],
    ['failed', record('failed', { code: 'HealthCheckFailed' }), 'put-off, again', ''],
    ['in quarantine', record('quarantined'), 'put-off, again', ''],
    ['on the version already', record('skipped'), '', ''],
    ['skipped by somebody', record('skipped', { skip }), 'put-off', ''],
  ];
  const become = (before: HostRecord | undefined, type: HostOrder['type']) => {
    const facts: Facts = before ? { hosts: { 0: before } } : {};
    const after = afterOrder(facts, order(type));
    if (after === facts) return '';
    const next = after.hosts?.['0'];
    const more = [
      ...(next?.outcome === 'put-off' && next.again ? ['again'] : []),
      ...(next?.outcome === 'admitted' && next.backAt ? ['to be put back'] : []),
    ];
    return [next?.outcome, ...more].join(', ');
  };
  it.each(table)('%s', (_, before, retried, skipped) => {
    expect(become(before, 'host-retried')).toBe(retried);
    expect(become(before, 'host-skipped')).toBe(skipped);
  });

  it('X1: is heard once', () => {
    for (const type of ['host-retried', 'host-skipped'] as const) {
      const once = afterOrder({ hosts: { 0: record('failed'), 1: record('done') } }, order(type));
      expect(afterOrder(once, order(type))).toBe(once);
    }
  });

  it('has a reason when it is skipped', () => {
    expect([SkipHost.safeParse({}).success, RetryHost.safeParse({}).success]).toEqual([false, true]);
  });
});

describe('a host that is skipped by call', () => {
  it('is not begun; the rollout succeeds and names it', async () => {
    const { asks, azure, end, insight } = await poolOf(2);
    const { id } = await asks.startRollout('pool', start, 'r');
    const { host } = await asks.skipHost(id, 'AVD-1', { by: 'ann', reason: 'a demo runs on it' });
    expect(host).toMatchObject({
      instanceId: '1',
      outcome: 'skipped',
      why: 'skipped by ann: a demo runs on it',
    });
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
    expect([azure.fleet.get('0')?.reimages, azure.fleet.get('1')?.reimages]).toEqual([1, 0]);
    const { because } = await insight.explain(id);
    expect(because[0]?.message).toBe(
      'every host has come to its end; skipped: avd-1 (skipped by ann: a demo runs on it)',
    );
  });

  it('R10: is put back first, if it was begun and can be; asked twice it is the same', async () => {
    const { asks, azure, end, world } = await poolOf(2);
    azure.desktop.seat('bob', 'avd-0', 1_000_000);
    azure.desktop.seat('eve', 'avd-1', 1_000_000);
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(() => azure.desktop.isOpen('avd-0') === false, { days: 1 });
    await asks.skipHost(id, '0', { reason: 'eve needs it' });
    const { host } = await asks.skipHost(id, '0', { reason: 'eve needs it' });
    expect(host?.why).toMatch(/eve needs it/);
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
    const hosts = await asks.hostsOf(id);
    expect(hosts.map(({ name, outcome }) => `${name} ${outcome}`).toSorted()).toEqual([
      'avd-0 skipped',
      'avd-1 done',
    ]);
    expect([azure.desktop.isOpen('avd-0'), azure.fleet.get('0')?.reimages]).toEqual([true, 0]);
  });

  it('R10: is refused once it is past the point of no return, and comes to its end', async () => {
    const { asks, azure, end, world } = await poolOf(1);
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(() => azure.fleet.get('0')?.machine.provisioningState === 'Updating', { days: 1 });
    const refused = await refusal(asks.skipHost(id, '0', { reason: 'too late' }));
    expect(refused).toMatchObject({ code: 'InvalidPhase', message: expect.stringMatching(/point of no/) });
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
  });

  it('is tried all the same if somebody says so before the end', async () => {
    const { asks, end, world } = await poolOf(2);
    const { id } = await asks.startRollout('pool', start, 'r');
    await asks.skipHost(id, '1', { reason: 'no' });
    await world.passUntil(() => false, { days: 1 / 1440 });
    await asks.retryHost(id, '1', { reason: 'yes' });
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
    expect((await asks.hostsOf(id)).map(({ outcome }) => outcome)).toEqual(['done', 'done']);
  });
});

describe('a host that is retried by call', () => {
  it('R7: comes out of quarantine and back to its users, and its failure counts no longer', async () => {
    const { asks, azure, end, world } = await poolOf(0);
    azure.add('0', { temper: { ...evenTempered, installsFail: 9 } });
    for (const name of ['1', '2', '3']) azure.add(name);
    await asks.definePool('pool', { ...body, policy: { ...body.policy, maxUnavailable: 1, maxFailed: 1 } });
    const { id } = await asks.startRollout('pool', start, 'r');
    const outcomeOf = async (instance: string) =>
      (await asks.hostsOf(id)).find(({ instanceId }) => instanceId === instance)?.outcome;
    await world.passUntil(async () => (await outcomeOf('0')) === 'quarantined', { days: 1 });
    await asks.retryHost(id, 'avd-0', { by: 'ann', reason: 'the proxy is back' });
    const state = azure.fleet.get('0');
    if (state) state.temper = evenTempered;
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
    const [first] = await asks.hostsOf(id);
    expect(first).toMatchObject({ name: 'avd-0', outcome: 'done', attempt: 2, again: { by: 'ann' } });
    expect(azure.desktop.isOpen('avd-0')).toBe(true);
    expect(azure.fleet.get('0')?.machine.tags).toEqual({ team: 'desktops' });
  });

  it('is tried again in a pause as soon as that is over', async () => {
    const { asks, azure, end, world } = await poolOf(1);
    azure.desktop.seat('ann', 'avd-0', 4 * 3600);
    const sessions = { ...body.policy.sessions, atGraceEnd: 'wait' as const, waitHours: 1 };
    await asks.definePool('pool', { ...body, policy: { ...body.policy, sessions } });
    azure.add('1');
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(
      async () => (await asks.hostsOf(id)).some(({ outcome }) => outcome === 'admitted'),
      {
        days: 1,
      },
    );
    await asks.pause(id, { reason: 'lunch' });
    await world.passUntil(() => false, { days: 1 / 24 });
    const wanted = (await asks.hostsOf(id)).filter(({ outcome }) => outcome !== 'done');
    expect(wanted.every(({ outcome }) => outcome === 'put-off')).toBe(true);
    await asks.resume(id, {});
    await end();
    expect((await asks.hostsOf(id)).find(({ name }) => name === 'avd-1')?.outcome).toBe('done');
  });
});

describe('what is refused of single hosts', () => {
  it('is what has come to its end, what never began, and what there is not', async () => {
    const { asks, end, world } = await poolOf(2);
    await asks.definePool('pool', { ...body, policy: { ...body.policy, maxUnavailable: 1, drainAhead: 0 } });
    const code = async (asked: Promise<unknown>) => (await refusal(asked))?.code;
    expect(await code(asks.skipHost('nothing', '0', { reason: '' }))).toBe('NotFound');
    const { id } = await asks.startRollout('pool', start, 'r');
    expect(await code(asks.skipHost(id, 'avd-9', { reason: 'x' }))).toBe('NotFound');
    expect(await code(asks.retryHost(id, 'avd-1', { reason: '' }))).toBe('InvalidPhase');
    await world.passUntil(async () => (await asks.hostsOf(id)).some(({ outcome }) => outcome === 'done'), {
      days: 1,
    });
    const done = (await asks.hostsOf(id)).find(({ outcome }) => outcome === 'done');
    expect(await code(asks.skipHost(id, done?.name ?? '', { reason: 'x' }))).toBe('InvalidPhase');
    expect((await refusal(asks.retryHost(id, done?.name ?? '', { reason: '' })))?.message).toMatch(
      /is done: only/,
    );
    await end();
    expect(await code(asks.skipHost(id, 'avd-1', { reason: 'x' }))).toBe('InvalidPhase');
    expect(await code(asks.retryHost(id, 'avd-1', { reason: '' }))).toBe('InvalidPhase');
  });
});
