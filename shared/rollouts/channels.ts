import { type Failure, failure } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { WorkflowStore } from '../workflow/store.ts';
import type { HostPoolAddress } from './host-pool.ts';
import { versionsOf } from './own-versions.ts';
import type { Policy, Pool, PoolEvent } from './pool.ts';
import { type PoolEngine, poolIn } from './pools.ts';
import { digest } from './digest.ts';
import { canBePaused, isOver, isPaused, type Rollout, type RolloutEvent } from './rollout.ts';
import type { RolloutEngine } from './rollout-engine.ts';
import type { Gallery, FleetAddress } from './fleet.ts';
import { hostPoolOf, isSameRegion, fleetOf } from './stage.ts';
import { imageVersionFor, type ImageVersionAt } from './versions.ts';

interface Parts {
  readonly pools: PoolEngine;
  readonly poolStore: WorkflowStore<Pool, PoolEvent>;
  readonly rollouts: RolloutEngine;
  readonly rolloutStore: WorkflowStore<Rollout, RolloutEvent>;
  readonly gallery: Gallery;
  readonly imageVersionAt: ImageVersionAt;
  /** Every check of every host of a pool, measured now. Handed in from the hosts. */
  readonly examine: (what: {
    readonly pool: HostPoolAddress;
    readonly scaleSet: FleetAddress;
    readonly imageVersionId: string;
    readonly healthy: Policy['healthy'];
  }) => Promise<readonly Check[]>;
  readonly now: () => Instant;
}

interface Check {
  readonly name: string;
  readonly host: string;
  readonly outcome: 'passed' | 'failed' | 'inconclusive';
  readonly evidence: string;
}

interface Wanted {
  /** Of which movement of the channel: `win11-avd.production.4`. */
  readonly movement: string;
  readonly set: string;
  readonly number: string;
  readonly imageVersionId: string;
  readonly channel: string;
  readonly by: string;
  readonly reason: string;
}

interface RolledOut {
  readonly status: 'running' | 'done' | 'failed';
  readonly waitingFor?: string;
  readonly failure?: Failure;
  readonly rollouts: readonly string[];
}

/** The present try to bring one pool to the version. */
interface Tried {
  readonly id?: string;
  readonly rollout?: Rollout;
  readonly waitingFor?: string;
  readonly failure?: Failure;
}

