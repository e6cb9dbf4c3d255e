import type { Clock } from '../../clock.ts';

/** Something that will happen; `cancel` takes it back. */
export interface Happening {
  readonly at: number;
  readonly cancel: () => void;
}

interface Entry {
  readonly at: number;
  readonly happen: () => void;
  canceled: boolean;
}

/**
 * What will happen in the simulated cloud, in order of virtual time. Everything due is carried out before a
 * request is answered, each at its own moment, so nobody can see the world between two moments or out of
 * order, however fast the clock runs; a timer does the same when nobody asks.
 */
export class Timeline {
  readonly #clock: Clock;
  readonly #entries: Entry[] = [];
  #moment: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Virtual ms since 1970; inside a happening, the moment it was due. */
  now(): number {
    return this.#moment ?? this.#clock.now();
  }

  iso(): string {
    return new Date(this.now()).toISOString();
  }

  at(when: number, happen: () => void): Happening {
    const entry: Entry = { at: Math.max(when, this.now()), happen, canceled: false };
    let index = this.#entries.length;
    while (index > 0 && (this.#entries[index - 1]?.at ?? 0) > entry.at) index -= 1;
    this.#entries.splice(index, 0, entry);
    if (index === 0 && this.#moment === undefined) this.#arm();
    return { at: entry.at, cancel: () => (entry.canceled = true) };
  }

  after(virtualMs: number, happen: () => void): Happening {
    return this.at(this.now() + virtualMs, happen);
  }

  /** Carries out all that is due by now, including what that brings about. */
  settle(): void {
    if (this.#moment !== undefined || this.#stopped) return;
    const until = this.#clock.now();
    try {
      for (let first = this.#entries[0]; first && first.at <= until; first = this.#entries[0]) {
        this.#entries.shift();
        this.#moment = first.at;
        if (!first.canceled) first.happen();
      }
    } finally {
      this.#moment = undefined;
      this.#arm();
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const first = this.#entries[0];
    if (!first || this.#stopped) return;
    this.#timer = this.#clock.after(Math.max(0, first.at - this.#clock.now()), () => this.settle());
  }
}
