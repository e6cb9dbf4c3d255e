import { describe, expect, it } from 'vitest';
import { channelRoom } from '../../shared/channels/room.ts';
import { body, poolOf } from '../rollouts/pool-of.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { newVersion, oldVersion } from '../support/small-azure.ts';

const imageVersions: Record<string, string> = { '1.0.0': oldVersion, '1.1.0': newVersion };
const reason = 'Teams crashes';

/** Channel production of win11 with one pool of four hosts, all on 1.0.0, one of which may go at a time. */
async function production() {
  const pool = await poolOf(4);
  const { world, channels, asks } = pool;
  await asks.definePool('pool', { ...body, policy: { ...body.policy, maxUnavailable: 1 } });
  const room: ReturnType<typeof channelRoom> = channelRoom({
    orderOf: async () => ['production'],
    versions: {
      standing: async (set, number) => ({
        versionId: `${set}.${number}`,
        imageVersionId: imageVersions[number],
      }),
      refusal: async () => undefined,
      ensureInLatest: async () => ({ status: 'done' }),
      held: async () => {},
    },
    rollouts: channels,
    proofFor: async () => ({ ok: true, proof: { approval: 'win11.production.1' } }),
    about: async () => ({ source: '', notes: '', regions: [] }),
    announce: async () => {},
    nudge: async () => {},
    rows: world.rows(memoryRows()),
    due: world.rows(memoryRows()),
    wake: world.queue(
      async (id) => await room.advance(id),
      async () => await room.sweep(),
    ),
    now: world.now,
  });
  const { requests, port } = room;
  const standing = async () => await port.standing('win11', 'production');
  const settled = async () => {
    await world.passUntil(async () => (await standing()).phase !== 'moving', { days: 3 });
    return await standing();
  };
  const promote = async (version: string) =>
    await requests.promote('win11', 'production', { version, reason: '' }, { request: `to ${version}` });
  await promote('1.0.0');
  await settled();
  return { ...pool, requests, promote, settled };
}

describe('a channel over real rollouts', () => {
  it('is taken back half way in one call: the rollout ends, and every host is on the former version', async () => {
    const { requests, promote, settled, azure, world, seen } = await production();
    await promote('1.1.0');
    const onNew = () =>
      [...azure.fleet.values()].filter(({ machine }) => machine.imageVersionId === newVersion);
    await world.passUntil(() => onNew().length === 2, { days: 1 });
    expect(azure.model).toBe(newVersion);
    await requests.rollBack('win11', 'production', { reason, by: 'ben' }, { request: 'back' });
    expect(await settled()).toMatchObject({
      phase: 'settled',
      holds: { number: '1.0.0', movement: 3, cause: 'rollback', by: 'ben' },
    });
    expect([onNew(), azure.model]).toEqual([[], oldVersion]);
    const rollouts = (await seen.rollouts.loadAll('')).map(({ saved }) => saved.state);
    expect(rollouts.map(({ phase, requested: { movement } }) => [movement, phase])).toEqual([
      ['win11.production.1', 'succeeded'],
      ['win11.production.2', 'aborted'],
      ['win11.production.3', 'succeeded'],
    ]);
    const outcomes = Object.values(rollouts[2]?.facts.hosts ?? {}).map(({ outcome }) => outcome);
    expect(outcomes).toContain('skipped');
    expect(outcomes).toContain('done');
    expect(azure.wrongs).toEqual([]);
  });
});
