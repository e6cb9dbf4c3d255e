import { describe, expect, it } from 'vitest';
import { canBeCanceled, canBeRetried, type Version, versionLife } from '../../shared/images/image.ts';
import { minutesAfter } from '../../shared/instant.ts';
import {
  after,
  approved,
  canceled,
  done,
  fails,
  lateDone,
  noon,
  rejected,
  retried,
  type Told,
  upTo,
} from './versions.ts';

const where = (version: Version) => ('standing' in version ? version.standing.stage : version.phase);
const validated = [...upTo('validate'), done];

describe('a version', () => {
  const stories: [title: string, ends: string, story: Told[]][] = [
    ['begins with resolving its source', 'resolve', []],
    ['is provisioned once its source is known', 'provision', [done]],
    ['is replicated after the bench is clean', 'replicate', upTo('replicate')],
    ['waits for approval once validated', 'awaiting-approval', validated],
    ['P1: is not promoted unasked', 'awaiting-approval', [...validated, lateDone('promote')]],
    ['is promoted once approved', 'promote', [...validated, approved]],
    ['is released when all channels have it', 'released', [...upTo('release'), done]],
    ['takes no notice of approval before it is validated', 'resolve', [approved]],
    ['takes no notice of a stage it has left', 'provision', [done, lateDone('resolve')]],
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
    ['starts again from where it failed', 'provision', [done, fails, done, retried('provision')]],
    [
      'does not start again from a stage it never reached',
      'failed',
      [done, fails, done, retried('replicate')],
    ],
    ['fails even when withdrawing fails', 'failed', [fails, fails]],
  ];
  for (const [title, ends, story] of stories) {
    it(title, () => expect(where(after(...story))).toBe(ends));
  }

  it('says why it failed, not why withdrawing it went well', () => {
    expect(after(done, fails, done)).toMatchObject({
      phase: 'failed',
      stage: 'provision',
      failure: { code: 'AzureRefused' },
    });
  });

  it('X5: is given up when a stage takes too long', () => {
    const version = after();
    expect(versionLife.decide(version, minutesAfter(noon, 241)).command).toEqual({ type: 'give-up' });
  });

  it('X4: calls for a look or for time, until it is over', () => {
    for (const version of [after(), after(fails), after(...validated)]) {
      const { command, lookAgainAt } = versionLife.decide(version, noon);
      expect(command ?? lookAgainAt).toBeDefined();
    }
    expect(versionLife.decide(after(canceled, done), noon)).toEqual({});
  });

  it('expires when nobody approves it', () => {
    const version = after(...validated);
    expect(versionLife.decide(version, minutesAfter(noon, 15 * 24 * 60)).command).toEqual({
      type: 'expire-approval',
    });
  });

  it('offers what can be done about it', () => {
    expect(canBeCanceled(after())).toBe(true);
    expect(canBeRetried(after())).toEqual([]);
    expect(canBeRetried(after(done, done, fails, done))).toEqual(['resolve', 'provision']);
  });
});
