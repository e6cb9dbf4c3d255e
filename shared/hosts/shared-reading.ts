import { type Instant, secondsBetween } from '../instant.ts';

/** How fresh an answer must be: begun no earlier than `after`, and no longer ago than `seconds`. */
export interface Freshness {
  readonly after: Instant;
  readonly seconds: number;
}

/** Longer than anybody is content with. */
const keptForSeconds = 600;

interface Taken<T> {
  readonly begunAt: Instant;
  readonly asked: Promise<T>;
  answer?: { readonly value: T };
}

/**
 * One kind of reading, shared by whoever asks for it while it is fresh enough for him: those who come while
 * a request is under way wait for that one. It is the beginning of a request that counts, never its end:
 * what was asked for before an effect may show the world without it, however late the answer comes.
 */
export class SharedReading<T> {
  readonly #now: () => Instant;
  readonly #join: <A>(asked: Promise<A>) => Promise<A>;
  readonly #taken = new Map<string, Taken<T>>();

  constructor(now: () => Instant, join: <A>(asked: Promise<A>) => Promise<A>) {
    this.#now = now;
    this.#join = join;
  }

  async read(key: string, { after, seconds }: Freshness, take: () => Promise<T>): Promise<T> {
    const last = this.#taken.get(key);
    if (!last || last.begunAt < after || secondsBetween(last.begunAt, this.#now()) > seconds) {
      return await this.take(key, take);
    }
    return last.answer ? last.answer.value : await this.#join(last.asked);
  }

  /** Takes a reading whatever there is, and leaves it to those who come after. */
  async take(key: string, take: () => Promise<T>): Promise<T> {
    const taken: Taken<T> = { begunAt: this.#now(), asked: take() };
    this.#forget(taken.begunAt);
    this.#taken.set(key, taken);
    try {
      const value = await taken.asked;
      taken.answer = { value };
      return value;
    } catch (error) {
      // Those who waited for it hear the same; who comes later asks anew.
      if (this.#taken.get(key) === taken) this.#taken.delete(key);
      throw error;
    }
  }

  /** Pools that nobody works on any more are not kept in memory. */
  #forget(now: Instant): void {
    for (const [key, { begunAt }] of this.#taken) {
      if (secondsBetween(begunAt, now) > keptForSeconds) this.#taken.delete(key);
    }
  }
}