/** What a channel may ask of all the host pools that are linked to it. */
export function channelRequests(parts: Parts) {
  const { poolStore, pools, rollouts, rolloutStore, gallery, imageVersionAt, examine, now } = parts;
  const poolsOf = async (set: string, channel: string) =>
    (await poolStore.loadAll(''))
      .map(({ id, saved }) => ({ name: id, pool: saved.state }))
      .filter(({ pool: { link } }) => link.imageSet === set && link.channel === channel);

  /** The present try to bring the pool to the version; started if there is none and the pool is free. */
  const ensureRollout = async (wanted: Wanted, name: string, pool: Pool): Promise<Tried> => {
    for (let attempt = 1; ; attempt += 1) {
      const id = `${rolloutsOf(wanted.movement)}${name}-${attempt}`;
      const known = await rollouts.load(id);
      if (known && (mayBeTriedAgain(known) || pool.former?.includes(id))) continue;
      return known ? { id, rollout: known } : await begun(wanted, name, pool, id);
    }
  };

  const begun = async (wanted: Wanted, name: string, pool: Pool, id: string): Promise<Tried> => {
    const { link, activeRollout } = pool;
    if (activeRollout !== undefined) return { waitingFor: `rollout ${activeRollout} of host pool ${name}` };
    const { number, movement, by, reason } = wanted;
    const found = await imageVersionFor(link, wanted, imageVersionAt);
    if ('failure' in found) return { failure: found.failure };
    if ('waitingFor' in found) return { waitingFor: `${name}: ${found.waitingFor}` };
    const { imageVersionId } = found;
    // Each pool begins when its own region is there, whatever becomes of the others. Of a version that is
    // gone the rollout itself will say so.
    const there = await gallery.completedRegions(imageVersionId);
    if (there && !there.some((region) => isSameRegion(region, link.location))) {
      return { waitingFor: `${name}: version ${number} to be complete in ${link.location}` };
    }
    const version = { number, imageVersionId };
    const asked = { pool: name, link, version, by, reason, movement, at: now() };
    return { id, rollout: (await rollouts.record(id, () => ({ type: 'requested', ...asked }))).state };
  };

  const rolloutsTo = async (movement: string) => {
    const all = await rolloutStore.loadAll(rolloutsOf(movement));
    return all.map(({ id, saved: { state } }) => ({ id, rollout: state }));
  };

  return {
    poolsOf,

    /** Sees to it that every host pool of the channel is brought onto the version. */
    async ensureRolledOut(wanted: Wanted): Promise<RolledOut> {
      const linked = await poolsOf(wanted.set, wanted.channel);
      const ids: string[] = [];
      const waits = linked.length === 0 ? [`no host pool is linked to channel ${wanted.channel}`] : [];
      const failures: Failure[] = [];
      let open = 0;
      for (const { name, pool } of linked) {
        const { id, rollout, waitingFor, failure } = await ensureRollout(wanted, name, pool);
        if (id !== undefined) ids.push(id);
        if (rollout?.phase === 'succeeded') continue;
        open += 1;
        const why = failure ?? failureOf(id, rollout);
        if (why) failures.push(why);
        else waits.push(waitingFor ?? `${name}: ${waitOf(rollout)}`);
      }
      const found = { rollouts: ids, ...(waits.length > 0 && { waitingFor: waits.join('; ') }) };
      const [failure] = failures;
      if (failure) return { status: 'failed', failure, ...found };
      return { status: open > 0 ? 'running' : 'done', ...found };
    },

    /** Nothing of the movement's rollouts starts any more; done once all have come to an orderly end. */
    async stopRollouts(movement: string, reason: string): Promise<{ readonly status: 'running' | 'done' }> {
      const all = await rolloutsTo(movement);
      for (const { id } of all) {
        await rollouts.record(id, (rollout) =>
          rollout && isOver(rollout)
            ? { type: 'set-aside', at: now() }
            : { type: 'aborted', by: movement, reason, at: now() },
        );
      }
      return { status: all.every(({ rollout }) => isOver(rollout)) ? 'done' : 'running' };
    },

    /** What failed or was ended is set aside, so that new ones begin; what is under way goes on. */
    async setAside(movement: string): Promise<{ readonly status: 'running' | 'done' }> {
      const all = await rolloutsTo(movement);
      for (const { id } of all) await rollouts.record(id, () => ({ type: 'set-aside', at: now() }));
      return { status: all.some(({ rollout }) => rollout.phase === 'stopping') ? 'running' : 'done' };
    },

    /** Nothing of the movement's rollouts that are under way starts, until they are resumed. */
    async pauseRollouts(movement: string, by: string, reason: string): Promise<void> {
      for (const { id, rollout } of await rolloutsTo(movement)) {
        // Told anew, a pause would interrupt each look there is.
        if (!canBePaused(rollout) || (rollout.pause?.by === by && rollout.pause.reason === reason)) continue;
        await rollouts.record(id, () => ({ type: 'paused', by, reason, at: now() }));
      }
    },

    /** They go on from what is true now, under the policy that their pools have by now. */
    async resumeRollouts(movement: string, by: string): Promise<void> {
      for (const { id, rollout } of await rolloutsTo(movement)) {
        if (!isPaused(rollout)) continue;
        const link = (await poolIn(pools, rollout.pool))?.link ?? rollout.link;
        await rollouts.record(id, () => ({ type: 'resumed', by, link, at: now() }));
      }
    },

    /** Ends every rollout to these image versions, whoever wanted it; names those that have not ended yet. */
    async stopRolloutsTo(
      imageVersionIds: readonly string[],
      by: string,
      reason: string,
    ): Promise<{ readonly status: 'running' | 'done'; readonly rollouts: readonly string[] }> {
      const ids = new Set(imageVersionIds.map((id) => id.toLowerCase()));
      const open = (await rolloutStore.underWay()).filter(
        ({ saved: { state } }) =>
          !isOver(state) &&
          versionsOf(state).some(({ imageVersionId }) => ids.has(imageVersionId.toLowerCase())),
      );
      for (const { id } of open)
        await rollouts.record(id, () => ({ type: 'aborted', by, reason, at: now() }));
      return { status: open.length > 0 ? 'running' : 'done', rollouts: open.map(({ id }) => id) };
    },

    /** The checks of every host of the channel, measured now. */
    async checkHosts(set: string, channel: string, imageVersionId: string): Promise<readonly Check[]> {
      const checks: Check[] = [];
      const number = imageVersionId.slice(imageVersionId.lastIndexOf('/') + 1);
      for (const { name, pool } of await poolsOf(set, channel)) {
        const { link } = pool;
        const found = await imageVersionFor(link, { number, imageVersionId }, imageVersionAt);
        if ('imageVersionId' in found) {
          const asked = { pool: hostPoolOf(link), scaleSet: fleetOf(link), healthy: link.policy.healthy };
          checks.push(...(await examine({ ...asked, imageVersionId: found.imageVersionId })));
          continue;
        }
        const why = 'failure' in found ? found.failure.message : `waits for ${found.waitingFor}`;
        checks.push({ name: 'copy', host: name, outcome: 'inconclusive', evidence: why });
      }
      return checks;
    },
  };
}

/** What the ids of all rollouts of a movement begin with. */
function rolloutsOf(movement: string): string {
  return `${movement.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${digest(movement)}-`;
}

/** Its movement was stopped and tried again since; or it lost the pool to another that came first. */
function mayBeTriedAgain(rollout: Rollout): boolean {
  if (rollout.phase !== 'failed' && rollout.phase !== 'aborted') return false;
  if (rollout.setAside) return true;
  return rollout.phase === 'failed' && rollout.failure.code === 'RolloutAlreadyActive';
}

function waitOf(rollout: Rollout | undefined): string {
  if (!rollout || !('standing' in rollout)) return 'to begin';
  return rollout.standing.waitingFor || rollout.standing.stage;
}

function failureOf(id: string | undefined, rollout: Rollout | undefined): Failure | undefined {
  if (!rollout || !isOver(rollout)) return undefined;
  if (rollout.phase === 'failed') {
    const { failure } = rollout;
    return { ...failure, message: `Rollout ${id}: ${failure.message}` };
  }
  const why = rollout.phase === 'aborted' ? `was aborted by ${rollout.by}: ${rollout.reason}` : 'ended';
  return failure('RolloutFailed', `Rollout ${id} ${why}.`);
}
