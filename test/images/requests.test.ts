import { beforeEach, describe, expect, it } from 'vitest';
import { type Version, type VersionEvent, versionLife } from '../../shared/images/image.ts';
import { type ImageSet, type ImageSetEvent, imageSetLife } from '../../shared/images/image-set.ts';
import { DefineImageSet } from '../../shared/images/request-bodies.ts';
import { imageRequests } from '../../shared/images/requests.ts';
import { Engine } from '../../shared/workflow/engine.ts';
import type { Rows } from '../../shared/workflow/rows.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { noon, plan } from './versions.ts';

const request = { bump: 'minor', notes: '' } as const;

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
  return imageRequests({ sets, setStore, versions, versionStore, now });
}

describe('what people may ask of images', () => {
  let images = open();
  beforeEach(async () => {
    images = open();
    await images.define('win11', {
      ...plan,
      source: { marketplace: { ...plan.source.marketplace } },
    } as never);
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
        await images.retry('win11', '1.0.0', {});
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
  const wrong: [title: string, change: object, target: string][] = [
    ['a field that it does not know', { colour: 'blue' }, ''],
    ['a gallery name with a dash', { gallery: { ...plan.gallery, name: 'gal-desktops' } }, 'gallery.name'],
    ['no region', { regions: [] }, 'regions'],
    ['a region twice', { regions: [first, first] }, 'regions'],
    ['more replicas than Azure allows', { regions: [{ ...first, replicas: 101 }] }, 'regions.0.replicas'],
    ['a step name twice', { recipe: [plan.recipe[0], plan.recipe[0]] }, 'recipe'],
    [
      'Trusted Launch on generation V1',
      { definition: { ...plan.definition, hyperVGeneration: 'V1' } },
      'definition.securityType',
    ],
    [
      'a source version that is neither exact nor latest',
      { source: { marketplace: { ...plan.source.marketplace, version: '26100' } } },
      'source.marketplace.version',
    ],
  ];
  const subnetId =
    '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/build';
  const right = { ...plan, bench: { ...plan.bench, subnetId } };

  it('takes what is right', () => expect(DefineImageSet.safeParse(right).error).toBeUndefined());

  for (const [title, change, target] of wrong) {
    it(`refuses ${title}, and says where`, () => {
      const { error } = DefineImageSet.safeParse({ ...right, ...change });
      expect(error?.issues.map(({ path }) => path.join('.'))).toContain(target);
    });
  }
});
