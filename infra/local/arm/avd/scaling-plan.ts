import type { Resource } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { sameId } from '../core/resource-id.ts';
import type { HostPool } from './host-pool.ts';

export const SCALING_PLAN = 'Microsoft.DesktopVirtualization/scalingPlans';

export interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
}

type Algorithm = 'BreadthFirst' | 'DepthFirst';

/** One schedule of a plan for pooled host pools, as Azure keeps it. */
export interface ScalingSchedule {
  readonly name: string;
  readonly daysOfWeek: readonly string[];
  readonly rampUpStartTime: TimeOfDay;
  readonly rampUpLoadBalancingAlgorithm: Algorithm;
  readonly rampUpMinimumHostsPct: number;
  readonly rampUpCapacityThresholdPct: number;
  readonly peakStartTime: TimeOfDay;
  readonly peakLoadBalancingAlgorithm: Algorithm;
  readonly rampDownStartTime: TimeOfDay;
  readonly rampDownLoadBalancingAlgorithm: Algorithm;
  readonly rampDownMinimumHostsPct: number;
  readonly rampDownCapacityThresholdPct: number;
  readonly rampDownForceLogoffUsers?: boolean;
  readonly rampDownStopHostsWhen?: 'ZeroSessions' | 'ZeroActiveSessions';
  readonly rampDownWaitTimeMinutes?: number;
  readonly rampDownNotificationMessage?: string;
  readonly offPeakStartTime: TimeOfDay;
  readonly offPeakLoadBalancingAlgorithm: Algorithm;
  /** These two are known to preview versions only. */
  readonly scalingMethod?: 'PowerManage' | 'CreateDeletePowerManage';
  readonly createDelete?: object;
}

export interface HostPoolReference {
  readonly hostPoolArmPath: string;
  readonly scalingPlanEnabled: boolean;
}

export interface ScalingPlanProperties {
  readonly objectId: string;
  readonly hostPoolType: 'Pooled' | 'Personal';
  /** A name of Windows. */
  timeZone: string;
  exclusionTag?: string;
  friendlyName?: string;
  description?: string;
  schedules: readonly ScalingSchedule[];
  hostPoolReferences: readonly HostPoolReference[];
}

export type ScalingPlan = Resource<ScalingPlanProperties>;

/** The plans that refer to a pool, enabled there or not: Azure lets there be one. */
export function plansOf({ resources }: World, pool: HostPool): ScalingPlan[] {
  return resources
    .list<ScalingPlanProperties>({ type: SCALING_PLAN })
    .filter(({ properties }) =>
      properties.hostPoolReferences.some(({ hostPoolArmPath }) => sameId(hostPoolArmPath, pool.id)),
    );
}

/** The ids of the pools that a plan acts on. */
export function enabledIn({ hostPoolReferences }: ScalingPlanProperties): string[] {
  return hostPoolReferences
    .filter(({ scalingPlanEnabled }) => scalingPlanEnabled)
    .map(({ hostPoolArmPath }) => hostPoolArmPath);
}

/** The plan that acts on a pool. */
export function enabledPlan(world: World, pool: HostPool): ScalingPlan | undefined {
  return plansOf(world, pool).find(({ properties }) =>
    enabledIn(properties).some((id) => sameId(id, pool.id)),
  );
}
