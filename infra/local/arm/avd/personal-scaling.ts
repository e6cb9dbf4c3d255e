import type { World } from '../core/world.ts';
import type { Broker } from './broker.ts';
import type { HostPool } from './host-pool.ts';
import { personalSchedulesOf, type PersonalSchedule } from './personal-schedule.ts';
import type { Means } from './pooled-scaling.ts';
import { phaseAt, type InPhase } from './scaling-phase.ts';
import type { ScalingPlan } from './scaling-plan.ts';
import type { SessionHost } from './session-host.ts';

/** How long a desktop has stood without anybody at it, and in which way. */
interface Idle {
  readonly how: 'Disconnect' | 'Logoff';
  readonly since: number;
}

/** What a plan does to a personal pool: starts desktops in the morning, turns those off that nobody sits at. */
export class PersonalScaling {
  readonly #world: World;
  readonly #broker: Broker;
  readonly #means: Means;
  readonly #phases = new Map<HostPool, string>();
  readonly #idle = new Map<SessionHost, Idle>();

  constructor(means: Means) {
    this.#world = means.world;
    this.#broker = means.broker;
    this.#means = means;
  }

  pass(pool: HostPool, plan: ScalingPlan): void {
    const schedules = personalSchedulesOf(this.#world, plan).map(({ properties }) => properties);
    const { timeZone, exclusionTag = '' } = plan.properties;
    const found = phaseAt(timeZone, schedules, this.#world.timeline.now());
    if (!found) return;
    const all = this.#broker.hosts(pool);
    for (const host of this.#idle.keys())
      if (host.pool === pool && !all.includes(host)) this.#idle.delete(host);
    const own = all.filter(({ machine }) => !Object.hasOwn(machine.instance.tags ?? {}, exclusionTag));
    if (this.#phases.get(pool) !== found.since) this.#enter(pool, found, own);
    this.#phases.set(pool, found.since);
    for (const host of own) this.#look(host, found);
  }

  #enter(pool: HostPool, { phase, schedule }: InPhase<PersonalSchedule>, own: readonly SessionHost[]): void {
    const connect = schedule[`${phase}StartVMOnConnect`];
    if (connect !== undefined) pool.properties.startVMOnConnect = connect === 'Enable';
    const { rampUpAutoStartHosts: who = 'None' } = schedule;
    if (phase !== 'rampUp' || who === 'None') return;
    const { power, note } = this.#means;
    for (const host of own.filter((one) => power.isOff(one))) {
      if ((who === 'All' || host.assignedUser !== undefined) && power.start(host)) note(host, 'started');
    }
  }

  #look(host: SessionHost, { phase, schedule }: InPhase<PersonalSchedule>): void {
    const { power, note } = this.#means;
    const how = idleness(host);
    if (how === undefined || power.isOff(host)) {
      this.#idle.delete(host);
      return;
    }
    const now = this.#world.timeline.now();
    const before = this.#idle.get(host);
    const { since } = before?.how === how ? before : { since: now };
    this.#idle.set(host, { how, since });
    if (schedule[`${phase}ActionOn${how}`] !== 'Deallocate') return;
    if (now - since < (schedule[`${phase}MinutesToWaitOn${how}`] ?? 0) * 60_000) return;
    if (power.deallocate(host)) note(host, 'deallocated');
  }
}

function idleness({ sessions }: SessionHost): Idle['how'] | undefined {
  if (sessions.size === 0) return 'Logoff';
  return [...sessions.values()].every(({ state }) => state === 'Disconnected') ? 'Disconnect' : undefined;
}
