import type { World } from '../core/world.ts';
import { fqdnOf, type Computer, type GuestSoftware, type Outage } from './computer.ts';
import type { Guest, Power } from './guest.ts';
import type { Image } from './image.ts';
import { WatchedGuest } from './watched-guest.ts';

/** What a person may order of a machine's guest, to see what happens. */
export interface GuestOrders {
  /** Never comes up again, once restarted, reimaged or made anew. */
  boot?: 'fails' | 'ok';
}

/** By what a copy of a world with other chance has in common with it. */
const computersByWorld = new WeakMap<World['resources'], Computers>();

/** All machines of this world that software can be in. */
export function computersOf(world: World): Computers {
  const known = computersByWorld.get(world.resources) ?? new Computers(world);
  computersByWorld.set(world.resources, known);
  return known;
}

/** The machines of every kind, as the software in their guests meets them: it hears of their coming and going. */
export class Computers {
  /** By computer name, as `named` answers it: they hold for whatever machine has that name. */
  readonly orders = new Map<string, GuestOrders>();
  readonly #world: World;
  readonly #software: GuestSoftware[] = [];
  readonly #computers = new Map<string, Computer>();
  readonly #byGuest = new WeakMap<Guest, Computer>();

  constructor(world: World) {
    this.#world = world;
  }

  install(software: GuestSoftware): void {
    this.#software.push(software);
  }

  /** A guest for a machine that is to be added. */
  guest(name: string, image?: Pick<Image, 'facts'> & Partial<Pick<Image, 'osType'>>): Guest {
    const guest: Guest = new WatchedGuest(name, image, {
      booting: (seconds) => this.#booting(guest, seconds),
      down: () => this.#down(guest),
    });
    return guest;
  }

  /** A new machine; what its guest does from now on is noticed. */
  add(computer: Computer): void {
    this.#computers.set(computer.instance.id.toLowerCase(), computer);
    this.#byGuest.set(computer.guest, computer);
    for (const software of this.#software) software.made(computer);
  }

  /** The machine is gone, and its guest with it. */
  remove(computer: Computer): void {
    this.takeDown(computer, 'delete', 'stopped');
    const id = computer.instance.id.toLowerCase();
    if (this.#computers.get(id) === computer) this.#computers.delete(id);
    for (const software of this.#software) software.removed(computer);
  }

  find(resourceId: string): Computer | undefined {
    return this.#computers.get(resourceId.toLowerCase());
  }

  withGuest(guest: Guest): Computer | undefined {
    return this.#byGuest.get(guest);
  }

  /** By computer name or full name, whichever a person types. */
  named(name: string): Computer | undefined {
    const wanted = name.toLowerCase();
    return [...this.#computers.values()].find((computer) =>
      [fqdnOf(computer), computer.guest.name].some((known) => known.toLowerCase() === wanted),
    );
  }

  /** A person wants its guest never to come up again. */
  isOrderedDown({ guest }: Pick<Computer, 'guest'>): boolean {
    return this.orders.get(guest.name)?.boot === 'fails';
  }

  /** The guest goes away: scripts, sessions and agents in it end now. `now` where it comes up again at once. */
  takeDown(computer: Computer, why: Outage, power: Power, now?: number): void {
    computer.outage = why;
    computer.guest.halt(power, now);
    computer.outage = undefined;
  }

  /** Its disk is another one, and what was installed in its guest is not there any more. */
  replaced(computer: Computer): void {
    for (const software of this.#software) software.replaced(computer);
  }

  #booting(guest: Guest, seconds: number): void {
    this.#down(guest); // a script may have restarted Windows
    const { boots } = guest;
    const computer = this.#byGuest.get(guest);
    // Some never come up, and no time is long enough for that; one that is not added yet has been up for long.
    if (!computer || !Number.isFinite(seconds)) return;
    this.#world.timeline.after(seconds * 1000, () => {
      if (guest.boots !== boots) return; // went down again meanwhile
      computer.up = true;
      for (const software of this.#software) software.up(computer);
    });
  }

  #down(guest: Guest): void {
    const computer = this.#byGuest.get(guest);
    if (!computer?.up) return;
    computer.up = false;
    for (const software of this.#software) software.down(computer, computer.outage ?? 'restart');
  }
}
