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

async function firstAmong(seeds: readonly number[], taken: TakenOut) {
  for (const seed of seeds) {
    const told = await firstViolation(taken, seed, 1);
    if (told) return told;
  }
  return undefined;
}

describe('a simulation of builds, releases and rollouts', () => {
  beforeAll(quiet);

  it(
    'V2, V5, V7, P1, P3, P6, R1 to R11, R13, X1, X4, X5, X7, X-throttle, X-told: finds nothing wrong, event by event, whatever dies, is lost or interferes',
    { timeout: 120_000 },
    async () => {
      // `npm run simulate` does the many.
      expect(await firstViolation({}, 1, 10)).toBeUndefined();
    },
  );

  it('lives the same life again for the same seed', async () => {
    const [once, again] = [await liveOnce(7), await liveOnce(7)];
    expect(again).toEqual(once);
    expect(once.event).toBeGreaterThan(100);
  });

  /** By lives that were seen to show it; if life has changed since, by the first of two hundred that does. */
  const found: [rule: keyof TakenOut, what: RegExp, known: number[]][] = [
    ['floor', /^R2: \d+ places are left and \d+(?:\.\d+)? are needed/, [5, 2]],
    ['readBack', /^R4: |takes users|while users could come/, [5, 1]],
    ['proof', /^X1: .* got \d+ disks/, [1, 3]],
    // Two rollouts at one pool: at once, or one after the other has begun.
    ['lease', /^(?:R[16]|X1): /, [1, 2]],
    ['governor', /^X-throttle: /, [2, 34]],
    ['region', /^R9: /, [17, 10]],
    // Places that are missed now, or hosts that the plan could not even switch on.
    ['scalingPlan', /^R2: \d+ (?:places are left|hosts are on or could be)/, [144, 52]],
    ['outbox', /^X-told: of \S+ the feed has nothing/, [1, 2]],
    ['blueprint', /was deleted and nothing of it was kept|^R13: /, [1, 9]],
  ];
  it.each(found)(
    'finds out within 200 lives that %s was taken out, and nothing wrong with that life where it is in place',
    { timeout: 120_000 },
    async (rule, what, known) => {
      const taken: TakenOut = { [rule]: true };
      const told = (await firstAmong(known, taken)) ?? (await firstViolation(taken, 1, 200));
      expect(told?.violations.join('\n')).toMatch(what);
      // Whoever has to find out why is told what came before.
      expect(told?.last.length).toBeGreaterThan(5);
      expect(told?.last.at(-1)).toMatch(/^#\d+ \d{4}-/);
      expect(await firstViolation({}, told?.seed ?? 0, 1)).toBeUndefined();
    },
  );
});
