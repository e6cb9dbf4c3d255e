import type { World } from '../core/world.ts';
import { desktopOf } from './assignment.ts';
import type { Broker } from './broker.ts';
import type { HostPool } from './host-pool.ts';
import { powerOf, type PowerSwitch } from './power.ts';
import { wantedAt } from './scaling-phase.ts';
import { enabledPlan } from './scaling-plan.ts';
import type { SessionHost } from './session-host.ts';

/** Where somebody who connects ends up: on a host, or before the door of one that is being started for them. */
export interface Placement {
  readonly host?: SessionHost;
  readonly waking?: boolean;
}

/** The broker's choice for a user who has no session in the pool. */
export function place(world: World, broker: Broker, pool: HostPool, user: string): Placement {
  const power = powerOf(world);
  const isPersonal = pool.properties.hostPoolType === 'Personal';
  const host = isPersonal ? ownDesktop(broker, pool, user) : balanced(broker, pool, algorithm(world, pool));
  if (host && broker.isUsable(host)) return { host };
  const asleep = isPersonal ? host : broker.hosts(pool).find((one) => isComing(one) || mayWake(power, one));
  return { waking: asleep !== undefined && wake(power, asleep) };
}

/** Breadth first spreads, depth first fills one host after the other. */
function balanced(broker: Broker, pool: HostPool, how: string): SessionHost | undefined {
  const { maxSessionLimit } = pool.properties;
  const open = broker
    .hosts(pool)
    .filter((host) => broker.isUsable(host) && host.sessions.size < maxSessionLimit)
    .toSorted((a, b) => a.sessions.size - b.sessions.size || a.name.localeCompare(b.name));
  return how === 'DepthFirst' ? open.at(-1) : open[0];
}

/** "Autoscale ignores existing load-balancing algorithms in your host pool settings": its schedule has its own. */
function algorithm(world: World, pool: HostPool): string {
  const plan = enabledPlan(world, pool);
  const wanted = plan && wantedAt(plan.properties, world.timeline.now());
  return wanted?.schedule[`${wanted.phase}LoadBalancingAlgorithm`] ?? pool.properties.loadBalancerType;
}

/**
 * The user's own desktop, there or not. Somebody who has none, and be it because the record of theirs was deleted, is
 * given the first that is free where the pool assigns by itself; else there is no desktop for them.
 */
function ownDesktop(broker: Broker, pool: HostPool, user: string): SessionHost | undefined {
  const own = desktopOf(broker, pool, user);
  if (own || pool.properties.personalDesktopAssignmentType === 'Direct') return own;
  const [free] = broker
    .hosts(pool)
    .filter((host) => host.assignedUser === undefined && broker.isUsable(host))
    .toSorted((a, b) => a.name.localeCompare(b.name));
  if (free) free.assignedUser = user;
  return free;
}

/** "Start VM on Connect" is the pool's; a host that is drained takes nobody, so nobody's connection starts it. */
function mayWake(power: PowerSwitch, host: SessionHost): boolean {
  return host.pool.properties.startVMOnConnect === true && host.allowNewSession && power.isOff(host);
}

function wake(power: PowerSwitch, host: SessionHost): boolean {
  return isComing(host) || (mayWake(power, host) && power.start(host));
}

/** Whoever finds their host on its way up waits for it, as the one does who had it started. */
function isComing({ pool, allowNewSession, machine, lostAt, phase, stale }: SessionHost): boolean {
  if (pool.properties.startVMOnConnect !== true || !allowNewSession || stale) return false;
  const { power } = machine.guest;
  return power === 'starting' || (power === 'running' && (lostAt !== undefined || phase === 'starting'));
}
