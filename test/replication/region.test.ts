import { describe, expect, it } from 'vitest';
import { minutesAfter } from '../../shared/instant.ts';
import { isStalled, rateOf, withMove } from '../../shared/replication/course.ts';
import { lookInSeconds } from '../../shared/replication/pace.ts';
import {
  afterRegion,
  canBeRepaired,
  mostRepairs,
  type Region,
  type RegionEvent,
} from '../../shared/replication/region.ts';
import { events, noon, regionAfter, regions, seen } from './regions.ts';

/** What becomes of a region in each state by each event; `=` is: nothing. */
const table = `
                | desired     | replicating | completed | stalled     | failed      | repairing | blocking    | abandoned | removing
absent          | =           | desired     | desired   | desired     | desired     | desired   | desired     | =         | gone
moved           | replicating | =           | =         | replicating | replicating | =         | replicating | =         | =
stuck           | replicating | stalled     | =         | =           | replicating | =         | =           | =         | =
stuck, idle     | replicating | stalled     | =         | repairing   | replicating | =         | =           | =         | =
failed          | failed      | failed      | =         | failed      | =           | =         | =           | =         | =
failed, idle    | failed      | failed      | =         | failed      | repairing   | =         | =           | =         | =
completed       | completed   | completed   | =         | completed   | completed   | completed | completed   | completed | =
wanted required | =           | =           | =         | =           | =           | =         | =           | repairing | desired
wanted optional | =           | =           | =         | =           | =           | =         | abandoned   | =         | desired
begun anew      | =           | =           | =         | =           | =           | =         | repairing   | repairing | =
unwanted        | removing    | removing    | removing  | removing    | removing    | removing  | removing    | removing  | =
repair asked    | =           | =           | =         | repairing   | repairing   | =         | repairing   | repairing | =
kept            | =           | =           | =         | =           | =           | =         | =           | =         | desired
refused         | blocking    | =           | =         | =           | =           | blocking  | =           | =         | desired`;
const [head = [], ...rows] = table
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));
const states = head.slice(1) as (keyof typeof regions)[];
const cases = rows.flatMap(([event = '', ...cells]) =>
  cells.map((cell, index) => [states[index] ?? 'desired', event as keyof typeof events, cell] as const),
);

const { wanted } = events['wanted required'] as Extract<RegionEvent, { type: 'wanted' }>;
const at = (minute: number) => minutesAfter(noon, minute);
const source = (...then: RegionEvent[]) =>
  regionAfter({ type: 'wanted', wanted, isSource: true, at: noon }, ...then);

describe('a region', () => {
  it.each(cases)('that is %s: %s leads to %s', (state, event, cell) => {
    const region = regions[state];
    expect(region?.state).toBe(state);
    const next = afterRegion(region, events[event]);
    if (cell === 'gone') expect(next).toBeUndefined();
    else expect(next?.state).toBe(cell === '=' ? state : cell);
  });

  it('is told of in the table with every state and every event', () => {
    expect(new Set(states)).toEqual(new Set(Object.keys(regions)));
    expect(new Set(rows.map(([event]) => event))).toEqual(new Set(Object.keys(events)));
  });

  it('takes old news for what it is', () => {
    const replicating = regionAfter(events['wanted required'], seen());
    expect(afterRegion(replicating, seen())).toBe(replicating);
    expect(afterRegion(undefined, events.failed)).toBeUndefined();
  });

  it('is repaired as often as it may be, and then blocks the version or is given up', () => {
    for (const [wanted, end] of [
      [events['wanted required'], 'blocking'],
      [events['wanted optional'], 'abandoned'],
    ] as const) {
      let region: Region | undefined = regionAfter(wanted);
      let repairs = 0;
      for (let round = 0; round < 9; round += 1) {
        for (const event of [seen(), events.failed, events['failed, idle'], events.absent]) {
          const next = afterRegion(region, event);
          if (next?.state === 'repairing' && region?.state !== 'repairing') repairs += 1;
          region = next;
        }
      }
      expect(afterRegion(afterRegion(region, seen()), events.failed)?.state).toBe(end);
      expect(repairs).toBe(mostRepairs);
    }
  });

  it('names why it does not get on', () => {
    expect(regions.stalled?.failure).toMatchObject({
      code: 'ReplicationStalled',
      message: `The copy in northeurope has stood at 10 % since ${noon}.`,
    });
    expect(regions.blocking?.failure).toMatchObject({ code: 'ReplicationFailed' });
    expect(afterRegion(regions.blocking, events.completed)?.failure).toBeUndefined();
  });

  it('is granted as many repairs anew by whoever asks for one', () => {
    expect(afterRegion(regions.blocking, events['repair asked'])).toMatchObject({
      state: 'repairing',
      repairs: 0,
    });
  });

  it('where the version was made is never taken out, however it fails', () => {
    const failed = source(seen(), events.failed);
    expect(failed).toMatchObject({ state: 'blocking', repairs: 0 });
    for (const event of Object.values(events)) {
      const next = afterRegion(failed, event.type === 'wanted' ? { ...event, isSource: true } : event);
      expect(['removing', 'repairing']).not.toContain(next?.state);
    }
    expect(failed && canBeRepaired(failed)).toBe(false);
  });

  it('that Azure never took waits for people', () => {
    const refused = regionAfter(events['wanted required'], events.refused);
    expect(refused).toMatchObject({ state: 'blocking', failure: { message: 'no space' } });
    expect(afterRegion(refused, events.absent)?.state).toBe('blocking');
  });

  it('whose other number of replicas Azure refuses keeps the one that it has', () => {
    const completed = regionAfter(events['wanted required'], events.completed);
    const asked = afterRegion(completed, {
      type: 'wanted',
      wanted: { ...wanted, replicas: 99 },
      isSource: false,
      at: noon,
    });
    expect(asked).toMatchObject({ state: 'completed', wanted: { replicas: 99 } });
    expect(afterRegion(asked, events.refused)).toMatchObject({
      state: 'completed',
      wanted: { replicas: 1 },
    });
  });
});

