import { assert, asyncProperty, check } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Without } from '../support/fleet.ts';
import { lives } from '../support/lives.ts';
import { ills } from '../support/world.ts';
import { hostLives, type Kind } from './host-lives.ts';

const property = (kind: Kind, without: Without = {}) =>
  asyncProperty(ills, async (ills) => {
    expect((await hostLives(ills, without, kind)).wrongs).toEqual([]);
  });

describe('hosts on their way to a version', () => {
  it.each([['Uniform', 'uniform', 150] as const, ['Flexible', 'flexible', 60] as const])(
    'R4, R5, R10, R13, X1: of a %s scale set are reimaged exactly once or put back, and users told once, whatever dies, is lost or says no',
    { timeout: lives(500).timeout },
    async (_, kind, usually) => {
      await assert(property(kind), { numRuns: lives(usually).numRuns });
    },
  );

  it(
    'R4, R5, R10, R13, X1: that stand alone are made anew once with all they had, added or retired, and nobody else’s machine is touched, whatever dies, is lost or says no',
    { timeout: lives(500).timeout },
    async () => {
      await assert(property('stand-alone'), { numRuns: lives(100).numRuns });
    },
  );

  const needed: [what: string, kind: Kind, without: Without][] = [
    ['the sweeper', 'uniform', { sweeper: true }],
    ['the ETags', 'uniform', { etags: true }],
    ['the proof of the reimage', 'uniform', { proof: true }],
    ['what Azure says now, before it acts', 'uniform', { freshness: true }],
    ['X2: the intention, kept before the machine is deleted', 'stand-alone', { intentions: true }],
    ['X2: the blueprint, kept before the machine is deleted', 'stand-alone', { blueprint: true }],
    ['a look at what goes along with a machine', 'stand-alone', { parts: true }],
    ['what Azure says now, before a machine is deleted', 'stand-alone', { freshness: true }],
  ];
  it.each(needed)('would not be without %s', { timeout: 60_000 }, async (_, kind, without) => {
    const { failed } = await check(property(kind, without), { seed: 5, numRuns: 300, endOnFailure: true });
    expect(failed).toBe(true);
  });
});
