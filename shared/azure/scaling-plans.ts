import type { ScalingPlan, ScalingSchedule as AzureSchedule, Time } from '@azure/arm-desktopvirtualization';
import type { HostPoolAddress, ScalingPlanReading, ScalingSchedule } from '../rollouts/host-pool.ts';
import type { Azure } from './clients.ts';
import { finding } from './errors.ts';
import { ianaZone } from './time-zones.ts';

/** The plan that is enabled for the pool: Azure lists every plan that refers to it, enabled or not. */
export async function enabledScalingPlan(
  { desktops }: Pick<Azure, 'desktops'>,
  pool: HostPoolAddress,
  createsAndDeletes: () => Promise<boolean>,
): Promise<ScalingPlanReading | undefined> {
  const { subscriptionId, resourceGroup, hostPool } = pool;
  const plans = await finding(`scaling plans of ${hostPool}`, async () => {
    const all: ScalingPlan[] = [];
    for await (const plan of desktops(subscriptionId).scalingPlans.listByHostPool(resourceGroup, hostPool)) {
      all.push(plan);
    }
    return all;
  });
  const enabled = plans?.find((plan) => isEnabledFor(plan, pool));
  if (!enabled) return undefined;
  const { name = '', timeZone, exclusionTag = '', schedules = [] } = enabled;
  return {
    name,
    timeZone: ianaZone(timeZone, `Scaling plan ${name}`),
    exclusionTag,
    createsAndDeletes: await createsAndDeletes(),
    schedules: schedules.map(scheduleOf),
  };
}

function isEnabledFor({ hostPoolReferences = [] }: ScalingPlan, pool: HostPoolAddress): boolean {
  const wanted = idOf(pool).toLowerCase();
  return hostPoolReferences.some(
    ({ hostPoolArmPath = '', scalingPlanEnabled }) =>
      scalingPlanEnabled === true && hostPoolArmPath.toLowerCase() === wanted,
  );
}

/** The full ARM id of a host pool. */
export function idOf({ subscriptionId, resourceGroup, hostPool }: HostPoolAddress): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.DesktopVirtualization/hostPools/${hostPool}`;
}

const days = {
  Monday: 'Mon',
  Tuesday: 'Tue',
  Wednesday: 'Wed',
  Thursday: 'Thu',
  Friday: 'Fri',
  Saturday: 'Sat',
  Sunday: 'Sun',
} as const;

function scheduleOf(found: AzureSchedule): ScalingSchedule {
  return {
    days: (found.daysOfWeek ?? []).flatMap((day) => days[day as keyof typeof days] ?? []),
    rampUpStart: timeOf(found.rampUpStartTime),
    rampUpMinimumPercent: found.rampUpMinimumHostsPct ?? 0,
    peakStart: timeOf(found.peakStartTime),
    rampDownStart: timeOf(found.rampDownStartTime),
    rampDownMinimumPercent: found.rampDownMinimumHostsPct ?? 0,
    offPeakStart: timeOf(found.offPeakStartTime),
  };
}

function timeOf({ hour, minute }: Time = { hour: 0, minute: 0 }): string {
  return [hour, minute].map((part) => String(part).padStart(2, '0')).join(':');
}
