import { describe, expect, it } from 'vitest';
import { failure } from '../../shared/errors.ts';
import { minutesAfter } from '../../shared/instant.ts';
import { rolloutView } from '../../shared/rollouts/view.ts';
import { evenTempered, newVersion, oldVersion } from '../support/small-azure.ts';
import { poolOf, start } from './pool-of.ts';
import { refusal } from './refusal.ts';
import {
  backOf,
  because,
  finished,
  halfWay,
  hostsOf,
  minutes,
  oneByOne,
  pass,
  versionsIn,
  wanted,
} from './taken-back.ts';

describe('M85: a rollout that is taken back', () => {
  it('R1, R13: ends half way, and its pool comes back before anybody else may have it', async () => {
    const fleet = await halfWay();
    const { asks, backs, insight, end, id, azure, seen } = fleet;
    expect((await insight.explain(id)).youCan).toContain(
      `take it back to version 1.0.0: POST /rollouts/${id}/rollback {"reason":"…"}`,
    );
    const back = await backs.rollBack(id, because);
    expect(rolloutView(back.id, back.rollout)).toMatchObject({
      id: backOf(id),
      version: '1.0.0',
      status: 'running',
      stage: 'claim',
      waitingFor: `rollout ${id} to end`,
      rollbackOf: id,
      requested: { ...because, rollbackOf: id },
    });
    expect(rolloutView(id, await asks.rollout(id))).toMatchObject({
      status: 'stopping',
      rolledBackBy: back.id,
      canBeAborted: false,
    });
    expect(await asks.pool('pool')).toMatchObject({ activeRollout: id, nextRollout: back.id });
    expect((await insight.explain(id)).youCan.join()).not.toMatch(/rollback/);
    expect((await refusal(asks.startRollout('pool', start, 'another')))?.code).toBe('RolloutAlreadyActive');
    const all = await end();
    const phases = Object.fromEntries(all.map((one) => [one.version.number, one.phase]));
    expect(phases).toEqual({ '1.1.0': 'aborted', '1.0.0': 'succeeded' });
    expect(await asks.rollout(id)).toMatchObject({
      by: 'ann',
      reason: `taken back by rollout ${back.id}: Teams crashes`,
    });
    expect(new Set(await hostsOf(fleet, back.id))).toEqual(new Set(['done', 'skipped']));
    expect([versionsIn(fleet), azure.model, azure.wrongs]).toEqual([[oldVersion], oldVersion, []]);
    const { activeRollout, nextRollout } = await asks.pool('pool');
    expect([activeRollout, nextRollout]).toEqual([undefined, undefined]);
    expect((await backs.rollBack(id, { reason: 'again' })).id).toBe(back.id);
    expect(await seen.rollouts.loadAll('')).toHaveLength(2);
  });

  it('goes back once it is finished as well, and can itself be taken back', async () => {
    const fleet = await finished();
    const { backs, end, id } = fleet;
    const back = await backs.rollBack(id, because);
    expect(back.rollout).toMatchObject({ phase: 'running', standing: { stage: 'prepare' } });
    await end();
    expect(versionsIn(fleet)).toEqual([oldVersion]);
    expect(rolloutView(id, await fleet.asks.rollout(id))).toMatchObject({
      status: 'succeeded',
      rolledBackBy: back.id,
    });
    const forth = await backs.rollBack(back.id, because);
    await end();
    expect(versionsIn(fleet)).toEqual([newVersion]);
    expect(await fleet.asks.rollout(forth.id)).toMatchObject({
      phase: 'succeeded',
      requested: { rollbackOf: back.id },
    });
  });

  it('M84: takes along the hosts that it left in quarantine, and they have users again', async () => {
    const fleet = await poolOf(3);
    const { asks, azure, backs, end } = fleet;
    await asks.definePool('pool', oneByOne);
    const ill = azure.fleet.get('0');
    if (ill) ill.temper = { ...evenTempered, isIll: true };
    const { id } = await asks.startRollout('pool', start, 'first');
    expect(await end()).toMatchObject([{ phase: 'failed', failure: { code: 'BreakerOpen' } }]);
    expect(await hostsOf(fleet, id)).toContain('quarantined');
    expect(azure.desktop.isOpen('avd-0')).toBe(false);
    // What was wrong with it was the version.
    if (ill) ill.temper = evenTempered;
    const back = await backs.rollBack(id, because);
    await end();
    expect(await asks.rollout(back.id)).toMatchObject({ phase: 'succeeded' });
    expect(await hostsOf(fleet, back.id)).toEqual(['done', 'skipped', 'skipped']);
    expect(versionsIn(fleet)).toEqual([oldVersion]);
    expect(azure.desktop.isOpen('avd-0')).toBe(true);
    expect(azure.fleet.get('0')?.machine.tags['exclude']).toBeUndefined();
  });

  it('X1: is taken back by whoever finds the request on record, though who asked died right after', async () => {
    const fleet = await halfWay();
    const { id, end, asks, fleet: parts } = fleet;
    const { link } = await asks.pool('pool');
    const version = { number: '1.0.0', imageVersionId: oldVersion };
    const asked = {
      pool: 'pool',
      link,
      version,
      by: 'ann',
      reason: '',
      rollbackOf: id,
      at: fleet.world.now(),
    };
    await parts.rollouts.record(backOf(id), () => ({ type: 'requested', ...asked }));
    await end();
    expect(await asks.rollout(id)).toMatchObject({ phase: 'aborted', rolledBackBy: backOf(id) });
    expect(versionsIn(fleet)).toEqual([oldVersion]);
  });

  it('waits in a freeze, and nothing new starts meanwhile', async () => {
    const fleet = await halfWay();
    const { id, backs, end, freezeAsks, insight, world } = fleet;
    const until = minutesAfter(world.now(), 600);
    await freezeAsks.put('fair', { scope: { kind: 'all' }, reason: 'a fair', until });
    const back = await backs.rollBack(id, because);
    await pass(fleet, minutes(120));
    expect((await insight.explain(back.id)).because).toMatchObject([{ code: 'Frozen' }]);
    expect(await hostsOf(fleet, back.id)).toEqual([]);
    await end();
    expect(versionsIn(fleet)).toEqual([oldVersion]);
  });

  it('V7: is not gone on with once its version is revoked, and the pool is free', async () => {
    const { id, backs, end, refused, asks } = await halfWay();
    const back = await backs.rollBack(id, because);
    refused.whyFormer = failure('Revoked', 'Version 1.0.0 was revoked by ann: worm');
    await end();
    expect(await asks.rollout(back.id)).toMatchObject({ phase: 'failed', failure: { code: 'Revoked' } });
    const { activeRollout, nextRollout } = await asks.pool('pool');
    expect([activeRollout, nextRollout]).toEqual([undefined, undefined]);
  });

  it('stays where it is when its rollback is aborted before the pool is free', async () => {
    const fleet = await halfWay();
    const { id, backs, end, asks, insight } = fleet;
    const back = await backs.rollBack(id, because);
    await asks.abort(back.id, { reason: 'no' });
    await end();
    expect((await asks.rollout(id)).phase).toBe('aborted');
    expect(versionsIn(fleet).length).toBe(2);
    expect((await asks.pool('pool')).activeRollout).toBeUndefined();
    // It was taken back once; now a rollout of the pool is the way.
    expect((await insight.explain(id)).youCan).toEqual([]);
  });

  it('belongs to a movement of a channel that is over', async () => {
    const fleet = await poolOf();
    const { channels, refused, end, backs } = fleet;
    const [id = ''] = (await channels.ensureRolledOut(wanted)).rollouts;
    await end();
    refused.movements.add(wanted.movement);
    await backs.rollBack(id, because);
    await end();
    expect(versionsIn(fleet)).toEqual([oldVersion]);
  });

  it('may have been followed by one that never had the pool', async () => {
    const fleet = await poolOf();
    const { asks, backs, end, world } = fleet;
    // Both find the pool free; one gets it.
    const two = await Promise.all(
      ['one', 'two'].map(async (request) => await asks.startRollout('pool', start, request)),
    );
    await world.passUntil(() => false, minutes(5));
    const { activeRollout = '' } = await asks.pool('pool');
    await end();
    const loser = two.find(({ id }) => id !== activeRollout)?.id ?? '';
    expect(await asks.rollout(loser)).toMatchObject({ failure: { code: 'RolloutAlreadyActive' } });
    expect((await refusal(backs.rollBack(loser, because)))?.code).toBe('NoRollbackTarget');
    await backs.rollBack(activeRollout, because);
    await end();
    expect(versionsIn(fleet)).toEqual([oldVersion]);
  });
});
