import type { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Asked, AskedByTime, Page } from '../workflow/page.ts';
import type { Line, WorkflowStore } from '../workflow/store.ts';
import { afterEnd } from './after-end.ts';
import { type DefineParts, definingPools } from './define-pool.ts';
import { digest } from './digest.ts';
import { type Freezes, frozenBy } from './freezes.ts';
import { hostOrderRequests } from './host-order-requests.ts';
import { hostId, type Hosts } from './hosts.ts';
import {
  type HostFilter,
  pageOfHosts,
  pageOfPools,
  pageOfRollouts,
  type PoolFilter,
  type RolloutFilter,
} from './lists.ts';
import { goneRound, type HeldIn } from './of-channel.ts';
import type { Plan } from './plan.ts';
import { holdTo, refuseToFail, unlessAzureIsAway } from './held-to-plan.ts';
import type { planner } from './planner.ts';
import type { Pool, PoolLink } from './pool.ts';
import { poolIn } from './pools.ts';
import type {
  AbortRollout,
  PauseRollout,
  PlanRollout,
  ResumeRollout,
  StartRollout,
} from './request-bodies.ts';
import { canBeAborted, canBePaused, isPaused, type Rollout, type RolloutEvent } from './rollout.ts';
import type { RolloutEngine } from './rollout-engine.ts';
import {
  imageVersionFor,
  type ImageVersionAt,
  readyOrRefused,
  type Refusal,
  whyNotThere,
} from './versions.ts';
import { somebody } from './somebody.ts';
import type { HostRecord } from './waves.ts';

export interface Parts extends DefineParts {
  readonly rollouts: RolloutEngine;
  readonly rolloutStore: WorkflowStore<Rollout, RolloutEvent>;
  /** The image version behind a number; undefined if there is no such version. Handed in from the images. */
  readonly versionOf: (
    imageSet: string,
    number: string,
  ) => Promise<{ readonly imageVersionId: string | undefined } | undefined>;
  readonly refusal: Refusal;
  readonly imageVersionAt: ImageVersionAt;
  readonly heldIn: HeldIn;
  readonly freezes: Freezes;
  readonly planFor: ReturnType<typeof planner>;
  /** How the work on the hosts of a rollout stands. */
  readonly standings: Hosts['standings'];
}

