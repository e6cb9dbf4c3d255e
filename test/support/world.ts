import { AppError } from '../../shared/errors.ts';
import { type Instant, toInstant } from '../../shared/instant.ts';
import type { Rows } from '../../shared/workflow/rows.ts';
import { Agenda, type Entry } from './agenda.ts';
import type { Ills, Manner } from './ills.ts';
import { Random } from './random.ts';

// Where most find them: a world is made of them.
export { type Ills, ills, well } from './ills.ts';

/** The process ended here: nothing after it was done. */
export class Crash extends Error {}

/** One for all: nobody reads where it was thrown, and a trace for each is dear. */
const crash = new Crash();

/**
 * Time, a broker and a process that dies, for tests of what must hold whatever happens. Handlers run as
 * tasks that take turns at every step, as several instances of a function app do. Nothing here waits for
 * real time: a day passes as fast as what happens in it.
 */
export class World {
  readonly random: Random;
  readonly #ills: Ills;
  readonly #agenda = new Agenda();
  readonly #sweepers: (() => Promise<unknown>)[] = [];
  #now = Date.parse('2026-01-05T12:00:00.000Z');
  #shown = { at: Number.NaN, is: '' };
  /** A process and all that runs in it; the next one has the next number. */
  #process = 0;
  #handBack: () => void = () => {};
  /** What is to be done if the task whose turn it is dies. */
  #onDeath: () => void = () => {};
  /** Tasks that give up their turn to nobody. */
  readonly #atOnce = new WeakSet<() => void>();
  /** Tasks that died: whoever catches that does nothing more, as nobody does in a process that has ended. */
  readonly #dead = new WeakSet<() => void>();
  #defect: unknown;
  readonly #messageSeconds: ((random: Random) => number) | undefined;
  readonly #callSeconds: ((random: Random) => number) | undefined;
  steps = 0;
  /** How many things have happened: a task that had its turn, a user who came, a reimage that ended. */
  events = 0;
  /** Looks at the world after each of them. */
  onEvent: (() => void) | undefined;

  constructor(ills: Ills, { sweeping = true, messageSeconds, callSeconds }: Manner = {}) {
    this.#ills = ills;
    this.#messageSeconds = messageSeconds;
    this.#callSeconds = callSeconds;
    this.random = new Random(ills.seed);
    if (sweeping) this.#everyMinute();
  }

