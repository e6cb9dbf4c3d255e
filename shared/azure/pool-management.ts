import { isRestError } from '@azure/core-rest-pipeline';
import type { HostPoolAddress } from '../rollouts/host-pool.ts';
import type { Azure } from './clients.ts';
import { finding } from './errors.ts';
import { idOf } from './scaling-plans.ts';

/** How a pool is managed is told in preview versions only; this is the one that brought it. */
const managementVersion = '2024-04-08-preview';
/** The version in which schedules say by what method they scale. */
const scalingVersion = '2024-11-01-preview';

/** In real time: how a pool is managed is settled when it is made, and a pool of that name may be made anew. */
const keptMs = 5 * 60 * 1000;

/** What Azure tells of a host pool in no stable version of its interface. */
export interface PoolManagement {
  /** Whether Azure services its hosts itself, by a session host configuration; undefined if it does not tell. */
  readonly isNative: (pool: HostPoolAddress) => Promise<boolean | undefined>;
  /** Whether a scaling plan makes and deletes its hosts, which Azure does only in pools that it manages. */
  readonly createsAndDeletes: (pool: HostPoolAddress) => Promise<boolean>;
}

interface Shown {
  readonly properties?: { readonly managementType?: string };
}

interface ShownPlan {
  readonly properties?: { readonly schedules?: readonly { readonly scalingMethod?: string }[] };
}

export function poolManagement({ read, list }: Pick<Azure, 'read' | 'list'>): PoolManagement {
  const kept = new Map<string, { readonly at: number; readonly isNative: boolean | undefined }>();
  const isNative: PoolManagement['isNative'] = async (pool) => {
    const key = idOf(pool).toLowerCase();
    const known = kept.get(key);
    if (known && Date.now() - known.at < keptMs) return known.isNative;
    const found = await previewed(`management of ${pool.hostPool}`, async () => {
      const { properties } = (await read(pool.subscriptionId, idOf(pool), managementVersion)) as Shown;
      return properties?.managementType;
    });
    const answer = found === 'Automated' ? true : found === 'Standard' ? false : undefined;
    kept.set(key, { at: Date.now(), isNative: answer });
    return answer;
  };
  return {
    isNative,
    async createsAndDeletes(pool) {
      if ((await isNative(pool)) !== true) return false;
      const path = `${idOf(pool)}/scalingPlans`;
      const plans = await previewed(
        `scaling of ${pool.hostPool}`,
        async () => (await list(pool.subscriptionId, path, scalingVersion)) as readonly ShownPlan[],
      );
      const schedules = (plans ?? []).flatMap(({ properties }) => properties?.schedules ?? []);
      return schedules.some(({ scalingMethod }) => scalingMethod === 'CreateDeletePowerManage');
    },
  };
}

/** A preview version that Azure has closed, or not opened for this subscription, tells nothing: 400, as 404. */
async function previewed<T>(what: string, ask: () => Promise<T>): Promise<T | undefined> {
  return await finding(what, async () => {
    try {
      return await ask();
    } catch (error) {
      if (isRestError(error) && error.statusCode === 400) return undefined;
      throw error;
    }
  });
}
