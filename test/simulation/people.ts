import type { App } from '../../shared/app.ts';
import { AppError } from '../../shared/errors.ts';
import { minutesAfter } from '../../shared/instant.ts';
import type { Host } from '../../shared/hosts/host.ts';
import type { Rollout } from '../../shared/rollouts/rollout.ts';
import { newVersion } from '../support/small-azure.ts';
import type { Cloud } from './cloud.ts';
import { machineIn, type Place } from './place.ts';
import { imageSet } from './policies.ts';

/**
 * People who want something else: they pause, freeze and abort, lift drains, delete hosts and power machines
 * off. What they have touched themselves nobody has to put back for them.
 */
export class People {
  readonly #cloud: Cloud;
  readonly #note: (what: string) => void;
  readonly #faults: number;
  /** `place/instance` whose drain flag or power somebody changed. */
  readonly touched = new Set<string>();
  /** Hosts that a user may find gone, because somebody took them away. */
  readonly takenAway = new Set<string>();

  /** When, in seconds from the beginning, somebody decides on a single host. */
  readonly #orders: readonly number[];

  constructor(cloud: Cloud, faults: number, orders: readonly number[], note: (what: string) => void) {
    this.#orders = orders;
    this.#cloud = cloud;
    this.#faults = faults;
    this.#note = note;
  }

  /** Asks until the process lives long enough to answer; a refusal is an answer. */
  ask(what: string, asking: (app: App) => Promise<unknown>, afterSeconds = 0): void {
    const { world } = this.#cloud;
    const attempt = async () => {
      this.#note(`somebody asks to ${what}`);
      try {
        await asking(this.#cloud.app());
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        this.#note(`refused to ${what}: ${error.code}`);
      }
    };
    world.start(attempt, afterSeconds);
  }

  /** Of each kind of interference some, at some time in the first hours. */
  meddle(): void {
    const { random } = this.#cloud.world;
    const soon = () => random.between(30, 7200);
    for (const place of this.#cloud.places.values()) {
      if (random.happens(0.25)) this.#lift(place, soon());
      if (random.happens(0.1)) this.#vanish(place, soon());
      if (random.happens(0.1)) this.#powerOff(place, soon());
      if (random.happens(0.1)) this.#late(place, soon());
      if (random.happens(0.1)) this.#deregister(place, soon());
    }
    if (random.happens(0.2)) this.abortAll(soon());
    if (random.happens(0.3)) this.#pause(soon());
    if (random.happens(0.3)) this.#freeze(soon());
    for (const comes of this.#orders) this.#order(comes);
  }

  /** Wants a host tried again, or left out: any host of any rollout, whether or not that makes sense. */
  #order(comes: number): void {
    const { world, tables } = this.#cloud;
    const order = async (app: App) => {
      const rollouts = tables.statesOf<Rollout>('rollouts').filter(([, rollout]) => isOpen(rollout));
      if (rollouts.length === 0) return;
      const [id, { facts }] = world.random.oneOf(rollouts);
      const names = Object.values(facts.hosts ?? {}).map(({ name }) => name);
      const host = world.random.oneOf([...names, 'avd-0', 'avd-1']);
      const what = world.random.oneOf(['retryHost', 'skipHost'] as const);
      this.#note(`${what} ${host} of ${id}`);
      await app.rollouts[what](id, host, { reason: 'somebody says so' });
    };
    this.ask('decide on a host', order, comes);
  }

  abortAll(afterSeconds: number): void {
    const abort = async (app: App) => {
      for (const { id } of (await app.rollouts.rollouts()).value)
        await refusable(app.rollouts.abort(id, { reason: 'no more' }));
    };
    this.ask('abort all rollouts', abort, afterSeconds);
  }

  #pause(comes: number): void {
    const { world } = this.#cloud;
    const { random } = world;
    const ends = comes + random.whole(1, 40) * 60;
    const until = random.happens(0.5) ? { until: minutesAfter(world.now(), ends / 60) } : {};
    const each = (tell: (app: App, id: string) => Promise<unknown>) => async (app: App) => {
      for (const { id } of (await app.rollouts.rollouts()).value) await refusable(tell(app, id));
    };
    const pause = each(async (app, id) => await app.rollouts.pause(id, { reason: 'hold on', ...until }));
    this.ask('pause all rollouts', pause, comes);
    const resume = each(async (app, id) => await app.rollouts.resume(id, {}));
    this.ask('resume all rollouts', resume, comes + random.whole(1, 60) * 60);
  }

