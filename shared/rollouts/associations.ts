import type { WorkflowStore } from '../workflow/store.ts';
import type { Pool, PoolEvent } from './pool.ts';
import { isOver, type Rollout, type RolloutEvent } from './rollout.ts';
import type { Fleets } from './fleet.ts';
import { mostlyOf } from './members.ts';
import { fleetOf } from './stage.ts';

interface Parts {
  readonly poolStore: WorkflowStore<Pool, PoolEvent>;
  readonly rolloutStore: WorkflowStore<Rollout, RolloutEvent>;
  readonly fleets: Pick<Fleets, 'model' | 'list'>;
}

/**
 * The host pools of a set at a hosting place, and the image versions that their models name, their hosts run, or a
 * rollout is about to bring.
 */
export function imageVersionsAt({ poolStore, rolloutStore, fleets }: Parts) {
  return async (set: string, place: string) => {
    const open = (await rolloutStore.underWay())
      .map(({ saved }) => saved.state)
      .filter((one) => !isOver(one));
    const found: { name: string; imageVersionIds: readonly string[] }[] = [];
    for (const { id: name, saved } of await poolStore.loadAll('')) {
      const { link } = saved.state;
      if (link.imageSet !== set || link.place !== place) continue;
      const scaleSet = fleetOf(link);
      const model = await fleets.model(scaleSet);
      const hosts = model ? mostlyOf(link, await fleets.list(scaleSet)) : [];
      const coming = open.filter(({ pool }) => pool === name).map(({ version }) => version);
      const ids = [model?.imageVersionId ?? '', ...[...hosts, ...coming].map((one) => one.imageVersionId)];
      found.push({ name, imageVersionIds: [...new Set(ids.filter((id) => id !== ''))] });
    }
    return found;
  };
}
