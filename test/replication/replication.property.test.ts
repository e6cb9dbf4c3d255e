import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  boolean,
  check,
  constantFrom,
  dictionary,
  integer,
  record,
  subarray,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secondsBetween } from '../../shared/instant.ts';
import { mostRepairs } from '../../shared/replication/region.ts';
import { lives } from '../support/lives.ts';
import { type Ills, ills, well } from '../support/world.ts';
import { type Ask, type Lived, liveRegions, mostRemovals, type Without } from './region-lives.ts';
import { foreign, source } from './small-gallery.ts';

const others = ['northeurope', 'eastus', 'japaneast'] as const;
const fates = dictionary(
  constantFrom(...others),
  array(constantFrom('copied', 'stalls', 'fails', 'fails'), { maxLength: 4 }),
  { minKeys: 1, noNullPrototype: true },
);
const ask = record({
  minute: integer({ min: 0, max: 2000 }),
  what: constantFrom<Ask['what'][]>('put', 'remove', 'repair', 'use', 'leave'),
  name: constantFrom(...others, source, 'brazilsouth'),
  required: boolean(),
  replicas: constantFrom(1, 1, 2, 5),
});
const optional = subarray([...others]);
const unasked = record({ fates, optional, asks: constantFrom<readonly Ask[]>([]) });
const asked = record({ fates, optional, asks: array(ask, { maxLength: 8 }) });

/** Azure and what we know of it agree, and whatever is not complete says why. */
function expectToAgree({ replication, gallery, isAtRest, verdict }: Lived): void {
  expect(gallery.wrongs).toEqual([]);
  expect(isAtRest).toBe(true);
  const regions = Object.entries(replication?.regions ?? {});
  for (const [name, region] of regions) {
    const target = gallery.targets.find((one) => one.name === name);
    if (region.state === 'completed') {
      expect(gallery.isWhole(name)).toBe(true);
      expect(target).toMatchObject({ replicas: region.wanted.replicas });
      continue;
    }
    expect(region).toMatchObject({
      state: region.wanted.required ? 'blocking' : 'abandoned',
      failure: { code: expect.stringMatching(/^(Replication(Failed|Stalled)|AzureRefused)$/) },
    });
    if (region.state === 'abandoned') expect(target).toBeUndefined();
  }
  const blocking = regions.filter(([, { state }]) => state === 'blocking').map(([name]) => name);
  if (blocking.length === 0) expect(verdict.status).toBe('done');
  else
    expect(verdict).toMatchObject({
      status: 'failed',
      failure: regions.find(([name]) => name === blocking[0])?.[1].failure,
    });
  const known = new Set([foreign, ...regions.map(([name]) => name)]);
  expect(gallery.targets.filter(({ name }) => !known.has(name))).toEqual([]);
}

const comesToItsEnd = (without: Without = {}) =>
  asyncProperty(ills, unasked, async (ills, lot) => {
    const lived = await liveRegions(ills, lot, without);
    expectToAgree(lived);
    // The last time is not a repair: a region that is given up is taken out.
    for (const [name, count] of lived.gallery.removals) {
      expect(count).toBeLessThanOrEqual(mostRepairs + (lot.optional.includes(name as never) ? 1 : 0));
    }
  });

const keepsToTheRules = (without: Without = {}, world: Arbitrary<Ills> = ills) =>
  asyncProperty(world, asked, async (ills, lot) => {
    const lived = await liveRegions(ills, lot, without);
    expectToAgree(lived);
    for (const [name, count] of lived.gallery.removals) {
      expect(count).toBeLessThanOrEqual(mostRemovals(lived.granted.get(name) ?? 0));
    }
  });

/** Everybody looks twice, and slowly. */
const crowded: Arbitrary<Ills> = record({
  seed: integer({ min: 1, max: 2 ** 30 }),
  deaths: constantFrom(0),
  lostMessages: constantFrom(0),
  doubledMessages: constantFrom(0.9),
  faults: constantFrom(0),
  slowness: constantFrom(0.4),
});

describe('the regions of a version', () => {
  const { numRuns, timeout } = lives(100);

  it(
    'X1: come to the same end wherever the process dies, whatever the broker and Azure do',
    {
      timeout,
    },
    async () => {
      await assert(comesToItsEnd(), { numRuns });
    },
  );

  it('keep to what Azure allows, whatever people ask and whenever', { timeout }, async () => {
    await assert(keepsToTheRules(), { numRuns });
  });

  it('are looked at no more often than Azure asks for, whatever people ask', { timeout }, async () => {
    await assert(
      asyncProperty(asked, async (lot) => {
        const { gallery } = await liveRegions(well, lot);
        const gaps = gallery.reads
          .slice(1)
          .map((at, index) => secondsBetween(gallery.reads[index] ?? at, at));
        expect(Math.min(60, ...gaps)).toBeGreaterThanOrEqual(15);
      }),
      { numRuns: Math.ceil(numRuns / 5) },
    );
  });

  it('that Azure refuses do not keep the others from being copied', async () => {
    const lot = { fates: { northeurope: [] }, optional: [], asks: [], refused: ['eastus'] };
    const lived = await liveRegions(well, lot);
    expectToAgree(lived);
    expect(lived.replication?.regions).toMatchObject({
      westeurope: { state: 'completed' },
      northeurope: { state: 'completed' },
      eastus: { state: 'blocking', failure: { message: 'eastus is not to be had' } },
    });
  });

  it.each([
    ['the sweeper', comesToItsEnd({ sweeper: true })],
    ['the ETags', keepsToTheRules({ etags: true }, crowded)],
  ] as const)('would not be without %s', { timeout: 60_000 }, async (_, property) => {
    const { failed } = await check<unknown>(property as ReturnType<typeof comesToItsEnd>, {
      seed: 4,
      numRuns: 300,
      endOnFailure: true,
    });
    expect(failed).toBe(true);
  });
});
