import type { Random } from '../core/random.ts';
import type { World } from '../core/world.ts';
import type { GuestSoftware, Machine, Outage } from '../scale-sets/machine.ts';
import { machinesOf } from '../scale-sets/machines.ts';
import type { HealthOrder } from './health.ts';
import type { HostPool } from './host-pool.ts';
import { Measure } from './measure.ts';
import { Registrations } from './registration.ts';
import { isUsable, statusOf, type SessionHost } from './session-host.ts';
import { Sessions } from './sessions.ts';

/** What a person may order of one host, or of all under `*`. */
export interface AgentOrders {
  /** `fails`: the installer says so; `silent`: it succeeds, and the host never appears. */
  registration?: 'ok' | 'fails' | 'silent';
  /** How long the agent updates itself after it registered. */
  upgradeMinutes?: number;
}

const AGENT = { installed: '1.0.11388.1600', updated: '1.0.12183.900' } as const;
const brokers = new WeakMap<World, Broker>();

/** The desktop broker of this world. */
export function brokerOf(world: World): Broker {
  const known = brokers.get(world);
  if (known) return known;
  const broker = new Broker(world);
  machinesOf(world).install(broker);
  brokers.set(world, broker);
  return broker;
}

/** Knows the hosts of all pools by what their agents tell; keeps the truth beside what it shows. */
export class Broker implements GuestSoftware {
  readonly registrations: Registrations;
  readonly sessions: Sessions;
  readonly agentOrders = new Map<string, AgentOrders>();
  healthOrders: HealthOrder[] = [];
  readonly #world: World;
  readonly #random: Random;
  readonly #hosts = new Map<string, SessionHost>();
  readonly #measures = new Map<HostPool, Measure>();
  /** The pool each machine was in last: reimages count there even while its record is deleted. */
  readonly #homes = new Map<Machine, HostPool>();

  constructor(world: World) {
    const { timeline, clock } = world;
    this.#world = world;
    this.#random = world.random.fork('desktop');
    // A second of real time is a lot of virtual time on a fast clock.
    this.registrations = new Registrations(
      timeline,
      this.#random.fork('tokens'),
      60_000 + clock.speed * 1000,
    );
    this.sessions = new Sessions(
      world,
      (pool) => this.measure(pool),
      (pool) => this.sample(pool),
    );
  }

