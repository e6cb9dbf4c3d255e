import type { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { mayPut, type Precondition } from '../precondition.ts';
import type { Claims } from '../workflow/claim.ts';
import type { WorkflowStore } from '../workflow/store.ts';
import { digest } from './digest.ts';
import { type Pool, type PoolEvent, poolLife, type PoolLink } from './pool.ts';
import { type PoolEngine, poolIn } from './pools.ts';
import type { DefinePool } from './request-bodies.ts';
import { somebody } from './somebody.ts';
import { fleetNamed, fleetOf } from './stage.ts';

export interface DefineParts {
  readonly pools: PoolEngine;
  readonly poolStore: WorkflowStore<Pool, PoolEvent>;
  /** To the machines of host pools. */
  readonly claims: Claims;
  readonly now: () => Instant;
}

/**
 * Makes or changes a host pool. Its machines are no other pool's: each pool is held by one rollout at a time, and two over
 * the same machines would be held by two.
 */
export function definingPools({ pools, poolStore, claims, now }: DefineParts) {
  const names = async (name: string, machines: string): Promise<boolean> => {
    const pool = await poolIn(pools, name);
    return pool !== undefined && keyOf(pool.link) === machines;
  };
  const another = async (name: string, machines: string) =>
    (await poolStore.loadAll('')).find(({ id, saved }) => id !== name && keyOf(saved.state.link) === machines)
      ?.id;

  return async (name: string, { by, ...link }: z.infer<typeof DefinePool>, onlyIf?: Precondition) => {
    const judged = (pool: Pool | undefined): PoolEvent => {
      if (pool?.activeRollout !== undefined && !isSameFleet(pool.link, link)) {
        const message = `Rollout ${pool.activeRollout} is at work on the hosts that ${name} names now.`;
        throw new AppError('RolloutAlreadyActive', message, { target: name });
      }
      const event: PoolEvent = {
        type: 'defined',
        link: link satisfies PoolLink,
        by: somebody(by),
        at: now(),
      };
      const there = pool?.removed ? undefined : pool;
      mayPut(`Host pool ${name}`, there, onlyIf, poolLife.evolve(pool, event) === pool);
      return event;
    };
    const save = async () => {
      let created = false;
      const { state } = await pools.record(name, (pool) => {
        created = pool === undefined || pool.removed !== undefined;
        return judged(pool);
      });
      return { pool: state, created };
    };
    // Who is refused by what is known already claims nothing.
    judged(await pools.load(name));
    const taken = (other: string) => {
      const message = `The machines in ${fleetNamed(link)} belong to host pool ${other}.`;
      const target = link.scaleSet ? 'scaleSet' : 'virtualMachines';
      return new AppError('ValidationFailed', message, { target });
    };
    return await claims(name, keyOf(link), { names, another, taken, save });
  };
}

/** Where the hosts are; what is policy may change while a rollout is under way. */
export function isSameFleet(one: PoolLink, other: PoolLink): boolean {
  const pool = ({ subscriptionId, resourceGroup, hostPool }: PoolLink) =>
    [subscriptionId, resourceGroup, hostPool].join('/').toLowerCase();
  return pool(one) === pool(other) && machinesOf(one) === machinesOf(other);
}

const keyOf = (link: PoolLink) => digest(machinesOf(link));

/** Two host pools may have their machines in one resource group, but not in one scale set. */
function machinesOf(link: PoolLink): string {
  const { subscriptionId, resourceGroup, scaleSet } = fleetOf(link);
  const alone = [link.resourceGroup, link.hostPool];
  return [subscriptionId, resourceGroup, ...(scaleSet === undefined ? alone : [scaleSet])]
    .join('/')
    .toLowerCase();
}
