import { describe, expect, it } from 'vitest';
import { failure } from '../../shared/errors.ts';
import { refusal } from '../rollouts/refusal.ts';
import { smallRoom } from './small-room.ts';

const stopping = ['win11', 'production', 'win11.1.1.0', 'ann', 'enough'] as const;

describe('what a release asks of a channel', () => {
  it('is to enter, and to say how that stands, however often it asks', async () => {
    const { enter, look, world } = smallRoom();
    world.rollouts.set('win11.test.1', 'running');
    expect(await enter('test', '1.0.0')).toEqual({ status: 'moving', movement: 1, waitingFor: 'admit' });
    await look('test');
    expect(await enter('test', '1.0.0')).toEqual({
      status: 'moving',
      movement: 1,
      waitingFor: 'its rollouts',
    });
    world.rollouts.set('win11.test.1', 'failed');
    await look('test');
    expect(await enter('test', '1.0.0')).toMatchObject({
      status: 'stuck',
      movement: 1,
      failure: { code: 'BreakerOpen' },
    });
  });

  it('is told when all its pools are on the version', async () => {
    const { enter, look } = smallRoom();
    await enter('test', '1.0.0');
    const { holds } = await look('test');
    expect(await enter('test', '1.0.0')).toEqual({
      status: 'settled',
      movement: 1,
      appliedAt: holds?.appliedAt,
    });
    // Somebody brought it there by hand: that counts as well.
    expect(await enter('test', '1.0.0', { request: 'another' })).toMatchObject({
      status: 'settled',
      movement: 1,
    });
  });

  it('is told that a newer version is there, and that it had its time and why that is over', async () => {
    const { enter, look, rollBack } = smallRoom();
    await enter('production', '1.0.0');
    await look('production');
    await enter('production', '1.1.0');
    await look('production');
    expect(await enter('production', '1.0.5')).toEqual({ status: 'newer', number: '1.1.0' });
    expect(await enter('production', '1.0.0')).toEqual({
      status: 'left',
      movement: 1,
      cause: 'release',
      number: '1.1.0',
    });
    await rollBack('production');
    await look('production');
    expect(await enter('production', '1.1.0')).toEqual({
      status: 'left',
      movement: 2,
      cause: 'rollback',
      number: '1.0.0',
    });
    expect(await enter('production', '1.1.0', { request: 'anew' })).toMatchObject({
      status: 'moving',
      movement: 4,
    });
  });

  it('V7: is refused where the version may not be used, before and after it is on record', async () => {
    const { enter, look, world } = smallRoom();
    const why = failure('Revoked', 'It was revoked.');
    world.refused.set('1.0.0', why);
    expect(await enter('production', '1.0.0')).toEqual({ status: 'refused', failure: why });
    world.refused.clear();
    await enter('production', '1.0.0');
    world.refused.set('1.0.0', why);
    await look('production');
    expect(await enter('production', '1.0.0')).toEqual({ status: 'refused', failure: why });
  });

  it('P1: does not enter a later channel without a proof', async () => {
    const { enter } = smallRoom();
    expect(await enter('test', '1.0.0', { proof: {} })).toMatchObject({ status: 'moving' });
    expect(await enter('pilot', '1.0.0', { proof: {} })).toMatchObject({
      status: 'refused',
      failure: { code: 'GateNotPassed' },
    });
  });

  it('P6: of two at once both get an answer, and the newer has the channel in the end', async () => {
    const { enter, look } = smallRoom();
    const both = await Promise.all([enter('production', '1.1.0'), enter('production', '1.0.0')]);
    expect(both.map(({ status }) => status)).toContain('moving');
    await enter('production', '1.1.0');
    expect((await look('production')).holds?.number).toBe('1.1.0');
  });

  it('stops what is on its way, which can then be gone on with or left', async () => {
    const { enter, look, port, world } = smallRoom();
    await enter('production', '1.0.0');
    await look('production');
    world.rollouts.set('win11.production.2', 'running');
    await enter('production', '1.1.0');
    await look('production');
    expect(await port.stop('win11', 'production', 'win11.1.0.0', 'ann', 'enough')).toEqual({
      status: 'done',
    });
    expect(await port.stop(...stopping)).toEqual({ status: 'done' });
    expect(await port.stop(...stopping)).toEqual({ status: 'done' });
    expect(world.stopped.at(-1)).toBe('win11.production.2: stopped by ann: enough');
    expect(await enter('production', '1.1.0')).toMatchObject({
      status: 'stuck',
      failure: { message: 'The movement to 1.1.0 was stopped by ann: enough' },
    });
    world.rollouts.clear();
    await port.retry('win11', 'production', 'win11.1.1.0', 'ann');
    expect((await look('production')).state?.phase).toBe('settled');
    expect(await port.stop(...stopping)).toEqual({ status: 'done' });
    expect((await look('production')).state?.phase).toBe('settled');
  });

  it('retries its own version and no other', async () => {
    const { enter, look, port, world } = smallRoom();
    world.rollouts.set('win11.production.1', 'failed');
    await enter('production', '1.0.0');
    await look('production');
    await port.retry('win11', 'production', 'win11.0.9.0', 'ann');
    expect((await port.standing('win11', 'production')).phase).toBe('stuck');
    await port.retry('win11', 'production', 'win11.1.0.0', 'ann');
    expect((await port.standing('win11', 'production')).phase).toBe('moving');
  });

  it('rolls back from its own version once, and from no other', async () => {
    const { enter, look, port } = smallRoom();
    await enter('production', '1.0.0');
    await look('production');
    await enter('production', '1.1.0');
    await look('production');
    const back = { set: 'win11', channel: 'production', request: 'back', by: 'ann', reason: 'bad' };
    await port.rollBack({ ...back, from: '1.0.0' });
    expect((await port.standing('win11', 'production')).holds?.number).toBe('1.1.0');
    await port.rollBack({ ...back, from: '1.1.0' });
    await port.rollBack({ ...back, from: '1.1.0' });
    expect((await port.standing('win11', 'production')).holds).toMatchObject({
      number: '1.0.0',
      movement: 3,
    });
    expect(await refusal(port.rollBack({ ...back, request: 'more', from: '1.0.0' }))).toMatchObject({
      code: 'NoRollbackTarget',
    });
  });
});

