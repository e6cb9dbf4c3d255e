import { describe, expect, it } from 'vitest';
import {
  Durations,
  isTimeTo,
  paceOf,
  sinceTick,
  tickOf,
  tickSeconds,
  untilTick,
} from '../../shared/hosts/pace.ts';
import { secondsAfter } from '../../shared/instant.ts';

const noon = '2026-01-05T12:00:00.000Z';

describe('the pace of looks', () => {
  it.each([
    ['nothing can have happened yet', 0, 120],
    ['nearly', 115, 10],
    ['the end may come at any moment', 300, 10],
    ['it is a little late', 950, 20],
    ['it is overdue', 3000, 60],
  ])('when %s (%i s) is %i s', (_, elapsed, pace) => {
    expect(paceOf(elapsed, { least: 120, most: 900 })).toBe(pace);
  });

  it.each([
    [50, 10],
    [101, 15],
    [1000, 75],
  ])(
    'puts the looks of a pool on the same seconds, whenever they were asked for: of %i machines each %i s',
    (listed, tick) => {
      const plan = { pool: { hostPool: 'pool' }, listed };
      expect(tickOf(plan)).toBe(tick);
      for (let late = 0; late < 2 * tick; late += 0.7) {
        const now = secondsAfter(noon, late);
        const wait = untilTick(now, plan, tickSeconds);
        expect((sinceTick(secondsAfter(now, wait), plan) + 0.01) % tick).toBeLessThan(0.02);
        expect(wait).toBeGreaterThan(0);
        expect(wait).toBeLessThanOrEqual(1.5 * tick);
      }
    },
  );

  it('gives different pools different seconds', () => {
    const waits = ['hp-a', 'hp-b', 'hp-c', 'hp-d'].map((hostPool) =>
      untilTick(noon, { pool: { hostPool } }, tickSeconds),
    );
    expect(new Set(waits).size).toBeGreaterThan(1);
  });

  it('asks a script again only once a whole period has passed', () => {
    const at = (seconds: number) => secondsAfter(noon, seconds);
    expect(isTimeTo(120, noon, { last: at(100), now: at(119) })).toBe(false);
    expect(isTimeTo(120, noon, { last: at(110), now: at(120) })).toBe(true);
    expect(isTimeTo(120, noon, { last: at(120), now: at(239) })).toBe(false);
  });

  it('learns how long things take in a pool, and leaves a margin', () => {
    const durations = new Durations();
    const unknown = durations.usual('pool', 'reimage');
    for (const seconds of [500, 400]) durations.saw('pool', 'reimage', seconds);
    expect(durations.usual('pool', 'reimage')).toEqual(unknown);
    durations.saw('pool', 'reimage', 480);
    expect(durations.usual('pool', 'reimage')).toEqual({ least: 320, most: 625 });
    expect(durations.usual('other', 'reimage')).toEqual(unknown);
  });
});
