import { assert, asyncProperty, check } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Without } from '../support/fleet.ts';
import { lives } from '../support/lives.ts';
import { ills } from '../support/world.ts';
import { hostLives } from './host-lives.ts';

const property = (without: Without = {}) =>
  asyncProperty(ills, async (ills) => {
    expect((await hostLives(ills, without)).wrongs).toEqual([]);
  });

describe('hosts on their way to a version', () => {
  const { numRuns, timeout } = lives(500);
  it(
    'R4, R5, R10, R13, X1: are reimaged exactly once or put back, and users told once, whatever dies, is lost or says no',
    { timeout },
    async () => {
      await assert(property(), { numRuns });
    },
  );

  const needed: [what: string, without: Without][] = [
    ['the sweeper', { sweeper: true }],
    ['the ETags', { etags: true }],
    ['the proof of the reimage', { proof: true }],
    ['what Azure says now, before it acts', { freshness: true }],
  ];
  it.each(needed)('would not be without %s', { timeout: 60_000 }, async (_, without) => {
    const { failed } = await check(property(without), { seed: 5, numRuns: 300, endOnFailure: true });
    expect(failed).toBe(true);
  });
});
