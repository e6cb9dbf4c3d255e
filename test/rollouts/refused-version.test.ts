import { describe, expect, it } from 'vitest';
import { failure } from '../../shared/errors.ts';
import { newVersion, oldVersion } from '../support/small-azure.ts';
import { body, poolOf, start } from './pool-of.ts';
import { refusal } from './refusal.ts';

const revoked = failure('Revoked', 'Version 1.1.0 was revoked by ann: Teams crashes');
const minutes = (count: number) => ({ days: count / 1440 });

describe('V7: a version that may not be used any more', () => {
  it('is not begun with by people', async () => {
    const { asks, refused, seen } = await poolOf();
    refused.why = revoked;
    expect(await refusal(asks.startRollout('pool', start, 'one'))).toMatchObject({
      code: 'Revoked',
      target: 'version',
    });
    expect(await seen.rollouts.loadAll('')).toEqual([]);
    expect((await asks.plan('pool', start)).blockers).toEqual([revoked]);
  });

  it('is not begun with where the pool looks for it, and the plan says why', async () => {
    const { asks } = await poolOf();
    await asks.definePool('pool', { ...body, place: 'branch' });
    const [why, ...more] = (await asks.plan('pool', start)).blockers;
    expect(why).toMatchObject({ code: 'NotFound', message: 'There is no place branch.' });
    expect(more).toEqual([]);
    expect(await refusal(asks.startRollout('pool', start, 'one'))).toMatchObject({ code: 'NotFound' });
  });

  it('is not begun with by a rollout that is on record already', async () => {
    const { asks, refused, end, azure } = await poolOf();
    await asks.startRollout('pool', start, 'one');
    refused.why = revoked;
    expect(await end()).toMatchObject([{ phase: 'failed', stage: 'claim', failure: { code: 'Revoked' } }]);
    expect(azure.model).toBe(oldVersion);
    expect((await asks.pool('pool')).activeRollout).toBeUndefined();
  });

  it('keeps its rollout from another host once one is under way, and those that can be are put back', async () => {
    const { asks, refused, end, azure, world, seen } = await poolOf(4);
    await asks.definePool('pool', { ...body, policy: { ...body.policy, maxUnavailable: 1 } });
    const { id } = await asks.startRollout('pool', start, 'one');
    const hosts = async () => Object.values((await seen.rollouts.load(id))?.state.facts.hosts ?? {});
    await world.passUntil(
      async () => (await hosts()).some(({ outcome }) => outcome === 'done'),
      minutes(600),
    );
    const begun = (await hosts()).length;
    refused.why = revoked;
    expect(await end()).toMatchObject([{ phase: 'failed', stage: 'roll', failure: { code: 'Revoked' } }]);
    expect((await hosts()).length).toBeLessThanOrEqual(begun + 1);
    expect([...azure.fleet.values()].some(({ machine }) => machine.imageVersionId === oldVersion)).toBe(true);
    expect(azure.wrongs).toEqual([]);
  });

  it('is not gone on with by a rollout that was paused', async () => {
    const { asks, refused, end, world, azure } = await poolOf();
    const { id } = await asks.startRollout('pool', start, 'one');
    await asks.pause(id, { reason: 'lunch' });
    await world.passUntil(() => false, minutes(10));
    refused.why = revoked;
    await asks.resume(id, {});
    expect(await end()).toMatchObject([{ phase: 'failed', failure: { code: 'Revoked' } }]);
    expect([...azure.fleet.values()].every(({ machine }) => machine.imageVersionId !== newVersion)).toBe(
      true,
    );
  });
});

