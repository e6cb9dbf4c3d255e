import { type Failure, failure } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { WorkflowStore } from '../workflow/store.ts';
import type { HostPoolAddress } from './host-pool.ts';
import type { Policy, Pool, PoolEvent } from './pool.ts';
import { digest } from './requests.ts';
import { isOver, type Rollout, type RolloutEvent } from './rollout.ts';
import type { RolloutEngine } from './rollout-engine.ts';
import type { Gallery, ScaleSetAddress } from './scale-set.ts';
import { hostPoolOf, isSameRegion, scaleSetOf } from './stage.ts';

interface Parts {
  readonly poolStore: WorkflowStore<Pool, PoolEvent>;
  readonly rollouts: RolloutEngine;
  readonly rolloutStore: WorkflowStore<Rollout, RolloutEvent>;
  readonly gallery: Gallery;
  /** Every check of every host of a pool, measured now. Handed in from the hosts. */
  readonly examine: (what: {
    readonly pool: HostPoolAddress;
    readonly scaleSet: ScaleSetAddress;
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
  readonly versionId: string;
  readonly set: string;
  readonly number: string;
  readonly imageVersionId: string;
  readonly channel: string;
  readonly by: string;
}

interface RolledOut {
  readonly status: 'running' | 'done' | 'failed';
  readonly waitingFor?: string;
  readonly failure?: Failure;
  readonly rollouts: readonly string[];
}

/** What an image version may ask of all the host pools of a channel. */
export function channelRequests({ poolStore, rollouts, rolloutStore, gallery, examine, now }: Parts) {
  const poolsOf = async (set: string, channel: string) =>
    (await poolStore.loadAll(''))
      .map(({ id, saved }) => ({ name: id, pool: saved.state }))
      .filter(({ pool: { link } }) => link.imageSet === set && link.channel === channel);

  /** The present try to bring the pool to the version; started if there is none and the pool is free. */
  const ensureRollout = async (wanted: Wanted, name: string, { link, activeRollout }: Pool) => {
    for (let attempt = 1; ; attempt += 1) {
      const id = `${rolloutsOf(wanted.versionId)}${name}-${attempt}`;
      const known = await rollouts.load(id);
      if (known && mayBeTriedAgain(known)) continue;
      if (known) return { id, rollout: known };
      if (activeRollout !== undefined) return { waitingFor: `rollout ${activeRollout} of host pool ${name}` };
      const { number, imageVersionId, by } = wanted;
      // Each pool begins when its own region is there, whatever becomes of the others. Of a version that is
      // gone the rollout itself will say so.
      const there = await gallery.completedRegions(imageVersionId);
      if (there && !there.some((region) => isSameRegion(region, link.location))) {
        return { waitingFor: `${name}: version ${number} to be complete in ${link.location}` };
      }
      const reason = `channel ${wanted.channel}`;
      const version = { number, imageVersionId };
      const event: RolloutEvent = { type: 'requested', pool: name, link, version, by, reason, at: now() };
      return { id, rollout: (await rollouts.record(id, () => event)).state };
    }
  };

  return {
    /** Sees to it that every host pool of the channel is brought onto the version. */
    async ensureRolledOut(wanted: Wanted): Promise<RolledOut> {
      const pools = await poolsOf(wanted.set, wanted.channel);
      const ids: string[] = [];
      const waits: string[] = [];
      const failures: Failure[] = [];
      if (pools.length === 0) waits.push(`no host pool is linked to channel ${wanted.channel}`);
      let open = 0;
      for (const { name, pool } of pools) {
        const { id, rollout, waitingFor } = await ensureRollout(wanted, name, pool);
        if (id !== undefined) ids.push(id);
        if (rollout?.phase === 'succeeded') continue;
        open += 1;
        if (rollout && isOver(rollout)) failures.push(failureOf(id, rollout));
        else waits.push(waitingFor ?? `${name}: ${waitOf(rollout)}`);
      }
      const found = { rollouts: ids, ...(waits.length > 0 && { waitingFor: waits.join('; ') }) };
      const [failure] = failures;
      if (failure) return { status: 'failed', failure, ...found };
      return { status: open > 0 ? 'running' : 'done', ...found };
    },

    /** Nothing of the version's rollouts starts any more; done once all have come to an orderly end. */
    async stopRollouts(versionId: string): Promise<{ readonly status: 'running' | 'done' }> {
      const all = await rolloutStore.loadAll(rolloutsOf(versionId));
      for (const { id } of all) {
        await rollouts.record(id, (rollout) =>
          rollout && isOver(rollout)
            ? { type: 'set-aside', at: now() }
            : { type: 'aborted', by: versionId, reason: 'the version is withdrawn', at: now() },
        );
      }
      return { status: all.every(({ saved }) => isOver(saved.state)) ? 'done' : 'running' };
    },

    /** The checks of every host of the channel, measured now. */
    async checkHosts(set: string, channel: string, imageVersionId: string): Promise<readonly Check[]> {
      const checks: Check[] = [];
      for (const { pool } of await poolsOf(set, channel)) {
        const { link } = pool;
        const asked = { pool: hostPoolOf(link), scaleSet: scaleSetOf(link), imageVersionId };
        checks.push(...(await examine({ ...asked, healthy: link.policy.healthy })));
      }
      return checks;
    },
  };
}

/** What the ids of all rollouts of a version begin with. */
function rolloutsOf(versionId: string): string {
  return `${versionId.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${digest(versionId)}-`;
}

/** Its version was withdrawn and retried since; or it lost the pool to another that came first. */
function mayBeTriedAgain(rollout: Rollout): boolean {
  if (rollout.phase !== 'failed' && rollout.phase !== 'aborted') return false;
  if (rollout.setAside) return true;
  return rollout.phase === 'failed' && rollout.failure.code === 'RolloutAlreadyActive';
}

function waitOf(rollout: Rollout | undefined): string {
  if (!rollout || !('standing' in rollout)) return 'to begin';
  return rollout.standing.waitingFor || rollout.standing.stage;
}

function failureOf(id: string | undefined, rollout: Rollout): Failure {
  if (rollout.phase === 'failed') {
    const { failure } = rollout;
    return { ...failure, message: `Rollout ${id}: ${failure.message}` };
  }
  const why = rollout.phase === 'aborted' ? `was aborted by ${rollout.by}: ${rollout.reason}` : 'ended';
  return failure('RolloutFailed', `Rollout ${id} ${why}.`);
}
