import type { World } from '../core/world.ts';
import type { Broker } from './broker.ts';
import type { HostPool } from './host-pool.ts';
import type { PowerSwitch } from './power.ts';
import type { ScalingPlan } from './scaling-plan.ts';
import { wantedAt, type Wanted } from './scaling-phase.ts';
import type { SessionHost } from './session-host.ts';

/** Something autoscale did to a host. */
export interface Deed {
  readonly host: string;
  readonly at: string;
  readonly what: 'started' | 'drained' | 'deallocated';
}

/** By what autoscale acts, and where it writes down what it did. */
export interface Means {
  readonly world: World;
  readonly broker: Broker;
  readonly power: PowerSwitch;
  readonly undrain: (host: SessionHost) => void;
  readonly note: (host: SessionHost, what: Deed['what']) => void;
}

/** A pool at one moment, as autoscale counts it. */
interface Load {
  readonly wanted: Wanted;
  /** Those without the exclusion tag: the only ones that are touched. */
  readonly own: readonly SessionHost[];
  /** Tagged ones count as well: "still considered as part of the calculation of the minimum percentage". */
  readonly on: number;
  readonly open: number;
  readonly minimum: number;
  readonly sessions: number;
  readonly limit: number;
}

/**
 * What a plan does to a pooled host pool, from "Autoscale scaling plans and example scenarios": turns hosts on up to the
 * minimum and for load beyond the threshold, turns them off as long as neither is hurt, and takes back drains in ramp-up.
 */
export class PooledScaling {
  readonly #means: Means;
  /** Drained by autoscale itself, to be turned off once nobody is there. */
  readonly #emptying = new Set<SessionHost>();
  /** Those of them whose users have been told that they will be logged off. */
  readonly #told = new WeakSet<SessionHost>();

  constructor(means: Means) {
    this.#means = means;
  }

  pass(pool: HostPool, { properties }: ScalingPlan): void {
    const wanted = wantedAt(properties, this.#means.world.timeline.now());
    if (!wanted) return;
    const { exclusionTag = '' } = properties;
    const all = this.#means.broker.hosts(pool);
    const own = all.filter(({ machine }) => !Object.hasOwn(machine.instance.tags ?? {}, exclusionTag));
    for (const host of this.#emptying) if (!own.includes(host)) this.#emptying.delete(host);
    if (wanted.phase === 'rampUp') this.#takeBackDrains(own);
    const on = all.filter((host) => !this.#means.power.isOff(host));
    const load: Load = {
      wanted,
      own,
      on: on.length,
      open: on.filter(({ allowNewSession }) => allowNewSession).length,
      // "If the percentage you enter isn't a whole number, it's rounded up."
      minimum: Math.ceil((all.length * wanted.minimumPercent) / 100),
      sessions: all.reduce((sum, { sessions }) => sum + sessions.size, 0),
      limit: pool.properties.maxSessionLimit,
    };
    const more = missing(load);
    if (more > 0) this.#turnOn(load, more);
    else this.#turnOff(load);
  }

  #takeBackDrains(own: readonly SessionHost[]): void {
    for (const host of own) if (!host.allowNewSession) this.#reopen(host);
  }

  /** First those that were only to be emptied: "it will take the session host out of drain mode". */
  #turnOn({ own }: Load, count: number): void {
    const { power, note } = this.#means;
    let left = count;
    for (const host of own) {
      if (left === 0) return;
      if (this.#emptying.has(host)) {
        this.#reopen(host);
        left -= 1;
      }
    }
    for (const host of own.filter((one) => power.isOff(one))) {
      if (left === 0) return;
      if (!power.start(host)) continue;
      note(host, 'started');
      if (!host.allowNewSession) this.#reopen(host);
      left -= 1;
    }
  }

  /** One host at a time, the one with the fewest users; who is there stays until they sign out, or are made to. */
  #turnOff(load: Load): void {
    for (const host of this.#emptying) {
      if (this.#isEmpty(host, load.wanted)) this.#deallocate(host);
      else this.#press(host, load.wanted);
    }
    const { power, world, note } = this.#means;
    const candidates = load.own
      .filter((host) => !power.isOff(host) && !this.#emptying.has(host))
      .filter((host) => !world.operations.running(host.machine.instance.id))
      .toSorted((a, b) => a.sessions.size - b.sessions.size);
    const [host] = candidates;
    if (!host || this.#emptying.size > 0 || !canSpare(load, host)) return;
    // Whoever comes in the morning would find the host closed again; then only what stands empty goes.
    if (load.wanted.phase === 'rampUp' && host.sessions.size > 0) return;
    host.allowNewSession = false;
    note(host, 'drained');
    if (this.#isEmpty(host, load.wanted)) return this.#deallocate(host);
    this.#emptying.add(host);
    this.#press(host, load.wanted);
  }

  #isEmpty({ sessions }: SessionHost, { phase, schedule }: Wanted): boolean {
    const disconnectedMayBeCut =
      phase === 'rampDown' && schedule.rampDownStopHostsWhen === 'ZeroActiveSessions';
    return disconnectedMayBeCut
      ? [...sessions.values()].every(({ state }) => state === 'Disconnected')
      : sessions.size === 0;
  }

  #deallocate(host: SessionHost): void {
    if (!this.#means.power.deallocate(host)) return;
    this.#emptying.delete(host);
    this.#told.delete(host);
    this.#means.note(host, 'deallocated');
    // Once it is off there is nobody to keep out, and Start VM on Connect has to find it open.
    host.allowNewSession = true;
  }

  #reopen(host: SessionHost): void {
    this.#emptying.delete(host);
    this.#told.delete(host);
    this.#means.undrain(host);
  }

  /** Only in ramp-down, and only where the plan says so, users are told once and logged off after a while. */
  #press(host: SessionHost, { phase, schedule }: Wanted): void {
    if (phase !== 'rampDown' || schedule.rampDownForceLogoffUsers !== true || this.#told.has(host)) return;
    this.#told.add(host);
    const { broker, world } = this.#means;
    const { rampDownNotificationMessage = '', rampDownWaitTimeMinutes = 30 } = schedule;
    for (const session of host.sessions.values()) {
      broker.sessions.message(session, rampDownNotificationMessage);
    }
    world.timeline.after(rampDownWaitTimeMinutes * 60_000, () => {
      if (!this.#emptying.has(host)) return;
      for (const session of host.sessions.values()) broker.sessions.logOff(session, true);
    });
  }
}

/** How many hosts more must be on. */
function missing({ wanted, on, open, minimum, sessions, limit }: Load): number {
  let more = Math.max(0, minimum - on);
  const isOver = () => sessions * 100 > wanted.thresholdPercent * (open + more) * limit;
  // Beyond the last host there is nothing to turn on.
  while (isOver() && more < 1000) more += 1;
  return more;
}

function canSpare({ wanted, on, open, minimum, sessions, limit }: Load, host: SessionHost): boolean {
  const left = open - (host.allowNewSession ? 1 : 0);
  return on - 1 >= minimum && sessions * 100 <= wanted.thresholdPercent * left * limit;
}
