import { assert, constantFrom, integer, property, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareNumbers,
  isVersionNumber,
  numberAfter,
  type VersionNumber,
} from '../../shared/images/version-number.ts';

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
});
