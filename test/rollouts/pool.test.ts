import { describe, expect, it } from 'vitest';
import { minutesAfter } from '../../shared/instant.ts';
import { type Pool, type PoolEvent, poolLife } from '../../shared/rollouts/pool.ts';
import { link } from '../support/fleet.ts';

const noon = '2026-01-05T12:00:00.000Z';

describe('a host pool', () => {
  const defined: PoolEvent = { type: 'defined', link, by: 'ann', at: noon };
  const claimed = (rollout: string): PoolEvent => ({ type: 'rollout-claimed', rollout, at: noon });
  const claimedAfter = (rollout: string, after: string): PoolEvent =>
    ({ ...claimed(rollout), after }) as PoolEvent;
  const released = (rollout: string): PoolEvent => ({ type: 'rollout-released', rollout, at: noon });
  const after = (...story: PoolEvent[]) =>
    story.reduce<Pool | undefined>((pool, event) => poolLife.evolve(pool, event), undefined);

  const stories: [title: string, holder: string | undefined, story: PoolEvent[]][] = [
    ['is free at first', undefined, [defined]],
    ['is held by who claims it', 'a', [defined, claimed('a')]],
    ['R1: is not held by two', 'a', [defined, claimed('a'), claimed('b')]],
    ['is not let go by another', 'a', [defined, claimed('a'), released('b')]],
    ['is free once it is let go', undefined, [defined, claimed('a'), released('a')]],
    ['is held by the next', 'b', [defined, claimed('a'), released('a'), claimed('b')]],
    [
      'R1: is not held by a claim that comes after its rollout let go',
      undefined,
      [defined, released('a'), claimed('a')],
    ],
    ['R1: nor by one that is heard again', undefined, [defined, claimed('a'), released('a'), claimed('a')]],
    [
      'X1: is let go once, and its next holder keeps it',
      'b',
      [defined, claimed('a'), released('a'), claimed('b'), released('a')],
    ],
    [
      'stays held while it is defined anew',
      'a',
      [defined, claimed('a'), { ...defined, link: { ...link, channel: 'test' } }],
    ],
    ['R1: is not held by two when one is taken back', 'a', [defined, claimed('a'), claimedAfter('b', 'a')]],
    [
      'is held by the one that takes back the moment the other lets go, and by nobody in between',
      'b',
      [defined, claimed('a'), claimedAfter('b', 'a'), claimed('c'), released('a'), claimed('c')],
    ],
    ['is at once held by the one that takes back what is over', 'b', [defined, claimedAfter('b', 'a')]],
    [
      'is free in the end, and nobody is next',
      undefined,
      [defined, claimed('a'), claimedAfter('b', 'a'), released('a'), released('b'), released('a')],
    ],
    [
      'is not held by one that let go before its turn',
      undefined,
      [defined, claimed('a'), claimedAfter('b', 'a'), released('b'), claimedAfter('b', 'a'), released('a')],
    ],
    [
      'keeps who is next while others come and go',
      'b',
      [defined, claimed('a'), claimedAfter('b', 'a'), released('c'), released('a')],
    ],
    [
      'is not kept for one that takes back another than who holds it',
      undefined,
      [defined, claimed('a'), claimedAfter('b', 'z'), released('a')],
    ],
    ['is nothing before it is defined', undefined, [claimed('a')]],
  ];
  it.each(stories)('%s', (_, holder, story) => {
    expect(after(...story)?.activeRollout).toBe(holder);
  });

  it('keeps how long its hosts took, whatever one that never had it says', () => {
    const took = [{ users: 1, rest: 2 }];
    const told = (rollout: string, took: Pool['took'] = []): PoolEvent => ({
      ...(released(rollout) as Extract<PoolEvent, { type: 'rollout-released' }>),
      took,
    });
    expect(after(defined, claimed('a'), told('a', took), told('b'))?.took).toEqual(took);
  });

  it('is not changed by being defined the same again', () => {
    const pool = after(defined);
    expect(poolLife.evolve(pool, { ...defined, at: minutesAfter(noon, 1) })).toBe(pool);
  });
});
