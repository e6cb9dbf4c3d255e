import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import { type DeletePorts, ensureDeleted } from '../../shared/images/delete.ts';
import type { Gallery, ImageVersion } from '../../shared/images/gallery.ts';
import { ensureHandedOver, type StartRelease } from '../../shared/images/hand-over.ts';
import type { Version } from '../../shared/images/image.ts';
import { ensureLatest } from '../../shared/images/latest.ts';
import { ensureRecalled, type RecallPorts } from '../../shared/images/recall.ts';
import type { Use } from '../../shared/images/use.ts';
import { minutesAfter } from '../../shared/instant.ts';
import { after, built, deleteAsked, noon, plan, revoked, taken, type Told, upTo } from './versions.ts';

const id = 'win11.1.0.0';
const endOfLifeDate = minutesAfter(noon, 90 * 24 * 60);

/** A gallery with this one version in it, which keeps what it was asked for. */
function galleryWith(found: Partial<ImageVersion> | undefined) {
  const asked: object[] = [];
  const shown: ImageVersion = {
    id: '/versions/1.0.0',
    provisioningState: 'Succeeded',
    excludeFromLatest: true,
    isProtected: false,
    owner: id,
    regions: {},
    ...found,
  };
  const gallery = {
    findVersion: async () => found && shown,
    changeVersion: async (_: unknown, change: object) => void asked.push(change),
    removeVersion: async () => void asked.push({ removed: true }),
  } as unknown as Gallery;
  return { gallery, asked };
}

const look = (version: Version, minutes = 0, intent?: { attempt: number; at: string }) => ({
  id,
  work: version,
  now: minutesAfter(noon, minutes),
  since: noon,
  intent: intent && { ...intent, what: '', before: '' },
});

describe('the hand-over to its release', () => {
  const endless = { ...plan, endOfLifeDays: 90 };
  const version = (release?: { upTo?: string }): Version => {
    const found = after(...upTo('hand-over'));
    return { ...found, plan: endless, requested: { ...found.requested, ...(release && { release }) } };
  };
  const handOver = async (work: Version, found: Partial<ImageVersion> = {}) => {
    const started: Parameters<StartRelease>[0][] = [];
    const { gallery, asked } = galleryWith({ endOfLifeDate, ...found });
    const stage = ensureHandedOver(gallery, async (wanted) => void started.push(wanted));
    return { ...(await stage(look(work))), started, asked };
  };

  it('begins the release that was asked for with it', async () => {
    const { status, started } = await handOver(version({ upTo: 'test' }));
    expect(status).toBe('done');
    expect(started).toMatchObject([{ set: 'win11', number: '1.0.0', by: 'ana', upTo: 'test' }]);
  });

  it('begins none where none was asked for', async () => {
    expect(await handOver(version())).toMatchObject({ status: 'done', started: [] });
  });

  it('has Azure protect it until its end of life', async () => {
    expect((await handOver(version())).asked).toEqual([{ isProtected: true }]);
    expect((await handOver(version(), { isProtected: true })).asked).toEqual([]);
  });

  it('does not wait for regions that it can do without', async () => {
    const found = await handOver(version(), { provisioningState: 'Updating' });
    expect(found).toMatchObject({ status: 'done', asked: [] });
  });
});

describe('V4: in latest', () => {
  const ask = async (included: boolean, found: Partial<ImageVersion> | undefined, owner = id) => {
    const { gallery, asked } = galleryWith(found);
    const ref = { subscriptionId: '', resourceGroup: '', gallery: 'g', definition: 'd', number: '1.0.0' };
    return { ...(await ensureLatest(gallery, ref, owner, included)), asked };
  };
  const cases: [title: string, included: boolean, found: Partial<ImageVersion> | undefined, is: object][] = [
    [
      'is included, and protected with the same change',
      true,
      { endOfLifeDate },
      { status: 'running', asked: [{ excludeFromLatest: false, isProtected: true }] },
    ],
    ['is included already', true, { excludeFromLatest: false }, { status: 'done', asked: [] }],
    [
      'is excluded',
      false,
      { excludeFromLatest: false },
      { status: 'running', asked: [{ excludeFromLatest: true }] },
    ],
    ['is excluded already', false, {}, { status: 'done', asked: [] }],
    [
      'waits while Azure is at another change',
      true,
      { provisioningState: 'Updating' },
      { status: 'running', asked: [] },
    ],
    ['is not, where it is gone', false, undefined, { status: 'done' }],
    ['cannot be, where it is gone', true, undefined, { status: 'failed', failure: { code: 'VersionOver' } }],
    ['cannot be, where it is going', true, { provisioningState: 'Deleting' }, { status: 'failed' }],
    ['is nobody else’s', true, { owner: 'other' }, { failure: { code: 'ForeignResource' }, asked: [] }],
  ];
  it.each(cases)('%s', async (_, included, found, is) => {
    expect(await ask(included, found)).toMatchObject(is);
  });
});

