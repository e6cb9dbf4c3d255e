import { assert, asyncProperty, check } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Without } from '../support/fleet.ts';
import { lives } from '../support/lives.ts';
import { ills } from '../support/world.ts';
import { rolloutLives } from './rollout-lives.ts';

const property = (without: Without = {}, how: Parameters<typeof rolloutLives>[1] = {}) =>
  asyncProperty(ills, async (ills) => {
    expect((await rolloutLives(ills, { without, ...how })).wrongs).toEqual([]);
  });

describe('a rollout', () => {
  const { numRuns, timeout } = lives(200);
  it(
    'R1, R2, R3, R6, R7, R10, R11, R13, X1: keeps the floor and brings every host to a good end, whatever dies, is lost or says no',
    { timeout },
    async () => {
      await assert(property(), { numRuns });
    },
  );

  const ways = [
    ['a Flexible scale set', { kind: 'flexible' }],
    ['machines that stand alone', { kind: 'stand-alone' }],
    ['machines that stand alone, others added before', { kind: 'stand-alone', surge: 1 }],
    ['machines that stand alone, many others added before', { kind: 'stand-alone', surge: '100%' }],
  ] as const;
  it.each(ways)(
    'R2, R3, R7, R10, R11, R13, X1: %s: no name twice, as many hosts as before, and nobody else touched',
    { timeout },
    async (_, how) => {
      await assert(property({}, how), { numRuns: Math.ceil(numRuns / 10) });
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
        { numRuns: Math.ceil(numRuns / 4) },
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