  #freeze(comes: number): void {
    const { world, places } = this.#cloud;
    const { random } = world;
    const until = minutesAfter(world.now(), comes / 60 + random.whole(5, 60));
    const names = [...places.keys()];
    const scope = random.oneOf([
      { kind: 'all' },
      { kind: 'image-set', name: imageSet },
      { kind: 'host-pool', name: random.oneOf(names) },
    ] as const);
    const frozen = [...places.values()].filter(
      ({ name }) => scope.kind !== 'host-pool' || scope.name === name,
    );
    const freeze = async (app: App) => {
      await app.freezes.put('now', { scope, reason: 'a fair', until });
      for (const { watch } of frozen) watch.frozenUntil = until;
    };
    this.ask('freeze', freeze, comes);
    if (random.happens(0.5)) return;
    const lift = async (app: App) => {
      for (const { watch } of frozen) watch.frozenUntil = '';
      await app.freezes.lift('now');
    };
    this.ask('lift the freeze', lift, comes + random.between(60, 1800));
  }

  /** Not in the very moment of the reimage, which nobody could see coming. */
  #lift({ name, azure }: Place, comes: number): void {
    const { world, tables } = this.#cloud;
    world.after(comes, () => {
      const hosts = tables.statesOf<Host>('hosts').filter(([, { plan }]) => plan.pool.hostPool === name);
      const isSafe = ({ phase, ...host }: Host) => {
        const { stage, intent } = 'standing' in host ? host.standing : {};
        return phase === 'running' && (stage === 'empty' || (stage === 'reimage' && !intent));
      };
      const lifted = hosts.find(([, host]) => isSafe(host))?.[1].plan;
      if (!lifted) return;
      this.#note(`somebody lifts the drain of ${lifted.name} in ${name}`);
      // A drain of ours that lands late may cover it up, and with it whom the broker sent meanwhile.
      azure.desktop.lift(lifted.name, { unnoticed: this.#faults > 0 });
    });
  }

  #vanish(place: Place, comes: number): void {
    this.#cloud.world.after(comes, () => {
      this.#note(`somebody deletes machine 0 of ${place.name}`);
      place.azure.vanish(machineIn(place, '0'));
    });
  }

  #deregister(place: Place, comes: number): void {
    this.#cloud.world.after(comes, () => {
      this.#note(`somebody deletes session host avd-0 of ${place.name}`);
      // Whether it took users goes with its record, unless we had looked before.
      this.touched.add(`${place.name}/${machineIn(place, '0')}`);
      place.azure.desktop.forget('avd-0');
    });
  }

  #powerOff(place: Place, comes: number): void {
    this.#cloud.world.after(comes, () => {
      const instanceId = machineIn(place, '0');
      if (!place.azure.powerOff(instanceId)) return;
      this.#note(`somebody powers machine 0 of ${place.name} off`);
      this.touched.add(`${place.name}/${instanceId}`);
      this.takenAway.add('avd-0');
    });
  }

  /** By somebody else than the app: nobody has to put that back for him. */
  switched({ name, azure }: Place, instanceId: string): void {
    this.touched.add(`${name}/${instanceId}`);
    const host = azure.fleet.get(instanceId)?.machine.computerName;
    if (host !== undefined) this.takenAway.add(host);
  }

  #late(place: Place, comes: number): void {
    const { name, azure } = place;
    this.#cloud.world.after(comes, () => {
      this.#note(`the scaling plan of ${name} adds a machine`);
      const state = azure.fleet.get(azure.add('late'));
      place.size += 1;
      if (state)
        state.machine = {
          ...state.machine,
          imageVersionId: azure.kind === 'stand-alone' ? newVersion : azure.model,
        };
    });
  }
}

/** What the rollouts that are not over have to say for themselves. */
export function isOpen({ phase }: Rollout): boolean {
  return phase === 'running' || phase === 'stopping';
}

export async function refusable(asking: Promise<unknown>): Promise<void> {
  try {
    await asking;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
}
