import { assert, asyncProperty, check, constantFrom, integer, record, subarray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lives } from '../support/lives.ts';
import { ills, well } from '../support/world.ts';
import { sourceNames, stepNames } from './lived-plans.ts';
import { commandsLeft, type Lived, liveAVersion } from './version-lives.ts';
import type { Lot, Without } from './version-world.ts';

const source = constantFrom(...sourceNames);
const steps = subarray(stepNames, { minLength: 1, maxLength: 4 });
const plainly = record({ source, steps });
const failing = { exitCode: 5, output: 'no' } as const;

/** Nothing of ours is left in Azure, nothing of anybody else's is missing, nobody holds a place. */
async function expectNothingLeft(lived: Lived): Promise<void> {
  const { things, missing } = lived.bench.left();
  expect(things).toEqual([]);
  expect(missing).toEqual([]);
  expect(commandsLeft(lived)).toEqual([]);
  expect(await lived.leftovers()).toBe(0);
  expect(await lived.onTheBench()).toEqual([]);
  expect(lived.guest.wrongs).toEqual([]);
  expect(lived.unrecorded).toEqual([]);
}

/** In the end it is available, with every effect once and nothing left behind. */
const comesToItsEnd = (without: Without = {}) =>
  asyncProperty(ills, plainly, async (ills, lot) => {
    const lived = await liveAVersion(ills, lot, without);
    expect(lived.failures).toEqual([]);
    expect(lived.version?.phase).toBe('available');
    expect(lived.isReleased()).toBe(true);
    expect(lived.wasLight).toBe(false);
    expect(lived.bench.left().versions).toEqual([
      { number: '1.0.0', owner: 'win11.1.0.0', excluded: true, isProtected: true },
    ]);
    expect(lived.bench.counts.created).toBeLessThanOrEqual(1);
    expect(lived.bench.counts.captured).toBe(1);
    expect([...lived.guest.runs].filter(([, runs]) => runs !== 1)).toEqual([]);
    await expectNothingLeft(lived);
  });

const staysCanceled = (without: Without = {}) =>
  asyncProperty(ills, plainly, integer({ min: 0, max: 150 }), async (ills, lot, cancelAtMinute) => {
    const lived = await liveAVersion(ills, { ...lot, cancelAtMinute }, without);
    const { version, wasCanceled } = lived;
    expect(['available', 'canceled']).toContain(version?.phase);
    if (wasCanceled) expect(version?.phase).not.toBe('available');
    if (version?.phase === 'canceled' && !version.facts.imageVersionId) {
      expect(lived.bench.left().versions).toEqual([]);
    }
    await expectNothingLeft(lived);
  });

const isGoneWhenDeleted = asyncProperty(
  ills,
  plainly,
  integer({ min: 0, max: 150 }),
  integer({ min: 0, max: 300 }),
  async (ills, lot, cancelAtMinute, deleteAtMinute) => {
    const lived = await liveAVersion(ills, { ...lot, cancelAtMinute, deleteAtMinute });
    const { version } = lived;
    // What was canceled before anything of it was in the gallery has nothing to delete.
    expect(version?.phase).toBe(version?.facts.imageVersionId === undefined ? 'canceled' : 'deleted');
    expect(lived.bench.left().versions).toEqual([]);
    await expectNothingLeft(lived);
  },
);

describe('the life of a version', () => {
  for (const source of sourceNames) {
    it(`V4: from ${source} is available, and dark, in a kind world, with every effect once`, async () => {
      const lived = await liveAVersion(well, { source, steps: stepNames });
      expect(lived.failures).toEqual([]);
      expect(lived.version?.phase).toBe('available');
      expect(lived.isReleased()).toBe(true);
      expect(lived.wasLight).toBe(false);
      expect(lived.bench.left().versions).toMatchObject([{ excluded: true, isProtected: true }]);
      expect([...lived.guest.runs].filter(([, runs]) => runs !== 1)).toEqual([]);
      await expectNothingLeft(lived);
    });
  }

  const { numRuns, timeout } = lives(250);
  it(
    'X1: comes to the same end from every source, wherever the process dies, whatever the broker and Azure do',
    { timeout },
    async () => {
      await assert(comesToItsEnd(), { numRuns });
    },
  );

  it('V1, V2: stays canceled and leaves nothing behind, at whatever moment', { timeout }, async () => {
    await assert(staysCanceled(), { numRuns });
  });

  it('V1: leaves not even the dark version of a canceled one, once it is deleted', { timeout }, async () => {
    await assert(isGoneWhenDeleted, { numRuns: Math.ceil(numRuns / 4) });
  });

  it('leaves nothing behind when a step, a capture or the cleaning up fails', { timeout }, async () => {
    const lots = record({
      source,
      steps,
      stepFails: constantFrom<Lot['stepFails']>({}, failing, { state: 'timed-out' }),
      captureFails: constantFrom(true, false),
      stuckHours: constantFrom(0, 0, 5, 40),
      retried: constantFrom(true, false),
    });
    await assert(
      asyncProperty(ills, lots, async (ills, lot) => {
        const lived = await liveAVersion(ills, lot as Lot);
        const { version, bench } = lived;
        expect(['available', 'failed']).toContain(version?.phase);
        expect(version?.number).toBe('1.0.0');
        const number = { number: '1.0.0', owner: 'win11.1.0.0' };
        const captured = version?.facts.imageVersionId !== undefined;
        expect(bench.left().versions).toMatchObject(captured ? [number] : []);
        // The one whose capture failed is captured again, and not built again.
        if (lot.captureFails && lot.retried && version?.phase === 'available') {
          expect(bench.counts.captured).toBe(2);
          expect(version.facts.attempt ?? 1).toBe(1);
        }
        await expectNothingLeft(lived);
      }),
      { numRuns: Math.ceil(numRuns / 2) },
    );
  });

  const foreign = ['machine', 'nic', 'disk', 'snapshot'] as const;
  it.each(foreign)('never touches a %s of its name that is not ours', async (kind) => {
    const lot: Lot = { source: 'snapshot with data disks, copied', steps: ['script'], foreign: kind };
    const lived = await liveAVersion(well, lot);
    expect(lived.version).toMatchObject({ phase: 'failed', failure: { code: 'ForeignResource' } });
    expect(lived.bench.left().things).toHaveLength(1);
    expect(lived.bench.counts.created).toBe(0);
    expect(await lived.leftovers()).toBe(0);
  });

  const needed: [what: string, property: ReturnType<typeof staysCanceled | typeof comesToItsEnd>][] = [
    ['the sweeper', comesToItsEnd({ sweeper: true })],
    ['the ETags', staysCanceled({ etags: true })],
  ];
  it.each(needed)('would not be without %s', { timeout: 60_000 }, async (_, property) => {
    const { failed } = await check<unknown>(property, { seed: 5, numRuns: 500, endOnFailure: true });
    expect(failed).toBe(true);
  });
});
