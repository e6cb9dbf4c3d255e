import { describe, expect, it } from 'vitest';
import { failure } from '../../shared/errors.ts';
import { RollBackRollout } from '../../shared/rollouts/request-bodies.ts';
import { newVersion, oldVersion } from '../support/small-azure.ts';
import { body, poolOf, start } from './pool-of.ts';
import { refusal } from './refusal.ts';
import { backOf, because, finished, type Fleet, minutes, pass, wanted } from './taken-back.ts';

describe('what cannot be taken back', () => {
  const named = (model: string) => async () =>
    await finished(({ azure }) => {
      azure.model = model;
    });
  const then = (change: (fleet: Awaited<ReturnType<typeof finished>>) => void) => async () => {
    const fleet = await finished();
    change(fleet);
    return fleet;
  };
  const redefined = (more: Partial<typeof body>) => async () => {
    const fleet = await finished();
    await fleet.asks.definePool('pool', { ...body, ...more });
    return fleet;
  };
  const after = async () => {
    const fleet = await finished();
    await fleet.asks.startRollout('pool', start, 'second');
    await pass(fleet, minutes(1));
    return fleet;
  };
  const table: [
    title: string,
    story: () => Promise<Fleet & { id: string }>,
    code: string,
    message: RegExp,
  ][] = [
    [
      'has changed nothing yet',
      async () => {
        const fleet = await poolOf();
        return { ...fleet, id: (await fleet.asks.startRollout('pool', start, 'first')).id };
      },
      'NoRollbackTarget',
      /has not changed what .*; abort it: POST \/rollouts\/pool-[0-9a-f]+\/abort/,
    ],
    ['found the model as it is', named(newVersion), 'NoRollbackTarget', /named version 1.1.0 before/],
    ['came from no image of a gallery', named(''), 'NoRollbackTarget', /no image of a gallery/],
    ['came from the newest of a definition', named('/images/i'), 'NoRollbackTarget', /no version of a gal/],
    [
      'came from a version of another set',
      named('/galleries/g/images/i/versions/7.7.7'),
      'NoRollbackTarget',
      /win11 has no version 7.7.7/,
    ],
    [
      'came from another image of that number',
      named('/galleries/g/images/i/versions/1.0.0'),
      'NoRollbackTarget',
      /version 1.0.0 is \/subscriptions/,
    ],
    [
      'came from a version that is revoked',
      then(({ refused }) => {
        refused.whyFormer = failure('Revoked', 'Version 1.0.0 was revoked by ann: worm');
      }),
      'NoRollbackTarget',
      /revoked by ann: worm/,
    ],
    [
      'came from a version that is being deleted',
      then(({ refused }) => {
        refused.whyFormer = failure('VersionOver', 'Version 1.0.0 is deleting.');
      }),
      'NoRollbackTarget',
      /is deleting/,
    ],
    [
      'came from a version that is gone',
      then(({ refused }) => {
        refused.former = undefined;
      }),
      'NoRollbackTarget',
      /not in the gallery any more/,
    ],
    [
      'is of a pool of other hosts by now',
      redefined({ hostPool: 'another' }),
      'NoRollbackTarget',
      /names other hosts/,
    ],
    [
      'is of a pool at a place without the version',
      redefined({ place: 'branch' }),
      'NoRollbackTarget',
      /no place branch/,
    ],
    [
      'is of a movement under way',
      async () => {
        const fleet = await poolOf();
        const { rollouts } = await fleet.channels.ensureRolledOut(wanted);
        await pass(fleet, minutes(5));
        return { ...fleet, id: rollouts[0] ?? '' };
      },
      'InvalidPhase',
      /roll the channel back: POST \/image-sets\/win11\/channels\/production\/rollback \{"reason":"…"\}/,
    ],
    ['was followed by another under way', after, 'InvalidPhase', /Rollout pool-\w+ .* has begun since/],
    [
      'was followed by another that is over',
      async () => {
        const fleet = await after();
        await fleet.end();
        return fleet;
      },
      'InvalidPhase',
      /Rollout pool-\w+ .* has begun since/,
    ],
  ];
  it.each(table)('is a rollout that %s', async (_, story, code, message) => {
    const { backs, insight, asks, id, seen } = await story();
    const before = [
      await asks.rollout(id),
      await asks.pool('pool'),
      (await seen.rollouts.loadAll('')).length,
    ];
    const why = await refusal(backs.rollBack(id, because));
    expect(why).toMatchObject({ code, target: id });
    expect(why?.message).toMatch(message);
    expect(why?.httpStatus).toBe(409);
    expect((await insight.explain(id)).youCan.join()).not.toMatch(/rollback/);
    expect([
      await asks.rollout(id),
      await asks.pool('pool'),
      (await seen.rollouts.loadAll('')).length,
    ]).toEqual(before);
  });

  it('is a rollout that nobody knows, and none without a reason', async () => {
    const { backs } = await poolOf();
    expect(await refusal(backs.rollBack('none', because))).toMatchObject({
      code: 'NotFound',
      target: 'none',
    });
    expect(RollBackRollout.safeParse({ by: 'ann' }).success).toBe(false);
  });

  it('is a rollout whose pool somebody else got at the same moment', async () => {
    const fleet = await finished();
    const { id, asks, backs, fleet: parts, world } = fleet;
    const other = await asks.startRollout('pool', start, 'second');
    await asks.pause(other.id, { reason: 'lunch' });
    await pass(fleet, minutes(1));
    const { link } = await asks.pool('pool');
    const version = { number: '1.0.0', imageVersionId: oldVersion };
    const asked = { pool: 'pool', link, version, by: 'ann', reason: '', rollbackOf: id, at: world.now() };
    await parts.rollouts.record(backOf(id), () => ({ type: 'requested', ...asked }));
    await pass(fleet, minutes(1));
    expect(await refusal(backs.rollBack(id, because))).toMatchObject({
      code: 'InvalidPhase',
      message: expect.stringContaining(other.id),
    });
    expect((await asks.rollout(id)).rolledBackBy).toBeUndefined();
  });
});
