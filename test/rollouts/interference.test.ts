import { describe, expect, it } from 'vitest';
import { foreignUpdates, foundOn } from '../../shared/rollouts/foreign.ts';
import { noticesOf } from '../../shared/rollouts/notices.ts';
import type { HostRecord } from '../../shared/rollouts/waves.ts';
import { newVersion, oldVersion, tag } from '../support/small-azure.ts';
import { host } from './host-views.ts';
import { body, poolOf, start } from './pool-of.ts';

const otherVersion = oldVersion.replace('1.0.0', '0.9.0');
const slowly = { ...body.policy, maxUnavailable: 1, drainAhead: 1 };

describe('a scale set whose model somebody else changes', () => {
  const rolling = async () => {
    const pool = await poolOf(6);
    await pool.asks.definePool('pool', { ...body, policy: slowly });
    const { id } = await pool.unplanned();
    const done = async () => (await pool.asks.hostsOf(id)).filter(({ outcome }) => outcome === 'done').length;
    await pool.world.passUntil(async () => (await done()) > 0, { days: 1 });
    return { ...pool, id, done };
  };

  it('pauses its rollout: nothing starts, whoever waits is put back, and people are told what it names', async () => {
    const { asks, azure, world, insight, id, done } = await rolling();
    azure.model = otherVersion;
    const paused = async () => {
      const rollout = await asks.rollout(id);
      return rollout.phase === 'running' && rollout.pause !== undefined;
    };
    await world.passUntil(paused, { days: 1 });
    const seen = world.now();
    await world.passUntil(() => false, { days: 1 });
    const admitted = (await asks.hostsOf(id)).filter(({ admittedAt }) => admittedAt > seen);
    expect(admitted).toEqual([]);
    expect((await asks.hostsOf(id)).every(({ outcome }) => outcome !== 'admitted')).toBe(true);
    const { movement, because, youCan } = await insight.explain(id);
    expect(movement).toBe('paused');
    expect(because).toMatchObject([
      { code: 'ModelChanged', detail: { names: otherVersion, scaleSet: 'set' } },
    ]);
    expect(youCan.join()).toMatch(/see who changed scale set set.*resume it/);
    expect(await done()).toBeLessThan(6);
    expect((await insight.timeline(id)).rollout.pause).toBeGreaterThan(80_000);
  });

  it('names the version again once people resume, and who got the other is theirs to retry', async () => {
    const { asks, azure, fleet, world, end, id } = await rolling();
    // In the moment in which a host has its turn; afterwards somebody might have seen it before the next has.
    fleet.onHostSaved.push((_, { type }) => {
      if (type === 'go' && !isChanged) azure.model = otherVersion;
      isChanged ||= type === 'go';
    });
    let isChanged = false;
    await world.passUntil(() => false, { days: 1 / 8 });
    // Whoever was reimaged before that was seen has the wrong image, and the rollout has not failed for it.
    const records = Object.values((await asks.rollout(id)).facts.hosts ?? {});
    const wrong = records.filter(({ outcome }) => outcome === 'quarantined' || outcome === 'failed');
    expect(wrong.length).toBeGreaterThan(0);
    for (const { name } of wrong) await asks.retryHost(id, name, { reason: 'the model was changed' });
    await asks.resume(id, {});
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
    expect(azure.model).toBe(newVersion);
    expect([...azure.fleet.values()].every(({ machine }) => machine.imageVersionId === newVersion)).toBe(
      true,
    );
    expect((await asks.rollout(id)).facts).not.toHaveProperty('modelChanged');
  });

  it('is asked no more often than every five minutes', async () => {
    let asked = 0;
    const { asks, end } = await poolOf(8, (azure) => {
      const { model } = azure.fleets;
      azure.fleets = {
        ...azure.fleets,
        model: async (...of) => {
          asked += 1;
          return await model(...of);
        },
      };
    });
    await asks.definePool('pool', { ...body, policy: slowly });
    const { id } = await asks.startRollout('pool', start, 'r');
    await end();
    const rollout = await asks.rollout(id);
    if (rollout.phase !== 'succeeded') throw new Error(rollout.phase);
    const minutes = (Date.parse(rollout.at) - Date.parse(rollout.requested.at)) / 60_000;
    // Besides, it is asked while it is named.
    expect(asked).toBeLessThan(minutes / 5 + 10);
  });
});

