import type { HostView } from './capacity.ts';
import type { FleetAddress, Model } from './fleet.ts';
import type { Blueprint } from './hosts.ts';
import type { PoolLink } from './pool.ts';
import type { PoolAtOnce } from './read-pool.ts';
import { fleetOf } from './stage.ts';
import { modelOf } from './surge.ts';
import { namesFor } from './surge-names.ts';
import { addedAtOnce, type FoundModel, type FoundStandAlone, type SizeInRegion } from './surge-plan.ts';
import { inOrder } from './waves.ts';

/** What a plan asks of a machine that stands alone, and of the room for more of them. */
export interface Beside {
  readonly blueprint: (
    machine: FleetAddress & { readonly instanceId: string },
  ) => Promise<Blueprint | undefined>;
  readonly find: (subscriptionId: string, location: string, size: string) => Promise<SizeInRegion>;
}

/** What there is to know of machines that stand alone before the first is touched. */
export async function standAloneIn(
  beside: Beside | undefined,
  link: PoolLink,
  model: Model | undefined,
  { views, namesTaken, isPersonal }: Pick<PoolAtOnce, 'views' | 'namesTaken' | 'isPersonal'>,
): Promise<FoundStandAlone> {
  const todo = inOrder(views);
  const known = {
    link,
    kind: model?.kind,
    hosts: views.length,
    todo: todo.length,
    isPersonal: isPersonal === true,
  };
  const count = addedAtOnce(known);
  const hindered = todo.flatMap(({ name, notAgain, notBeside }) =>
    notBeside === undefined ? [] : [{ name, notBeside, ...(notAgain !== undefined && { notAgain }) }],
  );
  const hasNames = namesFor(views, namesTaken, count) !== undefined;
  const locks = todo.length > 0 ? (model?.locks ?? []) : [];
  return { ...known, locks, hasNames, hindered, model: await modelFor(beside, known, views) };
}

/** The machine that others are made after, and whether its size can still be had. */
async function modelFor(
  beside: Beside | undefined,
  { link, kind }: Pick<FoundStandAlone, 'link' | 'kind'>,
  views: readonly HostView[],
): Promise<FoundModel | undefined> {
  const last = modelOf(views);
  if (!beside || !last || kind !== 'stand-alone') return undefined;
  const { subscriptionId, location } = link;
  const blueprint = await beside.blueprint({ ...fleetOf(link), instanceId: last.instanceId });
  if (!blueprint) return undefined;
  const size = await beside.find(subscriptionId, location, blueprint.size);
  return { name: last.name, blueprint, size };
}
