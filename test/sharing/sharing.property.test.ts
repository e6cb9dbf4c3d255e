import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  boolean,
  check,
  constantFrom,
  integer,
  record,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lives } from '../support/lives.ts';
import { type Ills, ills, well } from '../support/world.ts';
import {
  type Ask,
  type Lived,
  liveSharing,
  numbers,
  placeNames,
  sets,
  shared,
  type Without,
} from './sharing-lives.ts';
import { foreignGrantee } from './small-galleries.ts';

const ask = record({
  minute: integer({ min: 0, max: 400 }),
  what: constantFrom<Ask['what'][]>(
    'put',
    'put',
    'begin',
    'begin',
    'delete-place',
    'delete-version',
    'use',
    'leave',
    'retry',
  ),
  set: constantFrom(...sets),
  number: constantFrom(...numbers),
  place: constantFrom(...placeNames),
});
/** All places are there and a version is on its way to them, before people begin to ask for this and that. */
const beginning: readonly Ask[] = sets.flatMap((set) => [
  ...placeNames.map((place) => ({ minute: 0, what: 'put', set, number: '1.0.0', place }) as const),
  { minute: 1, what: 'begin', set, number: '1.0.0', place: 'copied' } as const,
]);
const lots = record({
  asks: array(ask, { maxLength: 14 }),
  fates: array(boolean(), { maxLength: 4 }),
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

/** Azure and what we know of it agree. */
function expectToAgree({ galleries, copies, places, status, cameToRest }: Lived): void {
  expect(galleries.wrongs).toEqual([]);
  expect(galleries.isForeignIntact).toBe(true);
  expect(cameToRest).toBe(true);
  const thereIds = new Set(places.filter(({ phase }) => phase === 'there').map(({ id }) => id));
  for (const copy of copies) {
    const version = [...galleries.versions.values()].find(({ owner }) => owner === copy.id);
    if (copy.phase === 'removed') expect(version).toBeUndefined();
    if (copy.phase !== 'completed') continue;
    // What is complete is where it says, its place is there, and its version is not deleted.
    expect(thereIds).toContain(`${copy.set}.${copy.place}`);
    expect(status.get(copy.versionId)).not.toBe('deleted');
    if (copy.plan.how === 'copy') expect(version).toMatchObject({ state: 'Succeeded' });
    else expect(galleries.grantees).toContainEqual(copy.plan.grantee);
  }
  // Nothing is ours that no copy knows of.
  const known = new Set<string | undefined>([undefined, ...copies.map(({ id }) => id)]);
  expect([...galleries.versions.values()].filter(({ owner }) => !known.has(owner))).toEqual([]);
}

const keepsToTheRules = (without: Without = {}, world: Arbitrary<Ills> = ills) =>
  asyncProperty(world, lots, async (ills, { asks, fates }) => {
    const lived = await liveSharing(ills, { asks: [...beginning, ...asks], fates }, without);
    expectToAgree(lived);
    const { copies, places } = await lived.clearOut();
    expect(lived.galleries.wrongs).toEqual([]);
    expect(places.map(({ phase }) => phase).filter((phase) => phase !== 'removed')).toEqual([]);
    expect(copies.map(({ phase }) => phase).filter((phase) => phase !== 'removed')).toEqual([]);
    expect([...lived.galleries.versions.values()].filter(({ owner }) => owner !== undefined)).toEqual([]);
    expect(lived.galleries.grantees).toEqual([foreignGrantee]);
    expect(lived.galleries.isForeignIntact).toBe(true);
  });

describe('the copies of versions', () => {
  const { numRuns, timeout } = lives(40);

  it(
    'V5, X1: are made once, are never removed while in use, and leave nothing behind, whatever happens',
    { timeout },
    async () => {
      await assert(keepsToTheRules(), { numRuns });
    },
  );

  it('are all complete where nothing goes wrong', async () => {
    const { copies, galleries } = await liveSharing(well, { asks: beginning, fates: [] });
    expect(copies.map(({ id, phase }) => [id, phase])).toEqual(
      sets.flatMap((set) =>
        placeNames.toSorted().map((place) => [`${set}.1.0.0.${place}`, 'completed'] as const),
      ),
    );
    expect(galleries.grantees).toEqual([foreignGrantee, { kind: 'Subscriptions', id: shared }]);
  });

  it('keep a grant that another set needs', async () => {
    const asks: readonly Ask[] = [
      ...beginning,
      { minute: 100, what: 'delete-place', set: 'a', number: '1.0.0', place: 'granted' },
    ];
    const { galleries, places } = await liveSharing(well, { asks, fates: [] });
    expect(places.find(({ id }) => id === 'a.granted')).toMatchObject({ phase: 'removed' });
    expect(galleries.grantees).toContainEqual({ kind: 'Subscriptions', id: shared });
  });

  it('leave alone what somebody else has under the same number', async () => {
    const asks: readonly Ask[] = [
      { minute: 0, what: 'put', set: 'a', number: '9.0.0', place: 'theirs' },
      { minute: 1, what: 'begin', set: 'a', number: '9.0.0', place: 'theirs' },
    ];
    const lived = await liveSharing(well, { asks, fates: [] });
    expect(lived.copies).toMatchObject([{ phase: 'failed', failure: { code: 'ForeignResource' } }]);
    expectToAgree(lived);
  });

  it.each([
    ['the sweeper', keepsToTheRules({ sweeper: true })],
    ['the ETags', keepsToTheRules({ etags: true }, crowded)],
  ] as const)('would not be without %s', { timeout: 60_000 }, async (_, property) => {
    const { failed } = await check(property, {
      seed: 4,
      numRuns: 300,
      endOnFailure: true,
    });
    expect(failed).toBe(true);
  });
});
