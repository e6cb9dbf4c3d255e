import { AppError } from '../../shared/errors.ts';
import { type Instant, minutesAfter, secondsAfter, secondsBetween } from '../../shared/instant.ts';
import type { Change, Found, RegionGallery } from '../../shared/replication/gallery.ts';
import type { World } from '../support/world.ts';

/** What befalls one copy. */
export type Fate = 'copied' | 'stalls' | 'fails';

interface Copy {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly fate: Fate;
}
type Target = Change['put'][number];

export const source = 'westeurope';
/** A target that somebody else added. */
export const foreign = 'uksouth';

/** Azure gives up a copy that does not get on after six hours, and takes no other change until then. */
const patienceMinutes = 6 * 60;

/**
 * One version in a gallery, its source region complete. Keeps Azure's rules: one change at a time, each with all
 * target regions, the source among them. Writes down what must not be asked of it.
 */
export class SmallGallery {
  readonly #world: World;
  readonly #fates: Map<string, Fate[]>;
  readonly #copies = new Map<string, Copy>();
  #targets: readonly Target[] = [];
  #changesUntil: Instant;
  #isGone = false;
  readonly wrongs: string[] = [];
  /** How often a region was taken out before it was complete. */
  readonly removals = new Map<string, number>();
  readonly reads: Instant[] = [];
  /** People let go of it, so that it may be taken out although it is complete. */
  readonly mayGo = new Set<string>();
  /** Since when hosts depend on a region. */
  readonly usedSince = new Map<string, Instant>();
  /** Azure takes no target of this name. */
  readonly refused: ReadonlySet<string>;

  constructor(
    world: World,
    fates: Readonly<Record<string, readonly Fate[]>>,
    refused: readonly string[] = [],
  ) {
    this.#world = world;
    this.#fates = new Map(Object.entries(fates).map(([name, fates]) => [name, [...fates]]));
    this.refused = new Set(refused);
    this.#changesUntil = world.now();
    const target = (name: string): Target => ({ name, replicas: 1, storageType: 'Standard_LRS' });
    const begun = [source, ...Object.keys(fates), foreign].filter((name) => !this.refused.has(name));
    this.#copies.set(source, { startsAt: world.now(), endsAt: world.now(), fate: 'copied' });
    this.#take(begun.map((name) => target(name)));
  }

  /** As the app's adapter does it: read, change what was read, write all. */
  port(): RegionGallery {
    const { find, write } = this.#world.port(
      { find: async () => this.#found(), write: async (targets: readonly Target[]) => this.#write(targets) },
      { write: 40 },
    );
    return {
      findRegions: async () => {
        this.reads.push(this.#world.now());
        return await find();
      },
      changeRegions: async (_, { remove, put }) => {
        const found = await find();
        if (!found) throw new AppError('AzureRefused', 'the version is gone');
        if (found.isChanging) throw new AppError('AzureBusy', 'the version is being changed');
        const shown = Object.entries(found.regions).flatMap(([name, { target }]) =>
          target && !remove.includes(name) ? [{ name, ...target }] : [],
        );
        const kept = shown.map((target) => put.find(({ name }) => name === target.name) ?? target);
        await write([...kept, ...put.filter(({ name }) => !shown.some((one) => one.name === name))]);
      },
    };
  }

  /** Somebody deletes the version. */
  vanish(): void {
    this.#isGone = true;
  }

  get targets(): readonly Target[] {
    return this.#targets;
  }

  isWhole(name: string): boolean {
    const copy = this.#copies.get(name);
    return copy?.fate === 'copied' && copy.endsAt <= this.#world.now();
  }

  #found(): Found | undefined {
    if (this.#isGone) return undefined;
    const regions = this.#targets.map(({ name, ...target }) => [name, { ...this.#progress(name), target }]);
    return { isChanging: this.#isChanging(), regions: Object.fromEntries(regions) };
  }

  #isChanging(): boolean {
    return this.#world.now() < this.#changesUntil;
  }

  #progress(name: string): Omit<Found['regions'][string], 'target'> {
    const copy = this.#copies.get(name);
    if (!copy) return { percent: 0 };
    if (this.isWhole(name)) return { state: 'completed', percent: 100 };
    const now = this.#world.now();
    if (copy.endsAt <= now) return { state: 'failed', percent: 40, why: `it ${copy.fate}` };
    const whole = copy.fate === 'stalls' ? 40 * 60 : secondsBetween(copy.startsAt, copy.endsAt);
    const percent = Math.floor((secondsBetween(copy.startsAt, now) / whole) * 100);
    return { state: 'replicating', percent: Math.min(copy.fate === 'stalls' ? 40 : 99, percent) };
  }

  #write(targets: readonly Target[]): void {
    const names = targets.map(({ name }) => name);
    if (this.#isChanging()) {
      this.wrongs.push('a second change was asked for while one ran');
      throw new AppError('AzureBusy', 'the version is being changed');
    }
    const refused = names.find((name) => this.refused.has(name));
    if (refused !== undefined) throw new AppError('AzureRefused', `${refused} is not to be had`);
    for (const name of [source, foreign]) {
      if (!names.includes(name)) this.wrongs.push(`${name} was removed`);
    }
    for (const { name, storageType } of this.#targets) {
      const after = targets.find((target) => target.name === name);
      if (after && after.storageType !== storageType) this.wrongs.push(`${name} was to change its storage`);
      if (!after) this.#remove(name);
    }
    this.#take(targets);
  }

  #remove(name: string): void {
    const used = this.usedSince.get(name);
    if (used !== undefined && minutesAfter(used, 3) < this.#world.now()) {
      this.wrongs.push(`${name} was removed while hosts depended on it`);
    }
    if (this.isWhole(name)) {
      if (!this.mayGo.has(name)) this.wrongs.push(`${name} was complete, and was removed unasked`);
    } else this.removals.set(name, (this.removals.get(name) ?? 0) + 1);
    this.#copies.delete(name);
  }

  /** What is not complete is begun anew; the change has come to its end when all copies have. */
  #take(targets: readonly Target[]): void {
    const now = this.#world.now();
    this.#targets = targets;
    const ends = [secondsAfter(now, 20)];
    for (const { name } of targets) {
      if (this.isWhole(name)) continue;
      const fate = this.#fates.get(name)?.shift() ?? 'copied';
      const minutes = fate === 'stalls' ? patienceMinutes : this.#world.random.between(5, 40);
      const copy = { startsAt: now, endsAt: minutesAfter(now, minutes), fate };
      this.#copies.set(name, copy);
      ends.push(copy.endsAt);
    }
    this.#changesUntil = ends.toSorted().at(-1) ?? now;
  }
}