describe('a rollout that a movement of a channel wanted', () => {
  const wanted = {
    movement: 'win11.production.1',
    set: 'win11',
    number: '1.1.0',
    imageVersionId: newVersion,
    channel: 'production',
    by: 'ann',
    reason: 'release in channel production',
  };

  it('does not begin once the channel has moved on, whoever asked for it late', async () => {
    const { channels, refused, end, azure } = await poolOf();
    await channels.ensureRolledOut(wanted);
    refused.movements.add(wanted.movement);
    expect(await end()).toMatchObject([
      { phase: 'failed', stage: 'claim', failure: { message: expect.stringMatching(/has moved on/) } },
    ]);
    expect(azure.model).toBe(oldVersion);
  });

  it('is ended half way, and the hosts that had gone ahead come back with the next', async () => {
    const { channels, asks, end, azure, world, seen } = await poolOf(4);
    await asks.definePool('pool', { ...body, policy: { ...body.policy, maxUnavailable: 1 } });
    await channels.ensureRolledOut(wanted);
    const isHalfWay = async () =>
      (await seen.rollouts.loadAll('')).some(({ saved }) =>
        Object.values(saved.state.facts.hosts ?? {}).some(({ outcome }) => outcome === 'done'),
      );
    await world.passUntil(isHalfWay, minutes(600));
    await channels.stopRollouts(wanted.movement, 'channel production moves on to 1.0.0');
    await end();
    expect(await channels.stopRollouts(wanted.movement, 'again')).toEqual({ status: 'done' });
    const back = { ...wanted, movement: 'win11.production.2', number: '1.0.0', imageVersionId: oldVersion };
    await channels.ensureRolledOut(back);
    const [, second] = await end();
    expect(second).toMatchObject({ phase: 'succeeded', requested: { movement: 'win11.production.2' } });
    const outcomes = Object.values(second?.facts.hosts ?? {}).map(({ outcome }) => outcome);
    expect(new Set(outcomes)).toEqual(new Set(['skipped', 'done']));
    expect([...azure.fleet.values()].every(({ machine }) => machine.imageVersionId === oldVersion)).toBe(
      true,
    );
    expect(await channels.ensureRolledOut(back)).toMatchObject({ status: 'done' });
  });

  it('is set aside once it has failed, and goes on while it has not', async () => {
    const { channels, asks, end, world } = await poolOf();
    const [first] = (await channels.ensureRolledOut(wanted)).rollouts;
    await world.passUntil(() => false, minutes(3));
    expect(await channels.setAside(wanted.movement)).toEqual({ status: 'done' });
    expect((await asks.rollout(first ?? '')).phase).toBe('running');
    await asks.abort(first ?? '', { reason: 'enough' });
    expect(await channels.setAside(wanted.movement)).toEqual({ status: 'running' });
    await end();
    expect(await channels.ensureRolledOut(wanted)).toMatchObject({ status: 'failed', rollouts: [first] });
    expect(await channels.setAside(wanted.movement)).toEqual({ status: 'done' });
    const { status, rollouts } = await channels.ensureRolledOut(wanted);
    expect([status, rollouts.includes(first ?? '')]).toEqual(['running', false]);
    expect((await end()).at(-1)).toMatchObject({ phase: 'succeeded' });
  });

  it('is paused and resumed with all the others of its movement, as often as that is asked', async () => {
    const { channels, end, seen, world } = await poolOf();
    const { rollouts } = await channels.ensureRolledOut(wanted);
    const state = async () => (await seen.rollouts.load(rollouts[0] ?? ''))?.state;
    await channels.pauseRollouts(wanted.movement, 'ann', 'lunch');
    const paused = await state();
    await channels.pauseRollouts(wanted.movement, 'ann', 'lunch');
    expect(await state()).toEqual(paused);
    expect(paused).toMatchObject({ phase: 'running', pause: { by: 'ann', reason: 'lunch' } });
    await channels.pauseRollouts('win11.production.11', 'ann', 'another');
    expect(await state()).toEqual(paused);
    await world.passUntil(() => false, minutes(60));
    await channels.resumeRollouts(wanted.movement, 'ben');
    await channels.resumeRollouts(wanted.movement, 'ben');
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
  });

  it('is ended with every other to the same image version, whoever started it', async () => {
    const { channels, asks, end } = await poolOf();
    const { id } = await asks.startRollout('pool', start, 'by hand');
    const stop = async (to: string) => await channels.stopRolloutsTo([to.toUpperCase()], 'ann', 'revoked');
    expect(await stop(oldVersion)).toEqual({ status: 'done', rollouts: [] });
    expect(await stop(newVersion)).toEqual({ status: 'running', rollouts: [id] });
    expect(await end()).toMatchObject([{ phase: 'aborted', by: 'ann', reason: 'revoked' }]);
    expect(await stop(newVersion)).toEqual({ status: 'done', rollouts: [] });
  });
});

describe('a host pool at a hosting place', () => {
  const wanted = {
    movement: 'win11.production.1',
    set: 'win11',
    number: '1.1.0',
    imageVersionId: '/home/versions/1.1.0',
    channel: 'production',
    by: 'ann',
    reason: '',
  };

  it('is not told to wait for a version that never comes', async () => {
    const { asks, refused } = await poolOf();
    refused.why = failure('VersionOver', 'Version 1.2.0 is canceled.');
    const asked = { ...start, version: '1.2.0' };
    expect(await refusal(asks.startRollout('pool', asked, 'one'))).toMatchObject({ code: 'VersionOver' });
    expect((await asks.plan('pool', asked)).blockers).toMatchObject([{ code: 'VersionOver' }]);
  });

  it('gets the copy that is there, and waits for it', async () => {
    const { channels, asks, copies, end, azure } = await poolOf();
    await asks.definePool('pool', { ...body, place: 'branch' });
    copies['branch'] = { waitingFor: 'copy branch to be complete' };
    expect(await channels.ensureRolledOut(wanted)).toEqual({
      status: 'running',
      rollouts: [],
      waitingFor: 'pool: copy branch to be complete',
    });
    expect(await refusal(asks.startRollout('pool', start, 'one'))).toMatchObject({ code: 'VersionNotReady' });
    expect((await asks.plan('pool', { version: '1.1.0' })).blockers).toMatchObject([
      { code: 'VersionNotReady' },
    ]);
    expect(await channels.checkHosts('win11', 'production', wanted.imageVersionId)).toMatchObject([
      { host: 'pool', outcome: 'inconclusive' },
    ]);
    copies['branch'] = { imageVersionId: newVersion };
    expect(await channels.ensureRolledOut(wanted)).toMatchObject({
      status: 'running',
      rollouts: [expect.any(String)],
    });
    expect(await end()).toMatchObject([{ phase: 'succeeded', version: { imageVersionId: newVersion } }]);
    expect(azure.model).toBe(newVersion);
    const checks = await channels.checkHosts('win11', 'production', wanted.imageVersionId);
    expect(checks.every(({ outcome }) => outcome === 'passed')).toBe(true);
  });

  it('says why there is none', async () => {
    const { channels, asks } = await poolOf();
    await asks.definePool('pool', { ...body, place: 'nowhere' });
    const failure = { code: 'NotFound', message: 'There is no place nowhere.' };
    expect(await channels.ensureRolledOut(wanted)).toMatchObject({ status: 'failed', failure, rollouts: [] });
    expect(await refusal(asks.startRollout('pool', start, 'one'))).toMatchObject(failure);
  });
});
