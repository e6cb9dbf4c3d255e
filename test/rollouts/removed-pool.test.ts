import { describe, expect, it } from 'vitest';
import { type Pool, poolLife } from '../../shared/rollouts/pool.ts';
import { PoolStore } from '../../shared/rollouts/pools.ts';
import { poolRemoval } from '../../shared/rollouts/remove-pool.ts';
import { Engine } from '../../shared/workflow/engine.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { body, poolOf, start } from './pool-of.ts';

const at = '2026-01-05T12:00:00.000Z';

async function removable(onItsWay?: string) {
  const made = await poolOf();
  const { fleet, seen, world } = made;
  const parts = { pools: fleet.pools, rolloutStore: seen.rollouts, now: world.now };
  return { ...made, remove: poolRemoval({ ...parts, onItsWay: async () => onItsWay }) };
}

describe('a host pool that is deleted', () => {
  it('is gone, and its name is free', async () => {
    const { asks, remove } = await removable();
    const { revision = 0 } = await asks.pool('pool');
    await expect(remove('pool', 'ann', {})).rejects.toMatchObject({ code: 'PreconditionRequired' });
    await expect(remove('pool', 'ann', { match: 99 })).rejects.toMatchObject({ code: 'PreconditionFailed' });
    await remove('pool', 'ann', { match: revision });
    await expect(asks.pool('pool')).rejects.toMatchObject({ code: 'NotFound' });
    await expect(asks.startRollout('pool', start, 'r')).rejects.toMatchObject({ code: 'NotFound' });
    expect(await asks.definePool('pool', body, { isNew: true })).toMatchObject({
      created: true,
      pool: { revision: revision + 1 },
    });
  });

  it('is not, while a rollout of it is not over', async () => {
    const { asks, remove } = await removable();
    const { id } = await asks.startRollout('pool', start, 'r');
    await expect(remove('pool', 'ann', { match: '*' })).rejects.toMatchObject({
      code: 'RolloutAlreadyActive',
      message: expect.stringContaining(id),
    });
  });

  it('is not, while its channel is on its way to a version', async () => {
    const { remove } = await removable('1.1.0');
    await expect(remove('pool', 'ann', { match: '*' })).rejects.toMatchObject({ code: 'InvalidPhase' });
  });

  it('has its machines no more', async () => {
    const { asks, remove } = await removable();
    await expect(asks.definePool('heir', body)).rejects.toMatchObject({ target: 'scaleSet' });
    await remove('pool', 'ann', { match: '*' });
    expect(await asks.definePool('heir', body)).toMatchObject({ created: true });
    await expect(asks.definePool('pool', body)).rejects.toMatchObject({ target: 'scaleSet' });
  });

  it('is not there to be deleted again', async () => {
    const { remove } = await removable();
    await remove('pool', 'ann', { match: '*' });
    await remove('pool', 'ann', {});
    await remove('nobodys', 'ann', { match: 3 });
  });
});

it('is in no list of pools', async () => {
  const store = new PoolStore('host-pool', memoryRows(), memoryRows());
  const idle = async () => await Promise.reject(new Error('nothing is looked at here'));
  const pools = new Engine({
    workflow: poolLife,
    store,
    perform: idle,
    wake: async () => {},
    now: () => at,
  });
  const { by, ...link } = body;
  for (const name of ['gone', 'there'])
    await pools.record(name, () => ({ type: 'defined', link, by: by ?? 'ann', at }));
  await pools.record('gone', () => ({ type: 'removed', by: 'ann', at }));
  expect((await store.loadAll('')).map(({ id }) => id)).toEqual(['there']);
  expect((await store.history('gone')).map(({ event }) => event.type)).toEqual(['defined', 'removed']);
});

describe('the life of a host pool', () => {
  const { by: _, ...link } = body;
  const defined = { type: 'defined', link, by: 'ann', at } as const;
  const claimed = (rollout: string) => ({ type: 'rollout-claimed', rollout, at }) as const;
  const took = [{ users: 1, rest: 2 }];
  const released = (rollout: string) =>
    ({ type: 'rollout-released', rollout, took, way: 'uniform', at }) as const;
  const removed = { type: 'removed', by: 'ann', at } as const;
  const after = (...events: Parameters<typeof poolLife.evolve>[1][]) =>
    events.reduce<Pool | undefined>(poolLife.evolve, undefined);

  it('is not ended under a rollout, nor begun for one that comes after it', () => {
    expect(after(defined, claimed('r'), removed)).toMatchObject({ activeRollout: 'r' });
    expect(after(defined, claimed('r'), removed)?.removed).toBeUndefined();
    expect(after(defined, removed, claimed('r'))).toMatchObject({ removed: { by: 'ann' } });
    expect(after(defined, removed, claimed('r'))?.activeRollout).toBeUndefined();
  });

  it('begins anew with nothing of the one before, but who was there', () => {
    const anew = after(defined, claimed('r'), released('r'), removed, defined);
    expect(anew).toEqual({ link, revision: 2, createdAt: at, changedAt: at, over: ['r'], former: ['r'] });
    // A claim of one that let go of the former comes too late here, too.
    expect(poolLife.evolve(anew, claimed('r'))).toBe(anew);
  });
});
