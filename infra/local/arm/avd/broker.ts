import { fqdnOf, type Computer } from '../compute/computer.ts';
import type { Random } from '../core/random.ts';
import type { World } from '../core/world.ts';
import type { HealthOrder, Status } from './health.ts';
import { placesOn, type HostPool } from './host-pool.ts';
import { Measure } from './measure.ts';
import { Registrations } from './registration.ts';
import { isUsable, statusOf, type SessionHost } from './session-host.ts';
import { Sessions } from './sessions.ts';

/** The agent's version as installed, and as it makes itself. */
export const AGENT = { installed: '1.0.11388.1600', updated: '1.0.12183.900' } as const;
const brokers = new WeakMap<World, Broker>();

/** The desktop broker of this world. */
export function brokerOf(world: World): Broker {
  const known = brokers.get(world);
  if (known) return known;
  const broker = new Broker(world);
  brokers.set(world, broker);
  return broker;
}

/** The records of all hosts in all pools, and the measure of what is done to them. */
export class Broker {
  readonly registrations: Registrations;
  readonly sessions: Sessions;
  healthOrders: HealthOrder[] = [];
  readonly #world: World;
  readonly #random: Random;
  readonly #pools = new Map<HostPool, Map<string, SessionHost>>();
  readonly #byMachine = new Map<Computer, SessionHost>();
  readonly #measures = new Map<HostPool, Measure>();
  /** The pool each machine was in last: reimages count there even while its record is deleted. */
  readonly #homes = new Map<Computer, HostPool>();
  /** The same of machines that are deleted, by id: one that is made anew under it replaces the first. */
  readonly #formerHomes = new Map<string, HostPool>();

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
    return [...(this.#pools.get(pool)?.values() ?? [])];
  }

  host(pool: HostPool, name: string): SessionHost | undefined {
    return this.#pools.get(pool)?.get(name.toLowerCase());
  }

  machinesOf(pool: HostPool): Computer[] {
    return [...this.#homes].filter(([, home]) => home === pool).map(([machine]) => machine);
  }

  status(host: SessionHost): Status {
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
    const usable = hosts.filter((host) => this.isUsable(host)).length * placesOn(pool);
    const sessions = hosts.reduce((sum, host) => sum + host.sessions.size, 0);
    this.measure(pool).sample(this.#world.timeline.iso(), usable, sessions);
  }

  sampleAll(): void {
    for (const pool of new Set(this.#homes.values())) this.sample(pool);
  }

  /** A host that has been in the pool for long. */
  seed(pool: HostPool, machine: Computer): SessionHost {
    const host = this.add(pool, machine);
    Object.assign(host, { phase: 'ready', agentVersion: AGENT.updated });
    return host;
  }

  /** Takes the record out of the pool; an agent that still runs has nobody to talk to any more. */
  remove(host: SessionHost): void {
    this.sessions.cut(host, 'deregistered');
    this.#pools.get(host.pool)?.delete(host.name.toLowerCase());
    if (this.#byMachine.get(host.machine) === host) this.#byMachine.delete(host.machine);
    this.sample(host.pool);
  }

  /** Counts a new disk where the machine belongs. */
  noteReimage(machine: Computer): void {
    const pool = this.#homes.get(machine);
    if (pool) this.measure(pool).reimaged(machine.instance.id);
  }

  /** A machine that is made where one of a pool was deleted has a new disk, and belongs where that one did. */
  noteMade(machine: Computer): void {
    const pool = this.#formerHomes.get(machine.instance.id.toLowerCase());
    if (!pool) return;
    this.#homes.set(machine, pool);
    this.noteReimage(machine);
  }

  noteRemoved(machine: Computer): void {
    const pool = this.#homes.get(machine);
    this.#homes.delete(machine);
    if (pool) this.#formerHomes.set(machine.instance.id.toLowerCase(), pool);
  }

  /** The record that this machine's agent made, stale or not. */
  hostOn(machine: Computer): SessionHost | undefined {
    return this.#byMachine.get(machine);
  }

  /** A new record: of an agent that has just registered. */
  add(pool: HostPool, machine: Computer): SessionHost {
    const now = this.#world.timeline.now();
    const host: SessionHost = {
      pool,
      machine,
      name: fqdnOf(machine),
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
    const hosts = this.#pools.get(pool) ?? new Map<string, SessionHost>();
    this.#pools.set(pool, hosts.set(host.name.toLowerCase(), host));
    this.#byMachine.set(machine, host);
    this.#homes.set(machine, pool);
    return host;
  }
}
