import type { WorkflowStore } from '../workflow/store.ts';
import type { Pool, PoolEvent } from './pool.ts';
import { isOver, type Rollout, type RolloutEvent } from './rollout.ts';
import type { ScaleSets } from './scale-set.ts';
import { isSameRegion, scaleSetOf } from './stage.ts';

interface Parts {
  readonly poolStore: WorkflowStore<Pool, PoolEvent>;
  readonly rolloutStore: WorkflowStore<Rollout, RolloutEvent>;
  readonly scaleSets: Pick<ScaleSets, 'model' | 'list'>;
}

/**
 * Who depends on an image version in a region, in words: rollouts to it that are not over, and host pools whose
 * scale set names it or has hosts of it, as Azure says now. Nobody remembers what was done by hand.
 */
export function usageOf({ poolStore, rolloutStore, scaleSets }: Parts) {
  return async (imageVersionId: string, region: string): Promise<readonly string[]> => {
    const isIt = (id: string) => id.toLowerCase() === imageVersionId.toLowerCase();
    const rollouts = (await rolloutStore.loadAll(''))
      .filter(({ saved: { state } }) => !isOver(state) && isIt(state.version.imageVersionId))
      .filter(({ saved: { state } }) => isSameRegion(state.link.location, region))
      .map(({ id }) => `rollout ${id} is under way`);
    const users: string[] = [];
    for (const { id, saved } of await poolStore.loadAll('')) {
      const { link } = saved.state;
      if (!isSameRegion(link.location, region)) continue;
      const scaleSet = scaleSetOf(link);
      const model = await scaleSets.model(scaleSet);
      const hosts = model ? (await scaleSets.list(scaleSet)).filter((host) => isIt(host.imageVersionId)) : [];
      if (model && isIt(model.imageVersionId)) users.push(`host pool ${id} makes its hosts from it`);
      else if (hosts.length > 0) users.push(`${hosts.length} hosts of host pool ${id} run it`);
    }
    return [...rollouts, ...users];
  };
}
