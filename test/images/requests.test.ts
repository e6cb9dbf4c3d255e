import { beforeEach, describe, expect, it } from 'vitest';
import { type Version, type VersionEvent, versionLife } from '../../shared/images/image.ts';
import { type ImageSet, type ImageSetEvent, imageSetLife } from '../../shared/images/image-set.ts';
import { type Leftover, type LeftoverEvent, leftoverLife } from '../../shared/images/leftover.ts';
import {
  type KeptRecipe,
  type KeptRecipeEvent,
  keptRecipeLife,
} from '../../shared/images/recipe-revision.ts';
import { DefineImageSet, RequestVersion } from '../../shared/images/request-bodies.ts';
import { imageRequests } from '../../shared/images/requests.ts';
import { Engine } from '../../shared/workflow/engine.ts';
import type { Rows } from '../../shared/workflow/rows.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { noon, plan } from './versions.ts';

const request = RequestVersion.parse({ bump: 'minor' });
const plainRequest = RequestVersion.parse({});

/** `dyingOnce`: the process ends right before it first saves a version. */
function open({ dyingOnce = false } = {}) {
  const now = () => noon;
  const wake = async () => {};
  const due = memoryRows();
  const setStore = new WorkflowStore<ImageSet, ImageSetEvent>('image-set', memoryRows(), due);
  const rows = memoryRows();
  let isDying = dyingOnce;
  const write: Rows['write'] = async (...given) => {
    if (isDying) {
      isDying = false;
      throw new Error('died here');
    }
    await rows.write(...given);
  };
  const versionStore = new WorkflowStore<Version, VersionEvent>('version', { ...rows, write }, due);
  const idle = async () => await Promise.reject(new Error('nothing is looked at here'));
  const sets = new Engine({ workflow: imageSetLife, store: setStore, perform: idle, wake, now });
  const versions = new Engine({ workflow: versionLife, store: versionStore, perform: idle, wake, now });
  const recipeStore = new WorkflowStore<KeptRecipe, KeptRecipeEvent>('recipe', memoryRows(), due);
  const recipes = new Engine({ workflow: keptRecipeLife, store: recipeStore, perform: idle, wake, now });
  const leftoverStore = new WorkflowStore<Leftover, LeftoverEvent>('leftover', memoryRows(), due);
  const leftovers = new Engine({ workflow: leftoverLife, store: leftoverStore, perform: idle, wake, now });
  const images = imageRequests({ sets, setStore, recipes, leftoverStore, versions, versionStore, now });
  return { ...images, tell: versions, left: images.leftovers, leftovers };
}

