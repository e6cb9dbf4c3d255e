import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { canBeRetried } from './course.ts';
import { digest } from './digest.ts';
import { type Freezes, frozenBy } from './freezes.ts';
import { hostId } from './hosts.ts';
import { leftNamed } from './left-hosts.ts';
import { numberFor } from './own-versions.ts';
import type { LeftHost, Pool, PoolLink } from './pool.ts';
import { type PoolEngine, poolIn } from './pools.ts';
import { isOver, type Rollout } from './rollout.ts';
import type { RolloutEngine } from './rollout-engine.ts';
import type { HostRecord } from './waves.ts';

interface Parts {
  readonly pools: PoolEngine;
  readonly rollouts: Pick<RolloutEngine, 'load' | 'record'>;
  readonly freezes: Freezes;
  /** The version as the pool's machines find it; refused where nothing may begin to use it. */
  readonly toStart: (link: PoolLink, number: string) => Promise<Rollout['version']>;
  readonly now: () => Instant;
}

/** A rollout that is over, and the host of it that somebody decides on. */
export interface Asked {
  readonly id: string;
  readonly rollout: Rollout;
  readonly host: string;
  readonly record: HostRecord | undefined;
  readonly by: string;
  readonly reason: string;
}

/** What people may decide on single hosts of a rollout that is over. */
export function afterEnd({ pools, rollouts, freezes, toStart, now }: Parts) {
  const poolOf = async ({ id, rollout }: Asked): Promise<Pool> => {
    const pool = await poolIn(pools, rollout.pool);
    if (pool && !pool.former?.includes(id)) return pool;
    throw new AppError('NotFound', `There is no host pool ${rollout.pool} any more.`, {
      target: rollout.pool,
    });
  };
  /** One that waits or is under way is found again; another is begun once it is over. */
  const begun = async (work: string, pool: Pool, wanted: Wanted) => {
    for (let attempt = 1; ; attempt += 1) {
      const id = `${wanted.pool}-${digest(`retry ${attempt} of ${work}`)}`;
      const known = await rollouts.load(id);
      if (known && !isOver(known)) return { id, rollout: known };
      if (known) continue;
      await refuseIfHeld(wanted.pool, pool);
      return { id, rollout: (await rollouts.record(id, () => ({ type: 'requested', ...wanted }))).state };
    }
  };
  return {
    /**
     * The host is tried again by a rollout of its own, of this one host: under the floor, the windows and the freezes
     * of its pool. It goes where the pool went last.
     */
    async retry(asked: Asked): Promise<{ readonly id: string; readonly rollout: Rollout }> {
      const { id, rollout, host, record, by, reason } = asked;
      const pool = await poolOf(asked);
      const left = leftNamed(pool.left ?? {}, host);
      const refused = whyNotAgain(asked, left);
      if (refused) throw refused;
      const { instanceId, name } = left ?? record ?? { instanceId: host, name: host };
      const work = left?.work ?? hostId(id, record ?? { instanceId });
      const number = await versionFor(rollouts, pool, asked, { instanceId, isLeft: left !== undefined });
      const version = await toStart(pool.link, number);
      const said = { by, reason: `${name} again${reason && `: ${reason}`}` };
      const of = { pool: rollout.pool, link: pool.link, version, retryOf: id, only: [instanceId] };
      return await begun(work, pool, { ...of, ...said, at: now() });
    },

    /** A host that was lost is not to come back: no rollout makes its machine again. */
    async letGo(asked: Asked): Promise<void> {
      const { id, rollout, host, by, reason } = asked;
      const left = leftNamed((await poolOf(asked)).left ?? {}, host);
      if (!left) {
        const message = `Rollout ${id} is ${rollout.phase}: nothing of ${host} is left to skip.`;
        throw new AppError('InvalidPhase', message, { target: host });
      }
      const { instanceId } = left;
      await pools.record(rollout.pool, () => ({ type: 'host-let-go', instanceId, by, reason, at: now() }));
    },
  };

  async function refuseIfHeld(name: string, pool: Pool): Promise<void> {
    if (pool.activeRollout !== undefined) {
      const message = `Rollout ${pool.activeRollout} holds host pool ${name}.`;
      throw new AppError('RolloutAlreadyActive', message, { target: name });
    }
    const frozen = await freezes.over(name, pool.link.imageSet, now());
    if (frozen.length > 0)
      throw new AppError('Frozen', `Host pool ${name} is ${frozenBy(frozen)}.`, { target: name });
  }
}

type Wanted = Pick<Rollout, 'pool' | 'link' | 'version'> & {
  readonly by: string;
  readonly reason: string;
  readonly retryOf: string;
  readonly only: readonly string[];
  readonly at: Instant;
};

function whyNotAgain({ id, rollout, host, record }: Asked, left: LeftHost | undefined): AppError | undefined {
  if (left || rollout.requested.only?.includes(record?.instanceId ?? host)) return undefined;
  const target = host;
  if (!record) return new AppError('NotFound', `Rollout ${id} had no host ${host}.`, { target });
  if (record.code === 'HostVanished') {
    const message = `${record.name} is gone, and nothing is kept of it: make it by hand, and register it.`;
    return new AppError('InvalidPhase', message, { target });
  }
  if (canBeRetried(record) && record.task === undefined) return undefined;
  const how = record.task === undefined ? `is ${record.outcome}` : 'was added, or to give way to another';
  const message = `${record.name} ${how}: once its rollout is over, only a host that was to be brought and is not is tried again.`;
  return new AppError('InvalidPhase', message, { target });
}

/** Where the pool is by now. Of a scale set, whose model names it, only the last rollout can say. */
async function versionFor(
  rollouts: Parts['rollouts'],
  pool: Pool,
  { id, rollout, host }: Asked,
  { instanceId, isLeft }: { readonly instanceId: string; readonly isLeft: boolean },
): Promise<string> {
  const later = await laterThan(rollouts, id, pool);
  if (later === undefined) return numberFor(await wholeOf(rollouts, rollout, instanceId), instanceId);
  const other = await rollouts.load(later);
  if (isLeft)
    return numberFor(
      other?.phase === 'succeeded' ? other : await wholeOf(rollouts, rollout, instanceId),
      instanceId,
    );
  const message = `Rollout ${later} has had host pool ${rollout.pool} since: what is not on the version is brought by another.`;
  throw new AppError('InvalidPhase', message, { target: host });
}

/** A rollout that tried other hosts again says where those went, and the one that it followed where all are to go. */
async function wholeOf(rollouts: Parts['rollouts'], rollout: Rollout, instanceId: string): Promise<Rollout> {
  const { only, retryOf } = rollout.requested;
  const first =
    retryOf === undefined || only?.includes(instanceId) ? undefined : await rollouts.load(retryOf);
  return first ? await wholeOf(rollouts, first, instanceId) : rollout;
}

/** The last rollout that had the pool after this one, and did more than try hosts again. Those that never got it are none. */
export async function laterThan(
  rollouts: Pick<RolloutEngine, 'load'>,
  id: string,
  { activeRollout, over }: Pool,
): Promise<string | undefined> {
  if (activeRollout === id) return undefined;
  // The pool remembers in which order it was let go, but not for ever.
  const since = over.includes(id) ? over.slice(over.lastIndexOf(id) + 1) : over.slice(-1);
  for (const other of [...since, ...(activeRollout === undefined ? [] : [activeRollout])].toReversed()) {
    const rollout = await rollouts.load(other);
    const hasHad = other === activeRollout || !over.includes(id) || rollout?.facts.took !== undefined;
    if (hasHad && rollout?.requested.retryOf === undefined) return other;
  }
  return undefined;
}