describe('a copy', () => {
  const moves = (...minutes: number[]) =>
    minutes.reduce((course, minute, index) => withMove(course, index + 1, at(minute)), withMove([], 0, noon));

  it('that has not moved has stalled after 20 minutes, and not before', () => {
    expect(isStalled(moves(), at(20))).toBe(false);
    expect(isStalled(moves(), at(20.1))).toBe(true);
  });

  it('that moves slowly has stalled after five times its median step', () => {
    const slow = moves(10, 20, 30, 90, 100);
    expect(isStalled(slow, at(150))).toBe(false);
    expect(isStalled(slow, at(150.1))).toBe(true);
  });

  it('has a rate once it has moved', () => {
    expect(rateOf(moves())).toBeUndefined();
    expect(rateOf(withMove(moves(), 30, at(10)))).toBe(3);
  });

  it('that is begun anew is measured anew', () => {
    const course = withMove(withMove(moves(), 60, at(10)), 5, at(20));
    expect(course).toEqual([{ at: at(20), percent: 5 }]);
  });
});

describe('the next look', () => {
  const wait = (region: Region | undefined, minute = 0, isChanging = true) =>
    lookInSeconds({ regions: region ? { northeurope: region } : {}, isChanging }, at(minute));
  const moving = (percent: number, minute: number) =>
    regionAfter(events['wanted required'], seen({ percent: 0 }), seen({ percent }, minute));

  it('comes closer as the copy comes to its end at its present pace', () => {
    // 1 % a minute: 90, 40, 10 and 1 minutes are left.
    expect([10, 60, 90, 99].map((percent) => wait(moving(percent, percent)))).toEqual([300, 300, 300, 30]);
    // 10 % a minute: 9, 4, 1 and 0.1.
    expect([10, 60, 90, 99].map((percent) => wait(moving(percent, percent / 10)))).toEqual([
      270, 120, 30, 17,
    ]);
  });

  it('comes every minute while nothing is known of the pace, and later if that lasts', () => {
    expect(wait(regions.replicating)).toBe(60);
    expect(wait(regions.replicating, 61)).toBe(120);
    expect(wait(regionAfter(events['wanted required'], seen({ percent: 90 })))).toBe(17);
  });

  it('is never closer than Azure asks for, whatever is open', () => {
    for (const region of Object.values(regions)) {
      for (const isChanging of [true, false]) {
        expect(wait(region, 0, isChanging)).toBeGreaterThanOrEqual(15);
        expect(wait(region, 0, isChanging)).toBeLessThanOrEqual(300);
      }
    }
  });

  it('does not hurry for what waits until Azure gives up, and does as soon as it has', () => {
    expect(wait(regions.stalled)).toBe(300);
    expect(wait(regions.stalled, 0, false)).toBe(17);
  });
});
