import { beforeEach, describe, expect, it } from 'vitest';
import { releaseOf } from '../../shared/images/hand-over.ts';
import { recipeHash } from '../../shared/images/recipe-bodies.ts';
import { RequestVersion } from '../../shared/images/request-bodies.ts';
import { openImages } from './requests-world.ts';
import { done, fails, noon, plan, type Told, upTo } from './versions.ts';

const request = RequestVersion.parse({ bump: 'minor' });
const plainRequest = RequestVersion.parse({});

describe('what people may ask of images', () => {
  let images = openImages();
  beforeEach(async () => {
    images = openImages();
    await images.define('win11', plan as never);
  });

  it('V1: issues each number once, however many ask at once', async () => {
    const asked = Array.from(
      { length: 12 },
      async (_, n) => await images.request('win11', `request-${n}`, request),
    );
    const numbers = (await Promise.all(asked)).map(({ number }) => number);
    expect(new Set(numbers).size).toBe(12);
  });

  it('gives the same request the same version', async () => {
    const first = await images.request('win11', 'request', request);
    const again = await images.request('win11', 'request', request);
    expect(again.number).toBe(first.number);
    expect((await images.versions('win11')).value).toHaveLength(1);
  });

  it('gives it the number that it was issued before the process died', async () => {
    images = openImages({ dyingOnce: true });
    await images.define('win11', plan as never);
    await expect(images.request('win11', 'request', request)).rejects.toThrow('died here');
    expect((await images.request('win11', 'request', request)).number).toBe('1.0.0');
    expect((await images.request('win11', 'other', request)).number).toBe('1.1.0');
  });

  it('V1: does not issue the number of a version that was canceled again', async () => {
    await images.request('win11', 'one', request);
    await images.cancel('win11', '1.0.0', { reason: 'changed my mind' });
    expect((await images.request('win11', 'two', request)).number).toBe('1.1.0');
  });

  it('V1: gives the very number that was asked for, and never again', async () => {
    const asked = { ...plainRequest, number: '3.0.7' } as const;
    expect((await images.request('win11', 'one', asked)).number).toBe('3.0.7');
    expect((await images.request('win11', 'one', asked)).number).toBe('3.0.7');
    await expect(images.request('win11', 'two', asked)).rejects.toMatchObject({
      code: 'NumberTaken',
      target: 'number',
    });
    expect((await images.request('win11', 'three', request)).number).toBe('3.1.0');
  });

  it('numbers by the calendar where the set says so, and then takes no bump', async () => {
    await images.define('win11', { ...plan, numbering: 'calendar' } as never);
    expect((await images.request('win11', 'one', plainRequest)).number).toBe('2026.105.1200');
    expect((await images.request('win11', 'two', plainRequest)).number).toBe('2026.105.1201');
    await expect(images.request('win11', 'three', request)).rejects.toMatchObject({
      code: 'ValidationFailed',
      target: 'bump',
    });
  });

  it('V3: keeps every recipe that a set ever had, under its revision', async () => {
    const [first] = plan.recipe;
    await images.define('win11', { ...plan, recipe: [first] } as never);
    expect((await images.set('win11')).recipe.revision).toBe(2);
    // The same steps again are the same revision.
    const { set } = await images.define('win11', plan as never);
    expect(set.recipe.revision).toBe(1);
    expect((await images.recipe('win11', 2)).recipe).toEqual([first]);
    const older = await images.request('win11', 'one', { ...request, recipe: 2 });
    expect(older.plan.recipe).toEqual([first]);
    expect(older.requested.recipe).toMatchObject({ revision: 2 });
    await expect(images.recipe('win11', 3)).rejects.toMatchObject({ code: 'NotFound', target: 'recipe' });
  });

  it('takes a waiver along with a request, for that version alone', async () => {
    const waiver = { rule: 'pending-reboot', reason: 'the vendor’s driver always says so' };
    const waived = await images.request('win11', 'one', { ...request, waivers: [waiver] });
    expect(waived.plan.inspection.waivers).toEqual([waiver]);
    expect((await images.request('win11', 'two', request)).plan.inspection.waivers).toEqual([]);
  });

  it('does not build again while something is left of the attempt before', async () => {
    await images.request('win11', 'one', request);
    const failure = { code: 'BootFailed', message: 'no', remedy: '' } as const;
    const answer = { stage: 'resolve', look: 0, at: noon } as const;
    await images.tell.record('win11.1.0.0', () => ({ type: 'stage-failed', ...answer, failure }));
    await images.tell.record('win11.1.0.0', () => ({
      type: 'stage-done',
      stage: 'withdraw',
      look: 1,
      at: noon,
    }));
    const remains = { owner: 'win11.1.0.0', set: 'win11', attempt: 1, parts: [] };
    const left = { type: 'left-behind', remains, left: ['/disks/a'], why: 'locked', at: noon } as const;
    await images.leftovers.record('win11.1.0.0.1', () => left);
    expect(await images.left()).toHaveLength(1);
    const retry = async () => await images.retry('win11', '1.0.0', { waivers: [] });
    await expect(retry()).rejects.toMatchObject({ code: 'InvalidPhase', message: /locked/ });
    // Whoever asks has perhaps removed the cause: it is tried again at once.
    expect(await images.left()).toMatchObject([{ lookAt: noon }]);
    await images.leftovers.record('win11.1.0.0.1', () => ({ type: 'gone', look: 0, at: noon }));
    expect(await images.left()).toEqual([]);
    expect((await retry()).facts.attempt).toBe(2);
  });

  it('goes on with a version that is captured, whatever is left of its bench', async () => {
    await images.request('win11', 'one', request);
    const captured: Told = (version) => ({ ...done(version, 1), facts: { imageVersionId: 'x' } }) as never;
    for (const told of [...upTo('capture'), captured, done, fails, done]) {
      await images.tell.record('win11.1.0.0', (version) => told(version, 1));
    }
    const remains = { owner: 'win11.1.0.0', set: 'win11', attempt: 1, parts: ['/disks/a'] };
    const left = { type: 'left-behind', remains, left: ['/disks/a'], why: 'locked', at: noon } as const;
    await images.leftovers.record('win11.1.0.0.1', () => left);
    const retried = await images.retry('win11', '1.0.0', { waivers: [] });
    expect(retried).toMatchObject({ phase: 'running', standing: { stage: 'replicate' } });
  });

  it('builds what the set is when the number is issued, whatever it was when the request came', async () => {
    const changed = { ...plan, recipe: [plan.recipe[0]], endOfLifeDays: 3 };
    const [, { number }] = await Promise.all([
      images.define('win11', changed as never),
      images.request('win11', 'one', request),
    ]);
    const { plan: asked, requested } = await images.version('win11', number);
    const isChanged = asked.endOfLifeDays === 3;
    expect(asked.recipe).toEqual((isChanged ? changed : plan).recipe);
    expect(requested.recipe).toEqual({ revision: isChanged ? 2 : 1, hash: recipeHash(asked.recipe) });
  });

  it('refuses an older recipe that is for another operating system, and issues no number for it', async () => {
    const updates = [{ name: 'updates', windowsUpdates: { maxRounds: 2 }, timeoutMinutes: 60 }];
    const definition = { ...plan.definition, name: 'other' };
    await images.define('other', { ...plan, definition, recipe: updates } as never);
    const linux = { ...plan, definition: { ...definition, osType: 'Linux' }, recipe: [] };
    await images.define('other', linux as never);
    const older = images.request('other', 'one', { ...request, recipe: 1 });
    await expect(older).rejects.toMatchObject({ code: 'ValidationFailed', target: 'recipe' });
    expect((await images.set('other')).numbers.highest).toBeUndefined();
  });

  it('refuses a waiver of what is not asked of its operating system', async () => {
    const waivers = [{ rule: 'azure-agent', reason: 'there is none on Windows' }];
    const refusal = { code: 'ValidationFailed', target: 'waivers.0.rule' };
    await expect(images.request('win11', 'one', { ...request, waivers })).rejects.toMatchObject(refusal);
    await images.request('win11', 'one', request);
    await expect(images.retry('win11', '1.0.0', { waivers })).rejects.toMatchObject(refusal);
  });

  it('keeps what a version was asked for, when the set changes later', async () => {
    const { number } = await images.request('win11', 'request', request);
    await images.define('win11', { ...plan, recipe: [] } as never);
    expect((await images.version('win11', number)).plan.recipe).toHaveLength(2);
  });

  it('keeps what release was asked for with the version, unless it is asked for none', async () => {
    const one = await images.request('win11', 'one', { ...request, upTo: 'test', notes: 'new Teams' });
    const two = await images.request('win11', 'two', { ...request, release: false });
    const channels = ['test', 'production'];
    const asked = { set: 'win11', number: '1.0.0', channels, by: 'function key', upTo: 'test' };
    expect(releaseOf(one)).toEqual({ ...asked, reason: 'new Teams' });
    expect(releaseOf(two)).toBeUndefined();
  });

  const refusals: [title: string, code: string, ask: () => Promise<unknown>][] = [
    ['a set that does not exist', 'NotFound', async () => await images.request('nope', 'r', request)],
    ['a version that does not exist', 'NotFound', async () => await images.version('win11', '9.9.9')],
    ['a number that is none', 'NotFound', async () => await images.version('win11', 'latest')],
    [
      'a release up to a channel that the set has not',
      'ValidationFailed',
      async () => await images.request('win11', 'r', { ...request, upTo: 'pilot' }),
    ],
    [
      'to revoke what is still being built',
      'InvalidPhase',
      async () => {
        await images.request('win11', 'r', request);
        await images.revoke('win11', '1.0.0', { reason: 'bad', rollback: false });
      },
    ],
    [
      'to delete what is still being built',
      'InvalidPhase',
      async () => {
        await images.request('win11', 'r', request);
        await images.remove('win11', '1.0.0', { reason: 'bad' });
      },
    ],
    [
      'an end of life that has passed',
      'ValidationFailed',
      async () => {
        const definition = { ...plan.definition, endOfLifeDate: '2025-12-31T00:00:00.000Z' };
        await images.define('other', { ...plan, definition } as never);
      },
    ],
    [
      'retry of what has not failed',
      'InvalidPhase',
      async () => {
        await images.request('win11', 'r', request);
        await images.retry('win11', '1.0.0', { waivers: [] });
      },
    ],
    [
      'a change of what Azure fixed when the first version was made',
      'ImmutableField',
      async () => {
        await images.request('win11', 'r', request);
        await images.define('win11', {
          ...plan,
          definition: { ...plan.definition, hyperVGeneration: 'V1' },
        } as never);
      },
    ],
  ];
  it('keeps a channel that holds a version, whatever is said of the set', async () => {
    await images.define('win11', { ...plan, channels: ['test', 'pilot', 'production'] } as never);
    images.held.set('pilot', '1.1.0');
    const without = images.define('win11', { ...plan, channels: ['test', 'production'] } as never);
    await expect(without).rejects.toMatchObject({ code: 'InvalidPhase', target: 'channels' });
    images.held.delete('pilot');
    await images.define('win11', { ...plan, channels: ['test', 'production'] } as never);
    expect((await images.set('win11')).plan.channels).toEqual(['test', 'production']);
  });

  for (const [title, code, ask] of refusals) {
    it(`refuses ${title}`, async () => await expect(ask()).rejects.toMatchObject({ code }));
  }
});
