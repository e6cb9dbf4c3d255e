import { describe, expect, it } from 'vitest';
import { channelView } from '../../shared/channels/view.ts';
import { failure } from '../../shared/errors.ts';
import { refusal } from '../rollouts/refusal.ts';
import { smallRoom } from './small-room.ts';

/** Production held these versions, one after the other, all pools on each. */
async function heldBefore(...numbers: string[]) {
  const room = smallRoom();
  for (const number of numbers) {
    await room.promote('production', number);
    await room.look('production');
  }
  return room;
}
type Room = Awaited<ReturnType<typeof heldBefore>>;
const revoked = failure('Revoked', 'It was revoked.');
const refuse = (number: string) => (room: Pick<Room, 'world'>) =>
  void room.world.refused.set(number, revoked);

describe('a rollback', () => {
  const targets: [
    title: string,
    before: (room: Room) => unknown,
    to: string | undefined,
    target: string | RegExp,
  ][] = [
    ['goes to the version before', () => {}, undefined, '1.1.0'],
    ['goes to the one that is named', () => {}, '1.0.0', '1.0.0'],
    ['passes over what may not be used any more', refuse('1.1.0'), undefined, '1.0.0'],
    ['does not go where it may not', refuse('1.1.0'), '1.1.0', /It was revoked/],
    ['does not go where the channel never was', () => {}, '0.9.0', /did not hold it of late/],
    ['does not go where the channel is', () => {}, '1.2.0', /holds it now/],
    ['does not go back farther than its window', (room) => room.pass(31), undefined, /more than 30 days ago/],
    [
      'goes as far back as the channel says',
      async (room) => {
        await room.define('production', { rollbackDays: 60 });
        room.pass(31);
      },
      undefined,
      '1.1.0',
    ],
    [
      'passes over what was never on all its pools',
      async (room) => {
        room.world.rollouts.set('win11.production.4', 'failed');
        await room.promote('production', '1.3.0');
        await room.look('production');
        await room.promote('production', '1.4.0');
        await room.look('production');
      },
      undefined,
      '1.2.0',
    ],
    [
      'passes over what was itself taken back',
      async (room) => {
        await room.rollBack('production');
        await room.look('production');
      },
      undefined,
      '1.0.0',
    ],
    [
      'goes to what was taken back when it is named',
      async (room) => {
        await room.rollBack('production');
        await room.look('production');
      },
      '1.2.0',
      '1.2.0',
    ],
    [
      'passes over what was never let in',
      async (room) => {
        await room.promote('production', '1.3.0');
        refuse('1.3.0')(room);
        await room.look('production');
      },
      '1.3.0',
      /was never let in: It was revoked/,
    ],
  ];
  it.each(targets)('%s', async (_, before, to, target) => {
    const room = await heldBefore('1.0.0', '1.1.0', '1.2.0');
    await before(room);
    const asking = room.rollBack('production', to);
    if (typeof target === 'string') expect((await asking).holds?.number).toBe(target);
    else {
      expect(await refusal(asking)).toMatchObject({
        code: 'NoRollbackTarget',
        message: expect.stringMatching(target),
      });
    }
  });

  it('says of each version why it is none to go back to', async () => {
    const room = await heldBefore('1.0.0', '1.1.0', '1.2.0');
    refuse('1.1.0')(room);
    refuse('1.0.0')(room);
    const found = await refusal(room.rollBack('production'));
    expect(found?.details?.map(({ target }) => target)).toEqual(['1.1.0', '1.0.0']);
    expect(await refusal(smallRoom().rollBack('production'))).toMatchObject({ code: 'NoRollbackTarget' });
  });

  it('is one call: hosts go back, the bad version is dark again, and chat is told', async () => {
    const { rollBack, look, world } = await heldBefore('1.0.0', '1.1.0');
    expect(channelView(await rollBack('production'))).toMatchObject({
      status: 'moving',
      holds: { version: '1.0.0', cause: 'rollback', by: 'ben', reason: 'Teams crashes', proof: world.proof },
    });
    expect((await look('production')).state?.phase).toBe('settled');
    expect([...world.latest]).toEqual([
      ['1.0.0', true],
      ['1.1.0', false],
    ]);
    expect(world.held.slice(-2)).toEqual(['1.0.0 in production by 3', '1.1.0 out of production by 3']);
    expect(world.told.get('win11.production.3')).toMatchObject({
      kind: 'rollback',
      from: '1.1.0',
      number: '1.0.0',
      reason: 'Teams crashes',
    });
  });

  it('works while the rollouts to the bad version are half way', async () => {
    const { promote, rollBack, look, world } = await heldBefore('1.0.0');
    world.rollouts.set('win11.production.2', 'running');
    await promote('production', '1.1.0');
    await look('production');
    await rollBack('production');
    expect((await look('production')).state).toMatchObject({ phase: 'settled', holds: { number: '1.0.0' } });
    expect(world.stopped).toEqual(['win11.production.2: channel production moves on to 1.0.0']);
  });

  it('does not wait for Azure to make the bad version dark before the hosts go back', async () => {
    const { rollBack, look, world } = await heldBefore('1.0.0', '1.1.0');
    world.busy.add('1.1.0');
    await rollBack('production');
    expect((await look('production')).state).toMatchObject({
      standing: { stage: 'exclude', waitingFor: 'Azure' },
      holds: { appliedAt: expect.any(String) },
    });
    world.busy.clear();
    expect((await look('production')).state?.phase).toBe('settled');
    expect(world.latest.get('1.1.0')).toBe(false);
  });

  it('leaves in latest what another channel holds', async () => {
    const { promote, rollBack, look, world } = await heldBefore('1.0.0', '1.1.0');
    await promote('pilot', '1.1.0');
    await look('pilot');
    await rollBack('production');
    await look('production');
    expect(world.latest.get('1.1.0')).toBe(true);
  });

  it('V7: leaves dark what was revoked, though another channel holds it still', async () => {
    const { promote, rollBack, look, world } = await heldBefore('1.0.0', '1.1.0');
    await promote('pilot', '1.1.0');
    await look('pilot');
    refuse('1.1.0')({ world });
    world.latest.set('1.1.0', false);
    await rollBack('production');
    await look('production');
    expect(world.latest.get('1.1.0')).toBe(false);
  });

  it('of the first channel makes nothing dark: it was never anything else', async () => {
    const { promote, rollBack, look, world } = smallRoom();
    for (const number of ['1.0.0', '1.1.0']) {
      await promote('test', number);
      await look('test');
    }
    await rollBack('test');
    expect((await look('test')).state).toMatchObject({ phase: 'settled', holds: { number: '1.0.0' } });
    expect(world.latest.size).toBe(0);
    expect(world.told.get('win11.test.3')).toMatchObject({ kind: 'rollback' });
  });
});
