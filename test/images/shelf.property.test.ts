import { array, assert, asyncProperty, check, constantFrom, integer, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VersionEvent } from '../../shared/images/image.ts';
import { lives } from '../support/lives.ts';
import { type Ills, ills, well, World } from '../support/world.ts';
import { shelfWorld, type Without } from './shelf-world.ts';

const minute = integer({ min: 0, max: 60 });
const said = constantFrom('revoked', 'recalled', 'deprecated', 'restored', 'delete', 'delete', 'delete');
const story = record({
  said: array(record({ what: said, minute }), { minLength: 1, maxLength: 5 }),
  used: array(record({ minute, minutes: integer({ min: 1, max: 40 }) }), { maxLength: 4 }),
  taken: array(
    record({ minute, minutes: integer({ min: 1, max: 40 }), channel: constantFrom('test', 'production') }),
    {
      maxLength: 2,
    },
  ),
});
type Story = typeof story extends { generate: (...given: never[]) => { value: infer T } } ? T : never;

const who = { by: 'ana', reason: 'because' };
function eventOf(what: string, at: string): VersionEvent {
  switch (what) {
    case 'revoked':
    case 'recalled':
      return { type: 'revoked', ...who, rollback: what === 'recalled', at };
    case 'deprecated':
    case 'restored':
      return { type: what, ...who, at };
    default:
      return { type: 'delete-asked', ...who, at };
  }
}

/** A life on the shelf, with all that people, rollouts and channels do to it, until nothing is under way. */
async function liveOnTheShelf(
  ills: Ills,
  { said, used, taken }: Story,
  without: Without = {},
  owner?: string,
) {
  const world = new World(ills);
  const shelf = shelfWorld(world, without, owner);
  await shelf.begin();
  for (const { what, minute } of said) {
    world.after(minute * 60, () => shelf.say((at) => eventOf(what, at)));
  }
  for (const [index, { minute, minutes }] of used.entries()) {
    world.after(minute * 60, () => shelf.use(`r-${index}`, minutes));
  }
  for (const [index, { minute, minutes, channel }] of taken.entries()) {
    world.after(minute * 60, () => shelf.take(channel, 1 + index * 10, minutes));
  }
  await world.passUntil(() => false, { days: 2 / 24 });
  const isOver = async () => {
    const version = await shelf.version();
    return !('standing' in version);
  };
  const ended = await world.passUntil(isOver, { days: 5 });
  // What is still on its way lands before the books are closed.
  await world.passUntil(() => false, { days: 1 / 24 });
  return { ...shelf, version: await shelf.version(), ended };
}

const holds = (without: Without = {}) =>
  asyncProperty(ills, story, async (ills, told) => {
    const { version, ended, wrongs, image, using, channels } = await liveOnTheShelf(ills, told, without);
    expect([...wrongs]).toEqual([]);
    expect(ended).toBe(true);
    // V1, V2: what is gone has its tombstone, and only that.
    expect(image.shown() === undefined).toBe(version.phase === 'deleted');
    const wasRevoked = told.said.some(({ what }) => what === 'revoked' || what === 'recalled');
    if (wasRevoked) expect(['revoked', 'deleted']).toContain(version.phase);
    if (version.phase === 'revoked' && version.facts.recall?.doneAt !== undefined) {
      expect(image.shown()?.excludeFromLatest).toBe(true);
      expect(using()).toEqual([]);
      if (version.rollback) expect(channels.get('production')?.isHeld ?? false).toBe(false);
    }
  });

describe('a version on the shelf', () => {
  const { numRuns, timeout } = lives(400);
  it(
    'V5, V7: is never deleted while something holds it, nor used once it is revoked, whatever dies and whoever comes',
    { timeout },
    async () => await assert(holds(), { numRuns }),
  );

  const one = (what: Story['said'][number]['what'], minute = 0) => ({ what, minute });
  it('V1: is gone once it is deleted, its copies and its protection before it', async () => {
    const lived = await liveOnTheShelf(well, { said: [one('delete')], used: [], taken: [] });
    expect(lived.version).toMatchObject({ phase: 'deleted', by: 'ana', number: '1.0.0' });
    expect(lived.image.shown()).toBeUndefined();
    expect([...lived.wrongs]).toEqual([]);
  });

  it('V5: that is found in use while it is being deleted is what it was, and protected as before', async () => {
    const used = [{ minute: 2, minutes: 600 }];
    const slow = { ...well, deaths: 0 };
    // The rollout recorded itself before the deletion was begun, and asked after its row was there.
    const lived = await liveOnTheShelf(slow, { said: [one('delete', 3)], used, taken: [] });
    expect(lived.version).toMatchObject({
      phase: 'available',
      facts: {
        deleteRefused: { code: 'ReferencedVersionCannotBeDeleted', message: 'It is in use: r-0 uses it' },
      },
    });
    expect(lived.image.shown()?.isProtected).toBe(true);
    expect(lived.using()).toEqual(['r-0']);
  });

  it('V7: that is revoked has nobody on the way to it, is in nobody’s latest, and its channels are back', async () => {
    const taken = [
      { minute: 1, minutes: 600, channel: 'production' as const },
      { minute: 1, minutes: 600, channel: 'test' as const },
    ];
    const used = [
      { minute: 5, minutes: 600 },
      { minute: 30, minutes: 600 },
    ];
    const lived = await liveOnTheShelf(well, { said: [one('recalled', 20)], used, taken });
    expect(lived.version).toMatchObject({
      phase: 'revoked',
      facts: {
        promotedAt: expect.any(String),
        recall: {
          stopped: ['r-0'],
          rolledBack: ['production'],
          noWayBack: [{ channel: 'test', failure: { code: 'NoRollbackTarget' } }],
          doneAt: expect.any(String),
        },
      },
    });
    expect(lived.users.get('r-1')).toBe('over');
    expect(lived.image.shown()?.excludeFromLatest).toBe(true);
  });

  it('V4: is included in latest once a channel beyond the first takes it', async () => {
    const taken = [{ minute: 1, minutes: 600, channel: 'production' as const }];
    const lived = await liveOnTheShelf(well, { said: [], used: [], taken });
    expect(lived.image.shown()?.excludeFromLatest).toBe(false);
    expect(lived.version.phase).toBe('promoted');
  });

  it('is left alone where it is not ours', async () => {
    const said = [one('delete'), one('recalled', 40)];
    const lived = await liveOnTheShelf(well, { said, used: [], taken: [] }, {}, 'somebody');
    expect(lived.image.shown()).toMatchObject({ excludeFromLatest: true, isProtected: true });
    expect(lived.version).toMatchObject({
      phase: 'revoked',
      facts: { deleteRefused: { code: 'ForeignResource' }, recall: { failure: { code: 'ForeignResource' } } },
    });
  });

  const needed: [what: string, without: Without][] = [
    ['who uses it being asked again', { secondLook: true }],
    ['those asking who begin to use it', { refusal: true }],
  ];
  it.each(needed)('V5: would not be without %s', { timeout: 60_000 }, async (_, without) => {
    const { failed } = await check<unknown>(holds(without), { seed: 5, numRuns: 500, endOnFailure: true });
    expect(failed).toBe(true);
  });
});
