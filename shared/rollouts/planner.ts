import { type Failure, hasCode } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { type Capacity, capacityOf, type HostView } from './capacity.ts';
import type { OwnVersion } from './course.ts';
import { expected, mostSeconds } from './durations.ts';
import type { Finding } from './finding.ts';
import type { Freezes } from './freezes.ts';
import type { HostPoolReading, HostPools } from './host-pool.ts';
import { waitersAmong } from './own-window.ts';
import { type Plan, planOf } from './plan.ts';
import type { Policy, Pool } from './pool.ts';
import { type PoolAtOnce, readPool } from './read-pool.ts';
import type { Gallery, ReplicaGallery, Fleets } from './fleet.ts';
import { type Minimum, minimumsAhead } from './scaling-plan.ts';
import { hostPoolOf, fleetOf } from './stage.ts';
import { type Beside, standAloneIn } from './stand-alone.ts';
import { inOrder } from './waves.ts';
import { fitOf } from './windows.ts';

interface Parts {
  readonly hostPools: HostPools;
  readonly fleets: Fleets;
  readonly gallery: Gallery & ReplicaGallery;
  readonly freezes: Freezes;
  readonly now: () => Instant;
  /** Whether others can be made like a machine. Where nobody is asked, a plan with surge warns that nobody was. */
  readonly beside?: Beside;
}

export interface ToPlan {
  readonly name: string;
  readonly pool: Pool;
  readonly version: {
    readonly number: string;
    readonly imageVersionId: string | undefined;
    /** Why no rollout to it would begin now. */
    readonly notUsable?: Failure | undefined;
  };
  readonly ownVersions?: readonly OwnVersion[] | undefined;
  /** That the channel of the pool does not hold it, if so. */
  readonly notOfChannel?: readonly Finding[];
}

/** Reads all that a plan needs and changes nothing. */
export function planner({ hostPools, fleets, gallery, freezes, now, beside }: Parts) {
  return async ({ name, pool, version, ownVersions, notOfChannel = [] }: ToPlan): Promise<Plan> => {
    const at = now();
    const { link } = pool;
    const hostPool = await hostPools.hostPool(hostPoolOf(link));
    const model = await fleets.model(fleetOf(link));
    const { imageVersionId = '' } = version;
    const regions = imageVersionId === '' ? undefined : await gallery.completedRegions(imageVersionId);
    const replicas = regions && (await gallery.replicasIn(imageVersionId, link.location));
    const read = { link, imageVersionId, ownVersions, records: {}, left: pool.left, now: at };
    const { views, namesTaken, ...capacity } =
      hostPool && model ? await ofPool(hostPools, fleets, read) : nobody;
    const standAlone = await standAloneIn(beside, link, model, { views, namesTaken, ...capacity });
    const took = expected(pool.took ?? [], link.policy);
    const seconds = mostSeconds(took, link.policy.minDrainMinutes * 60);
    const short = waitersAmong(
      inOrder(views),
      ({ sessions }) => (sessions > 0 ? mostSeconds(took) : seconds),
      at,
    );
    const fit = fitOf(link.policy.windows ?? [], at, seconds);
    const found = {
      name,
      pool,
      version,
      notOfChannel,
      hostPool,
      model,
      regions: regions ?? [],
      replicas,
      freezes: await freezes.over(name, link.imageSet, at),
      views,
      standAlone,
      capacity,
      need: needOf(views, capacity, link.policy),
      minimums: minimumsIn(hostPool, at),
      tooShort: short.filter(({ opensAt }) => opensAt === undefined).map(({ name }) => name),
      mostMinutes: Math.ceil(mostSeconds(took) / 60),
      quietMinutes: Math.ceil(seconds / 60),
      fits: fit.fits || fit.opensAt !== undefined,
    };
    const ahead = await freezes.after(name, link.imageSet, at);
    return planOf(found, (until) => ahead.filter(({ from }) => from < until), at);
  };
}

/** Without what the scaling plan wants, which changes with time. */
function needOf(views: readonly HostView[], { perHost, isPersonal }: Capacity, { floor }: Policy): number {
  return isPersonal ? 0 : capacityOf(views, { perHost, floor }).need;
}

/** None for desktops that are each one user's own: there is no floor. */
function minimumsIn(hostPool: HostPoolReading | undefined, at: Instant): readonly Minimum[] {
  const { scalingPlan } = hostPool ?? {};
  return scalingPlan && hostPool?.type === 'Pooled' ? minimumsAhead(scalingPlan, at) : [];
}

const nobody: PoolAtOnce = {
  views: [],
  sessionHostNames: {},
  namesTaken: [],
  usable: 0,
  need: 0,
  perHost: 0,
};

async function ofPool(...asked: Parameters<typeof readPool>): Promise<PoolAtOnce> {
  try {
    return await readPool(...asked);
  } catch (error) {
    if (hasCode(error, 'NotFound')) return nobody; // gone between two reads: the plan says that it is
    throw error;
  }
}
