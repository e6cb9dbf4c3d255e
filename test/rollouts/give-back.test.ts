import { describe, expect, it } from 'vitest';
import { minutesAfter } from '../../shared/instant.ts';
import { givenBack } from '../../shared/rollouts/give-back.ts';
import type { HostStanding } from '../../shared/rollouts/hosts.ts';
import type { HostRecord } from '../../shared/rollouts/waves.ts';
import { host } from './host-views.ts';
import { body, poolOf, start } from './pool-of.ts';

const noon = '2026-01-05T12:00:00.000Z';
/** Empty for so many minutes, and waiting for their turn. */
const waiting = (minutes: Record<string, number>) => {
  const records = Object.keys(minutes).map(
    (instanceId) => ({ instanceId, name: instanceId, outcome: 'admitted' }) as HostRecord,
  );
  const standings = Object.entries(minutes).map(
    ([name, since]) =>
      ({
        id: `r.${name}`,
        outcome: 'running',
        stage: 'turn',
        readyAt: minutesAfter(noon, -since),
      }) as HostStanding,
  );
  return { records, standings };
};

describe('hosts that were drained ahead, when new users come', () => {
  const table: [title: string, minutes: Record<string, number>, need: number, given: string][] = [
    ['stay drained while the floor holds', { a: 30, b: 20, c: 15 }, 50, ''],
    ['come back, as many as are missed, the last first', { a: 30, b: 20, c: 15 }, 51, 'c'],
    ['come back but for the one whose turn is next', { a: 30, b: 20, c: 15 }, 90, 'c b'],
    ['stay if they have waited for a moment only', { a: 30, b: 9, c: 5 }, 90, ''],
    ['stay if it is their turn next', { a: 30 }, 90, ''],
  ];
  it.each(table)('%s', (_, minutes, need, given) => {
    const { records, standings } = waiting(minutes);
    const views = Object.keys(minutes).map((name) => host(name, { takesUsers: false, isWell: true }));
    const capacity = { usable: 50, need, perHost: 10, views, now: noon };
    const turns = { working: 2, settled: 0, waiting: records };
    const back = givenBack('r', turns, standings, capacity);
    expect(Object.keys(back).join(' ')).toBe(given);
    expect(Object.values(back).every(({ backAt, givenBack: is }) => backAt === noon && is)).toBe(true);
  });

  it('stay if they could take nobody, or are not empty yet', () => {
    const { records, standings } = waiting({ a: 30, b: 20, c: 15 });
    const capacity = { usable: 50, need: 60, perHost: 10, now: noon };
    const turns = { working: 2, settled: 0, waiting: records };
    const ill = ['a', 'b', 'c'].map((name) => host(name, { takesUsers: false }));
    expect(givenBack('r', turns, standings, { ...capacity, views: ill })).toEqual({});
    const well = ['a', 'b', 'c'].map((name) => host(name, { takesUsers: false, isWell: true }));
    const emptying = standings.filter(({ stage }) => stage === 'empty');
    expect(givenBack('r', turns, emptying, { ...capacity, views: well })).toEqual({});
  });

  it('R2: come back to a pool that new users push below its floor, once, and have their turn later', async () => {
    const { asks, azure, world, end, seen, insight } = await poolOf(10, (azure) => {
      azure.reimageSeconds = () => 2400;
    });
    const policy = {
      ...body.policy,
      maxUnavailable: 1,
      drainAhead: 4,
      floor: { percent: 0, headroomPercent: 0 },
    };
    await asks.definePool('pool', { ...body, policy });
    const { id } = await asks.startRollout('pool', start, 'r');
    const waits = async () =>
      (await seen.hosts.loadAll('')).filter(
        ({ saved: { state } }) => 'standing' in state && state.standing.stage === 'turn',
      );
    await world.passUntil(async () => (await waits()).length === 4, { days: 1 });
    await world.passUntil(() => false, { days: 1 / 96 });
    // Five hosts of ten places are left, and these users want more than they have.
    const open = [...azure.fleet.values()]
      .map(({ machine }) => machine.computerName)
      .filter((name) => azure.desktop.isOpen(name));
    for (let user = 0; user < 58; user += 1)
      azure.desktop.seat(`user${user}`, open[user % open.length] ?? '', 4 * 3600);
    await world.passUntil(() => false, { days: 1 / 144 });
    expect((await waits()).length).toBe(3);
    expect((await insight.explain(id)).notices.map(({ code }) => code)).toContain('GivenBack');
    const given = Object.values((await asks.rollout(id)).facts.hosts ?? {}).filter((one) => one.givenBack);
    expect(given.map(({ outcome }) => outcome)).toEqual(['put-off']);
    expect(azure.desktop.isOpen(given[0]?.name ?? '')).toBe(true);
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
    const lines = (await seen.rollouts.history(id)).flatMap(({ event }) =>
      'news' in event && event.news ? [event.news] : [],
    );
    expect(lines.filter((line) => /gave .* back to new users/.test(line))).toHaveLength(1);
  });
});
