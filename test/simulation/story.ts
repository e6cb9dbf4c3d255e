import type { App } from '../../shared/app.ts';
import { AppError } from '../../shared/errors.ts';
import { minutesAfter } from '../../shared/instant.ts';
import { RequestVersion } from '../../shared/images/request-bodies.ts';
import type { Version } from '../../shared/images/image.ts';
import { isOver, type Release } from '../../shared/releases/course.ts';
import type { Policy } from '../../shared/rollouts/pool.ts';
import type { Rollout } from '../../shared/rollouts/rollout.ts';
import { livedPlan, sourceNames, stepNames } from '../images/lived-plans.ts';
import { populate } from '../support/fleet-verdict.ts';
import { Random } from '../support/random.ts';
import { newVersion, oldVersion } from '../support/small-azure.ts';
import { absenceOf } from '../support/user-habits.ts';
import { type Ills, World } from '../support/world.ts';
import type { Channel } from '../../shared/channels/channel.ts';
import { Cloud } from './cloud.ts';
import { Invariants } from './invariants.ts';
import { isOpen, People } from './people.ts';
import { Listener } from './listener.ts';
import { lastHours, mindsHours, ReleasePeople } from './release-people.ts';
import { drawnFloor, drawnPolicy, imageSet, linkOf, noFloor, ofKind } from './policies.ts';
import type { Place } from './place.ts';
import { actOn, drawnScalingPlan, keptOnAhead } from './scaling-plans.ts';
import { mix } from './mixed.ts';
import { ofBefore, seedChannel, seedVersion } from './seeded.ts';
import type { TakenOut } from './taken-out.ts';
import { wrongWithTold } from './told.ts';
import { Trace } from './trace.ts';
import { wrongAtTheEnd } from './verdict.ts';

const built = `${imageSet}.1.1.0`;

export interface Told {
  readonly seed: number;
  readonly violations: readonly string[];
  /** Which event it was that broke a rule, and the last before it. */
  readonly event: number;
  readonly last: readonly string[];
  /** How each of its rollouts ended, and its version. */
  readonly ends: readonly string[];
  readonly built: boolean;
  readonly admissions: number;
  readonly virtualHours: number;
}

/** How ill the world is in which this seed lives. */
function illsOf(seed: number): Ills {
  const random = new Random(seed);
  return {
    seed: random.whole(1, 2 ** 30),
    deaths: random.oneOf([0, 0.002, 0.01, 0.02]),
    lostMessages: random.oneOf([0, 0.1, 0.5, 0.9]),
    doubledMessages: random.oneOf([0, 0.1, 0.5]),
    faults: random.oneOf([0, 0.05, 0.15]),
    slowness: random.oneOf([0, 0.05, 0.3]),
  };
}

/**
 * One life of everything: host pools of a set, a version that is there or is built first, its rollouts, other
 * rollouts of other people, a rollback, and whatever comes in between. The seed alone decides it all.
 */
export async function liveOnce(seed: number, taken: TakenOut = {}): Promise<Told> {
  const ills = illsOf(seed);
  const world = new World(ills, { sweeping: !taken.sweeper });
  const story = new Story(world, ills, taken);
  const violations = await story.live();
  const { cloud, trace } = story;
  const admissions = [...cloud.places.values()].reduce((sum, { watch }) => sum + watch.admissions, 0);
  return {
    seed,
    violations,
    event: world.events,
    last: violations.length > 0 ? trace.lines() : [],
    ends: endsOf(cloud),
    built: story.isBuilt,
    admissions,
    virtualHours: (Date.parse(world.now()) - story.began) / 3_600_000,
  };
}

function endsOf({ tables }: Cloud): string[] {
  const end = (what: string, state: Rollout | Version) =>
    `${what} ${state.phase}${'failure' in state ? `: ${state.failure.code}` : ''}`;
  const seeded = ({ requested }: Version) => requested.notes === ofBefore;
  return [
    ...tables.statesOf<Rollout>('rollouts').map(([, rollout]) => end('rollout', rollout)),
    ...tables
      .statesOf<Version>('versions')
      .flatMap(([, version]) => (seeded(version) ? [] : [end('version', version)])),
  ];
}

class Story {
  readonly cloud: Cloud;
  readonly trace: Trace;
  readonly isBuilt: boolean;
  readonly began: number;
  readonly #world: World;
  readonly #people: People;
  readonly #listener: Listener;
  /** What users do at their desks is drawn apart: whatever else happens in a life does not hang on it. */
  readonly #users: Random;
  readonly #floor: Policy['floor'];
  readonly #taken: TakenOut;
  readonly #violations: string[] = [];

