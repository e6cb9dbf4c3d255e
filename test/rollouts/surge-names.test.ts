import { assert, array, constantFrom, integer, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextNames } from '../../shared/rollouts/surge-names.ts';

type Case = [why: string, machines: string[], taken: string[], count: number, names: string[] | undefined];

describe('the names of hosts that are added', () => {
  const cases: Case[] = [
    ['go on behind the highest number', ['avd-0', 'avd-1', 'avd-2'], [], 2, ['avd-3', 'avd-4']],
    ['leave a gap as it is: that number was somebody’s', ['avd-0', 'avd-5'], [], 1, ['avd-6']],
    ['pass over names that are taken', ['avd-0', 'avd-1'], ['avd-2', 'AVD-4'], 2, ['avd-3', 'avd-5']],
    ['keep leading zeros', ['avd-007', 'avd-008', 'avd-009'], [], 2, ['avd-010', 'avd-011']],
    ['grow a digit', ['avd-98', 'avd-99'], [], 1, ['avd-100']],
    ['follow what most begin with', ['avd-1', 'avd-2', 'old-9'], [], 1, ['avd-3']],
    ['begin as one name, whatever its case', ['AVD-1', 'avd-2'], [], 1, ['avd-3']],
    ['number a name without a number', ['desktop'], [], 2, ['desktop-0', 'desktop-1']],
    ['fill 15 letters', ['abcdefghijklmn8'], [], 1, ['abcdefghijklmn9']],
    [
      'go on from the first where 15 letters end',
      ['abcdefghijklmn8'],
      [],
      2,
      ['abcdefghijklmn9', 'abcdefghijklmn0'],
    ],
    ['are not longer than 15 letters', ['abcdefghijklmn8'], [], 10, undefined],
    ['cannot follow a name of 15 letters', ['abcdefghijklmno'], [], 1, undefined],
    ['of none are some all the same', [], [], 1, ['avd-0']],
    ['are none where none are wanted', ['avd-0'], [], 0, []],
  ];
  it.each(cases)('%s', (_, machines, taken, count, names) => {
    expect(nextNames(machines, taken, count)).toEqual(names);
  });

  const name = () =>
    string({ minLength: 1, maxLength: 11, unit: constantFrom('a', 'B', '-', '0', '1', '9') });
  it('are as many as were asked for, nobody’s, and none twice', () => {
    assert(
      property(array(name()), array(name()), integer({ min: 0, max: 20 }), (machines, taken, count) => {
        const names = nextNames(machines, taken, count);
        if (names === undefined) return;
        const known = new Set([...machines, ...taken].map((one) => one.toLowerCase()));
        expect(new Set(names.map((one) => one.toLowerCase())).size).toBe(count);
        expect(names.filter((one) => known.has(one.toLowerCase()) || one.length > 15)).toEqual([]);
      }),
    );
  });
});
