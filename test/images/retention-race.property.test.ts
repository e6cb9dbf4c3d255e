import { array, assert, asyncProperty, check, constantFrom, integer, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lives } from '../support/lives.ts';
import { ills, well } from '../support/world.ts';
import { type Begun, liveAShelf, movedTo, numbers, type Without } from './kept-lives.ts';

const begun = record<Begun>({
  number: constantFrom(...numbers),
  minute: integer({ min: 0, max: 72 * 60 }),
  minutes: integer({ min: 1, max: 12 * 60 }),
});
const lot = record(
  { rollouts: array(begun, { maxLength: 12 }), moveAtMinute: integer({ min: 0, max: 72 * 60 }) },
  { requiredKeys: ['rollouts'] },
);

const losesNothing = (without: Without = {}) =>
  asyncProperty(ills, lot, async (ills, lot) => {
    const { lost, phases, shelf, told, end } = await liveAShelf(ills, lot, without);
    expect(lost).toEqual([]);
    // What is deleted is gone, and what is gone is deleted; nothing stays halfway.
    for (const number of numbers) {
      expect(phases[number]).toMatch(/^(available|deprecated|deleted)$/);
      expect(shelf.numbers().includes(number)).toBe(phases[number] !== 'deleted');
    }
    // X1: where somebody moved the end, Azure has it too in the end, unless the version went before.
    if (lot.moveAtMinute !== undefined && phases['1.3.0'] !== 'deleted') {
      expect(end).toMatchObject({ date: movedTo });
      expect(end).not.toHaveProperty('standing');
      expect(shelf.endOfLifeOf('1.3.0')).toBe(movedTo);
      expect(phases['1.3.0']).toBe('available');
    }
    // V6: one that ended was told of before; chat hears each date once.
    for (const number of ['1.2.0', '1.3.0']) {
      const notices = [...told.values()].filter((notice) => notice.number === number);
      expect(new Set(notices.map(({ endOfLifeDate }) => endOfLifeDate)).size).toBe(notices.length);
    }
  });

describe('retention and rollouts at once', () => {
  it(
    'V5: whatever dies and whenever, nothing is deleted that makes hosts',
    async () => await assert(losesNothing(), lives(12)),
    60_000,
  );

  it('is a test that finds rollouts which do not ask', async () => {
    const found = await check(losesNothing({ asking: false }), { numRuns: 200, endOnFailure: true, seed: 7 });
    expect(found.failed).toBe(true);
  }, 60_000);

  it('deletes what is over when nobody comes in between', async () => {
    const { phases, shelf } = await liveAShelf(well, { rollouts: [] });
    expect(phases).toEqual({
      '1.0.0': 'deleted',
      '1.1.0': 'deleted',
      '1.2.0': 'deleted',
      '1.3.0': 'deprecated', // the last that could be gone back to
    });
    expect(shelf.numbers()).toEqual(['1.3.0']);
  });
});
