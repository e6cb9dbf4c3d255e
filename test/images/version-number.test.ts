import { array, assert, constantFrom, integer, oneof, property, record, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareNumbers,
  type Issued,
  isVersionNumber,
  nextNumber,
  numberAfter,
  type VersionNumber,
  type Wish,
  withIssued,
} from '../../shared/images/version-number.ts';
import { toInstant } from '../../shared/instant.ts';

const part = integer({ min: 0, max: 2 ** 31 - 2 });
const number = tuple(part, part, part).map(([a, b, c]): VersionNumber => `${a}.${b}.${c}`);

describe('a version number', () => {
  const forms: [text: string, valid: boolean][] = [
    ['1.0.0', true],
    ['2147483647.0.0', true],
    ['2147483648.0.0', false],
    ['1.0', false],
    ['1.0.0.0', false],
    ['01.0.0', false],
    ['1.-1.0', false],
    ['1.0.0-beta', false],
    ['', false],
  ];
  for (const [text, valid] of forms) {
    it(`${text || '(nothing)'} is ${valid ? '' : 'not '}one`, () =>
      expect(isVersionNumber(text)).toBe(valid));
  }

  it('begins at 1.0.0', () => expect(numberAfter(undefined, 'patch')).toBe('1.0.0'));

  it('compares as numbers, not as text', () => expect(compareNumbers('1.10.0', '1.9.0')).toBeGreaterThan(0));

  it('V1: is followed by a higher one', () => {
    assert(
      property(number, constantFrom('major', 'minor', 'patch'), (last, bump) => {
        const next = numberAfter(last, bump);
        return compareNumbers(next, last) > 0 && compareNumbers(last, next) < 0;
      }),
    );
  });

  const issued = (...numbers: VersionNumber[]) => numbers.reduce<Issued>(withIssued, { lines: {} });
  const at = '2026-03-07T08:05:59.000Z';

  it('is one for itself, if nobody had it before', () => {
    const before = issued('1.2.0', '1.2.4', '2.0.0');
    const wish = (number: VersionNumber) => nextNumber(before, 'semantic', { number }, at);
    expect(wish('1.2.5')).toBe('1.2.5');
    expect(wish('1.3.0')).toBe('1.3.0');
    expect(wish('1.2.4')).toBeUndefined();
    // It may never have been; only the highest of its line is remembered.
    expect(wish('1.2.3')).toBeUndefined();
  });

  it('is the day and the minute where the calendar counts', () => {
    const next = (before: Issued) => nextNumber(before, 'calendar', { bump: 'minor' }, at);
    expect(next(issued())).toBe('2026.307.805');
    expect(next(issued('2026.307.805'))).toBe('2026.307.806');
    expect(next(issued('2026.306.2359', '2026.307.900'))).toBe('2026.307.901');
  });

  it('has an end', () => {
    expect(nextNumber(issued('2147483647.0.0'), 'semantic', { bump: 'major' }, at)).toBeUndefined();
  });

  it('V1: is never issued twice, whatever is asked for', () => {
    const small = integer({ min: 0, max: 4 });
    const wish = oneof(
      constantFrom<Wish>({ bump: 'major' }, { bump: 'minor' }, { bump: 'patch' }),
      tuple(small, small, small).map(([a, b, c]): Wish => ({ number: `${a}.${b}.${c}` })),
    );
    const request = record({
      wish,
      minute: integer({ min: 0, max: 3 }),
      calendar: constantFrom(true, false),
    });
    assert(
      property(array(request, { maxLength: 60 }), (requests) => {
        let before: Issued = { lines: {} };
        const seen = new Set<string>();
        for (const { wish, minute, calendar } of requests) {
          const when = toInstant(Date.parse(at) + minute * 60_000);
          const number = nextNumber(before, calendar ? 'calendar' : 'semantic', wish, when);
          if (number === undefined) continue;
          expect(seen).not.toContain(number);
          seen.add(number);
          before = withIssued(before, number);
        }
      }),
    );
  });
});
