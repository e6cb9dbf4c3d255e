import { describe, expect, it } from 'vitest';
import { PutChannel } from '../../shared/channels/request-bodies.ts';
import { channelView } from '../../shared/channels/view.ts';
import { failure } from '../../shared/errors.ts';
import { refusal } from '../rollouts/refusal.ts';
import { smallRoom } from './small-room.ts';

describe('the channels of a set', () => {
  it('are there in their order before anybody says anything of them', async () => {
    const { requests } = smallRoom();
    const all = (await requests.list('win11')).value.map(channelView);
    expect(all.map(({ name, status, policy, revision }) => [name, status, policy.entry, revision])).toEqual([
      ['test', 'empty', 'automatic', 0],
      ['pilot', 'empty', 'approved', 0],
      ['production', 'empty', 'approved', 0],
    ]);
    expect(all[0]).toMatchObject({ imageSet: 'win11', first: true, only: false, past: [] });
  });

  it('are none of a set that there is not, and none that the set has not', async () => {
    const { requests, port } = smallRoom();
    expect(await refusal(requests.list('win10'))).toMatchObject({ code: 'NotFound', target: 'win10' });
    expect(await refusal(requests.get('win11', 'canary'))).toMatchObject({
      code: 'NotFound',
      target: 'canary',
    });
    expect(await refusal(requests.history('win11', 'canary'))).toMatchObject({ code: 'NotFound' });
    expect(await refusal(port.standing('win11', 'canary'))).toMatchObject({ code: 'NotFound' });
  });

  it('take a policy, and what it does not say is as before anybody spoke', async () => {
    const { define, requests } = smallRoom();
    const { policy, revision } = await define('production', { soakHours: 24, approval: { quorum: 2 } });
    expect(policy).toEqual({
      entry: 'approved',
      soakHours: 24,
      approval: { quorum: 2, notRequester: false, days: 14 },
      rollbackDays: 30,
    });
    expect(revision).toBe(1);
    expect((await define('production', { entry: 'automatic' })).policy).toMatchObject({
      entry: 'automatic',
      soakHours: 0,
    });
    expect((await requests.history('win11', 'production')).value.map(({ event }) => event.type)).toEqual([
      'defined',
      'defined',
    ]);
    expect(PutChannel.safeParse({ soakHours: -1 }).success).toBe(false);
    expect(PutChannel.safeParse({ soak: 1 }).success).toBe(false);
  });

  it('are changed only as they were read, where the client says what it read', async () => {
    const { define } = smallRoom();
    await define('production', { soakHours: 24 }, 0);
    expect(await refusal(define('production', { soakHours: 1 }, 0))).toMatchObject({
      code: 'PreconditionFailed',
      httpStatus: 412,
    });
    expect((await define('production', { soakHours: 1 }, 1)).revision).toBe(2);
  });
});