describe('what rollouts ask of a channel', () => {
  it('is whether the movement that wants them is still under way', async () => {
    const { enter, look, port, world } = smallRoom();
    world.rollouts.set('win11.production.1', 'running');
    await enter('production', '1.0.0');
    await look('production');
    expect(await port.isUnderWay('win11.production.1')).toBe(true);
    await enter('production', '1.1.0');
    await look('production');
    expect(await port.isUnderWay('win11.production.1')).toBe(false);
    expect(await port.isUnderWay('win11.pilot.1')).toBe(false);
  });
});

describe('V5: what holds a version', () => {
  it('is a channel that has it, is on its way to it, or may go back to it for so long', async () => {
    const { enter, look, port, pass, now } = smallRoom();
    const kinds = async (number: string) =>
      (await port.usesOf('win11', number)).map(({ kind, message }) => [kind, message]);
    await enter('production', '1.0.0');
    expect(await kinds('1.0.0')).toEqual([['channel', 'channel production is moving to it']]);
    await look('production');
    expect(await kinds('1.0.0')).toEqual([['channel', 'channel production holds it']]);
    await enter('production', '1.1.0');
    expect(await kinds('1.0.0')).toEqual([['channel', 'channel production is about to leave it']]);
    await look('production');
    const [use] = await port.usesOf('win11', '1.0.0');
    expect(use).toMatchObject({ kind: 'rollback-window', name: 'win11.production' });
    expect(use?.until && use.until > now()).toBe(true);
    pass(31);
    expect(await kinds('1.0.0')).toEqual([]);
    expect(await kinds('9.9.9')).toEqual([]);
  });

  it('is no channel that might have gone back to it, once it is revoked', async () => {
    const { enter, look, port, world } = smallRoom();
    for (const number of ['1.0.0', '1.1.0']) {
      await enter('production', number);
      await look('production');
    }
    expect(await port.usesOf('win11', '1.0.0')).toMatchObject([{ kind: 'rollback-window' }]);
    world.refused.set('1.0.0', failure('VersionOver', 'It is deprecated.'));
    expect(await port.usesOf('win11', '1.0.0')).toMatchObject([{ kind: 'rollback-window' }]);
    world.refused.set('1.0.0', failure('Revoked', 'It was revoked.'));
    expect(await port.usesOf('win11', '1.0.0')).toEqual([]);
  });

  it('is no channel that took it back, nor one that never let it in', async () => {
    const { enter, look, port, rollBack, world } = smallRoom();
    await enter('production', '1.0.0');
    await look('production');
    await enter('production', '1.1.0');
    await look('production');
    await rollBack('production');
    await look('production');
    expect(await port.usesOf('win11', '1.1.0')).toEqual([]);
    await enter('production', '1.2.0');
    world.refused.set('1.2.0', failure('Revoked', 'It was revoked.'));
    await look('production');
    expect(await port.usesOf('win11', '1.2.0')).toEqual([]);
  });

  it('is also a channel that the set has no more', async () => {
    const order = ['test', 'pilot', 'production'];
    const { enter, look, port } = smallRoom(order);
    await enter('pilot', '1.0.0');
    await look('pilot');
    order.splice(1, 1);
    expect(await port.usesOf('win11', '1.0.0')).toMatchObject([{ kind: 'channel', name: 'win11.pilot' }]);
  });
});
