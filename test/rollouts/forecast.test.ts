import { assert, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minutesAfter } from '../../shared/instant.ts';
import { forecastOf, minutesOf, type Work } from '../../shared/rollouts/forecast.ts';

const noon = '2026-01-05T12:00:00.000Z';
const hosts = (count: number, more: Partial<Work['hosts'][number]> = {}) =>
  Array.from({ length: count }, () => ({ costs: true, hasUsers: true, ...more }));
const everyDay = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
/** Ten hosts of ten places that each take half an hour, two at once. */
const work: Work = {
  usable: 100,
  need: 0,
  perHost: 10,
  hosts: hosts(10),
  maxUnderWay: 2,
  drainAhead: 0,
  waves: [{ upTo: 10, bakeMinutes: 0 }],
  windows: [],
  took: [{ users: 600, rest: 1200 }],
  quietSeconds: 120,
  settleSeconds: 60,
  from: noon,
};
const minutes = (change: Partial<Work>) => minutesOf(forecastOf({ ...work, ...change }), noon)?.p50Minutes;

describe('a forecast', () => {
  const canary = [
    { upTo: 1, bakeMinutes: 60 },
    { upTo: 10, bakeMinutes: 0 },
  ];
  const table: [title: string, change: Partial<Work>, minutes: number | undefined][] = [
    ['starts the next host when one ends', {}, 150],
    ['starts as many at once as may', { maxUnderWay: 5 }, 60],
    ['loses no time with users who leave ahead of their turn', { drainAhead: 2 }, 106],
    ['keeps the floor with those too who are drained ahead', { drainAhead: 8, need: 70 }, 120],
    ['keeps the floor', { maxUnderWay: 5, need: 80 }, 150],
    [
      'needs no places for hosts that have none to give',
      { maxUnderWay: 5, need: 100, hosts: hosts(10, { costs: false }) },
      60,
    ],
    ['is quicker where there are no users', { hosts: hosts(10, { hasUsers: false }) }, 110],
    ['waits for the canary, and lets it bake', { waves: canary }, 240],
    ['has no end where the floor lets nobody go', { need: 95 }, undefined],
    [
      'waits for the window',
      { windows: [{ start: '13:00', end: '20:00', timeZone: 'Etc/UTC', days: everyDay }] },
      210,
    ],
    [
      'goes on in the next window',
      { windows: [{ start: '12:00', end: '13:30', timeZone: 'Etc/UTC', days: everyDay }] },
      24 * 60 + 60,
    ],
    [
      'has no end where no window is long enough',
      { windows: [{ start: '12:00', end: '12:20', timeZone: 'Etc/UTC', days: everyDay }] },
      undefined,
    ],
    ['of nothing is nothing', { hosts: [] }, 0],
  ];
  it.each(table)('%s', (_, change, expected) => {
    expect(minutes(change)).toBe(expected);
  });

  it('draws the curve of what is left to the users', () => {
    expect(forecastOf({ ...work, hosts: hosts(3) }).curve).toEqual([
      { minute: 0, usable: 80, underWay: 2, workedOn: 0 },
      { minute: 10, usable: 80, underWay: 2, workedOn: 2 },
      { minute: 29, usable: 80, underWay: 2, workedOn: 0 },
      { minute: 30, usable: 90, underWay: 1, workedOn: 0 },
      { minute: 40, usable: 90, underWay: 1, workedOn: 1 },
      { minute: 59, usable: 90, underWay: 1, workedOn: 0 },
      { minute: 60, usable: 100, underWay: 0, workedOn: 0 },
    ]);
  });

  it('lies further ahead for nine of ten than for half, and is the same each time', () => {
    const took = [10, 12, 14, 16, 60].map((rest) => ({ users: 0, rest: rest * 60 }));
    const first = forecastOf({ ...work, took });
    expect(forecastOf({ ...work, took })).toEqual(first);
    expect(first.p50 !== undefined && first.p90 !== undefined && first.p50 < first.p90).toBe(true);
  });

  it('R2, R3: never goes below the floor, nor has more out of service or worked on than may', () => {
    const drawn = record({
      count: integer({ min: 0, max: 30 }),
      need: integer({ min: 0, max: 120 }),
      maxUnderWay: integer({ min: 1, max: 8 }),
      drainAhead: integer({ min: 0, max: 8 }),
      upTo: integer({ min: 1, max: 10 }),
      took: constantFrom(work.took, [
        { users: 0, rest: 60 },
        { users: 0, rest: 6000 },
      ]),
    });
    assert(
      property(drawn, ({ count, need, maxUnderWay, drainAhead, upTo, took }) => {
        const usable = count * 10;
        const waves = [
          { upTo, bakeMinutes: 5 },
          { upTo: count, bakeMinutes: 0 },
        ];
        const { curve, p50 } = forecastOf({
          ...work,
          usable,
          need,
          hosts: hosts(count),
          maxUnderWay,
          drainAhead,
          waves,
          took,
        });
        for (const point of curve) {
          expect(point.usable >= Math.min(need, usable)).toBe(true);
          expect(point.workedOn <= maxUnderWay).toBe(true);
          expect(point.underWay <= maxUnderWay + drainAhead).toBe(true);
        }
        expect(p50 !== undefined).toBe(count === 0 || usable - 10 >= need);
      }),
      { numRuns: 200 },
    );
  });

  it('is made at once, even for ten thousand hosts', () => {
    const began = performance.now();
    const many = {
      hosts: hosts(10_000),
      usable: 100_000,
      maxUnderWay: 2000,
      waves: [{ upTo: 10_000, bakeMinutes: 0 }],
    };
    expect(minutes(many)).toBe(150);
    expect(performance.now() - began).toBeLessThan(5000);
    expect(minutesAfter(noon, 150)).toBe('2026-01-05T14:30:00.000Z');
  });
});
