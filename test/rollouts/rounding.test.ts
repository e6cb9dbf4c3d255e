import { describe, expect, it } from 'vitest';
import { drainAheadOf, waveSizes, windowOf } from '../../shared/rollouts/pool.ts';

describe('how many hosts may be under way at once', () => {
  const table: [share: number | `${number}%`, pool: number, window: number][] = [
    ['20%', 1, 1],
    ['20%', 2, 1],
    ['20%', 3, 1],
    ['20%', 10, 2],
    ['50%', 1, 1],
    ['50%', 2, 1],
    ['50%', 3, 1],
    ['50%', 10, 5],
    ['34%', 3, 1],
    ['67%', 3, 2],
    ['100%', 3, 3],
    ['1%', 10, 1],
    ['99%', 10, 9],
    [1, 10, 1],
    [5, 2, 5],
  ];
  it.each(table)('%s of a pool of %d is %d', (share, pool, window) => {
    expect(windowOf(share, pool)).toBe(window);
  });
});

describe('how many more may be drained ahead', () => {
  const table: [share: number | `${number}%` | undefined, pool: number, ahead: number][] = [
    [undefined, 10, 0],
    [0, 10, 0],
    [3, 10, 3],
    ['10%', 1, 0],
    ['10%', 9, 0],
    ['10%', 10, 1],
    ['10%', 19, 1],
    ['50%', 3, 1],
    ['100%', 3, 3],
  ];
  it.each(table)('%s of a pool of %d is %d', (drainAhead, pool, ahead) => {
    expect(drainAheadOf(drainAhead === undefined ? {} : { drainAhead }, pool)).toBe(ahead);
  });
});

describe('up to how many hosts each wave goes', () => {
  const table: [upTo: (number | `${number}%`)[], pool: number, sizes: number[]][] = [
    [[], 0, [0]],
    [[], 10, [10]],
    [[1], 1, [1]],
    [[1], 2, [1, 2]],
    [[1, '10%'], 2, [1, 2]],
    [[1, '10%'], 3, [1, 2, 3]],
    [[1, '10%'], 10, [1, 2, 10]],
    [[1, '10%'], 19, [1, 2, 19]],
    [[1, '10%'], 20, [1, 2, 20]],
    [[1, '10%'], 29, [1, 2, 29]],
    [[1, '10%'], 30, [1, 3, 30]],
    [[1, '10%', '50%'], 100, [1, 10, 50, 100]],
    [['10%', 1], 100, [10, 11, 100]],
    [['100%'], 10, [10]],
    [[5, 10], 7, [5, 7]],
  ];
  it.each(table)('%j of %d hosts is %j', (upTo, pool, sizes) => {
    const waves = upTo.map((one) => ({ upTo: one, bakeMinutes: 0 }));
    expect(waveSizes(waves, pool)).toEqual(sizes);
  });
});
