import { describe, expect, it } from 'vitest';
import { minutesAfter } from '../../shared/instant.ts';
import { PauseRollout } from '../../shared/rollouts/request-bodies.ts';
import { rolloutView } from '../../shared/rollouts/view.ts';
import { newVersion } from '../support/small-azure.ts';
import { body, poolOf, start } from './pool-of.ts';

describe('a paused rollout', () => {
  it('starts no further host, and lets those under way come to their end', async () => {
    const { asks, azure, world } = await poolOf(3);
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(async () => (await asks.hostsOf(id)).some(({ goAt }) => goAt), { days: 1 });
    await asks.pause(id, { reason: 'somebody presents', by: 'ann' });
    await world.passUntil(() => false, { days: 16 });
    expect((await asks.hostsOf(id)).map(({ outcome }) => outcome)).toEqual(['done']);
    const rollout = await asks.rollout(id);
    expect(rolloutView(id, rollout)).toMatchObject({
      status: 'running',
      paused: { by: 'ann', reason: 'somebody presents' },
      waitingFor: 'paused by ann until it is resumed: somebody presents',
      canBePaused: true,
    });
    expect([...azure.fleet.values()].map(({ reimages }) => reimages)).toEqual([1, 0, 0]);
  });

  it('goes on when it is resumed, under the policy that the pool has by then', async () => {
    const { asks, azure, world, end } = await poolOf(3);
    const { id } = await asks.startRollout('pool', start, 'r');
    await asks.pause(id, { reason: 'later' });
    await world.passUntil(() => false, { days: 1 });
    expect(azure.model).not.toBe(newVersion);
    await asks.definePool('pool', { ...body, policy: { ...body.policy, maxUnavailable: 3 } });
    await asks.resume(id, { by: 'ben' });
    await end();
    const hosts = await asks.hostsOf(id);
    expect(hosts.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done']);
    expect(new Set(hosts.map(({ admittedAt }) => admittedAt)).size).toBe(1);
    expect((await asks.history(id)).value.map(({ event }) => event.type)).toContain('resumed');
  });

  it('R9: is not resumed onto a version that is no longer where the pool is', async () => {
    let regions = ['West Europe'];
    const { asks, world, end } = await poolOf(3, (azure) => {
      azure.gallery = { completedRegions: async () => regions };
    });
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(async () => (await asks.hostsOf(id)).length > 0, { days: 1 });
    await asks.pause(id, { reason: 'later' });
    await world.passUntil(() => false, { days: 1 });
    regions = [];
    await asks.resume(id, {});
    expect(await end()).toMatchObject([{ phase: 'failed', failure: { code: 'VersionNotReady' } }]);
  });

  it('goes on by itself when the pause is over', async () => {
    const { asks, end, world } = await poolOf(2);
    const { id } = await asks.startRollout('pool', start, 'r');
    const until = minutesAfter(world.now(), 600);
    await asks.pause(id, { reason: 'working hours', until });
    const [rollout] = await end();
    expect(rollout?.phase).toBe('succeeded');
    expect((await asks.hostsOf(id)).every(({ admittedAt }) => admittedAt >= until)).toBe(true);
    expect((await asks.history(id)).value.find(({ event }) => event.type === 'resumed')?.event).toMatchObject(
      {
        by: 'the end of the pause',
      },
    );
  });

  it('R11: can be aborted', async () => {
    const { asks, end } = await poolOf(2);
    const { id } = await asks.startRollout('pool', start, 'r');
    await asks.pause(id, { reason: 'later' });
    await asks.abort(id, { reason: 'never mind' });
    expect(await end()).toMatchObject([{ phase: 'aborted', reason: 'never mind' }]);
    expect((await asks.pool('pool')).activeRollout).toBeUndefined();
  });

  it('has an end with a time zone, if any', () => {
    const until = '2026-10-17T21:00:00+02:00';
    expect(PauseRollout.parse({ reason: 'r', until }).until).toBe('2026-10-17T19:00:00.000Z');
    expect(PauseRollout.safeParse({ reason: 'r', until: '2026-10-17T21:00' }).success).toBe(false);
    expect(PauseRollout.safeParse({}).success).toBe(false);
  });
});
