import { describe, expect, it } from 'vitest';
import {
  canBeCanceled,
  canBeRetried,
  type Version,
  type VersionEvent,
  versionLife,
} from '../../shared/images/image.ts';
import { minutesAfter } from '../../shared/instant.ts';
import {
  after,
  built,
  canceled,
  deleteAsked,
  done,
  fails,
  expired,
  lateDone,
  noon,
  plan,
  requested,
  retried,
  revoked,
  type Told,
  upTo,
} from './versions.ts';

const where = (version: Version) => ('standing' in version ? version.standing.stage : version.phase);

describe('a version', () => {
  const stories: [title: string, ends: string, story: Told[]][] = [
    ['begins with resolving its source', 'resolve', []],
    ['waits for a place on the bench once its source is known', 'admit', [done]],
    ['is inspected before it is generalised', 'inspect', upTo('inspect')],
    ['is replicated after the bench is clean', 'replicate', upTo('replicate')],
    ['is handed over to its release once it has its regions', 'hand-over', upTo('hand-over')],
    ['is available once it is built', 'available', built()],
    ['V4: is not promoted by itself', 'available', [...built(), lateDone('hand-over')]],
    ['takes no notice of a stage it has left', 'admit', [done, lateDone('resolve')]],
    ['is withdrawn before it has failed', 'withdraw', [fails]],
    ['has failed once nothing is left of it', 'failed', [fails, done]],
    ['is withdrawn when somebody cancels it', 'withdraw', [done, done, canceled]],
    ['is canceled once nothing is left of it', 'canceled', [done, done, canceled, done]],
    [
      'V2: stays canceled, whatever is heard later',
      'canceled',
      [canceled, done, revoked, lateDone('resolve'), retried('resolve'), deleteAsked],
    ],
    ['cannot be canceled once it has its regions', 'hand-over', [...upTo('hand-over'), canceled]],
    ['V2: stays on the shelf', 'available', [...built(), canceled, retried('replicate')]],
    ['starts again from where it failed', 'admit', [done, fails, done, retried('admit')]],
    [
      'starts again with an empty bench, not from the middle',
      'failed',
      [...upTo('customise'), fails, done, retried('customise')],
    ],
    [
      'does not start again from a stage it never reached',
      'failed',
      [done, fails, done, retried('replicate')],
    ],
    [
      'is held on the bench when its capture fails, so that it need not be built again',
      'held',
      [...upTo('capture'), fails],
    ],
    ['is captured again from where it is held', 'capture', [...upTo('capture'), fails, retried('capture')]],
    ['is not built again while it is held', 'held', [...upTo('capture'), fails, retried('admit')]],
    ['is withdrawn when nobody retries it', 'withdraw', [...upTo('capture'), fails, expired]],
    ['has failed once what was held is gone', 'failed', [...upTo('capture'), fails, expired, done]],
    ['is canceled where it is held', 'canceled', [...upTo('capture'), fails, canceled, done]],
    [
      'goes on though the bench is not empty, and leaves that to the reaper',
      'quarantine',
      [...upTo('clean-up'), fails],
    ],
    ['is replicated even when the reaper cannot be told', 'replicate', [...upTo('clean-up'), fails, fails]],
    ['is replicated once the reaper knows', 'replicate', [...upTo('clean-up'), fails, done]],
    ['hands to the reaper what cannot be withdrawn', 'quarantine', [fails, fails]],
    ['has failed though something is left of it', 'failed', [fails, fails, done]],
    ['is canceled though something is left of it', 'canceled', [done, canceled, fails, done]],
    ['ends even when the reaper cannot be told', 'failed', [fails, fails, fails]],
  ];
  for (const [title, ends, story] of stories) {
    it(title, () => expect(where(after(...story))).toBe(ends));
  }

  it('says why it failed, not why withdrawing it went well', () => {
    expect(after(done, fails, done)).toMatchObject({
      phase: 'failed',
      stage: 'admit',
      failure: { code: 'AzureRefused' },
    });
  });

  it('keeps its number and its source when it is retried, and nothing else of the attempt before', () => {
    const failed = after(...upTo('customise'), fails, done);
    const source = { kind: 'vhd' } as never;
    const again = versionLife.evolve(
      { ...failed, facts: { source, steps: [], benchParts: ['/disks/a'] } },
      retried('admit')(failed, 30),
    );
    expect(again).toMatchObject({ number: '1.0.0' });
    expect(again?.facts).toEqual({ attempt: 2, source });
  });

  it('has as long for its recipe as the recipe says', () => {
    const recipe = [{ ...plan.recipe[0], timeoutMinutes: 600 }] as typeof plan.recipe;
    const long = versionLife.evolve(undefined, { ...requested, plan: { ...plan, recipe } } as VersionEvent);
    const customising = upTo('customise').reduce(
      (version, told, index) => versionLife.evolve(version, told(version, index + 1)),
      long,
    );
    if (!customising) throw new Error('it was requested');
    const { since, deadline } = (customising as Extract<Version, { phase: 'running' }>).standing;
    expect(Date.parse(deadline) - Date.parse(since)).toBeGreaterThan(600 * 60_000);
  });

  it('X5: is given up when a stage takes too long', () => {
    const version = after();
    expect(versionLife.decide(version, minutesAfter(noon, 601)).command).toEqual({ type: 'give-up' });
  });

  it('X4: calls for a look or for time, until it is over', () => {
    const deleting = after(...built(), deleteAsked);
    for (const version of [after(), after(fails), after(...upTo('capture'), fails), deleting]) {
      const { command, lookAgainAt } = versionLife.decide(version, noon);
      expect(command ?? lookAgainAt).toBeDefined();
    }
    for (const version of [after(canceled, done), after(...built()), after(...built(), deleteAsked, done)]) {
      expect(versionLife.decide(version, noon)).toEqual({});
    }
  });

  it('expires when nobody retries it while it is held', () => {
    const version = after(...upTo('capture'), fails);
    expect(versionLife.decide(version, minutesAfter(noon, 25 * 60)).command).toEqual({ type: 'expire' });
  });

  it('offers what can be done about it', () => {
    expect(canBeCanceled(after())).toBe(true);
    expect(canBeRetried(after())).toEqual([]);
    expect(canBeRetried(after(done, done, fails, done))).toEqual(['resolve', 'admit']);
    expect(canBeRetried(after(...upTo('capture'), fails))).toEqual(['capture']);
    const captured = after(...upTo('replicate'), fails, done);
    expect(canBeRetried({ ...captured, facts: { imageVersionId: '/v' } })).toEqual(['replicate']);
  });
});
