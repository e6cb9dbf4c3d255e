import { describe, expect, it } from 'vitest';
import { expected, latest, mostSeconds, percentile } from '../../shared/rollouts/durations.ts';
import { link } from '../support/fleet.ts';

describe('how long a host is expected to take', () => {
  const table: [values: number[], percent: number, value: number][] = [
    [[], 90, 0],
    [[7], 50, 7],
    [[7], 90, 7],
    [[1, 2], 50, 1],
    [[2, 1], 90, 2],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 50, 5],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90, 9],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 90, 10],
  ];
  it.each(table)('of %j the %dth percentile is %d', (values, percent, value) => {
    expect(percentile(values, percent)).toBe(value);
  });

  it('is what is usual until the pool has a history', () => {
    const few = [{ users: 1, rest: 1 }];
    // 24 minutes of Azure, 10 of grace and 2 of quiet.
    expect(mostSeconds(expected(few, link.policy))).toBe(36 * 60);
    // Without users, the quiet alone.
    expect(mostSeconds(expected(few, link.policy), 120)).toBe(26 * 60);
    const many = Array.from({ length: 5 }, (_, number) => ({ users: 60, rest: 60 * number }));
    expect(mostSeconds(expected(many, link.policy))).toBe(300);
  });

  it('forgets what is long past', () => {
    const many = Array.from({ length: 150 }, (_, number) => ({ users: number, rest: 0 }));
    expect(latest(many).map(({ users }) => users)).toEqual(Array.from({ length: 100 }, (_, at) => at + 50));
  });
});
