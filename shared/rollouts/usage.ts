import { counted } from '../counted.ts';
import type { WorkflowStore } from '../workflow/store.ts';
import type { Pool, PoolEvent } from './pool.ts';
import { isOver, type Rollout, type RolloutEvent } from './rollout.ts';
import type { Fleets } from './fleet.ts';
import { mostlyOf } from './members.ts';
import { foundByImage, versionsOf } from './own-versions.ts';
import { isSameRegion, fleetOf } from './stage.ts';

interface Parts {
  readonly poolStore: WorkflowStore<Pool, PoolEvent>;
  readonly rolloutStore: WorkflowStore<Rollout, RolloutEvent>;
  readonly fleets: Pick<Fleets, 'model' | 'list'>;
}

/** What holds an image version: the name of the pool or the rollout, and how, in words. */
export interface Use {
  readonly kind: 'rollout' | 'host-pool' | 'hosts';
  readonly name: string;
  readonly message: string;
}

type Located = Use & { readonly location: string };

/**
 * Who depends on image versions: rollouts to them or from them that are not over, and host pools whose scale set
 * names one or has hosts of it, as Azure says now. Nobody remembers what was done by hand.
 */
function usesIn({ poolStore, rolloutStore, fleets }: Parts) {
  return async (
    imageVersionIds: readonly string[],
    isWhere: (location: string) => boolean = () => true,
  ): Promise<readonly Located[]> => {
    const ids = new Set(imageVersionIds.map((id) => id.toLowerCase()));
    const isOne = (id: string) => ids.has(id.toLowerCase());
    const uses: Located[] = [];
    for (const { id, saved } of await rolloutStore.underWay()) {
      const { location } = saved.state.link;
      const message = isWhere(location) ? useBy(id, saved.state, isOne) : undefined;
      if (message !== undefined) uses.push({ kind: 'rollout', name: id, message, location });
    }
    for (const { id, saved } of await poolStore.loadAll('')) {
      const { location } = saved.state.link;
      if (!isWhere(location)) continue;
      const scaleSet = fleetOf(saved.state.link);
      const model = await fleets.model(scaleSet);
      if (!model) continue;
      const machines = mostlyOf(saved.state.link, await fleets.list(scaleSet));
      const hosts = machines.filter((host) => isOne(host.imageVersionId));
      const known = { name: id, location };
      if (isOne(model.imageVersionId)) {
        uses.push({ kind: 'host-pool', ...known, message: `host pool ${id} makes its hosts from it` });
      }
      if (hosts.length > 0) {
        uses.push({
          kind: 'hosts',
          ...known,
          message: `${counted(hosts.length, 'host')} of host pool ${id} ${hosts.length === 1 ? 'runs' : 'run'} it`,
        });
      }
    }
    return uses;
  };
}

/** R12: where all its hosts are on the new version by now it may be taken back all the same. */
function useBy(id: string, rollout: Rollout, isOne: (imageVersionId: string) => boolean): string | undefined {
  if (isOver(rollout)) return undefined;
  if (versionsOf(rollout).some(({ imageVersionId }) => isOne(imageVersionId)))
    return `rollout ${id} is under way`;
  const { modelBefore = '', way } = rollout.facts;
  // Machines that stand alone go back each to its own.
  const former = [modelBefore, ...(way === 'stand-alone' ? foundByImage(rollout.facts).keys() : [])];
  return former.some(isOne) ? `rollout ${id} may be taken back to it` : undefined;
}

/** Who depends on an image version in a region, in words; of a pool that makes hosts from it, that says enough. */
export function usageOf(parts: Parts) {
  const usesOf = usesIn(parts);
  return async (imageVersionId: string, region: string): Promise<readonly string[]> => {
    const uses = await usesOf([imageVersionId], (location) => isSameRegion(location, region));
    const makers = new Set(uses.flatMap(({ kind, name }) => (kind === 'host-pool' ? [name] : [])));
    return uses
      .filter(({ kind, name }) => kind !== 'hosts' || !makers.has(name))
      .map(({ message }) => message);
  };
}

/** Who depends on any of these image versions: those of one version, in every gallery it was copied to. */
export function usesOf(parts: Parts) {
  const uses = usesIn(parts);
  return async (imageVersionIds: readonly string[]): Promise<readonly Use[]> =>
    (await uses(imageVersionIds)).map(({ kind, name, message }) => ({ kind, name, message }));
}
