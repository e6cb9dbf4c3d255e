import { assert, asyncProperty, check, integer } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lives } from '../support/lives.ts';
import { ills, well } from '../support/world.ts';
import { liveAVersion, type Without } from './version-lives.ts';

/** In the end it is released, with every effect once and nothing left behind. */
const comesToItsEnd = (without: Without = {}) =>
  asyncProperty(ills, async (ills) => {
    const { version, small, wasLightTooEarly } = await liveAVersion(ills, without);
    const { counts, left } = small;
    expect(wasLightTooEarly).toBe(false);
    expect(version?.phase).toBe('released');
    expect(left()).toEqual({ machine: false, version: { excluded: false } });
    expect(counts).toMatchObject({ created: 1, captured: 1 });
    expect([...counts.runs.values()].filter((runs) => runs !== 1)).toEqual([]);
  });

const staysCanceled = (without: Without = {}) =>
  asyncProperty(ills, integer({ min: 0, max: 90 }), async (ills, minute) => {
    const { version, small, wasCanceled } = await liveAVersion(ills, without, minute);
    expect(['released', 'failed', 'canceled']).toContain(version?.phase);
    if (wasCanceled) expect(version?.phase).not.toBe('released');
    expect(small.left().machine).toBe(false);
    if (version?.phase === 'canceled' && !version.facts.imageVersionId) {
      expect(small.left().version).toBeUndefined();
    }
  });

describe('the life of a version', () => {
  it('V4: comes to its release in a kind world, with every effect once, dark until it is promoted', async () => {
    const { version, small, wasLightTooEarly } = await liveAVersion(well);
    expect(version?.phase).toBe('released');
    expect(wasLightTooEarly).toBe(false);
    expect(small.counts).toMatchObject({ created: 1, captured: 1, announced: 1 });
    const runs = { 'step-1-apps': 1, 'step-2-optimise': 1, sysprep: 1, 'image-state': 1 };
    expect(Object.fromEntries(small.counts.runs)).toEqual(runs);
    expect(small.left()).toEqual({ machine: false, version: { excluded: false } });
  });

  const { numRuns, timeout } = lives(500);
  it(
    'X1: comes to the same end wherever the process dies, whatever the broker and Azure do',
    { timeout },
    async () => {
      await assert(comesToItsEnd(), { numRuns });
    },
  );

  it('V1, V2: stays canceled and leaves nothing behind, at whatever moment', { timeout }, async () => {
    await assert(staysCanceled(), { numRuns });
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
