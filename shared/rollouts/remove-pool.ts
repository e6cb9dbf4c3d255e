import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { mayRemove, type Precondition } from '../precondition.ts';
import type { WorkflowStore } from '../workflow/store.ts';
import { type PoolEngine, poolIn } from './pools.ts';
import { isOver, type Rollout, type RolloutEvent } from './rollout.ts';

/** The version that a channel is bringing to its host pools just now, if it is on its way. Handed in. */
export type OnItsWay = (imageSet: string, channel: string) => Promise<string | undefined>;

interface Parts {
  readonly pools: PoolEngine;
  readonly rolloutStore: WorkflowStore<Rollout, RolloutEvent>;
  readonly onItsWay: OnItsWay;
  readonly now: () => Instant;
}

/**
 * Forgets a host pool; its hosts stay as they are. A rollout that is asked for in the same moment finds no pool to
 * claim. What is known of it (how long its hosts take, how they are kept) goes with it; the lines of history stay.
 */
export function poolRemoval({ pools, rolloutStore, onItsWay, now }: Parts) {
  return async (name: string, by: string, onlyIf?: Precondition): Promise<void> => {
    const pool = await poolIn(pools, name);
    if (!pool) return;
    const { imageSet, channel } = pool.link;
    const version = await onItsWay(imageSet, channel);
    if (version !== undefined) {
      const message = `Channel ${channel} of ${imageSet} is bringing its host pools to ${version}: wait until it is there, or roll it back.`;
      throw new AppError('InvalidPhase', message, { target: name });
    }
    // Whatever is not over is due some time: what is over, however much of it, is not read.
    const rollouts = await rolloutStore.underWay();
    const open = rollouts.find(({ saved: { state } }) => state.pool === name && !isOver(state));
    if (open) throw held(name, open.id);
    await pools.record(name, (current) => {
      if (current?.activeRollout !== undefined) throw held(name, current.activeRollout);
      mayRemove(`Host pool ${name}`, current?.removed ? undefined : current, onlyIf);
      return { type: 'removed', by, at: now() };
    });
  };
}

function held(name: string, rollout: string): AppError {
  return new AppError('RolloutAlreadyActive', `Rollout ${rollout} is at work on host pool ${name}.`, {
    target: name,
  });
}
