import { AppError } from '../../../shared/errors.ts';
import { type Instant, minutesAfter, secondsAfter } from '../../../shared/instant.ts';

export type ThingKind = 'machine' | 'nic' | 'disk' | 'snapshot' | 'managed-image' | 'gallery-version';

/** What an operating system on a disk is like; `sealed` after sysprep, and until it starts again. */
export interface Contents {
  readonly osType: 'Windows' | 'Linux';
  readonly sealed: boolean;
}

/** One resource: there from the moment it is asked for, ready a while later. */
export interface Thing {
  readonly id: string;
  readonly kind: ThingKind;
  readonly owner: string | undefined;
  readyAt: Instant;
  /** Why it will be `Failed` instead of ready. */
  failure?: string;
  goneAt?: Instant;
  /** Azure reads from it until then: it can be neither deleted nor changed. */
  readUntil?: Instant;
  attachedTo?: string | undefined;
  /** Goes with the machine that it is attached to. */
  goesAlong?: boolean;
  contents?: Contents | undefined;
}

const refused = (message: string) => new AppError('AzureRefused', message);
const busy = (message: string) => new AppError('AzureBusy', message);

/** All that is there, and what time does to it. */
export class Things {
  readonly now: () => Instant;
  readonly #all = new Map<string, Thing>();

  constructor(now: () => Instant) {
    this.now = now;
  }

  later = (minutes: number): Instant => minutesAfter(this.now(), minutes);
  past = (at: Instant | undefined): boolean => at !== undefined && at <= this.now();

  find(id: string): Thing | undefined {
    this.#settle();
    return this.#all.get(id.toLowerCase());
  }

  list(): readonly Thing[] {
    this.#settle();
    return [...this.#all.values()];
  }

  /** As a PUT: what is there and the same is left as it is; what is on its way out is not met again. */
  put(thing: Omit<Thing, 'readyAt'>, seconds: number): Thing {
    const before = this.find(thing.id);
    if (before?.goneAt !== undefined) throw busy(`${thing.id} is being deleted`);
    if (before && before.owner !== thing.owner) throw refused(`${thing.id} exists and is another`);
    if (before) return before;
    const made: Thing = { ...thing, readyAt: secondsAfter(this.now(), seconds) };
    this.#all.set(thing.id.toLowerCase(), made);
    return made;
  }

  /** What is there and ready to be made something of. */
  require(id: string): Thing {
    const found = this.find(id);
    if (!found || found.goneAt !== undefined) throw refused(`there is no ${id}`);
    if (!this.past(found.readyAt)) throw busy(`${id} is being made`);
    if (found.failure !== undefined) throw refused(`${id} failed`);
    return found;
  }

  /** Reads from it for a while. */
  read(id: string, seconds: number): Thing {
    const found = this.require(id);
    found.readUntil = secondsAfter(this.now(), seconds);
    return found;
  }

  stateOf(thing: Thing): string {
    if (thing.goneAt !== undefined) return 'Deleting';
    if (!this.past(thing.readyAt)) return 'Creating';
    return thing.failure === undefined ? 'Succeeded' : 'Failed';
  }

  /** As a DELETE: of nothing, done; of what is in use, refused. */
  remove(id: string, seconds: number): void {
    const found = this.find(id);
    if (!found || found.goneAt !== undefined) return;
    if (found.attachedTo !== undefined) throw refused(`${id} is attached to ${found.attachedTo}`);
    if (found.readUntil !== undefined && !this.past(found.readUntil)) throw busy(`${id} is being read`);
    if (!this.past(found.readyAt)) throw busy(`${id} is being made`);
    found.goneAt = secondsAfter(this.now(), seconds);
  }

  #settle(): void {
    for (const [key, { id, goneAt }] of this.#all) {
      if (goneAt === undefined || !this.past(goneAt)) continue;
      this.#all.delete(key);
      for (const [other, part] of this.#all) {
        if (part.attachedTo !== id) continue;
        if (part.goesAlong) this.#all.delete(other);
        else part.attachedTo = undefined;
      }
    }
  }
}
