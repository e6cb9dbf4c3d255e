import { minutesAfter } from '../../shared/instant.ts';
import type { FleetKind } from '../../shared/rollouts/fleet.ts';
import type { MaintenanceWindow, Policy, PoolLink } from '../../shared/rollouts/pool.ts';
import { link } from '../support/fleet.ts';
import { domainJoin, joinSecret } from '../support/small-machine.ts';
import type { SmallAzure } from '../support/small-azure.ts';
import type { Random } from '../support/random.ts';
import { drawnLadder } from '../support/user-habits.ts';
import type { World } from '../support/world.ts';

export const imageSet = link.imageSet;

/** A pool over a scale set of its own name, or over the machines of such a resource group. */
export function linkOf(
  name: string,
  channel: string,
  policy: Policy,
  { kind = 'uniform', subscriptionId = link.subscriptionId }: Of = {},
): PoolLink {
  const { scaleSet: _, ...where } = { ...link, subscriptionId, hostPool: name, channel, policy };
  if (kind !== 'stand-alone') return { ...where, scaleSet: { resourceGroup: 'g', name } };
  const extensions = { [domainJoin]: { secretUri: joinSecret } };
  return { ...where, virtualMachines: { resourceGroup: name, extensions } };
}

interface Of {
  readonly kind?: FleetKind;
  readonly subscriptionId?: string;
}

/** What a team might say of its pool. */
export function drawnPolicy(world: World, isBuilt: boolean, users: Random): Policy {
  const { random } = world;
  const { healthy, sessions } = link.policy;
  return {
    ...link.policy,
    maxUnavailable: random.oneOf([1, 2, 3, '20%', '50%'] as const),
    drainAhead: random.oneOf([0, 1, 2, '50%'] as const),
    waves: random.happens(0.5) ? [] : [{ upTo: 1, bakeMinutes: random.whole(0, 30) }],
    windows: random.happens(isBuilt ? 0.9 : 0.7) ? [] : [windowAround(world)],
    maxFailed: random.whole(0, 2),
    sessions: {
      ...sessions,
      atGraceEnd: random.oneOf(['log-off', 'wait'] as const),
      ...drawnLadder(users),
    },
    healthy: { ...healthy, fatalChecks: [...healthy.fatalChecks] },
  };
}

/** What only pools of such machines, and of personal desktops, may say. */
export function ofKind({ kind, desktop }: SmallAzure, users: Random): Partial<Policy> {
  const isPersonal = desktop.type === 'Personal';
  return {
    ...(kind === 'stand-alone' && { failedHosts: users.oneOf(['quarantine', 'restore'] as const) }),
    ...(kind === 'stand-alone' &&
      !isPersonal &&
      users.happens(0.5) && { surge: users.oneOf([1, 2, '50%'] as const) }),
    ...(isPersonal && { personal: { eraseDisks: true } as const }),
  };
}

/** A release waits for all of its pools, of which some would never come to an end under a high floor. */
export function drawnFloor({ random }: World, isBuilt: boolean): Policy['floor'] {
  return { percent: random.oneOf(isBuilt ? [0, 40] : [0, 40, 60]), headroomPercent: 10 };
}

/** No share of the places, and whatever users there are count for nothing. */
export const noFloor: Policy['floor'] = { percent: 0, headroomPercent: -100 };

/** A window that is open, opens or closes while a rollout is under way. */
function windowAround({ random, now }: World): MaintenanceWindow {
  const clock = (minutes: number) => minutesAfter(now(), minutes).slice(11, 16);
  const from = random.whole(-60, 60);
  return {
    start: clock(from),
    end: clock(from + random.whole(60, 240)),
    timeZone: 'Etc/UTC',
    days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
    outage: false,
  };
}
