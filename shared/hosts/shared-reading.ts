import { hasCode } from '../errors.ts';
import { type Instant, secondsBetween } from '../instant.ts';

/** How fresh an answer must be: begun no earlier than `after`, and no longer ago than `seconds`. */
export interface Freshness {
  readonly after: Instant;
  readonly seconds: number;
}

/** What was read, and when it was asked for. */
export interface Reading<T> {
  readonly begunAt: Instant;
  readonly value: T;
}

/** Where the instances of the app leave readings to one another. */
export interface Shelf<T> {
  /** The last that was left. If it does not suit, and nobody else is asking, we are expected to. */
  readonly find: (key: string, suits: (reading: Reading<T>) => boolean) => Promise<Reading<T> | undefined>;
  readonly leave: (key: string, reading: Reading<T>) => Promise<void>;
  /** We are not asking after all. */
  readonly giveUp: (key: string) => Promise<void>;
}

/** Longer than anybody is content with. */
const keptForSeconds = 600;
/** Where Azure takes no more requests for now, whoever was content with less is content with this. */
const heldOverSeconds = 60;

interface Taken<T> {
  begunAt: Instant;
  readonly asked: Promise<Reading<T>>;
  answer?: Reading<T>;
}

interface Parts<T> {
  readonly now: () => Instant;
  readonly join: <A>(asked: Promise<A>) => Promise<A>;
  /** Without one each instance reads for itself. */
  readonly shelf?: Shelf<T> | undefined;
}

/**
 * One kind of reading, shared by whoever asks for it while it is fresh enough for him: those who come while
 * a request is under way wait for that one, and what another instance has left is as good as our own. It is
 * the beginning of a request that counts, never its end: what was asked for before an effect may show the
 * world without it, however late the answer comes.
 */
export class SharedReading<T> {
  readonly #parts: Parts<T>;
  readonly #taken = new Map<string, Taken<T>>();
  readonly #last = new Map<string, Reading<T>>();

  constructor(parts: Parts<T>) {
    this.#parts = parts;
  }

  async read(key: string, fresh: Freshness, take: () => Promise<T>): Promise<T> {
    try {
      // Nothing lies between the question whether somebody asks and asking, or two would.
      const taken = this.#taken.get(key);
      if (taken && this.#suits(taken, fresh)) {
        const reading = taken.answer ?? (await this.#parts.join(taken.asked));
        // What another instance had left may be older than the question.
        if (this.#suits(reading, fresh)) return reading.value;
      }
      const ask = async () =>
        (this.#parts.shelf && (await this.#left(key, fresh))) ?? (await this.#own(key, take));
      return (await this.#ask(key, ask)).value;
    } catch (error) {
      // An older one will do, as long as it is of the time after the effect.
      const older = { ...fresh, seconds: heldOverSeconds };
      const last = hasCode(error, 'Throttled') ? this.#last.get(key) : undefined;
      if (last && this.#suits(last, older)) return last.value;
      throw error;
    }
  }

  /** Takes a reading whatever there is, and leaves it to those who come after. */
  async take(key: string, take: () => Promise<T>): Promise<T> {
    return (await this.#ask(key, async () => await this.#own(key, take))).value;
  }

  #suits({ begunAt }: { readonly begunAt: Instant }, { after, seconds }: Freshness): boolean {
    return begunAt >= after && secondsBetween(begunAt, this.#parts.now()) <= seconds;
  }

  async #ask(key: string, ask: () => Promise<Reading<T>>): Promise<Reading<T>> {
    const taken: Taken<T> = { begunAt: this.#parts.now(), asked: ask() };
    this.#forget(taken.begunAt);
    this.#taken.set(key, taken);
    try {
      const reading = await taken.asked;
      taken.answer = reading;
      taken.begunAt = reading.begunAt;
      if ((this.#last.get(key)?.begunAt ?? '') < reading.begunAt) this.#last.set(key, reading);
      return reading;
    } catch (error) {
      // Those who waited for it hear the same; who comes later asks anew.
      if (this.#taken.get(key) === taken) this.#taken.delete(key);
      throw error;
    }
  }

  async #left(key: string, fresh: Freshness): Promise<Reading<T> | undefined> {
    const left = await this.#parts.shelf?.find(key, (reading) => this.#suits(reading, fresh));
    if (left && (this.#last.get(key)?.begunAt ?? '') < left.begunAt) this.#last.set(key, left);
    return left && this.#suits(left, fresh) ? left : undefined;
  }

  async #own(key: string, take: () => Promise<T>): Promise<Reading<T>> {
    const { now, shelf } = this.#parts;
    const begunAt = now();
    try {
      const reading = { begunAt, value: await take() };
      await shelf?.leave(key, reading);
      return reading;
    } catch (error) {
      await shelf?.giveUp(key);
      throw error;
    }
  }

  /** Pools that nobody works on any more are not kept in memory. */
  #forget(now: Instant): void {
    for (const kept of [this.#taken, this.#last]) {
      for (const [key, { begunAt }] of kept) {
        if (secondsBetween(begunAt, now) > keptForSeconds) kept.delete(key);
      }
    }
  }
}
