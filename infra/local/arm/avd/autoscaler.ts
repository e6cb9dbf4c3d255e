import type { World } from '../core/world.ts';
import type { Broker } from './broker.ts';
import { HOST_POOL, type HostPoolProperties } from './host-pool.ts';

export interface AutoscalerOrders {
  readonly on: boolean;
  readonly everyMinutes: number;
  /** Machines with this tag are left alone, whatever its value: a scaling plan's `exclusionTag`. */
  readonly exclusionTag: string;
}

/**
 * What a scaling plan does to drains: in ramp-up it lets users sign in again wherever it finds a drained host
 * ("Autoscale example scenarios": it overrides drain mode), unless the machine has the exclusion tag.
 */
export class Autoscaler {
  orders: AutoscalerOrders = { on: false, everyMinutes: 5, exclusionTag: 'excludeFromScaling' };
  /** Every drain it took back. */
  readonly undrained: { readonly host: string; readonly at: string }[] = [];
  readonly #world: World;
  readonly #broker: Broker;
  #round = 0;

  constructor(world: World, broker: Broker) {
    this.#world = world;
    this.#broker = broker;
  }

  order(orders: Partial<AutoscalerOrders>): void {
    this.orders = { ...this.orders, ...orders };
    this.#round += 1;
    if (this.orders.on) this.#later(this.#round);
  }

  #later(round: number): void {
    this.#world.timeline.after(this.orders.everyMinutes * 60_000, () => {
      if (round !== this.#round) return;
      this.#pass();
      this.#later(round);
    });
  }

  #pass(): void {
    for (const pool of this.#world.resources.list<HostPoolProperties>({ type: HOST_POOL })) {
      for (const host of this.#broker.hosts(pool)) {
        const excluded = Object.hasOwn(host.machine.instance.tags ?? {}, this.orders.exclusionTag);
        if (excluded || host.allowNewSession) continue;
        host.allowNewSession = true;
        this.undrained.push({ host: host.name, at: this.#world.timeline.iso() });
      }
      this.#broker.sample(pool);
    }
  }
}
