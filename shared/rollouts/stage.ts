import { answersOf, type EnsureStage } from '../workflow/look.ts';
import type { FleetAddress } from './fleet.ts';
import type { HostPoolAddress } from './host-pool.ts';
import type { PoolLink } from './pool.ts';
import type { Facts } from './course.ts';
import type { Rollout } from './rollout.ts';

/** One stage of a rollout: sees to it that its work is under way, and says how it stands. */
export type EnsureRolloutStage = EnsureStage<Rollout, Facts>;

export const { running, done, failed } = answersOf<Facts>();

/** Where Azure keeps the machines of the pool. */
export function fleetOf({ subscriptionId, scaleSet, virtualMachines }: PoolLink): FleetAddress {
  if (scaleSet) return { subscriptionId, resourceGroup: scaleSet.resourceGroup, scaleSet: scaleSet.name };
  return { subscriptionId, resourceGroup: virtualMachines?.resourceGroup ?? '' };
}

/** What that is called in sentences for people. */
export function fleetNamed({ scaleSet, virtualMachines }: PoolLink): string {
  return scaleSet ? `scale set ${scaleSet.name}` : `resource group ${virtualMachines?.resourceGroup}`;
}

export function hostPoolOf({ subscriptionId, resourceGroup, hostPool }: PoolLink): HostPoolAddress {
  return { subscriptionId, resourceGroup, hostPool };
}

/** Azure writes one region as `West Europe` and as `westeurope`. */
export function isSameRegion(one: string, other: string): boolean {
  const plain = (region: string) => region.replaceAll(' ', '').toLowerCase();
  return plain(one) === plain(other);
}
