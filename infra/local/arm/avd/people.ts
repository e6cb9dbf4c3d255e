import { seededRandom, type Random } from '../core/random.ts';
import type { World } from '../core/world.ts';
import { brokerOf, type Broker } from './broker.ts';
import type { HostPool } from './host-pool.ts';
import { place } from './placement.ts';
import type { SessionHost, UserSession } from './session-host.ts';
import { isEnding } from './sessions.ts';

/** How the people of one pool behave. */
export interface Habits {
  /** The share that stays when told that the host will restart: they have to be logged off. */
  readonly stays: number;
  /** The share that closes the lid at the end of work instead of signing out. */
  readonly leavesDisconnected: number;
}

interface Change {
  readonly habits?: Partial<Habits> | undefined;
  readonly alreadyIn?: boolean;
  readonly seed?: number | undefined;
}

interface Person {
  readonly user: string;
  readonly pool: HostPool;
  readonly stays: boolean;
  /** In a personal pool: the host they worked on last. */
  desktop: string | undefined;
  session: UserSession | undefined;
  worksUntil: number;
  /** Has been told, and is about to leave. */
  leaving: boolean;
  /** No longer one of the pool's people: goes home when the session ends. */
  left: boolean;
}

const MINUTE = 60_000;
const USUAL: Habits = { stays: 0.35, leavesDisconnected: 0.2 };
const peopleByWorld = new WeakMap<World, People>();

/** The people of this world. */
export function peopleOf(world: World): People {
  const known = peopleByWorld.get(world);
  if (known) return known;
  const people = new People(world, brokerOf(world));
  peopleByWorld.set(world, people);
  return people;
}

/** Users who come and go over virtual time, and notice when their host is taken from them. */
export class People {
  readonly #world: World;
  readonly #broker: Broker;
  #random: Random;
  readonly #people: Person[] = [];
  readonly #habits = new Map<HostPool, Habits>();
  readonly #bySession = new Map<UserSession, Person>();

  constructor(world: World, broker: Broker) {
    this.#world = world;
    this.#broker = broker;
    this.#random = world.random.fork('people');
    broker.sessions.owner = {
      gone: (session) => this.#gone(session),
      told: (session) => this.#told(session),
      disconnected: (session) => this.#disconnected(session),
    };
  }

  /** Changes how many people a pool has; newcomers arrive within minutes, or are there already. */
  populate(pool: HostPool, count: number, { habits, alreadyIn = false, seed }: Change = {}): void {
    if (seed !== undefined) this.#random = seededRandom(seed);
    this.#habits.set(pool, { ...USUAL, ...this.#habits.get(pool), ...habits });
    const there = this.#people.filter((person) => person.pool === pool && !person.left);
    for (const person of there.slice(count)) this.#dismiss(person);
    for (let number = there.length; number < count; number += 1) this.#hire(pool, alreadyIn);
  }

  counts(pool: HostPool): { people: number; active: number; disconnected: number; waiting: number } {
    const people = this.#people.filter((person) => person.pool === pool && !person.left);
    const inState = (state: UserSession['state']) =>
      people.filter(({ session }) => session?.state === state).length;
    const now = this.#world.timeline.now();
    const waiting = people.filter((person) => !person.session && person.worksUntil > now).length;
    return {
      people: people.length,
      active: inState('Active'),
      disconnected: inState('Disconnected'),
      waiting,
    };
  }

  #hire(pool: HostPool, alreadyIn: boolean): void {
    const number = this.#people.length + 1;
    const person: Person = {
      user: `user${String(number).padStart(3, '0')}@contoso.com`,
      pool,
      stays: this.#random.chance(this.#habits.get(pool)?.stays ?? USUAL.stays),
      desktop: undefined,
      session: undefined,
      worksUntil: 0,
      leaving: false,
      left: false,
    };
    this.#people.push(person);
    if (pool.properties.hostPoolType === 'Personal') this.#equip(person);
    if (alreadyIn) this.#arrive(person, 'Active');
    else this.#in(0, 5, () => this.#arrive(person));
  }

  /** Who joins a personal pool has been given a desktop, if there is one left. */
  #equip({ pool, user }: Person): void {
    const free = this.#broker.hosts(pool).find(({ assignedUser }) => assignedUser === undefined);
    if (free) free.assignedUser = user;
  }

  #dismiss(person: Person): void {
    person.left = true;
    if (person.session) this.#broker.sessions.signOut(person.session);
  }

  #arrive(person: Person, state?: 'Active'): void {
    const now = this.#world.timeline.now();
    person.worksUntil = now + this.#random.between(40, 240) * MINUTE;
    this.#signIn(person, state);
    this.#world.timeline.at(person.worksUntil, () => this.#endOfWork(person));
  }

  #signIn(person: Person, state?: 'Active'): void {
    const { timeline } = this.#world;
    if (person.left || timeline.now() >= person.worksUntil) return;
    const { session } = person;
    if (session?.state === 'Disconnected') {
      session.state = 'Active'; // back to the same host, draining or not
      return;
    }
    if (session) return;
    const { host, waking = false } = place(this.#world, this.#broker, person.pool, person.user);
    if (!host) {
      const at = timeline.iso();
      if (!waking) this.#broker.measure(person.pool).turnedAway.push({ user: person.user, at });
      this.#in(1, 3, () => this.#signIn(person));
      return;
    }
    person.leaving = false;
    this.#settle(person, host);
    person.session = this.#broker.sessions.open(host, person.user, state);
    this.#bySession.set(person.session, person);
  }

  /** A desktop of one's own is meant to stay one's own; whoever is given another finds none of their things there. */
  #settle(person: Person, { name, pool }: SessionHost): void {
    if (pool.properties.hostPoolType !== 'Personal') return;
    const { user, desktop } = person;
    const at = this.#world.timeline.iso();
    if (desktop !== undefined && desktop !== name) {
      this.#broker.measure(pool).astray.push({ user, from: desktop, to: name, at });
    }
    person.desktop = name;
  }

  #endOfWork(person: Person): void {
    const { session, pool } = person;
    if (session && !isEnding(session)) {
      const closesLid = this.#random.chance(
        this.#habits.get(pool)?.leavesDisconnected ?? USUAL.leavesDisconnected,
      );
      if (closesLid && session.state === 'Active') session.state = 'Disconnected';
      else if (session.state !== 'Disconnected') this.#broker.sessions.signOut(session);
    }
    // Who only closed the lid may be away for the rest of the day, and the session waits.
    const away = session?.state === 'Disconnected' ? 480 : 60;
    if (!person.left) this.#in(10, away, () => this.#arrive(person));
  }

  #told(session: UserSession): void {
    const person = this.#bySession.get(session);
    if (!person || person.stays || person.leaving) return;
    person.leaving = true;
    this.#in(0.5, 6, () => {
      if (person.session === session && session.state === 'Active') this.#broker.sessions.signOut(session);
    });
  }

  #disconnected(session: UserSession): void {
    const person = this.#bySession.get(session);
    if (person) this.#in(1, 3, () => this.#signIn(person));
  }

  /** Whoever still has work to do is back on another host after a minute. */
  #gone(session: UserSession): void {
    const person = this.#bySession.get(session);
    this.#bySession.delete(session);
    if (!person) return;
    person.session = undefined;
    this.#in(0.75, 1.5, () => this.#signIn(person));
  }

  #in(least: number, most: number, next: () => void): void {
    this.#world.timeline.after(this.#random.between(least, most) * MINUTE, next);
  }
}