describe('hosts that somebody else brings to another image', () => {
  const on = (imageVersionId: string) => ({ imageVersionId });
  const views = [host('a', on(oldVersion)), host('b', on(oldVersion)), host('c', on(otherVersion))];
  const facts = { foundOn: foundOn(views), sessionsBefore: { a: 0, b: 0, c: 0 } };
  const named = (records: Record<string, Partial<HostRecord>>, now = views) => {
    const at = { wantedOn: () => newVersion, now: '2026-01-05T12:00:00.000Z' };
    const found = foreignUpdates(facts, now, records as Record<string, HostRecord>, at);
    return Object.values(found).map(({ name, on: image }) => `${name} ${image.slice(-5)}`);
  };

  it('are found by what they were on, however many there are', () => {
    expect(facts.foundOn).toEqual({
      most: oldVersion.toLowerCase(),
      others: { c: otherVersion.toLowerCase() },
    });
    expect(named({})).toEqual([]);
    expect(named({}, [host('a', on(newVersion)), host('c', on(oldVersion))])).toEqual(['a 1.1.0', 'c 1.0.0']);
  });

  it('are not those that we brought, that are under way, or that came later', () => {
    expect(
      named({ a: { outcome: 'done' } }, [host('a', on(newVersion)), host('new', on(newVersion))]),
    ).toEqual([]);
    expect(named({}, [host('a', { ...on(newVersion), standing: 'in-flight' })])).toEqual([]);
    expect(named({ a: { outcome: 'done' } }, [host('a', on(otherVersion))])).toEqual(['a 0.9.0']);
  });

  it('are told in the explanation, the history and the timeline, and brought if they are on another version', async () => {
    const { asks, azure, world, end, insight, seen } = await poolOf(5);
    await asks.definePool('pool', { ...body, policy: { ...slowly, drainAhead: 0 } });
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(async () => (await asks.hostsOf(id)).length > 0, { days: 1 });
    const untouched = [...azure.fleet].filter(([name]) => name !== '0').map(([, state]) => state);
    const [first, second] = untouched.slice(-2);
    if (first) first.machine = { ...first.machine, imageVersionId: otherVersion };
    if (second) second.machine = { ...second.machine, imageVersionId: newVersion };
    await world.passUntil(async () => (await asks.rollout(id)).facts.foreign !== undefined, { days: 1 });
    const { notices } = await insight.explain(id);
    expect(notices).toContainEqual(expect.objectContaining({ code: 'ForeignUpdate' }));
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
    const lines = (await seen.rollouts.history(id)).map(({ event }) => ('news' in event ? event.news : ''));
    expect(lines.join()).toMatch(/ForeignUpdate: somebody else brought avd-\d to 0.9.0/);
    const { foreignUpdates: told } = await insight.timeline(id);
    expect(told.length).toBe(2);
    const images = [...azure.fleet.values()].map(({ machine }) => machine.imageVersionId);
    expect(new Set(images)).toEqual(new Set([newVersion]));
  });
});

describe('hosts that somebody else drained', () => {
  it('are told apart: by people, by an earlier rollout, and those that just take nobody', () => {
    const views = [
      host('people', { takesUsers: false, drainedBy: 'somebody' }),
      host('earlier', { takesUsers: false, drainedBy: 'quarantine' }),
      host('ours', { takesUsers: false, drainedBy: 'quarantine', standing: 'in-flight' }),
      host('silent', { takesUsers: false }),
      host('off', { takesUsers: false, isPoweredOff: true }),
    ];
    const notices = noticesOf({ views, records: {}, waiters: [], foreign: {} });
    expect(notices.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'DrainedByOthers: 2 hosts are drained, and not by this rollout: people, earlier by an earlier one',
      'HostsTakeNoUsers: 1 host runs and takes no users: silent',
    ]);
  });

  it('are brought like any other, stay drained as they were, and are named', async () => {
    const { asks, azure, world, end, insight } = await poolOf(2);
    await asks.definePool('pool', { ...body, policy: { ...slowly, drainAhead: 0 } });
    azure.add('mine', { isDrained: true });
    azure.add('left', { isDrained: true, priorTag: 'goldsmith:open' });
    const { id } = await asks.startRollout('pool', start, 'r');
    await world.passUntil(async () => (await asks.rollout(id)).facts.notices !== undefined, { days: 1 });
    const [notice] = (await insight.explain(id)).notices;
    expect(notice?.code).toBe('DrainedByOthers');
    expect(await end()).toMatchObject([{ phase: 'succeeded' }]);
    expect([azure.desktop.isOpen('avd-mine'), azure.desktop.isOpen('avd-left')]).toEqual([false, true]);
    expect(azure.fleet.get('left')?.machine.tags).not.toHaveProperty(tag);
  });
});
