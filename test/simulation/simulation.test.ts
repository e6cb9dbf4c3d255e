import { beforeAll, describe, expect, it } from 'vitest';
import { quiet } from './cloud.ts';
import { liveOnce } from './story.ts';
import type { TakenOut } from './taken-out.ts';

/** The first of these seeds whose life breaks a rule, and what it broke. */
async function firstViolation(taken: TakenOut, from: number, runs: number) {
  for (let seed = from; seed < from + runs; seed += 1) {
    const told = await liveOnce(seed, taken);
    if (told.violations.length > 0) return told;
  }
  return undefined;
}

describe('a simulation of builds, releases and rollouts', () => {
  beforeAll(quiet);

  it(
    'V2, V5, V7, P1, P3, P6, R1 to R11, R13, X1, X4, X5, X7, X-throttle: finds nothing wrong, event by event, whatever dies, is lost or interferes',
    { timeout: 120_000 },
    async () => {
      expect(await firstViolation({}, 1, 25)).toBeUndefined();
    },
  );

  it('lives the same life again for the same seed', async () => {
    const [once, again] = [await liveOnce(7), await liveOnce(7)];
    expect(again).toEqual(once);
    expect(once.event).toBeGreaterThan(100);
  });

  const found: [rule: keyof TakenOut, what: RegExp][] = [
    ['floor', /^R2: \d+ places are left and \d+(?:\.\d+)? are needed/],
    ['readBack', /^R4: |takes users|while users could come/],
    ['proof', /^X1: .* got \d+ disks/],
    // Two rollouts at one pool: at once, or one after the other has begun.
    ['lease', /^(?:R[16]|X1): /],
    ['governor', /^X-throttle: /],
    ['region', /^R9: /],
    ['blueprint', /was deleted and nothing of it was kept|^R13: /],
  ];
  it.each(found)(
    'finds out within 200 lives that %s was taken out',
    { timeout: 120_000 },
    async (rule, what) => {
      const told = await firstViolation({ [rule]: true }, 1, 200);
      expect(told?.violations.join('\n')).toMatch(what);
      // Whoever has to find out why is told what came before.
      expect(told?.last.length).toBeGreaterThan(5);
      expect(told?.last.at(-1)).toMatch(/^#\d+ \d{4}-/);
    },
  );
});
