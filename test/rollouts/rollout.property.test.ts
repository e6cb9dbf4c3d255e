import { assert, asyncProperty, check } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Without } from '../support/fleet.ts';
import { lives } from '../support/lives.ts';
import { ills } from '../support/world.ts';
import { rolloutLives } from './rollout-lives.ts';

const property = (without: Without = {}) =>
  asyncProperty(ills, async (ills) => {
    expect((await rolloutLives(ills, { without })).wrongs).toEqual([]);
  });

describe('a rollout', () => {
  const { numRuns, timeout } = lives(500);
  it(
    'R1, R2, R3, R6, R7, R10, R11, R13, X1: keeps the floor and brings every host to a good end, whatever dies, is lost or says no',
    { timeout },
    async () => {
      await assert(property(), { numRuns });
    },
  );

  it(
    'succeeds where Azure and the users let it, though the broker loses every second message',
    { timeout },
    async () => {
      await assert(
        asyncProperty(ills, async (ills) => {
          const ill = { ...ills, faults: 0, lostMessages: Math.min(ills.lostMessages, 0.5) };
          const { rollouts, wrongs } = await rolloutLives(ill, { isCalm: true });
          expect(wrongs).toEqual([]);
          expect(rollouts.map(({ phase }) => phase)).toEqual(['succeeded']);
        }),
        { numRuns: Math.ceil(numRuns / 5) },
      );
    },
  );

  const needed: [what: string, without: Without][] = [
    ['the sweeper', { sweeper: true }],
    ['the ETags', { etags: true }],
    ['the proof of the reimage', { proof: true }],
  ];
  it.each(needed)('would not be without %s', { timeout: 60_000 }, async (_, without) => {
    const { failed } = await check(property(without), { seed: 5, numRuns: 300, endOnFailure: true });
    expect(failed).toBe(true);
  });
});