  constructor(world: World, ills: Ills, taken: TakenOut) {
    this.#world = world;
    this.#users = new Random(ills.seed);
    this.#taken = taken;
    this.began = Date.parse(world.now());
    this.cloud = new Cloud(world, { taken });
    // Azure counts for a subscription, and who else asks there leaves us so much less.
    this.cloud.limits.others = this.#users.oneOf([0, 0, 0.8, 0.95]);
    this.trace = new Trace(this.cloud);
    this.isBuilt = world.random.happens(0.3);
    this.#floor = drawnFloor(world, this.isBuilt);
    const orders = Array.from({ length: this.#users.oneOf([0, 0, 1, 3]) }, () =>
      this.#users.between(60, 14_400),
    );
    this.#people = new People(this.cloud, ills.faults, orders, (what) => this.trace.note(what));
    this.#listener = new Listener(this.cloud, ills.seed);
    const invariants = new Invariants(this.cloud, {
      floor: this.#floor,
      tell: (violation) => this.#violations.push(violation),
      excused: (bounce) => [...this.#people.takenAway].some((name) => bounce.includes(` ${name} `)),
    });
    this.trace.listen();
    world.onEvent = () => invariants.afterEvent();
  }

  async live(): Promise<readonly string[]> {
    const { random } = this.#world;
    this.#settle('prod', random.whole(this.isBuilt ? 2 : 1, 4));
    if (random.happens(0.3)) this.#settle('annex', random.whole(1, 2));
    if (this.isBuilt) this.#settle('test', random.whole(2, 3));
    await seedVersion(this.cloud, '1.0.0', oldVersion);
    await mix(this.cloud, this.#users);
    if (!this.isBuilt) await seedVersion(this.cloud, '1.1.0', newVersion);
    // It may be on its way to the region of the pools yet.
    if (this.#users.happens(0.15))
      this.cloud.completeAt.set(newVersion, minutesAfter(this.#world.now(), this.#users.whole(30, 90)));
    else for (const channel of ['test', 'production']) await seedChannel(this.cloud, channel, '1.0.0');
    await this.#pass(1 / 48, () => false);
    this.#manage();
    this.#listener.subscribe(this.#people);
    if (this.isBuilt) this.#build();
    else this.#rollOut();
    this.#people.meddle();
    // The floor may keep a rollout waiting for as long as anybody stays, and it would wait for weeks.
    for (const hours of this.isBuilt ? [16, 40, lastHours, lastHours + 12] : [4, 8, 12])
      this.#people.abortAll(hours * 3600);
    await this.#pass(12, () => this.#isOver());
    // Whatever is still on its way lands, and the reaper has its turns, before the books are closed.
    await this.#pass(1 / 24, () => false);
    await this.#pass(3, () => this.#listener.isDone);
    if (this.#violations.length > 0) return this.#violations;
    this.#violations.push(...wrongAtTheEnd(this.cloud, this.#people));
    this.#violations.push(...(await wrongWithTold(this.cloud, this.#listener)));
    return this.#violations;
  }

  /** Lets time pass until it is so, or a rule is broken. */
  async #pass(days: number, isSo: () => boolean): Promise<void> {
    await this.#world.passUntil(() => this.#violations.length > 0 || isSo(), { days });
  }

  #settle(name: string, hosts: number): void {
    const place = this.cloud.addPlace(name);
    place.azure.kind = this.#users.oneOf(['uniform', 'uniform', 'flexible', 'stand-alone', 'stand-alone']);
    if (this.#users.happens(0.15)) place.azure.desktop.type = 'Personal';
    if (place.azure.kind === 'stand-alone') place.azure.addForeign('sql-0');
    place.azure.desktop.absence = () => absenceOf(this.#users);
    // A release needs a whole day of luck: most pools that wait for a build are calm.
    populate(this.#world, place, hosts, this.isBuilt && this.#world.random.happens(0.8));
    place.size = place.azure.fleet.size;
    if (this.#world.random.happens(0.3))
      place.azure.desktop.flagSeconds = () => this.#world.random.between(0, 20);
  }

  #manage(): void {
    const places = [...this.cloud.places.values()];
    for (const { name } of places) this.#define(name);
    for (const place of places) this.#scale(place);
  }

  /** Some pools have a scaling plan, which switches hosts on and off all the while. */
  #scale(place: Place): void {
    if (!this.#users.happens(0.2) || place.azure.desktop.type === 'Personal') return;
    const plan = drawnScalingPlan(this.#users, this.#world);
    place.azure.desktop.scalingPlan = plan;
    if (!this.#taken.floor) place.watch.keptOn = (at, size) => keptOnAhead(plan, at, size);
    const note = (what: string, instanceId: string) => {
      this.trace.note(`the scaling plan of ${place.name} ${what}`);
      this.#people.switched(place, instanceId);
    };
    actOn(place, this.#world, note, plan);
  }

  #define(name: string): void {
    const { azure } = this.cloud.place(name);
    const policy = {
      ...drawnPolicy(this.#world, this.isBuilt, this.#users),
      ...ofKind(azure, this.#users),
      floor: this.#taken.floor ? noFloor : this.#floor,
    };
    const link = linkOf(name, name === 'test' ? 'test' : 'production', policy, azure);
    type Body = Parameters<ReturnType<Cloud['app']>['rollouts']['definePool']>[1];
    this.#people.ask(
      `define ${name}`,
      async (app) => await app.rollouts.definePool(name, link as unknown as Body),
    );
  }

  #rollOut(): void {
    const { random } = this.#world;
    for (const { name } of this.cloud.places.values()) {
      this.#start(name, '1.1.0', 'one', 60);
      // Somebody else wants the same, or another version, at the same moment.
      if (random.happens(0.3))
        this.#start(name, random.oneOf(['1.1.0', '1.0.0']), 'two', 60 + random.between(0, 30));
      if (random.happens(this.cloud.seeded.has('0.9.0') ? 0.8 : 0.3))
        this.#rollBack(name, random.between(1800, 14_400));
    }
  }

  /** Whoever is refused because the version is on its way yet, or for a freeze, asks again while that may be so. */
  #start(name: string, version: string, request: string, afterSeconds: number, asked = 1): void {
    const start = async (app: App) => {
      try {
        await app.rollouts.startRollout(name, { version, reason: '' }, `${name}-${request}`);
      } catch (error) {
        const isBlocked = error instanceof AppError && ['PlanBlocked', 'Frozen'].includes(error.code);
        if (isBlocked && asked < 7) this.#start(name, version, request, 900, asked + 1);
        throw error;
      }
    };
    this.#people.ask(`bring ${name} to ${version}`, start, afterSeconds);
  }

  /** In one call; or whatever is under way is aborted, and the pool brought back as soon as it is free. */
  #rollBack(name: string, afterSeconds: number): void {
    if (this.#world.random.happens(0.7)) {
      const back = async (app: App) => {
        const last = (await app.rollouts.rollouts()).value.find(({ rollout }) => rollout.pool === name);
        if (last) await app.rollouts.rollBack(last.id, { reason: 'it is bad' });
      };
      this.#people.ask(`take ${name} back`, back, afterSeconds);
      return;
    }
    if (this.#world.random.happens(0.5)) this.#people.abortAll(afterSeconds);
    for (const [attempt, wait] of [0, 900, 1800, 3600].entries())
      this.#start(name, '1.0.0', `back-${attempt}`, afterSeconds + 30 + wait);
  }

  #build(): void {
    const { random } = this.#world;
    const steps = stepNames.filter(() => random.happens(0.3));
    const plan = livedPlan(random.oneOf(sourceNames), steps);
    this.#people.ask('define the set and build a version', async (app) => {
      await app.images.define(imageSet, plan as unknown as Parameters<typeof app.images.define>[1]);
      const asked = RequestVersion.parse({ number: '1.1.0' });
      await app.images.request(imageSet, 'build', asked);
    });
    const people = new ReleasePeople(this.cloud, this.#people, built, this.began);
    people.decide();
    people.changeTheirMinds();
  }

  #isOver(): boolean {
    const { tables } = this.cloud;
    const rollouts = tables.statesOf<Rollout>('rollouts');
    const versions = tables.statesOf<Version>('versions');
    const elapsed = Date.parse(this.#world.now()) - this.began;
    // Rollouts may yet be asked for, and people change their minds.
    if (elapsed < (this.isBuilt ? mindsHours : 6) * 3_600_000) return false;
    return (
      (this.isBuilt ? versions.length > 1 : rollouts.length > 0) &&
      rollouts.every(([, rollout]) => !isOpen(rollout)) &&
      versions.every(([, version]) => !('standing' in version) && version.phase !== 'held') &&
      tables.statesOf<Release>('releases').every(([, release]) => isOver(release)) &&
      tables.statesOf<Channel>('channels').every(([, { phase }]) => phase !== 'moving') &&
      tables.statesOf<{ goneAt?: string }>('leftovers').every(([, { goneAt }]) => goneAt !== undefined)
    );
  }
}
