import { beforeEach, describe, expect, it } from 'vitest';
import { PatchVersion, RunRetention } from '../../shared/images/request-bodies.ts';
import { type Instant, minutesAfter } from '../../shared/instant.ts';
import { days, keptWorld, type KeptWorld, put, set } from './kept-world.ts';
import { deleteAsked, done, noon, upTo } from './versions.ts';

describe('what is written of a version', () => {
  let now: Instant;
  let world: KeptWorld;
  beforeEach(async () => {
    now = noon;
    world = keptWorld({ now: () => now, rooms: [] });
    await world.define();
    await put(world, '1.0.0');
  });
  const patch = async (body: object, number = '1.0.0') =>
    await world.keep.patch(set, number, PatchVersion.parse(body));
  const types = async () =>
    (await world.keep.history(set, '1.0.0')).value
      .map(({ event }) => event.type)
      .filter((type) => type !== 'stage-done');

  it('is who wrote it and when, and what is not said stays', async () => {
    const written = await patch({ notes: 'new Teams', by: 'ben' });
    expect(written).toMatchObject({ notes: 'new Teams', description: '', written: { by: 'ben', at: noon } });
    now = days(1);
    expect(await patch({ description: 'for the call centre' })).toMatchObject({
      notes: 'new Teams',
      description: 'for the call centre',
      written: { by: 'function key', at: now },
    });
    const history = await world.keep.history(set, '1.0.0');
    expect(history.value.at(-1)).toMatchObject({
      event: { type: 'noted', notes: 'new Teams', by: 'function key' },
    });
    expect(await world.keep.notes(set, '1.0.0')).toMatchObject({ notes: 'new Teams' });
  });

  it('leaves no line in history where it says so already', async () => {
    await patch({ notes: 'new Teams' });
    await patch({ notes: 'new Teams' });
    expect(await types()).toEqual(['requested', 'noted']);
  });

  it('moves the end of its life: first in our row, then in Azure', async () => {
    const endOfLifeDate = days(100);
    expect(await patch({ endOfLifeDate, by: 'ben' })).toMatchObject({
      endOfLife: { date: endOfLifeDate, setAt: noon, by: 'ben', inAzure: 'on its way' },
    });
    now = minutesAfter(now, 2);
    await world.keep.sweep();
    expect(world.shelf.endOfLifeOf('1.0.0')).toBe(endOfLifeDate);
    expect(await world.keep.notes(set, '1.0.0')).toMatchObject({ endOfLife: { inAzure: 'the same' } });
    expect(await types()).toEqual(['requested', 'end-of-life-moved']);
  });

  it('brings Azure to the last of two dates, whatever it was at when the second came', async () => {
    await patch({ endOfLifeDate: days(100) });
    await patch({ endOfLifeDate: days(200) });
    for (let minute = 0; minute < 10; minute += 1) {
      now = minutesAfter(now, 1);
      await world.keep.sweep();
    }
    expect(world.shelf.endOfLifeOf('1.0.0')).toBe(days(200));
    expect(await world.keep.notes(set, '1.0.0')).toMatchObject({
      endOfLife: { date: days(200), inAzure: 'the same' },
    });
  });

  it('takes a day as an end of life, and knows the one that the image set gave', async () => {
    await put(world, '1.1.0', { plan: { endOfLifeDays: 60 }, endOfLifeDate: days(60) });
    expect(await world.keep.notes(set, '1.1.0')).toMatchObject({
      endOfLife: { date: days(60), by: 'image set', inAzure: 'the same' },
    });
    expect(await patch({ endOfLifeDate: '2027-06-30' }, '1.1.0')).toMatchObject({
      endOfLife: { date: '2027-06-30T00:00:00.000Z' },
    });
  });

  it('V6: moves no end of life nearer than people are to be told of it', async () => {
    const tooNear = { code: 'ValidationFailed', target: 'endOfLifeDate' };
    await expect(patch({ endOfLifeDate: days(13) })).rejects.toMatchObject(tooNear);
    await patch({ endOfLifeDate: days(14) });
    now = days(10);
    await expect(patch({ endOfLifeDate: days(13) })).rejects.toMatchObject(tooNear);
    // Away from now it may always go.
    expect(await patch({ endOfLifeDate: days(15) })).toMatchObject({ endOfLife: { date: days(15) } });
  });

  const refusals: [title: string, code: string, target: string, ask: () => Promise<unknown>][] = [
    [
      'an end of life that has passed',
      'ValidationFailed',
      'endOfLifeDate',
      async () => await patch({ endOfLifeDate: days(-1) }),
    ],
    [
      'an end of life of what is not in the gallery',
      'InvalidPhase',
      'endOfLifeDate',
      async () => {
        await put(world, '1.1.0', { story: upTo('provision') });
        await patch({ endOfLifeDate: days(90) }, '1.1.0');
      },
    ],
    [
      'notes about what is on its way out',
      'VersionOver',
      '1.1.0',
      async () => {
        await put(world, '1.1.0', { since: [deleteAsked] });
        await patch({ notes: 'too late' }, '1.1.0');
      },
    ],
    [
      'notes about what is deleted',
      'VersionOver',
      '1.1.0',
      async () => {
        await put(world, '1.1.0', { since: [deleteAsked, done] });
        await patch({ notes: 'too late' }, '1.1.0');
      },
    ],
    ['a version that is not', 'NotFound', '9.9.9', async () => await patch({ notes: 'x' }, '9.9.9')],
    ['an image set that is not', 'NotFound', 'nope', async () => await world.keep.retention('nope')],
  ];
  for (const [title, code, target, ask] of refusals) {
    it(`refuses ${title}`, async () => await expect(ask()).rejects.toMatchObject({ code, target }));
  }

  const bodies: [title: string, body: object][] = [
    ['nothing', {}],
    ['only who asks', { by: 'ana' }],
    ['a field that there is not', { notes: 'x', endOfLife: '2027-01-01' }],
    ['a date that is none', { endOfLifeDate: 'soon' }],
    ['notes that are too long', { notes: 'x'.repeat(4001) }],
    ['nobody', { notes: 'x', by: ' ' }],
  ];
  for (const [title, body] of bodies) {
    it(`refuses a body that says ${title}`, () => expect(PatchVersion.safeParse(body).success).toBe(false));
  }

  it('refuses a run of retention that says more than who asks', () => {
    expect(RunRetention.safeParse({ by: 'ana' }).success).toBe(true);
    expect(RunRetention.safeParse({ dryRun: true }).success).toBe(false);
  });
});
