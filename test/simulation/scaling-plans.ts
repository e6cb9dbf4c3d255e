import { minutesAfter } from '../../shared/instant.ts';
import type { ScalingPlanReading } from '../../shared/rollouts/host-pool.ts';
import type { Random } from '../support/random.ts';
import { sessionLimit } from '../support/small-desktop.ts';
import { tag } from '../support/small-disks.ts';
import type { World } from '../support/world.ts';
import type { Place } from './place.ts';

/** How often autoscale looks, and for how long it is of interest here. */
const everyMinutes = 5;
const hours = 14;
/** Hosts are switched off while the others are less than so full. */
const fullPercent = 70;
/** What is drained now is not back for so long: the app says that it looks as far ahead. */
const aheadMinutes = 30;

/** A plan whose ramp-up or ramp-down comes in the hours of the rollouts, or long before. */
export function drawnScalingPlan(random: Random, { now }: Pick<World, 'now'>): ScalingPlanReading {
  const clock = (minutes: number) => minutesAfter(now(), minutes).slice(11, 16);
  const up = random.whole(-300, 240);
  const down = up + random.whole(60, 600);
  return {
    name: 'plan',
    timeZone: 'Etc/UTC',
    exclusionTag: tag,
    createsAndDeletes: false,
    schedules: [
      {
        days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
        rampUpStart: clock(up),
        rampUpMinimumPercent: random.oneOf([0, 20, 50]),
        peakStart: clock(up + 30),
        rampDownStart: clock(down),
        rampDownMinimumPercent: random.oneOf([0, 20, 50]),
        offPeakStart: clock(down + 30),
      },
    ],
  };
}

/** The hosts of so many that the plan keeps on at a moment: reckoned anew, for a plan that is the same every day. */
export function keptOn({ schedules: [every] }: ScalingPlanReading, at: string, size: number): number {
  if (!every) return 0;
  const minute = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
  const since = (start: string, end: string) => (minute(end) - minute(start) + 1440) % 1440;
  const isUp = since(every.rampUpStart, at.slice(11, 16)) < since(every.rampUpStart, every.rampDownStart);
  const percent = isUp ? every.rampUpMinimumPercent : every.rampDownMinimumPercent;
  return Math.ceil((percent * size) / 100);
}

/** As many as must be there in a moment and in the half hour that follows it. */
export function keptOnAhead(plan: ScalingPlanReading, at: string, size: number): number {
  return Math.max(keptOn(plan, at, size), keptOn(plan, minutesAfter(at, aheadMinutes), size));
}

/** Switches hosts on and off as the pool's scaling plan says; leaves alone whatever has its exclusion tag. */
export function actOn(
  { azure }: Place,
  world: World,
  tell: (what: string, instanceId: string) => void,
  plan: ScalingPlanReading,
): void {
  const look = async () => {
    const machines = [...azure.fleet.values()].map(({ machine }) => machine);
    const hosts = machines.filter(({ computerName }) => azure.desktop.isRegistered(computerName));
    const open = hosts.filter(({ computerName }) => azure.desktop.takesUsers(computerName));
    const sessions = hosts.reduce((sum, { computerName }) => sum + azure.desktop.count(computerName), 0);
    const mayTouch = ({ tags }: { readonly tags: Readonly<Record<string, string>> }) =>
      tags[tag] === undefined;
    const wanted = keptOn(plan, world.now(), hosts.length);
    const isFull = sessions * 100 >= open.length * sessionLimit * fullPercent;
    if (open.length < wanted || isFull) {
      const off = hosts.find((host) => host.power === 'deallocated' && mayTouch(host));
      if (!off) return;
      tell(`starts ${off.computerName}`, off.instanceId);
      await azure.machines.start({ subscriptionId: '', resourceGroup: '', instanceId: off.instanceId });
      return;
    }
    const isEnough = sessions * 100 < (open.length - 1) * sessionLimit * fullPercent;
    const empty = open.find((host) => azure.desktop.count(host.computerName) === 0 && mayTouch(host));
    if (open.length <= wanted || !isEnough || !empty) return;
    tell(`switches ${empty.computerName} off`, empty.instanceId);
    azure.powerOff(empty.instanceId);
  };
  for (let minutes = 0; minutes < hours * 60; minutes += everyMinutes)
    world.after(minutes * 60 + 7, () => void look());
}
