import type { WorkflowStore } from '../workflow/store.ts';
import type { Pool, PoolEvent } from './pool.ts';
import type { ScaleSets } from './scale-set.ts';
import { scaleSetOf } from './stage.ts';

interface Parts {
  readonly poolStore: WorkflowStore<Pool, PoolEvent>;
  readonly scaleSets: Pick<ScaleSets, 'model' | 'list'>;
}

/** The host pools of a set at a hosting place, and the image versions that their models name and their hosts run. */
export function imageVersionsAt({ poolStore, scaleSets }: Parts) {
  return async (set: string, place: string) => {
    const found: { name: string; imageVersionIds: readonly string[] }[] = [];
    for (const { id: name, saved } of await poolStore.loadAll('')) {
      const { link } = saved.state;
      if (link.imageSet !== set || link.place !== place) continue;
      const scaleSet = scaleSetOf(link);
      const model = await scaleSets.model(scaleSet);
      const hosts = model ? await scaleSets.list(scaleSet) : [];
      const ids = [model?.imageVersionId ?? '', ...hosts.map(({ imageVersionId }) => imageVersionId)];
      found.push({ name, imageVersionIds: [...new Set(ids.filter((id) => id !== ''))] });
    }
    return found;
  };
}
