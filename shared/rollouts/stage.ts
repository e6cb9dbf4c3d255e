import { type ErrorCode, failure } from '../errors.ts';
import type { EnsureStage, Settled } from '../workflow/look.ts';
import type { ScaleSetAddress } from './scale-set.ts';
import type { HostPoolAddress } from './host-pool.ts';
import type { PoolLink } from './pool.ts';
import type { Facts, Rollout } from './rollout.ts';

/** One stage of a rollout: sees to it that its work is under way, and says how it stands. */
export type EnsureRolloutStage = EnsureStage<Rollout, Facts>;

export function running(
  waitingFor: string,
  lookAgainInSeconds: number,
  { facts, news }: { facts?: Partial<Facts>; news?: string } = {},
): Settled<Facts> {
  return {
    status: 'running',
    waitingFor,
    lookAgainInSeconds,
    ...(facts && { facts }),
    ...(news !== undefined && { news }),
  };
}

export function done(facts: Partial<Facts> = {}): Settled<Facts> {
  return { status: 'done', facts };
}

export function failed(code: ErrorCode, message: string, facts: Partial<Facts> = {}): Settled<Facts> {
  return { status: 'failed', failure: failure(code, message), facts };
}

export function scaleSetOf({ subscriptionId, scaleSet }: PoolLink): ScaleSetAddress {
  return { subscriptionId, resourceGroup: scaleSet.resourceGroup, scaleSet: scaleSet.name };
}

export function hostPoolOf({ subscriptionId, resourceGroup, hostPool }: PoolLink): HostPoolAddress {
  return { subscriptionId, resourceGroup, hostPool };
}