  hosts(pool: HostPool): SessionHost[] {
    return [...this.#hosts.values()].filter((host) => host.pool === pool);
  }

  host(pool: HostPool, name: string): SessionHost | undefined {
    return this.#hosts.get(keyOf(pool, name));
  }

  machinesOf(pool: HostPool): Machine[] {
    return [...this.#homes].filter(([, home]) => home === pool).map(([machine]) => machine);
  }

  status(host: SessionHost): string {
    return statusOf(host, this.#world.timeline.now(), this.healthOrders);
  }

  isUsable(host: SessionHost): boolean {
    return isUsable(host, this.healthOrders);
  }

  measure(pool: HostPool): Measure {
    return this.#measures.get(pool) ?? this.resetMeasure(pool);
  }

  resetMeasure(pool: HostPool): Measure {
    const measure = new Measure(this.#world.timeline.iso());
    this.#measures.set(pool, measure);
    this.sample(pool);
    return measure;
  }

  /** To be called whenever what a pool can hold may have changed. */
  sample(pool: HostPool): void {
    const hosts = this.hosts(pool);
    const usable = hosts.filter((host) => this.isUsable(host)).length * pool.properties.maxSessionLimit;
    const sessions = hosts.reduce((sum, host) => sum + host.sessions.size, 0);
    this.measure(pool).sample(this.#world.timeline.iso(), usable, sessions);
  }

  sampleAll(): void {
    for (const pool of new Set(this.#homes.values())) this.sample(pool);
  }

  /** A host that has been in the pool for long. */
  seed(pool: HostPool, machine: Machine): SessionHost {
    const host = this.#add(pool, machine);
    Object.assign(host, { phase: 'ready', agentVersion: AGENT.updated });
    return host;
  }

  /**
   * An agent has been installed with a valid token. A record that stands under its name from before a reimage
   * bars the way ("Troubleshoot agent": remove the host from the pool first): the host stays Unavailable.
   */
  join(pool: HostPool, machine: Machine): void {
    if (this.host(pool, machine.fqdn)) return;
    if (this.#orders(machine).registration === 'silent') return;
    const { timeline } = this.#world;
    const boot = machine.guest.boots;
    timeline.after(this.#random.between(20, 60) * 1000, () => {
      if (machine.guest.boots !== boot || this.host(pool, machine.fqdn)) return;
      const host = this.#add(pool, machine);
      this.#later(host, this.#random.between(20, 60), () => this.#upgrade(host));
    });
  }

  /** Takes the record out of the pool; an agent that still runs has nobody to talk to any more. */
  remove(host: SessionHost): void {
    this.sessions.cut(host, 'deregistered');
    this.#hosts.delete(keyOf(host.pool, host.name));
    this.sample(host.pool);
  }

  down(machine: Machine, why: Outage): void {
    const host = this.#of(machine);
    if (!host || host.lostAt !== undefined) return;
    const { timeline } = this.#world;
    const now = timeline.now();
    // The record of a host that goes away is told late: for minutes it looks as before.
    host.shownMeanwhile = {
      status: statusOf(host, now, this.healthOrders),
      until: now + this.#random.between(120, 420) * 1000,
    };
    host.lostAt = now;
    this.sessions.cut(host, why);
    this.sample(host.pool);
  }

  replaced(machine: Machine): void {
    const pool = this.#homes.get(machine);
    if (pool) this.measure(pool).reimaged(machine.fqdn);
    const host = this.#of(machine);
    if (host) host.stale = true;
  }

  up(machine: Machine): void {
    const host = this.#of(machine);
    if (!host || host.stale) return;
    host.lostAt = undefined;
    host.shownMeanwhile = undefined;
    this.#enter(host, 'starting');
    this.#later(host, this.#random.between(20, 60), () => this.#enter(host, 'ready'));
  }

  orders(machine: Machine): AgentOrders {
    return this.#orders(machine);
  }

  #upgrade(host: SessionHost): void {
    this.#enter(host, 'upgrading');
    const { upgradeMinutes } = this.#orders(host.machine);
    // Agent self-update is mostly quick; where it is not, it "almost always" takes over 30 minutes.
    const minutes =
      upgradeMinutes ??
      (this.#random.chance(0.03) ? this.#random.between(30, 40) : this.#random.between(1, 4));
    this.#later(host, minutes * 60, () => {
      host.agentVersion = AGENT.updated;
      host.lastUpdateTime = this.#world.timeline.now();
      this.#enter(host, 'ready');
    });
  }

  #enter(host: SessionHost, phase: SessionHost['phase']): void {
    host.phase = phase;
    host.phaseSince = this.#world.timeline.now();
    this.sample(host.pool);
  }

  /** Goes on with a host after a while, unless it went down or was removed meanwhile. */
  #later(host: SessionHost, seconds: number, next: () => void): void {
    const boot = host.machine.guest.boots;
    this.#world.timeline.after(seconds * 1000, () => {
      const same = host.machine.guest.boots === boot && this.#hosts.get(keyOf(host.pool, host.name)) === host;
      if (same && host.lostAt === undefined) next();
    });
  }

  #add(pool: HostPool, machine: Machine): SessionHost {
    const now = this.#world.timeline.now();
    const host: SessionHost = {
      pool,
      machine,
      name: machine.fqdn,
      objectId: this.#random.uuid(),
      registeredAt: now - Math.floor(this.#random.between(0, 30_000)),
      sessions: new Map(),
      allowNewSession: true,
      friendlyName: undefined,
      assignedUser: undefined,
      phase: 'starting',
      phaseSince: now,
      agentVersion: AGENT.installed,
      lastUpdateTime: now,
      lostAt: undefined,
      shownMeanwhile: undefined,
      stale: false,
      lastSessionId: 1,
    };
    this.#hosts.set(keyOf(pool, host.name), host);
    this.#homes.set(machine, pool);
    return host;
  }

  #orders(machine: Machine): AgentOrders {
    return { ...this.agentOrders.get('*'), ...this.agentOrders.get(machine.fqdn) };
  }

  #of(machine: Machine): SessionHost | undefined {
    return [...this.#hosts.values()].find((host) => host.machine === machine);
  }
}

function keyOf(pool: HostPool, name: string): string {
  return `${pool.id}/${name}`.toLowerCase();
}
