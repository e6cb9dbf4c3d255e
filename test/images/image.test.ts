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
  approved,
  canceled,
  done,
  fails,
  expired,
  lateDone,
  noon,
  plan,
  rejected,
  requested,
  retried,
  type Told,
  upTo,
} from './versions.ts';

const where = (version: Version) => ('standing' in version ? version.standing.stage : version.phase);
const validated = [...upTo('validate'), done];

describe('a version', () => {
  const stories: [title: string, ends: string, story: Told[]][] = [
    ['begins with resolving its source', 'resolve', []],
    ['waits for a place on the bench once its source is known', 'admit', [done]],
    ['is inspected before it is generalised', 'inspect', upTo('inspect')],
    ['is replicated after the bench is clean', 'replicate', upTo('replicate')],
    ['waits for approval once validated', 'awaiting-approval', validated],
    ['P1: is not promoted unasked', 'awaiting-approval', [...validated, lateDone('promote')]],
    ['is promoted once approved', 'promote', [...validated, approved]],
    ['is released when all channels have it', 'released', [...upTo('release'), done]],
    ['takes no notice of approval before it is validated', 'resolve', [approved]],
    ['takes no notice of a stage it has left', 'admit', [done, lateDone('resolve')]],
    ['is withdrawn before it has failed', 'withdraw', [fails]],
    ['has failed once nothing is left of it', 'failed', [fails, done]],
    ['is withdrawn when somebody cancels it', 'withdraw', [done, done, canceled]],
    ['is canceled once nothing is left of it', 'canceled', [done, done, canceled, done]],
    ['is canceled when it is rejected', 'canceled', [...validated, rejected, done]],
    [
      'V2: stays canceled, whatever is heard later',
      'canceled',
      [canceled, done, approved, lateDone('resolve'), retried('resolve')],
    ],
    ['cannot be canceled once it is being promoted', 'promote', [...validated, approved, canceled]],
    ['V2: stays released', 'released', [...upTo('release'), done, canceled, retried('release')]],
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
    for (const version of [after(), after(fails), after(...validated), after(...upTo('capture'), fails)]) {
      const { command, lookAgainAt } = versionLife.decide(version, noon);
      expect(command ?? lookAgainAt).toBeDefined();
    }
    expect(versionLife.decide(after(canceled, done), noon)).toEqual({});
  });

  it('expires when nobody approves it', () => {
    const version = after(...validated);
    expect(versionLife.decide(version, minutesAfter(noon, 15 * 24 * 60)).command).toEqual({
      type: 'expire',
    });
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