describe('what people may ask of images', () => {
  let images = open();
  beforeEach(async () => {
    images = open();
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
    expect(await images.versions('win11')).toHaveLength(1);
  });

  it('gives it the number that it was issued before the process died', async () => {
    images = open({ dyingOnce: true });
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
    await images.leftovers.record('win11.1.0.0.1', () => ({ type: 'gone', look: 0, at: noon }));
    expect(await images.left()).toEqual([]);
    expect((await retry()).facts.attempt).toBe(2);
  });

  it('keeps what a version was asked for, when the set changes later', async () => {
    const { number } = await images.request('win11', 'request', request);
    await images.define('win11', { ...plan, recipe: [] } as never);
    expect((await images.version('win11', number)).plan.recipe).toHaveLength(2);
  });

  const refusals: [title: string, code: string, ask: () => Promise<unknown>][] = [
    ['a set that does not exist', 'NotFound', async () => await images.request('nope', 'r', request)],
    ['a version that does not exist', 'NotFound', async () => await images.version('win11', '9.9.9')],
    ['a number that is none', 'NotFound', async () => await images.version('win11', 'latest')],
    [
      'approval of what does not wait for it',
      'InvalidPhase',
      async () => {
        await images.request('win11', 'r', request);
        await images.approve('win11', '1.0.0', { reason: 'good' });
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
  for (const [title, code, ask] of refusals) {
    it(`refuses ${title}`, async () => await expect(ask()).rejects.toMatchObject({ code }));
  }
});

describe('the body that defines an image set', () => {
  const [first] = plan.regions;
  const subnetId =
    '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/build';
  const bench = { ...plan.bench, subnetId };
  const right = { ...plan, bench };
  const marketplace = 'marketplace' in plan.source ? plan.source.marketplace : undefined;
  const logTo = (query: string) => ({
    containerUri: `https://stimages.blob.core.windows.net/logs${query}`,
    identityId:
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i',
    identityClientId: '00000000-0000-0000-0000-0000000000aa',
  });

  const wrong: [title: string, change: object, target: string][] = [
    ['a field that it does not know', { colour: 'blue' }, ''],
    ['a gallery name with a dash', { gallery: { ...plan.gallery, name: 'gal-desktops' } }, 'gallery.name'],
    ['no region', { regions: [] }, 'regions'],
    ['a region twice', { regions: [first, first] }, 'regions'],
    ['more replicas than Azure allows', { regions: [{ ...first, replicas: 101 }] }, 'regions.0.replicas'],
    ['a step name twice', { recipe: [plan.recipe[0], plan.recipe[0]] }, 'recipe.1.name'],
    [
      'a shallow version that is copied elsewhere',
      { replicationMode: 'Shallow', regions: plan.regions },
      'regions',
    ],
    [
      'a shallow version with two replicas',
      { replicationMode: 'Shallow', regions: [{ ...first, replicas: 2 }] },
      'regions.0.replicas',
    ],
    [
      'a log container with a signature',
      { bench: { ...bench, log: logTo('?sig=abc') } },
      'bench.log.containerUri',
    ],
    ['a bench for nobody', { bench: { ...bench, maxBuilds: 0 } }, 'bench.maxBuilds'],
    ['a numbering that it does not know', { numbering: 'roman' }, 'numbering'],
    ['an end of life after no days', { endOfLifeDays: 0 }, 'endOfLifeDays'],
    [
      'Trusted Launch on generation V1',
      { definition: { ...plan.definition, hyperVGeneration: 'V1' } },
      'definition.securityType',
    ],
    [
      'a source version that is neither exact nor latest',
      { source: { marketplace: { ...marketplace, version: '26100' } } },
      'source.marketplace.version',
    ],
  ];
  it('takes what is right', () => expect(DefineImageSet.safeParse(right).error).toBeUndefined());

  for (const [title, change, target] of wrong) {
    it(`refuses ${title}, and says where`, () => {
      const { error } = DefineImageSet.safeParse({ ...right, ...change });
      expect(error?.issues.map(({ path }) => path.join('.'))).toContain(target);
    });
  }
});

describe('the body that requests a version', () => {
  const wrong: [title: string, body: object, target: string][] = [
    ['a number and a bump', { number: '1.4.0', bump: 'minor' }, 'number'],
    ['a number that is none', { number: '1.4' }, 'number'],
    ['a number that Azure cannot hold', { number: '1.4.2147483648' }, 'number'],
    ['revision 0 of a recipe', { recipe: 0 }, 'recipe'],
    ['a priority that it does not know', { priority: 'urgent' }, 'priority'],
    ['a waiver without a reason', { waivers: [{ rule: 'pending-reboot', reason: '' }] }, 'waivers.0.reason'],
    ['a waiver of no rule', { waivers: [{ rule: 'luck', reason: 'because I say so' }] }, 'waivers.0.rule'],
  ];
  it.each(wrong)('refuses %s, and says where', (_, body, target) => {
    const { error } = RequestVersion.safeParse(body);
    expect(error?.issues.map(({ path }) => path.join('.'))).toContain(target);
  });
  it('needs nothing', () => {
    expect(RequestVersion.parse({})).toEqual({ priority: 'normal', notes: '', waivers: [] });
  });
});
