import type { World } from '../core/world.ts';
import type { Broker } from './broker.ts';
import { HOST_POOL, type HostPool, type HostPoolProperties } from './host-pool.ts';
import { PersonalScaling } from './personal-scaling.ts';
import { powerOf } from './power.ts';
import { PooledScaling, type Deed } from './pooled-scaling.ts';
import { enabledIn, SCALING_PLAN, type ScalingPlanProperties } from './scaling-plan.ts';
import type { SessionHost } from './session-host.ts';

export interface AutoscalerOrders {
  readonly on: boolean;
  readonly everyMinutes: number;
  /** Machines with this tag are left alone, whatever its value: a scaling plan's `exclusionTag`. */
  readonly exclusionTag: string;
}

/**
 * Acts on each pool by the plan that is enabled for it. Where there is none, and it was ordered to by hand, it does to
 * drains what a plan does in ramp-up: it takes them back ("Autoscale overwrites drain mode").
 */
export class Autoscaler {
  orders: AutoscalerOrders = { on: false, everyMinutes: 5, exclusionTag: 'excludeFromScaling' };
  /** Every drain it took back. */
  readonly undrained: { readonly host: string; readonly at: string }[] = [];
  /** Every machine it turned on or off, and every drain of its own. */
  readonly deeds: Deed[] = [];
  readonly #world: World;
  readonly #broker: Broker;
  readonly #pooled: PooledScaling;
  readonly #personal: PersonalScaling;
  #round = 0;
  #awake = false;

  constructor(world: World, broker: Broker) {
    this.#world = world;
    this.#broker = broker;
    const means = {
      world,
      broker,
      power: powerOf(world),
      undrain: (host: SessionHost) => this.#undrain(host),
      note: (host: SessionHost, what: Deed['what']) =>
        this.deeds.push({ host: host.name, at: world.timeline.iso(), what }),
    };
    this.#pooled = new PooledScaling(means);
    this.#personal = new PersonalScaling(means);
  }

  order(orders: Partial<AutoscalerOrders>): void {
    this.orders = { ...this.orders, ...orders };
    this.#begin(this.orders.everyMinutes);
  }

  /** A plan was made or changed: "the scaling plan will take effect as soon as you enable it". */
  wake(): void {
    if (!this.#awake) this.#begin(0.5);
  }

  #begin(minutes: number): void {
    this.#round += 1;
    const round = this.#round;
    const plans = this.#world.resources.list<ScalingPlanProperties>({ type: SCALING_PLAN });
    this.#awake = this.orders.on || plans.some(({ properties }) => enabledIn(properties).length > 0);
    if (!this.#awake) return;
    this.#world.timeline.after(minutes * 60_000, () => {
      if (round !== this.#round) return;
      this.#pass();
      this.#begin(this.orders.everyMinutes);
    });
  }

  #pass(): void {
    const { resources } = this.#world;
    const planned = new Set<HostPool>();
    for (const plan of resources.list<ScalingPlanProperties>({ type: SCALING_PLAN })) {
      for (const id of enabledIn(plan.properties)) {
        const pool = resources.find<HostPoolProperties>(id);
        if (!pool) continue;
        planned.add(pool);
        if (plan.properties.hostPoolType === 'Pooled') this.#pooled.pass(pool, plan);
        else this.#personal.pass(pool, plan);
        this.#broker.sample(pool);
      }
    }
    if (!this.orders.on) return;
    for (const pool of resources.list<HostPoolProperties>({ type: HOST_POOL })) {
      if (!planned.has(pool)) this.#takeBackDrains(pool);
    }
  }

  #takeBackDrains(pool: HostPool): void {
    for (const host of this.#broker.hosts(pool)) {
      if (!isExcluded(host, this.orders.exclusionTag) && !host.allowNewSession) this.#undrain(host);
    }
    this.#broker.sample(pool);
  }

  #undrain(host: SessionHost): void {
    host.allowNewSession = true;
    this.undrained.push({ host: host.name, at: this.#world.timeline.iso() });
  }
}

function isExcluded({ machine }: SessionHost, tag: string): boolean {
  return Object.hasOwn(machine.instance.tags ?? {}, tag);
}
