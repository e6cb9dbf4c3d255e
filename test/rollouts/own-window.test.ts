import { describe, expect, it } from 'vitest';
import { parseWindow } from '../../shared/rollouts/own-window.ts';
import { body, poolOf, start } from './pool-of.ts';

describe('the window that a machine has by its tag', () => {
  const saturdays = { start: '20:00', end: '05:00', timeZone: 'Europe/Berlin', days: ['Sat', 'Sun'] };
  it.each([
    ['Sat,Sun 20:00-05:00 Europe/Berlin', saturdays],
    ['  sat, SUN  20:00 - 05:00   Europe/Berlin ', saturdays],
    ['Mon 00:00-23:59 Etc/UTC', { start: '00:00', end: '23:59', timeZone: 'Etc/UTC', days: ['Mon'] }],
  ])('is read from %s', (value, window) => {
    expect(parseWindow(value)).toEqual(window);
  });

  it.each([
    '',
    'Sat',
    'Sat 20:00-05:00',
    'Sat 20:00 Europe/Berlin',
    'Sat 24:00-05:00 Europe/Berlin',
    'Sat 8:00-10:00 Europe/Berlin',
    'Sam 20:00-05:00 Europe/Berlin',
    'Sat;Sun 20:00-05:00 Europe/Berlin',
    'Sat,, 20:00-05:00 Europe/Berlin',
    'Sat 20:00-05:00 Berlin',
    'Sat 20:00-05:00 Europe/Berlin please',
  ])('is none in "%s"', (value) => {
    expect(parseWindow(value)).toBeUndefined();
  });
});

const allWeek = 'Mon,Tue,Wed,Thu,Fri,Sat,Sun';
const policy = { ...body.policy, windowTag: 'Update-Window', maxUnavailable: 5 };

/** It is noon of a Monday, UTC. Machines have these windows; without a value, none. */
async function windowed(values: readonly string[], more: object = {}) {
  const pool = await poolOf(values.length);
  const tag = (instanceId: string, value: string) => {
    const state = pool.azure.fleet.get(instanceId);
    if (state) state.machine = { ...state.machine, tags: { ...state.machine.tags, 'update-window': value } };
  };
  for (const [index, value] of values.entries()) if (value !== '') tag(String(index), value);
  await pool.asks.definePool('pool', { ...body, policy: { ...policy, ...more } });
  const began = async (id: string) =>
    Object.fromEntries(
      (await pool.asks.hostsOf(id)).map(({ name, admittedAt }) => [name, admittedAt.slice(11, 13)]),
    );
  return { ...pool, tag, began };
}

describe('R8: a pool whose machines have windows of their own', () => {
  const evening = {
    start: '20:00',
    end: '23:00',
    timeZone: 'Etc/UTC',
    days: ['Mon'] as const,
    outage: false,
  };

  it('begins each in its own, and the others in those of the pool', async () => {
    const values = [`${allWeek} 16:00-18:00 Etc/UTC`, '', 'at night'];
    const { asks, end, began } = await windowed(values, {
      windows: [{ ...evening, days: [...evening.days] }],
    });
    const { id } = await asks.startRollout('pool', start, 'r');
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
    expect(await began(id)).toEqual({ 'avd-0': '16', 'avd-1': '20', 'avd-2': '20' });
  });

  it('says who waits for its own, and until when, while others are under way and when none is', async () => {
    const { asks, world, insight } = await windowed(['', `${allWeek} 20:00-23:00 Etc/UTC`]);
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(async () => (await asks.hostsOf(id)).length > 0, { days: 1 });
    await world.passUntil(() => false, { days: 1 / 480 });
    const notice = { code: 'OwnWindow', hosts: ['avd-1'] };
    expect((await insight.explain(id)).notices).toMatchObject([notice]);
    await world.passUntil(() => false, { days: 1 / 8 });
    const { movement, because, youCan } = await insight.explain(id);
    expect(movement).toBe('waiting');
    expect(because).toMatchObject([
      {
        code: 'OwnWindow',
        message: 'windows of their own: avd-1 from 2026-01-05T20:00:00.000Z',
        until: '2026-01-05T20:00:00.000Z',
      },
    ]);
    expect(youCan[0]).toBe('wait, or change the tag of avd-1');
  });

  it('puts back who waits for its turn when its own window would close before it ends', async () => {
    const short = `${allWeek} 12:00-13:00 Etc/UTC`;
    const { asks, world } = await windowed(['', short, short], { maxUnavailable: 1, drainAhead: 2 });
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(() => world.now() > '2026-01-05T13:30', { days: 1 });
    const hosts = await asks.hostsOf(id);
    const late = hosts.filter(({ admittedAt, ownWindow }) => ownWindow && admittedAt > '2026-01-05T12:45');
    expect(late).toEqual([]);
    const reimaged = hosts.filter(({ ownWindow, goAt = '' }) => ownWindow && goAt > '2026-01-05T12:50');
    expect(reimaged).toEqual([]);
  });

  it('is told in the plan: unreadable tags, windows that are too short, and when it would be over', async () => {
    const values = ['nonsense', `${allWeek} 20:00-20:05 Etc/UTC`, `${allWeek} 20:00-23:00 Etc/UTC`];
    const { asks, tag } = await windowed(values);
    const plan = await asks.plan('pool', { version: '1.1.0' });
    const told = plan.warnings.filter(({ code }) => /Window/.test(code));
    expect(told.map(({ code, message }) => `${code} ${/avd-\d/.exec(message)?.[0] ?? ''}`)).toEqual([
      'WindowTagUnreadable avd-0',
      'OwnWindowTooShort avd-1',
    ]);
    expect(plan.eta).toBeUndefined();
    tag('1', `${allWeek} 20:00-23:00 Etc/UTC`);
    const { eta, order } = await asks.plan('pool', { version: '1.1.0' });
    expect(eta && eta.p50At > '2026-01-05T20').toBe(true);
    expect(order.filter(({ window }) => window).map(({ host }) => host)).toEqual(['avd-1', 'avd-2']);
  });
});
