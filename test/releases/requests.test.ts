import { describe, expect, it } from 'vitest';
import { ReleaseId, Say } from '../../shared/releases/request-bodies.ts';
import { releaseView } from '../../shared/releases/view.ts';
import { approved, id, isEnded, number, releaseOf, set } from './release-of.ts';

const ben = { by: 'ben', reason: 'so' };
const refusal = (code: string, target: string) => ({ code, target, message: expect.stringMatching(/\.$/) });
const isReleased = (release: { phase: string }) => release.phase === 'released';

describe('what people may ask of releases', () => {
  it('is how one stands, with all of its way', async () => {
    const { start, until, approvals, requests, world, at } = await releaseOf({
      policies: { production: approved },
    });
    await start();
    await until(at('approve', 'production'));
    await approvals.requests.approveVersion(set, number, ben);
    const release = await until(isReleased);
    expect(releaseView(release, world.now())).toMatchObject({
      id,
      imageSet: set,
      version: number,
      status: 'released',
      imageVersionId: '/v',
      channels: [
        {
          name: 'test',
          state: 'passed',
          movement: 2,
          proof: {},
          validation: { id: `${id}.test.1`, passed: 2, of: 3 },
        },
        { name: 'pilot', state: 'passed', proof: { validation: `${id}.test.1` } },
        {
          name: 'production',
          state: 'passed',
          approval: {
            id: `${id}.production.1`,
            status: 'approved',
            decisions: [{ by: 'ben', reason: 'so' }],
          },
          proof: { validation: `${id}.pilot.1`, approval: `${id}.production.1` },
          validation: { status: 'passed' },
        },
      ],
      people: [{ what: 'started', by: 'ana', reason: 'patches' }],
      canBeRolledBack: true,
      canBeStopped: false,
    });
    expect((await requests.list({ set })).value).toEqual([release]);
    expect((await requests.list({ set: 'other' })).value).toEqual([]);
    expect((await requests.list({ status: release.phase })).value).toEqual([release]);
    expect((await requests.list({ status: 'canceled' })).value).toEqual([]);
    expect((await requests.history(id)).value.map(({ event }) => event.type)).toContain('stage-intended');
  });

  it('is to release a version that was built without: once, and as far as is said', async () => {
    const { requests, until, version } = await releaseOf();
    const body = { upTo: 'test', reason: '', by: 'ben' };
    const { release, created } = await requests.put(id, body);
    expect(created).toBe(true);
    expect(release).toMatchObject({ channels: ['test'], requested: { by: 'ben' } });
    expect(await until(isReleased)).toMatchObject({ phase: 'released' });
    expect(await requests.put(id, { reason: '' })).toMatchObject({
      created: false,
      release: { phase: 'released' },
    });

    const none = await releaseOf();
    await expect(none.requests.put('win11.9.9.9', body)).rejects.toMatchObject(
      refusal('NotFound', 'win11.9.9.9'),
    );
    await expect(none.requests.put(id, { ...body, upTo: 'space' })).rejects.toMatchObject(
      refusal('ValidationFailed', 'upTo'),
    );
    none.version.status = 'revoked';
    await expect(none.requests.put(id, body)).rejects.toMatchObject(refusal('Revoked', id));
    expect(version.status).toBe('available');
  });

  it('tells the approver what he needs to know', async () => {
    const { start, until, at, approvals } = await releaseOf({ policies: { pilot: approved } });
    await start();
    await until(at('approve', 'pilot'));
    const [open] = (await approvals.requests.list({ all: false })).value;
    expect(open?.approval.facts).toMatch(
      /^1\.1\.0 of win11 for pilot, requested by ana at .*; patches of January; on all hosts of test since .*; gate of test: 2 of 3 checks passed$/,
    );
  });

  it('is why one is not moving, and what can be done about it', async () => {
    const { start, until, at, requests } = await releaseOf({
      policies: { pilot: { ...approved, soakHours: 24 } },
    });
    await start();
    const soaking = await until(at('soak', 'pilot'));
    expect(await requests.explain(id)).toMatchObject({
      movement: 'waiting',
      status: 'running',
      stage: 'soak',
      channel: 'pilot',
      because: [{ code: 'SoakNotOver', message: expect.stringContaining('It soaks in test until') }],
      until: soaking.facts.way['pilot']?.soakUntil,
      youCan: [
        'pause it: POST /releases/win11.1.1.0/pause',
        `stop it: POST /releases/${id}/stop`,
        `take it back: POST /releases/${id}/rollback`,
      ],
    });
    await until(at('approve', 'pilot'));
    expect(await requests.explain(id)).toMatchObject({
      movement: 'blocked',
      because: [{ code: 'ApprovalRequired' }],
      youCan: expect.arrayContaining([`approve it: POST /approvals/${id}.pilot.1/approve`]),
    });
  });

  it('is a pause, during which nothing begins and what has begun stands still', async () => {
    const { start, until, at, requests, channels, world } = await releaseOf();
    await start();
    await until(at('enter', 'test'));
    await requests.pause(id, ben);
    await world.passUntil(() => false, { days: 2 });
    expect(channels.paused).toEqual(new Set(['win11.test.2']));
    expect(channels.ring('test').phase).toBe('moving');
    expect(await requests.explain(id)).toMatchObject({
      movement: 'paused',
      because: [{ code: 'Paused', message: 'ben paused it: so' }],
      youCan: expect.arrayContaining([`resume it: POST /releases/${id}/resume`]),
    });
    await expect(requests.pause(id, ben)).rejects.toMatchObject(refusal('InvalidPhase', id));
    await requests.resume(id, { by: 'carl', reason: '' });
    const release = await until(isReleased);
    expect(channels.paused.size).toBe(0);
    expect(release.facts.said.map(({ what, by }) => `${by} ${what}`)).toEqual([
      'ana started',
      'ben paused',
      'carl resumed',
    ]);
  });

  it('is to stop it: what is open of it is ended, in any stage', async () => {
    for (const [stage, channel] of [
      ['enter', 'test'],
      ['check', 'test'],
      ['approve', 'pilot'],
    ] as const) {
      const { start, until, at, requests, channels, gates, approvals, world } = await releaseOf({
        policies: { pilot: approved },
      });
      await start();
      await until(at(stage, channel));
      await requests.stop(id, ben);
      expect(await until(isEnded)).toMatchObject({ phase: 'stopped', ...ben });
      await world.passUntil(() => false, { days: 1 });
      expect((await approvals.requests.list({ all: false })).value).toEqual([]);
      expect(gates.runs.filter(({ validated }) => validated.status === 'running')).toEqual([]);
      expect(channels.ring('test').phase).toBe(stage === 'enter' ? 'stuck' : 'settled');
      expect(channels.ring('pilot').holds?.number).toBe('1.0.0');
      await expect(requests.stop(id, ben)).rejects.toMatchObject(refusal('InvalidPhase', id));
      await expect(requests.resume(id, ben)).rejects.toMatchObject(refusal('InvalidPhase', id));
    }
  });

  it('is to stop it in the very moment that it enters a channel, which is waited for and ended', async () => {
    const held: { stop?: () => Promise<void> } = {};
    const one = await releaseOf({ beforeEnter: async () => await held.stop?.() });
    const { start, until, requests, advance, channels } = one;
    held.stop = async () => {
      delete held.stop;
      await requests.stop(id, ben);
      // It is settled while whoever asks the channel has not asked yet.
      await advance(id);
      expect(await requests.get(id)).toMatchObject({
        phase: 'stopping',
        standing: { waitingFor: 'what was about to begin' },
      });
    };
    await start();
    expect(await until(isEnded)).toMatchObject({ phase: 'stopped' });
    expect(channels.ring('test')).toMatchObject({ phase: 'stuck', holds: { number } });
  });

  it('is to stop it while it is built, which ends the build', async () => {
    const { start, until, requests, version } = await releaseOf();
    version.status = 'building';
    await start();
    await requests.stop(id, ben);
    expect(await until(isEnded)).toMatchObject({ phase: 'stopped' });
    expect(version.canceledBy).toBe('ben');
  });

  it('is to take it back, from every channel that holds it, also once it was released', async () => {
    const { start, until, requests, channels } = await releaseOf();
    await start();
    await until(isReleased);
    await requests.rollback(id, { by: 'eve', reason: 'it loses data' });
    expect(await until(isEnded)).toMatchObject({
      phase: 'rolled-back',
      wentBack: ['test', 'pilot', 'production'],
      to: '1.0.0',
      asked: { by: 'eve', reason: 'it loses data' },
    });
    expect(['test', 'pilot', 'production'].map((name) => channels.ring(name).holds?.number)).toEqual(
      Array.from({ length: 3 }, () => '1.0.0'),
    );
    await expect(requests.rollback(id, ben)).rejects.toMatchObject(refusal('InvalidPhase', id));
  });

  it('is refused a way back once it is over, where no channel has one; nor is it told of one', async () => {
    const { start, until, requests, channels } = await releaseOf();
    await start();
    await until(isReleased);
    expect((await requests.explain(id)).youCan).toEqual([`take it back: POST /releases/${id}/rollback`]);
    for (const name of ['test', 'pilot', 'production']) channels.ring(name).past = [];
    expect((await requests.explain(id)).youCan).toEqual([]);
    await expect(requests.rollback(id, ben)).rejects.toMatchObject({
      ...refusal('NoRollbackTarget', id),
      message: expect.stringContaining('Channel pilot'),
    });
    expect(await requests.get(id)).toMatchObject({ phase: 'released' });
  });

  it('is refused a way back while no channel holds it', async () => {
    const { start, requests } = await releaseOf();
    await start();
    await expect(requests.rollback(id, ben)).rejects.toMatchObject({
      code: 'InvalidPhase',
      message: expect.stringContaining('stop it instead'),
    });
  });

  it('is refused of one that there is not', async () => {
    const { requests } = await releaseOf();
    for (const ask of ['get', 'history', 'explain'] as const) {
      await expect(requests[ask]('x')).rejects.toMatchObject(refusal('NotFound', 'x'));
    }
    for (const ask of ['pause', 'resume', 'stop', 'rollback'] as const) {
      await expect(requests[ask]('x', ben)).rejects.toMatchObject(refusal('NotFound', 'x'));
    }
  });

  it('always has a reason', () => {
    expect(Say.safeParse({ by: 'ben' }).success).toBe(false);
    expect(ReleaseId.safeParse(id).success).toBe(true);
    expect(ReleaseId.safeParse('win11').success).toBe(false);
  });
});