describe('a promotion', () => {
  it('moves the channel, brings the version out of the dark, tells chat and rolls it out', async () => {
    const { promote, look, world, requests } = smallRoom();
    expect(channelView(await promote('production', '1.0.0'))).toMatchObject({
      status: 'moving',
      stage: 'admit',
      revision: 1,
      holds: { version: '1.0.0', cause: 'request', by: 'ann', proof: { validation: 'win11.v.test.1' } },
    });
    expect(channelView(await look('production'))).toMatchObject({
      status: 'settled',
      holds: { appliedAt: expect.any(String), rollouts: ['win11.production.1-pool'] },
    });
    expect(world.latest.get('1.0.0')).toBe(true);
    expect(world.held).toEqual(['1.0.0 in production by 1']);
    expect(world.told.get('win11.production.1')).toMatchObject({
      kind: 'promotion',
      number: '1.0.0',
      by: 'ann',
      source: 'windows-11',
    });
    expect(world.nudged).toEqual(['win11.1.0.0']);
    const [first] = (await requests.history('win11', 'production')).value;
    expect(first?.event).toMatchObject({ type: 'moved', wanted: { proof: world.proof } });
  });

  it('V4: to the first of several leaves the version dark, and tells nobody', async () => {
    const { promote, look, world } = smallRoom();
    await promote('test', '1.0.0');
    expect((await look('test')).state?.phase).toBe('settled');
    expect([world.latest.size, world.told.size]).toEqual([0, 0]);
    expect(world.held).toEqual(['1.0.0 in test, to be proven by 1']);
    const one = smallRoom(['all']);
    await one.promote('all', '1.0.0');
    await one.look('all');
    expect([one.world.latest.get('1.0.0'), one.world.told.size]).toEqual([true, 1]);
  });

  it('leaves the former version in latest: Azure has the newest anyway', async () => {
    const { promote, look, world } = smallRoom();
    await promote('production', '1.0.0');
    await look('production');
    await promote('production', '1.1.0');
    await look('production');
    expect([...world.latest]).toEqual([
      ['1.0.0', true],
      ['1.1.0', true],
    ]);
    expect(world.held.slice(1)).toEqual(['1.1.0 in production by 2', '1.0.0 out of production by 2']);
    expect(world.told.get('win11.production.2')).toMatchObject({ from: '1.0.0' });
  });

  it('P6: of two at once one is refused with 412, whether or not they say what they read', async () => {
    for (const ifMatch of [undefined, 1]) {
      const { promote, look } = smallRoom();
      await promote('production', '1.0.0');
      await look('production');
      const both = await Promise.all([
        refusal(promote('production', '1.1.0', ifMatch)),
        refusal(promote('production', '1.2.0', ifMatch)),
      ]);
      expect(both.filter((one) => one === undefined)).toHaveLength(1);
      expect(both.find((one) => one !== undefined)).toMatchObject({
        code: 'PreconditionFailed',
        httpStatus: 412,
        target: 'If-Match',
      });
      expect((await look('production')).state).toMatchObject({ phase: 'settled', movements: 2 });
    }
  });

  it('P6: decided on what is no longer so is refused, whatever was asked', async () => {
    const { promote, look } = smallRoom();
    await promote('production', '1.0.0');
    await look('production');
    expect(await refusal(promote('production', '1.1.0', 0))).toMatchObject({ code: 'PreconditionFailed' });
    expect(await refusal(promote('production', '1.1.0', 1))).toBeUndefined();
  });

  it('asked for twice under the same key is one', async () => {
    const { requests, look } = smallRoom();
    const ask = async () =>
      await requests.promote(
        'win11',
        'production',
        { version: '1.0.0', reason: '' },
        { request: 'one', ifMatch: 0 },
      );
    await Promise.all([ask(), ask()]);
    await look('production');
    expect((await ask()).state).toMatchObject({ phase: 'settled', movements: 1 });
  });

  it('P1: is refused with the words of who knows what is not proven', async () => {
    const { promote, world } = smallRoom();
    world.unproven.set('1.0.0', failure('GateNotPassed', 'Check sign-in failed.'));
    expect(await refusal(promote('production', '1.0.0'))).toMatchObject({
      code: 'GateNotPassed',
      message: 'Check sign-in failed.',
      target: 'version',
    });
    world.unproven.clear();
    world.proof = {};
    expect(await refusal(promote('production', '1.0.0'))).toMatchObject({ code: 'GateNotPassed' });
    expect(await refusal(promote('test', '1.0.0'))).toBeUndefined();
  });

  it('V7: is refused for a version that may not be used, is unknown, or older than what is there', async () => {
    const { promote, look, world } = smallRoom();
    await promote('production', '1.1.0');
    await look('production');
    world.refused.set('1.2.0', failure('Revoked', 'It was revoked.'));
    world.unknown.add('1.3.0');
    const code = async (version: string) => (await refusal(promote('production', version)))?.code;
    expect([await code('1.2.0'), await code('1.3.0'), await code('1.0.0')]).toEqual([
      'Revoked',
      'NotFound',
      'VersionIsNewer',
    ]);
    expect(await code('1.1.0')).toBeUndefined();
  });

  it('V7: of a version that is revoked at that very moment is undone, and says so', async () => {
    const { promote, look, world, port, requests } = smallRoom();
    await promote('production', '1.0.0');
    await look('production');
    await promote('production', '1.1.0');
    world.refused.set('1.1.0', failure('Revoked', 'It was revoked.'));
    expect(channelView(await look('production'))).toMatchObject({
      status: 'settled',
      holds: { version: '1.0.0' },
      past: [{ version: '1.1.0', undone: { code: 'Revoked' } }],
    });
    expect(world.latest.has('1.1.0')).toBe(false);
    expect((await port.standing('win11', 'production')).holds?.number).toBe('1.0.0');
    const history = await requests.history('win11', 'production');
    expect(history.value.at(-1)?.event).toMatchObject({ type: 'stage-failed', stage: 'admit' });
  });

  it('may begin while the former is on its way, whose rollouts are stopped first', async () => {
    const { promote, look, world } = smallRoom();
    world.rollouts.set('win11.production.1', 'running');
    await promote('production', '1.0.0');
    expect((await look('production')).state).toMatchObject({ phase: 'moving', standing: { stage: 'roll' } });
    await promote('production', '1.0.1');
    expect((await look('production')).state).toMatchObject({ phase: 'settled', holds: { number: '1.0.1' } });
    expect(world.stopped).toEqual(['win11.production.1: channel production moves on to 1.0.1']);
  });
});

describe('a channel that is stuck', () => {
  it('says why, and goes on when it is retried, with new rollouts', async () => {
    const { promote, look, world, requests } = smallRoom();
    world.rollouts.set('win11.production.1', 'failed');
    await promote('production', '1.0.0');
    expect(channelView(await look('production'))).toMatchObject({
      status: 'stuck',
      stage: 'roll',
      failure: { code: 'BreakerOpen' },
    });
    world.rollouts.clear();
    await requests.retry('win11', 'production', { by: 'ben' });
    expect((await look('production')).state?.phase).toBe('settled');
    expect(world.stopped).toEqual(['win11.production.1 set aside']);
    expect(await refusal(requests.retry('win11', 'production', {}))).toMatchObject({ code: 'InvalidPhase' });
    expect(await refusal(requests.retry('win11', 'test', {}))).toMatchObject({ code: 'InvalidPhase' });
  });
});
