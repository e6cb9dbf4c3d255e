import { fqdnOf, type Computer, type GuestSoftware, type Outage } from '../compute/computer.ts';
import { computersOf } from '../compute/computers.ts';
import type { Random } from '../core/random.ts';
import type { World } from '../core/world.ts';
import { AGENT, brokerOf, type Broker } from './broker.ts';
import type { HostPool } from './host-pool.ts';
import type { SessionHost } from './session-host.ts';

/** What a person may order of the agent on one host, or on all under `*`. */
export interface AgentOrders {
  /** `fails`: the installer says so; `silent`: it succeeds, and the host never appears. */
  registration?: 'ok' | 'fails' | 'silent';
  /** How long the agent updates itself after it registered. */
  upgradeMinutes?: number;
}

/** Agents that can register side by side without trouble. */
const MOST_AT_ONCE = 10;
const DAY = 24 * 3_600_000;
const agentsByWorld = new WeakMap<World, Agents>();

/** The desktop agents of this world. */
export function agentsOf(world: World): Agents {
  const known = agentsByWorld.get(world);
  if (known) return known;
  const agents = new Agents(world, brokerOf(world));
  computersOf(world).install(agents);
  agentsByWorld.set(world, agents);
  return agents;
}

/** The agents in the guests: they register, update themselves, fall silent and are lost with their disks. */
export class Agents implements GuestSoftware {
  readonly #world: World;
  readonly #broker: Broker;
  readonly #random: Random;
  readonly #farewells: Random;
  readonly #orders = new Map<string, AgentOrders>();
  #installs: number[] = [];

  constructor(world: World, broker: Broker) {
    this.#world = world;
    this.#broker = broker;
    this.#random = world.random.fork('agents');
    this.#farewells = world.random.fork('farewells');
  }

  order(name: string, orders: AgentOrders): AgentOrders {
    const all = { ...this.#orders.get(name), ...orders };
    this.#orders.set(name, all);
    return all;
  }

  orders(machine: Computer): AgentOrders {
    return { ...this.#orders.get('*'), ...this.#orders.get(machine.guest.name) };
  }

  /**
   * An agent has been installed with a valid token. A record that stands under its name from before a reimage
   * bars the way ("Troubleshoot agent": remove the host from the pool first): the host stays Unavailable.
   */
  join(pool: HostPool, machine: Computer): void {
    if (this.#broker.host(pool, fqdnOf(machine))) return;
    if (this.orders(machine).registration === 'silent') return;
    const boot = machine.guest.boots;
    this.#world.timeline.after(this.#random.between(20, 60) * 1000, () => {
      if (machine.guest.boots !== boot || this.#broker.host(pool, fqdnOf(machine))) return;
      const host = this.#broker.add(pool, machine);
      this.#later(host, this.#random.between(20, 60), () => this.#upgrade(host));
    });
  }

  /**
   * Notes that an agent is being installed for so long, and says whether the broker is overrun: "Session host
   * update" warns that large batches end in AgentRegistrationFailureGeneric.
   */
  isOverrun(seconds: number): boolean {
    const now = this.#world.timeline.now();
    this.#installs = this.#installs.filter((until) => until > now);
    this.#installs.push(now + seconds * 1000);
    return this.#installs.length > MOST_AT_ONCE && this.#random.chance(0.2);
  }

  made(machine: Computer): void {
    this.#broker.noteMade(machine);
  }

  down(machine: Computer, why: Outage): void {
    const host = this.#broker.hostOn(machine);
    if (!host) return;
    // The record of a host that goes away is told late: for minutes it looks as before.
    if (host.lostAt === undefined) this.#lose(host, this.#random.between(120, 420) * 1000);
    // "If you've shut down your session host and see an Unavailable status, that means the session host shut down before
    // it could update the status": mostly it can.
    const isShutDown = why === 'deallocate' || why === 'powerOff';
    if (isShutDown && this.#farewells.chance(0.7)) {
      host.shownMeanwhile = { status: 'Shutdown', until: Number.POSITIVE_INFINITY };
    }
    this.#broker.sessions.cut(host, why);
    this.#broker.sample(host.pool);
  }

  replaced(machine: Computer): void {
    this.#broker.noteReimage(machine);
    const host = this.#broker.hostOn(machine);
    if (host) host.stale = true;
  }

  removed(machine: Computer): void {
    this.#broker.noteRemoved(machine);
    const host = this.#broker.hostOn(machine);
    if (host) host.stale = true;
  }

  up(machine: Computer): void {
    const host = this.#broker.hostOn(machine);
    if (!host || host.stale) return;
    host.lostAt = undefined;
    host.shownMeanwhile = undefined;
    this.#enter(host, 'starting');
    this.#later(host, this.#random.between(20, 60), () => this.#enter(host, 'ready'));
  }

  /** The agent of a machine that runs on falls silent, and the broker does not notice for a day; or speaks again. */
  silence(machine: Computer, silent: boolean): void {
    const host = this.#broker.hostOn(machine);
    if (!host || host.stale || (host.lostAt !== undefined) === silent) return;
    if (!silent) return this.up(machine);
    this.#lose(host, DAY);
    this.#broker.sample(host.pool);
  }

  #lose(host: SessionHost, unnoticedMs: number): void {
    const now = this.#world.timeline.now();
    host.shownMeanwhile = { status: this.#broker.status(host), until: now + unnoticedMs };
    host.lostAt = now;
  }

  #upgrade(host: SessionHost): void {
    this.#enter(host, 'upgrading');
    const { upgradeMinutes } = this.orders(host.machine);
    // Agent self-update is mostly quick; where it is not, it "almost always" takes over 30 minutes.
    const drawn = this.#random.chance(0.03) ? this.#random.between(30, 40) : this.#random.between(1, 4);
    this.#later(host, (upgradeMinutes ?? drawn) * 60, () => {
      host.agentVersion = AGENT.updated;
      host.lastUpdateTime = this.#world.timeline.now();
      this.#enter(host, 'ready');
    });
  }

  #enter(host: SessionHost, phase: SessionHost['phase']): void {
    host.phase = phase;
    host.phaseSince = this.#world.timeline.now();
    this.#broker.sample(host.pool);
  }

  /** Goes on with a host after a while, unless it went down or was removed meanwhile. */
  #later(host: SessionHost, seconds: number, next: () => void): void {
    const { boots } = host.machine.guest;
    this.#world.timeline.after(seconds * 1000, () => {
      const same = host.machine.guest.boots === boots && this.#broker.host(host.pool, host.name) === host;
      if (same && host.lostAt === undefined) next();
    });
  }
}