/** What people may ask of host pools and rollouts. A refusal is an `AppError`; the rest is the engine's work. */
export function rolloutRequests({
  pools,
  poolStore,
  claims,
  rollouts,
  rolloutStore,
  versionOf,
  refusal,
  imageVersionAt,
  heldIn,
  freezes,
  planFor,
  standings,
  now,
}: Parts) {
  const poolNamed = async (name: string): Promise<Pool> => {
    const pool = await poolIn(pools, name);
    if (!pool) throw new AppError('NotFound', `There is no host pool ${name}.`, { target: name });
    return pool;
  };
  const rolloutWith = async (id: string): Promise<Rollout> => {
    const rollout = await rollouts.load(id);
    if (!rollout) throw new AppError('NotFound', `There is no rollout ${id}.`, { target: id });
    return rollout;
  };
  const versionNamed = async (imageSet: string, number: string) => {
    const version = await versionOf(imageSet, number);
    if (version) return version;
    const message = `Image set ${imageSet} has no version ${number}.`;
    throw new AppError('NotFound', message, { target: 'version' });
  };
  const plan = async (name: string, number: string): Promise<Plan> => {
    const pool = await poolNamed(name);
    const { imageVersionId } = await versionNamed(pool.link.imageSet, number);
    const version = imageVersionId === undefined ? undefined : { number, imageVersionId };
    const found = version && (await imageVersionFor(pool.link, version, imageVersionAt));
    const there = found && 'imageVersionId' in found ? found.imageVersionId : undefined;
    const notUsable = (await refusal(pool.link.imageSet, number)) ?? (found && whyNotThere(found));
    const notOfChannel = await goneRound(pool.link, number, heldIn);
    return await planFor({ name, pool, version: { number, imageVersionId: there, notUsable }, notOfChannel });
  };
  /** The version as the pool's machines find it; refused where nothing may begin to use it. */
  const toStart = async (link: PoolLink, number: string) => {
    const { imageVersionId } = await versionNamed(link.imageSet, number);
    const target = 'version';
    // Before where it is: of one that failed or was canceled nothing is worth waiting for.
    const why = await refusal(link.imageSet, number);
    if (why) throw new AppError(why.code, why.message, { target });
    if (imageVersionId === undefined)
      throw new AppError('VersionNotReady', `Version ${number} is not in the gallery.`, { target });
    const found = await imageVersionFor(link, { number, imageVersionId }, imageVersionAt);
    return { number, imageVersionId: readyOrRefused(found) };
  };
  const orders = hostOrderRequests({
    after: afterEnd({ pools, rollouts, freezes, toStart, now }),
    rollouts,
    standings,
    planOf: async ({ pool: name, version, requested: { ownVersions } }) =>
      await planFor({ name, pool: await poolNamed(name), version, ownVersions }),
    now,
  });
  return {
    ...orders,

    definePool: definingPools({ pools, poolStore, claims, now }),

    pool: poolNamed,

    pools: async (asked: Asked = {}, filter: PoolFilter = {}) => await pageOfPools(poolStore, filter, asked),

    /** What bringing the pool to a version would mean. Nothing is done. */
    plan: async (name: string, { version }: z.infer<typeof PlanRollout>) => await plan(name, version),

    /**
     * Starts bringing the pool to a version. `request` names this request: asking again with the same name
     * finds the same rollout, whatever died in between.
     */
    async startRollout(
      name: string,
      { version: number, by, reason, planHash }: z.infer<typeof StartRollout>,
      request: string,
    ): Promise<{ id: string; rollout: Rollout }> {
      const id = `${name}-${digest(request)}`;
      const known = await rollouts.load(id);
      if (known) return { id, rollout: known };
      const { link, activeRollout } = await poolNamed(name);
      if (activeRollout !== undefined) {
        const message = `Rollout ${activeRollout} holds host pool ${name}.`;
        throw new AppError('RolloutAlreadyActive', message, { target: name });
      }
      const frozen = await freezes.over(name, link.imageSet, now());
      if (frozen.length > 0) {
        throw new AppError('Frozen', `Host pool ${name} is ${frozenBy(frozen)}.`, { target: name });
      }
      const version = await toStart(link, number);
      if (planHash !== undefined) holdTo(planHash, await plan(name, number));
      else refuseToFail(await unlessAzureIsAway(plan(name, number)));
      const notOfChannel = await goneRound(link, number, heldIn);
      const event: RolloutEvent = {
        type: 'requested',
        pool: name,
        link,
        version,
        by: somebody(by),
        reason,
        ...(planHash !== undefined && { planHash }),
        ...(notOfChannel.length > 0 && { warnings: notOfChannel }),
        at: now(),
      };
      return { id, rollout: (await rollouts.record(id, () => event)).state };
    },

    rollout: rolloutWith,

    rollouts: async (asked: AskedByTime = {}, filter: RolloutFilter = {}) =>
      await pageOfRollouts(rolloutStore, filter, asked),

    async hostsOf(id: string): Promise<readonly HostRecord[]> {
      return Object.values((await rolloutWith(id)).facts.hosts ?? {});
    },

    /** The same, page by page. */
    pageOfHosts: async (id: string, asked: Asked = {}, filter: HostFilter = {}) =>
      pageOfHosts(await rolloutWith(id), filter, asked),

    /** The id of the work on one host of a rollout: of the last, if it was put off before. */
    workOn: (id: string, host: Pick<HostRecord, 'instanceId' | 'attempt'>): string => hostId(id, host),

    async history(id: string, asked: Asked = {}): Promise<Page<Line<RolloutEvent>>> {
      await rolloutWith(id);
      return await rolloutStore.lines(id, asked);
    },

    /** Once this has answered no further host starts, until somebody resumes it or the pause is over. */
    async pause(id: string, { by, reason, until }: z.infer<typeof PauseRollout>): Promise<Rollout> {
      await rolloutWith(id);
      if (until !== undefined && until <= now())
        throw new AppError('ValidationFailed', 'A pause ends in the future.', { target: 'until' });
      const { state } = await rollouts.record(id, (rollout) => {
        if (rollout && !canBePaused(rollout)) throw noLonger(id, rollout, 'paused');
        const end = until === undefined ? {} : { until };
        return { type: 'paused', by: somebody(by), reason, at: now(), ...end };
      });
      return state;
    },

    /** Goes on from what is true now: the pool is read and the version proven ready again. */
    async resume(id: string, { by }: z.infer<typeof ResumeRollout>): Promise<Rollout> {
      const { pool } = await rolloutWith(id);
      const { link } = await poolNamed(pool);
      const { state } = await rollouts.record(id, (rollout) => {
        if (rollout && !isPaused(rollout)) throw noLonger(id, rollout, 'resumed: it is not paused');
        return { type: 'resumed', by: somebody(by), at: now(), link };
      });
      return state;
    },

    async abort(id: string, { by, reason }: z.infer<typeof AbortRollout>): Promise<Rollout> {
      await rolloutWith(id);
      const { state } = await rollouts.record(id, (rollout) => {
        if (rollout && !canBeAborted(rollout)) throw noLonger(id, rollout, 'aborted');
        return { type: 'aborted', by: somebody(by), reason, at: now() };
      });
      return state;
    },
  };
}

function noLonger(id: string, { phase }: Rollout, what: string): AppError {
  return new AppError('InvalidPhase', `Rollout ${id} is ${phase} and cannot be ${what}.`, { target: id });
}
