import { describe, expect, it } from 'vitest';
import { dayAt } from '../../shared/local-time.ts';
import {
  type Calendar,
  comesTooEarly,
  nextAfter,
  patchRelease,
  patchTuesdayOf,
} from '../../shared/schedules/when.ts';

const zones = ['Europe/Berlin', 'America/Los_Angeles', 'Asia/Kolkata', 'Australia/Lord_Howe'] as const;
const shown = (at: string, timeZone: string) =>
  new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(new Date(at));
const times = (when: Calendar, from: string, count: number) => {
  const found: string[] = [];
  for (let at = nextAfter(when, from); at !== undefined && found.length < count; at = nextAfter(when, at))
    found.push(at);
  return found;
};
/** Second Tuesdays as Microsoft published them, and some at the edges: the first of the month on each weekday. */
const published: readonly (readonly [month: string, day: number])[] = [
  ['2024-01', 9],
  ['2024-02', 13],
  ['2024-05', 14],
  ['2024-09', 10],
  ['2024-10', 8],
  ['2025-01', 14],
  ['2025-04', 8],
  ['2025-07', 8],
  ['2025-10', 14],
  ['2026-03', 10],
  ['2026-09', 8],
  ['2026-12', 8],
];
/** Written down here once more, without what is tested: counts Tuesdays by hand. */
function byHand(year: number, month: number): number {
  let tuesdays = 0;
  for (let day = 1; ; day += 1) {
    if (new Date(Date.UTC(year, month, day)).getUTCDay() === 2) tuesdays += 1;
    if (tuesdays === 2) return day;
  }
}

describe('Patch Tuesday', () => {
  it.each(published)('of %s is the %ith', (month, day) => {
    const found = patchTuesdayOf(dayAt(`${month}-20T12:00:00.000Z`, 'UTC'));
    expect(new Date(found * 86_400_000).toISOString().slice(0, 10)).toBe(
      `${month}-${String(day).padStart(2, '0')}`,
    );
  });

  describe.each(zones)('in %s, ten years of them', (timeZone) => {
    it.each([1, 4, 20])(
      'plus %i days comes once a month, on the right day, at the time on the wall',
      (plusDays) => {
        const when = { kind: 'patch-tuesday', plusDays, at: '20:00', timeZone } as const;
        const found = times(when, '2025-12-31T00:00:00.000Z', 120);
        // With many days the one of last December comes first.
        const first =
          Math.round((Date.parse(found[0] ?? '') - Date.parse('2026-01-01')) / 86_400_000) < 5 &&
          plusDays > 12
            ? -1
            : 0;
        for (const [index, at] of found.entries()) {
          const month = new Date(Date.UTC(2026, index + first, 1));
          const [year, number] = [month.getUTCFullYear(), month.getUTCMonth()];
          const day = new Date(Date.UTC(year, number, byHand(year, number) + plusDays))
            .toISOString()
            .slice(0, 10);
          expect(shown(at, timeZone)).toBe(`${day} 20:00`);
        }
      },
    );
  });

  it('is ten in the morning where Microsoft is, summer and winter', () => {
    expect(patchRelease(dayAt('2026-01-05T12:00:00.000Z', 'UTC'))).toBe('2026-01-13T18:00:00.000Z');
    expect(patchRelease(dayAt('2026-07-05T12:00:00.000Z', 'UTC'))).toBe('2026-07-14T17:00:00.000Z');
  });

  it.each([
    ['Europe/Berlin', '18:00', 0, true],
    ['Europe/Berlin', '20:00', 0, false],
    ['Europe/Berlin', '02:00', 1, false],
    // Twice a year the clocks of both go forward on different days.
    ['Europe/Berlin', '18:30', 0, true],
    ['Asia/Tokyo', '02:00', 1, true],
    ['Asia/Tokyo', '04:00', 1, false],
    ['America/Los_Angeles', '10:00', 0, false],
    ['America/Los_Angeles', '09:59', 0, true],
  ] as const)('in %s at %s plus %i days is too early: %s', (timeZone, at, plusDays, isEarly) => {
    const when = { kind: 'patch-tuesday', plusDays, at, timeZone } as const;
    expect(comesTooEarly(when, '2026-01-01T00:00:00.000Z') !== undefined).toBe(isEarly);
  });
});

describe('by the calendar', () => {
  it.each<[string, Calendar, string, readonly string[]]>([
    [
      'every second Saturday of the month',
      { kind: 'monthly', on: { weekday: 'Sat', nth: 2 }, at: '22:00', timeZone: 'Europe/Berlin' },
      '2026-01-01T00:00:00.000Z',
      ['2026-01-10 22:00', '2026-02-14 22:00', '2026-03-14 22:00', '2026-04-11 22:00'],
    ],
    [
      'the last Friday',
      { kind: 'monthly', on: { weekday: 'Fri', nth: 'last' }, at: '06:30', timeZone: 'America/New_York' },
      '2026-01-01T00:00:00.000Z',
      ['2026-01-30 06:30', '2026-02-27 06:30', '2026-03-27 06:30'],
    ],
    [
      'the last day',
      { kind: 'monthly', on: { day: 'last' }, at: '23:00', timeZone: 'Asia/Kolkata' },
      '2026-01-01T00:00:00.000Z',
      ['2026-01-31 23:00', '2026-02-28 23:00', '2026-03-31 23:00'],
    ],
    [
      'the 31st leaves out months that have none',
      { kind: 'monthly', on: { day: 31 }, at: '01:00', timeZone: 'UTC' },
      '2026-02-01T00:00:00.000Z',
      ['2026-03-31 01:00', '2026-05-31 01:00', '2026-07-31 01:00'],
    ],
    [
      'weekly, through the hour that spring leaves out and the one that autumn shows twice',
      { kind: 'weekly', days: ['Sun'], at: '02:30', timeZone: 'Europe/Berlin' },
      '2026-03-20T00:00:00.000Z',
      ['2026-03-22 02:30', '2026-03-29 03:00', '2026-04-05 02:30'],
    ],
    [
      'several days a week',
      { kind: 'weekly', days: ['Mon', 'Thu'], at: '20:00', timeZone: 'UTC' },
      '2026-01-01T20:00:00.000Z',
      ['2026-01-05 20:00', '2026-01-08 20:00', '2026-01-12 20:00'],
    ],
    [
      'a cron expression',
      { kind: 'cron', expression: '15 3 1 */3 *', timeZone: 'Europe/Berlin' },
      '2026-01-01T12:00:00.000Z',
      ['2026-04-01 03:15', '2026-07-01 03:15', '2026-10-01 03:15'],
    ],
  ])('%s', (_, when, from, expected) => {
    const found = times(when, from, expected.length);
    expect(found.map((at) => shown(at, when.timeZone))).toEqual(expected);
  });

  it('counts the hour that autumn shows twice the first time, and once', () => {
    const when = { kind: 'weekly', days: ['Sun'], at: '02:30', timeZone: 'Europe/Berlin' } as const;
    expect(times(when, '2026-10-24T00:00:00.000Z', 2)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-11-01T01:30:00.000Z',
    ]);
  });

  it('never comes on a 31 February', () => {
    const when = { kind: 'cron', expression: '0 0 31 2 *', timeZone: 'UTC' } as const;
    expect(nextAfter(when, '2026-01-01T00:00:00.000Z')).toBeUndefined();
  });
});