describe('V7: the recall of a version', () => {
  const recall = async (story: Told[], other: Partial<RecallPorts> = {}, minutes = 3) => {
    const calls: unknown[] = [];
    const { gallery, asked } = galleryWith({});
    const stage = ensureRecalled({
      gallery,
      copiesOf: async () => [{ imageVersionId: '/copy' }],
      stopRolloutsTo: async (ids) => {
        calls.push(ids);
        return { status: 'done', rollouts: ['r-1'] };
      },
      rollBack: async ({ channel, from, request }) => void calls.push([channel, from, request]),
      nudgeRelease: async (one) => void calls.push(one),
      ...other,
    });
    return { ...(await stage(look(after(...story), minutes))), calls, asked };
  };
  const more: Told = (version, index) => ({ ...revoked(version, index), rollback: true }) as never;

  it('stops every rollout to it and to its copies, wherever they are', async () => {
    const found = await recall([...built(), revoked]);
    expect(found).toMatchObject({ status: 'done', facts: { recall: { stopped: ['r-1'] } } });
    expect(found.calls).toEqual([['/versions/1.0.0', '/copy'], id]);
  });

  it('rolls back every channel where that was asked for, and says which have no way back', async () => {
    const rollBack: RecallPorts['rollBack'] = async ({ channel }) => {
      if (channel === 'test') throw new AppError('NoRollbackTarget', 'it held none before');
    };
    const story = [...built(), taken('test'), taken('production'), more];
    expect(await recall(story, { rollBack })).toMatchObject({
      status: 'done',
      facts: {
        recall: {
          rolledBack: ['production'],
          noWayBack: [{ channel: 'test', failure: { code: 'NoRollbackTarget' } }],
        },
      },
    });
  });

  it('tries again where a channel is busy', async () => {
    const rollBack = async () => await Promise.reject(new AppError('Conflict', 'somebody else moves it'));
    await expect(recall([...built(), more], { rollBack })).rejects.toMatchObject({ code: 'Conflict' });
  });

  it('waits for the rollouts to end, and for what is on its way', async () => {
    const stopRolloutsTo = async () => ({ status: 'running', rollouts: [] }) as const;
    const waits = await recall([...built(), revoked], { stopRolloutsTo });
    expect(waits).toMatchObject({ status: 'running', waitingFor: 'the rollouts to it to end' });
    expect(await recall([...built(), revoked], {}, 1)).toMatchObject({ status: 'running' });
  });
});

describe('the deletion of a version', () => {
  const use: Use = { kind: 'rollout', name: 'r-1', message: 'r-1 uses it' };
  const version = (): Version => {
    const found = after(...built(), deleteAsked);
    return { ...found, plan: { ...plan, endOfLifeDays: 90 } };
  };
  const open = (found: Partial<ImageVersion> | undefined, other: Partial<DeletePorts> = {}) => {
    const { gallery, asked } = galleryWith(found);
    const ensureCopiesRemoved = async () => ({ status: 'done' }) as const;
    const stage = ensureDeleted({ gallery, usedBy: async () => [], ensureCopiesRemoved, ...other });
    return { stage, asked };
  };

  it('lifts Azure’s protection first, and intends the removal before it asks for it', async () => {
    const guarded = open({ endOfLifeDate, isProtected: true });
    expect(await guarded.stage(look(version()))).toMatchObject({ status: 'running' });
    expect(guarded.asked).toEqual([{ isProtected: false }]);
    const { stage, asked } = open({ endOfLifeDate });
    const found = await stage(look(version()));
    expect([found.status, asked]).toEqual(['intend', []]);
    if (found.status === 'intend') expect(await found.proceed()).toMatchObject({ status: 'running' });
    expect(asked).toEqual([{ removed: true }]);
  });

  it('V5: does not remove what somebody has begun to use since the intention', async () => {
    const uses: Use[] = [];
    const { stage, asked } = open({}, { usedBy: async () => uses });
    const found = await stage(look(version()));
    uses.push(use);
    if (found.status === 'intend') expect(await found.proceed()).toMatchObject({ status: 'running' });
    expect(asked).toEqual([]);
    const { at, attempt } = { at: noon, attempt: 1 };
    expect(await stage(look(version(), 1, { at, attempt }))).toMatchObject({ status: 'running' });
    expect(await stage(look(version(), 3, { at, attempt }))).toMatchObject({
      status: 'failed',
      failure: { code: 'ReferencedVersionCannotBeDeleted', message: 'It is in use: r-1 uses it' },
    });
  });

  it('V5: has Azure protect it again before it goes back to what it was', async () => {
    const { stage, asked } = open({ endOfLifeDate }, { usedBy: async () => [use] });
    expect(await stage(look(version()))).toMatchObject({ status: 'running' });
    expect(asked).toEqual([{ isProtected: true }]);
  });

  it('waits for its copies, and for Azure to be at rest', async () => {
    const running = { status: 'running', waitingFor: 'copy win11.1.0.0.site to go' } as const;
    const copied = open({}, { ensureCopiesRemoved: async () => running });
    expect(await copied.stage(look(version()))).toMatchObject(running);
    for (const provisioningState of ['Updating', 'Creating', 'Deleting']) {
      const { stage, asked } = open({ provisioningState });
      expect([(await stage(look(version()))).status, asked]).toEqual(['running', []]);
    }
  });

  it('is done once it is gone, and touches nobody else’s', async () => {
    expect(await open(undefined).stage(look(version()))).toMatchObject({ status: 'done' });
    const foreign = open({ owner: 'somebody' });
    expect(await foreign.stage(look(version()))).toMatchObject({ failure: { code: 'ForeignResource' } });
    expect(foreign.asked).toEqual([]);
  });
});
