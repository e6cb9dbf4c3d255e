import { assert, constantFrom, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ncrontab } from '../../../infra/local/functions-host/ncrontab.ts';

const from = Date.parse('2026-11-21T15:30:00Z'); // a Saturday

describe('an NCRONTAB expression', () => {
  const due: [expression: string, next: string, after: string][] = [
    ['*/5 * * * *', '2026-11-21T15:35:00', '2026-11-21T15:40:00'],
    ['0 */5 * * * *', '2026-11-21T15:35:00', '2026-11-21T15:40:00'],
    ['*/10 * * * * *', '2026-11-21T15:30:10', '2026-11-21T15:30:20'],
    ['30 0 2 * * Tue', '2026-11-24T02:00:30', '2026-12-01T02:00:30'],
    ['0 30 9 8-14 * 2', '2026-12-08T09:30:00', '2027-01-12T09:30:00'], // both days must fit
    ['0 0 0 29 2 *', '2028-02-29T00:00:00', '2032-02-29T00:00:00'],
    ['0 0 0 1 January,jul *', '2027-01-01T00:00:00', '2027-07-01T00:00:00'],
    ['0 0 0 * * MON-FRI', '2026-11-23T00:00:00', '2026-11-24T00:00:00'],
    ['0 0 0 * * FRI-MON', '2026-11-23T00:00:00', '2026-11-24T00:00:00'], // turned round, not wrapped
    ['0 5/20 * * * *', '2026-11-21T15:45:00', '2026-11-21T16:05:00'],
    ['0 0 8-18/5 * * *', '2026-11-21T18:00:00', '2026-11-22T08:00:00'],
    ['  0   0  0 1 1 * ', '2027-01-01T00:00:00', '2028-01-01T00:00:00'],
  ];
  it.each(due)('%s is due at %s', (expression, next, after) => {
    const schedule = ncrontab(expression);
    expect(new Date(schedule.next(from)).toISOString()).toBe(`${next}.000Z`);
    expect(new Date(schedule.next(schedule.next(from))).toISOString()).toBe(`${after}.000Z`);
  });

  const wrong = [
    ['* * * *', 'it has 4 fields'],
    ['0 0 0 0 0 0 0', 'it has 7 fields'],
    ['00:05:00', 'TimeSpan works only on an App Service plan'],
    ['0 60 * * * *', "'60' is not a minute"],
    ['0 0 24 * * *', "'24' is not a hour"],
    ['0 0 0 0 * *', "'0' is not a day of month"],
    ['0 0 0 * 13 *', "'13' is not a month"],
    ['0 0 0 * * 7', "'7' is not a day of week"],
    ['0 0 0 ? * *', "'?' is not a day of month"],
    ['0 0 0 * Ja *', "'Ja' is not a month"],
    ['0 */0 * * * *', "'*/0' is not a minute"],
    ['0 1-2-3 * * * *', "'1-2-3' is not a minute"],
    ['0 1,,2 * * * *', "'' is not a minute"],
    ['0 0 0 30 2 *', 'it never comes'],
  ] as const;
  it.each(wrong)('"%s" is refused: %s', (expression, why) => {
    expect(() => ncrontab(expression)).toThrow(why);
  });

  it('knows whether it comes more than once within a minute', () => {
    expect(ncrontab('*/30 * * * * *').withinAMinute).toBe(true);
    expect(ncrontab('30 * * * * *').withinAMinute).toBe(false);
    expect(ncrontab('* * * * *').withinAMinute).toBe(false);
  });

  it('is always due later than now, at the first second that fits', () => {
    const expressions = constantFrom(
      '0 */7 3-9 * * *',
      '15,45 * * * * SAT',
      '0 0 0 1 * MON',
      '* 59 23 31 12 *',
    );
    const fits: Record<string, (at: Date) => boolean> = {
      '0 */7 3-9 * * *': (at) =>
        at.getUTCSeconds() === 0 &&
        at.getUTCMinutes() % 7 === 0 &&
        at.getUTCHours() >= 3 &&
        at.getUTCHours() <= 9,
      '15,45 * * * * SAT': (at) => [15, 45].includes(at.getUTCSeconds()) && at.getUTCDay() === 6,
      '0 0 0 1 * MON': (at) =>
        at.getTime() % 86_400_000 === 0 && at.getUTCDate() === 1 && at.getUTCDay() === 1,
      '* 59 23 31 12 *': (at) => at.toISOString().slice(5, 17) === '12-31T23:59:',
    };
    assert(
      property(expressions, integer({ min: 0, max: 2 ** 41 }), (expression, now) => {
        const next = ncrontab(expression).next(now);
        const good = fits[expression] ?? (() => false);
        expect(next).toBeGreaterThan(now);
        expect(good(new Date(next))).toBe(true);
        for (let at = Math.max(now - (now % 1000) + 1000, next - 200_000); at < next; at += 1000)
          expect(good(new Date(at))).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});