  /** Asked for far more often than it changes. */
  readonly now = (): Instant => {
    if (this.#shown.at !== this.#now) this.#shown = { at: this.#now, is: toInstant(this.#now) };
    return this.#shown.is;
  };

  /** Something that happens in the world by itself. */
  after(seconds: number, run: () => void): void {
    this.#enter(this.#now + Math.max(0, seconds) * 1000, run);
  }

  /** A table whose every operation is a chance to die. */
  rows(rows: Rows): Rows {
    return this.#wrapped(rows, async (work) => {
      await this.#step();
      const result = await work();
      await this.#step();
      return result;
    });
  }

  /**
   * A port that fails as Azure does. `writes` names what changes something, which may happen unheard, and how
   * many seconds after its sender gave up on it. During what is named in `atOnce` no time passes and nobody
   * else has his turn: for what one task asks and another waits for.
   */
  port<Port extends object>(
    port: Port,
    writes: Partial<Record<keyof Port, number>>,
    atOnce: readonly (keyof Port)[] = [],
  ): Port {
    return this.#wrapped(port, async (work, name) => {
      const isAtOnce = atOnce.includes(name as keyof Port);
      if (isAtOnce) this.#mayDie();
      else {
        await this.#step();
        if (this.#callSeconds) await this.#elapse(this.#callSeconds(this.random));
      }
      const result = await this.#faulty(work, writes[name as keyof Port]);
      if (isAtOnce) this.#mayDie();
      else await this.#step();
      return result;
    });
  }

  /** Once a minute, in one turn from its beginning to its end: for a sweep that does several things at once. */
  sweepAtOnce(sweep: () => Promise<unknown>): void {
    this.#sweepers.push(async () => {
      this.#atOnce.add(this.#onDeath);
      await sweep();
    });
  }

  /** A queue: `wake` sends to it, `handle` takes from it. The sweeper is run once a minute. */
  queue(handle: (id: string) => Promise<void>, sweep?: () => Promise<unknown>) {
    if (sweep) this.#sweepers.push(sweep);
    const send = (id: string, at: Instant, delay: number) => {
      this.#enter(Math.max(this.#now, Date.parse(at)) + delay * 1000, async () => {
        await this.#run(
          async () => await handle(id),
          () => {
            // The lock expires and the message is delivered again, if the broker still has it.
            if (!this.random.happens(this.#ills.lostMessages)) send(id, at, 60);
          },
        );
      });
    };
    return async (id: string, at: Instant): Promise<void> => {
      await this.#step();
      if (this.random.happens(this.#ills.lostMessages)) return;
      const copies = this.random.happens(this.#ills.doubledMessages) ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) {
        send(id, at, this.#lateness());
      }
    };
  }

  #lateness(): number {
    if (this.#messageSeconds) return this.#messageSeconds(this.random);
    return this.random.happens(this.#ills.lateMessages ?? 0.3) ? this.random.between(0, 20) : 0;
  }

  /** The task whose turn it is. */
  get task(): object {
    return this.#onDeath;
  }

  /** The process that runs: what it kept in memory dies with it. */
  get process(): number {
    return this.#process;
  }

  /** Waits for what another task of the same process asked for, and dies with the process. */
  readonly join = async <T>(asked: Promise<T>): Promise<T> => {
    const state = { isIn: false };
    const note = () => {
      state.isIn = true;
    };
    asked.then(note, note);
    const process = this.#process;
    const onDeath = this.#onDeath;
    while (!state.isIn) {
      await new Promise<void>((resolve) => {
        this.#enter(this.#now + 1000, async () => {
          if (process === this.#process) await this.#turn(onDeath, resolve);
          else onDeath();
        });
        this.#handBack();
      });
    }
    return await asked;
  };

  /** Runs a piece of work as a task of its own, up to where others may take their turn or to its end. */
  async #run(work: () => Promise<unknown>, whenDead: () => void = () => {}): Promise<void> {
    const onDeath = () => whenDead();
    await this.#turn(onDeath, () => {
      const run = async () => {
        try {
          await work();
        } catch (error) {
          if (error instanceof Crash) onDeath();
          else this.#defect ??= error;
        }
        this.#handBack();
      };
      void run();
    });
  }

  /** Begins a piece of work later, as a task of its own, and again each half minute until one survives. */
  start(work: () => Promise<unknown>, afterSeconds = 0): void {
    this.#enter(this.#now + afterSeconds * 1000, async () => {
      await this.#run(work, () => this.start(work, 30));
    });
  }

  /** Lets time pass until it is so, or for the given number of days at most. */
  async passUntil(isSo: () => boolean | Promise<boolean>, { days }: { days: number }): Promise<boolean> {
    const end = this.#now + days * 86_400_000;
    let checked = this.#now;
    for (;;) {
      const entry = this.#agenda.first;
      if (!entry || entry.at > end) break;
      this.#agenda.next();
      this.#now = Math.max(this.#now, entry.at);
      await entry.run();
      this.events += 1;
      this.onEvent?.();
      if (this.#defect !== undefined) throw this.#defect;
      // Once a virtual minute is often enough to ask.
      if (this.#now - checked >= 60_000) {
        checked = this.#now;
        if (await isSo()) return true;
      }
    }
    this.#now = end;
    return await isSo();
  }

  #everyMinute(): void {
    this.after(60, () => {
      this.#everyMinute();
      for (const sweep of this.#sweepers) {
        this.#enter(this.#now, async () => await this.#run(sweep));
      }
    });
  }

  /** Others may take their turn here, and the process may die here. */
  async #step(): Promise<void> {
    this.#mayDie();
    if (this.#atOnce.has(this.#onDeath)) return;
    const isSlow = this.random.happens(this.#ills.slowness);
    // Without anybody to take turns with, a step takes no time.
    if (!isSlow && !this.random.happens(this.#ills.slowness)) return;
    await this.#elapse(isSlow && this.random.happens(0.2) ? this.random.between(0, 15) : 0);
  }

  #mayDie(): void {
    this.steps += 1;
    if (this.#dead.has(this.#onDeath)) throw crash;
    if (!this.random.happens(this.#ills.deaths)) return;
    this.#dead.add(this.#onDeath);
    // Half of the time the whole process goes, with all that it is about to do.
    if (this.random.happens(0.5)) this.#process += 1;
    throw crash;
  }

  /** Time passes for this task, and others take their turn. */
  async #elapse(seconds: number): Promise<void> {
    const process = this.#process;
    const onDeath = this.#onDeath;
    await new Promise<void>((resolve) => {
      this.#enter(this.#now + seconds * 1000, async () => {
        if (process === this.#process) await this.#turn(onDeath, resolve);
        else onDeath(); // it died meanwhile, and this task with it
      });
      this.#handBack();
    });
  }

  /** Lets one task run until it comes to its next step or its end. */
  async #turn(onDeath: () => void, go: () => void): Promise<void> {
    this.#onDeath = onDeath;
    await new Promise<void>((resolve) => {
      this.#handBack = resolve;
      go();
    });
  }

  #enter(at: number, run: Entry['run']): void {
    this.#agenda.enter({ at, tie: this.random.next(), run });
  }

  async #faulty<T>(work: () => Promise<T>, mostLate: number | undefined): Promise<T> {
    if (!this.random.happens(this.#ills.faults)) return await work();
    const lost = new AppError('AzureUnavailable', 'no answer');
    switch (this.random.whole(1, 5)) {
      case 1:
        throw new AppError('Throttled', 'too many requests', { retryAfterSeconds: this.random.whole(1, 40) });
      case 2:
        throw new AppError('AzureBusy', 'another operation is under way');
      case 3:
        throw lost;
      case 4:
        if (mostLate !== undefined) await work(); // done, and nobody hears of it
        throw lost;
      default:
        if (mostLate !== undefined) this.after(this.random.between(1, mostLate), () => void this.#late(work));
        throw lost;
    }
  }

  /** The request arrives after its sender gave up on it. */
  async #late(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof AppError)) this.#defect ??= error;
    }
  }

  #wrapped<Port extends object>(
    port: Port,
    how: (work: () => Promise<unknown>, name: string) => Promise<unknown>,
  ): Port {
    const methods = Object.entries(port).map(([name, method]) => [
      name,
      async (...given: unknown[]) =>
        await how(async () => await (method as (...given: unknown[]) => unknown)(...given), name),
    ]);
    return Object.fromEntries(methods) as Port;
  }
}
