import { type App, createApp } from '../../shared/app.ts';
import { Governor } from '../../shared/azure/governor.ts';
import type { Outside, Queue } from '../../shared/outside.ts';
import type { Instant } from '../../shared/instant.ts';
import { log } from '../../shared/log.ts';
import { AdmissionWatch } from '../support/admission-watch.ts';
import { blind } from '../support/fleet.ts';
import { SmallAzure } from '../support/small-azure.ts';
import { joinSecret } from '../support/small-machine.ts';
import type { World } from '../support/world.ts';
import { smallBench } from '../images/small-bench.ts';
import { smallGuest } from '../images/small-guest.ts';
import { secretUri } from '../images/lived-plans.ts';
import { AzureLimits } from './azure-limits.ts';
import { benchPorts } from './bench-ports.ts';
import { governedPorts } from './governed-ports.ts';
import type { Place } from './place.ts';
import { type OfHosts, Ports } from './ports.ts';
import { Tables } from './tables.ts';
import { type TakenOut, withoutBlueprint, withoutLease, withoutOutbox } from './taken-out.ts';

export interface Counts {
  executions: number;
  messages: number;
}

/**
 * The whole app as it is wired for Azure, in as many instances as take turns, over one virtual clock: tables,
 * broker, host pools with their scale sets, a bench with its gallery and guests.
 */
export class Cloud {
  readonly world: World;
  readonly tables = new Tables();
  readonly places = new Map<string, Place>();
  readonly bench: ReturnType<typeof smallBench>;
  readonly guest: ReturnType<typeof smallGuest>;
  readonly counts: Counts = { executions: 0, messages: 0 };
  /** Image versions that were there before, complete everywhere. */
  readonly seeded = new Map<string, string>();
  /** From when on a version that was there before is where the pools are; from the beginning if not said. */
  readonly completeAt = new Map<string, Instant>();
  /** Where messages to receivers go. */
  post: Outside['post'] = async () => await Promise.reject(new Error('nobody is told'));
  readonly ports = new Ports((name) => this.place(name));
  readonly limits: AzureLimits;
  readonly #bench: ReturnType<typeof benchPorts>;
  readonly #ofHosts: OfHosts;
  readonly #taken: TakenOut;
  readonly #apps = new Map<string, App>();
  readonly #instances: number;
  readonly #wakes: Record<Queue, (id: string, at: string) => Promise<void>>;
  #ids = 0;

  constructor(world: World, { taken = {}, instances = 2 }: { taken?: TakenOut; instances?: number } = {}) {
    this.world = world;
    this.#taken = taken;
    this.#instances = instances;
    this.bench = smallBench(world.now);
    this.guest = smallGuest({
      now: world.now,
      guestOf: this.bench.guestOf,
      secrets: { [secretUri]: 'geheim', [joinSecret]: 'geheim too' },
    });
    this.#bench = benchPorts(this, world, taken);
    this.#ofHosts = this.ports.throughWorld(world, taken);
    this.limits = new AzureLimits(world.now);
    world.sweepAtOnce(async () => await this.app().sweep());
    this.#wakes = {
      'advance-image': this.#queue(async (app, id) => await app.advanceImage(id)),
      'advance-release': this.#queue(async (app, id) => await app.advanceRelease(id)),
      'advance-channel': this.#queue(async (app, id) => await app.advanceChannel(id)),
      'advance-validation': this.#queue(async (app, id) => await app.advanceValidation(id)),
      'advance-approval': this.#queue(async (app, id) => await app.advanceApproval(id)),
      'advance-copy': this.#queue(async (app, id) => await app.advanceCopy(id)),
      'advance-schedule': this.#queue(async (app, id) => await app.advanceSchedule(id)),
      'advance-replication': this.#queue(async (app, id) => await app.advanceReplication(id)),
      'reap-leftover': this.#queue(async (app, id) => await app.reapLeftover(id)),
      'advance-rollout': this.#queue(async (app, id) => await app.advanceRollout(id)),
      'advance-host': this.#queue(async (app, id) => await app.advanceHost(id)),
      'deliver-notification': this.#queue(async (app, id) => await app.deliver(id)),
    };
  }

  /** One of the instances of the process that runs now: each remembers for itself, and dies with the process. */
  app(): App {
    const name = `${this.world.process}/${this.world.random.whole(1, this.#instances)}`;
    const app = this.#apps.get(name) ?? createApp(this.#outside(name));
    this.#apps.set(name, app);
    return app;
  }

  addPlace(name: string): Place {
    const azure = new SmallAzure(this.world);
    const place = { name, azure, watch: new AdmissionWatch(this.world, azure), size: 0 };
    this.places.set(name, place);
    return place;
  }

  place(name: string): Place {
    const place = this.places.get(name);
    if (!place) throw new Error(`there is no host pool or scale set ${name}`);
    return place;
  }

  #queue(handle: (app: App, id: string) => Promise<void>) {
    const work = async (id: string) => {
      this.counts.executions += 1;
      await handle(this.app(), id);
    };
    const wake = this.world.queue(work);
    return async (id: string, at: string) => {
      this.counts.messages += 1;
      await wake(id, at);
    };
  }

  /** Hosts are asked for within Azure's limits: each instance paces itself, and tells the others of each 429. */
  #paced(from: string): OfHosts {
    const { limits, ports } = this;
    const governor = this.#taken.governor ? undefined : new Governor(this.world.now);
    governor?.shareOver(this.tables.rows('throttles'));
    const requestsOf = ports.requestsOf.bind(ports);
    return governedPorts(this.#ofHosts, { from, governor, limits, requestsOf });
  }

  #outside(from: string): Outside {
    const { world, tables } = this;
    return {
      rows: (table) => {
        // Lists take no time here, as tasks wait for them, and so does what one instance leaves of them.
        if (table === 'readings') return tables.rows(table);
        const rows = this.#taken.etags ? blind(tables.rows(table)) : tables.rows(table);
        const met = this.#taken.lease && table === 'hostpools' ? withoutLease(rows) : rows;
        if (this.#taken.outbox && table === 'due') return world.rows(withoutOutbox(met));
        return world.rows(this.#taken.blueprint && table === 'hosts' ? withoutBlueprint(met) : met);
      },
      wake: (queue) => this.#wakes[queue],
      ...this.#bench,
      ...this.#paced(from),
      // No place, no probe and no external check is ever defined here.
      sharing: nobody('sharing'),
      deadLetters: nobody('deadLetters'),
      probes: nobody('probes'),
      callSystem: async () => await Promise.reject(new Error('nobody is called')),
      post: async (message) => await this.post(message),
      teamsWebhook: undefined,
      publicUrl: 'https://goldsmith.example',
      mostBuilds: 2,
      now: world.now,
      newId: () => `id-${(this.#ids += 1)}`,
      newSecret: () => 'a secret that nobody asks for',
    };
  }
}

/** A port that nothing here has a reason to ask. */
function nobody(name: string): never {
  const ask = (_: object, what: string | symbol) => async () => {
    throw new Error(`${name} is asked to ${String(what)}`);
  };
  return new Proxy({}, { get: ask }) as never;
}

/** Thousands of lives have thousands of lines to log, and nobody reads them. */
export function quiet(): void {
  log.info = log.warn = log.error = () => {};
}
