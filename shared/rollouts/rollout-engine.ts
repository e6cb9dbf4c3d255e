import { Engine, type EngineParts } from '../workflow/engine.ts';
import { lookAtStage } from '../workflow/look.ts';
import type { StageCommand } from '../workflow/stages.ts';
import { secondsAfter } from '../instant.ts';
import { ensureClaimed, type IsUnderWay, type Pools } from './claim.ts';
import type { Facts } from './course.ts';
import { unlessHeld } from './hold.ts';
import type { Freezes } from './freezes.ts';
import type { HostPools } from './host-pool.ts';
import type { Hosts } from './hosts.ts';
import { ensurePrepared } from './prepare.ts';
import { ensureReleased } from './release-pool.ts';
import { ensureRolled } from './roll.ts';
import { type AnyStage, isPaused, type Rollout, type RolloutEvent, rolloutLife } from './rollout.ts';
import type { Gallery, Fleets } from './fleet.ts';
import { ensureSettled } from './settle.ts';
import type { EnsureRolloutStage } from './stage.ts';
import type { Beside } from './stand-alone.ts';
import type { Refusal } from './versions.ts';

export type RolloutEngine = Engine<Rollout, RolloutEvent, StageCommand>;

/** The engine calls this much early. */
const clockSeconds = 5;
const never = '9999';

interface Parts extends Pick<
  EngineParts<Rollout, RolloutEvent, StageCommand>,
  'store' | 'wake' | 'now' | 'onNews' | 'feed'
> {
  readonly pools: Pools;
  readonly gallery: Gallery;
  readonly hostPools: HostPools;
  readonly fleets: Fleets;
  readonly hosts: Hosts;
  readonly freezes: Freezes;
  readonly refusal: Refusal;
  readonly isUnderWay: IsUnderWay;
  /** Whether others can be made like a machine that stands alone. */
  readonly beside?: Beside;
}

/** What brings host pools to a version, stage by stage. */
export function rolloutEngine(all: Parts): RolloutEngine {
  const { pools, gallery, hostPools, fleets, hosts, freezes, refusal, isUnderWay, beside, ...parts } = all;
  const stages: Record<AnyStage, EnsureRolloutStage> = {
    claim: ensureClaimed(pools, refusal, isUnderWay, async (id, { rollout, by, reason }) => {
      await engine.record(id, () => ({ type: 'rolled-back', rollout, by, reason, at: parts.now() }));
    }),
    prepare: unlessHeld(freezes, hosts, ensurePrepared(gallery, hostPools, fleets, refusal, beside)),
    roll: ensureRolled({ hostPools, fleets, hosts, freezes, refusal }),
    settle: ensureSettled({ hostPools, fleets, hosts, freezes }),
    'release-pool': ensureReleased(pools, hosts),
  };
  const look = lookAtStage<AnyStage, Rollout, Facts>({ stages, now: parts.now });
  const engine: RolloutEngine = new Engine({
    ...parts,
    workflow: rolloutLife,
    perform: async (id, command, rollout) => {
      if (!('standing' in rollout)) throw new Error(`${id} is ${rollout.phase} and calls for nothing`);
      const at = parts.now();
      if (isPaused(rollout) && (rollout.pause.until ?? never) <= secondsAfter(at, clockSeconds)) {
        const link = await pools.link(rollout.pool);
        return { event: { type: 'resumed', by: 'the end of the pause', at, ...(link && { link }) } };
      }
      return await look(id, command, rollout, rollout.standing);
    },
  });
  return engine;
}
