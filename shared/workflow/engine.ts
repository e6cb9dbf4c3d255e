import { hasCode } from '../errors.ts';
import { type Instant, secondsAfter } from '../instant.ts';
import type { Feed, Told } from './outbox.ts';
import type { Change, Saved, WorkflowStore } from './store.ts';
import type { Workflow } from './workflow.ts';

/** What came of a command: a fact to record, and what only the one who recorded it may do next. */
export interface Outcome<Event> {
  readonly event: Event;
  /** For effects that must not happen twice: runs only if it was this event that was saved. */
  readonly proceed?: () => Promise<Event>;
}

export interface EngineParts<State, Event, Command> {
  readonly workflow: Workflow<State, Event, Command>;
  readonly store: WorkflowStore<State, Event>;
  /** Carries out one command. Must be safe to repeat: a crash may come right after it. */
  readonly perform: (id: string, command: Command, state: State) => Promise<Outcome<Event>>;
  /** Asks for `advance(id)` at the given time. May be lost, doubled or late; must not throw. */
  readonly wake: (id: string, at: Instant) => Promise<void>;
  readonly now: () => Instant;
  /** Hears of every fact that history keeps, once it is saved: for the log. */
  readonly onNews?: (id: string, event: Event) => void;
  /** Hears of every look that failed by a defect, and says what may be kept of why. */
  readonly onFailure?: (id: string, error: unknown) => string;
  /** Keeps in mind what it saved last: for what is told facts often, and by few instances at a time. */
  readonly remembers?: boolean;
  /** Where the world is told of facts that history keeps. */
  readonly feed?: Feed<State, Event>;
}

export interface Recorded<State> {
  readonly state: State;
  /** False for old news: somebody else told it first, or the work has moved on. */
  readonly changed: boolean;
  /** What is kept of it where it had been told before under its name. */
  readonly earlier?: string;
}

/** A fact that has a name, under which it is told once. */
export interface Once<State> {
  /** A key that a table takes. */
  readonly name: string;
  /** What is kept under the name, as JSON, of the state that the fact has led to. */
  readonly keeps: (state: State) => string;
  /** Whether what was kept under the name before still counts. */
  readonly counts: (kept: string) => boolean;
}

/** The fact, made of the state that it is told to. */
type ToEvent<State, Event> = (state: State | undefined) => Event;

interface How<State> {
  readonly isNew?: boolean;
  readonly once?: Once<State>;
}

/** What is yet to be done of a save. */
interface Aftermath {
  readonly isNews: boolean;
  readonly hasTold: boolean;
  readonly dueAt: Instant | undefined;
}

/** What a fact makes of a state. */
interface Made<State, Event> {
  readonly event: Event;
  readonly state: State;
  readonly changed: boolean;
}

/** So many things are kept in mind. */
const mostRemembered = 500;
/** A wake-up this much early counts as in time: the queue's clock is not ours, and no second one would come. */
const earlySeconds = 2;
/** How long after its time something counts as forgotten: until then its message is simply on its way. */
const forgottenAfterSeconds = 30;

/** Runs one kind of workflow: `record` tells it a fact, `advance` moves it on, `sweep` finds the forgotten. */
export class Engine<State, Event, Command> {
  readonly #parts: EngineParts<State, Event, Command>;
  readonly #remembered = new Map<string, Saved<State>>();

  constructor(parts: EngineParts<State, Event, Command>) {
    this.#parts = parts;
  }

  async load(id: string): Promise<State | undefined> {
    return (await this.#parts.store.load(id))?.state;
  }

  /** One look: does what the state calls for now. Calling it too early or too often is harmless. */
  async advance(id: string): Promise<void> {
    try {
      await this.#look(id);
    } catch (error) {
      await this.#failed(id, error);
      throw error;
    }
  }

  async #look(id: string): Promise<void> {
    const { workflow, perform, now } = this.#parts;
    const state = await this.load(id);
    if (state === undefined) return;
    const { command } = workflow.decide(state, secondsAfter(now(), earlySeconds));
    if (command === undefined) return;
    const { event, proceed } = await perform(id, command, state);
    const { changed } = await this.record(id, () => event);
    if (!proceed || !changed) return;
    const result = await proceed();
    await this.record(id, () => result);
  }

  /**
   * Saves the fact that `toEvent` makes of the current state. Whoever loses a race tells it again to what
   * the winner saved. One save asks for one wake-up, so that doubled wake-ups die out. `isNew`: it is not there yet,
   * as far as the caller knows; whether he is right the save itself shows, and a read is spared. `once`: what was told
   * under that name before is answered, and nothing is saved.
   */
  async record(
    id: string,
    toEvent: ToEvent<State, Event>,
    { isNew = false, once }: How<State> = {},
  ): Promise<Recorded<State>> {
    for (let guess = this.#guess(id, isNew); ; guess = undefined) {
      const recorded = guess
        ? await this.#recordedOnGuess(id, toEvent, { before: guess.saved, once })
        : await this.#recordedOnLoad(id, toEvent, once);
      if (recorded) return recorded;
    }
  }

  /** Undefined where somebody else saved meanwhile. */
  async #recordedOnLoad(
    id: string,
    toEvent: ToEvent<State, Event>,
    once: Once<State> | undefined,
  ): Promise<Recorded<State> | undefined> {
    const before = await this.#parts.store.load(id);
    const kept = await this.#kept(id, before, once);
    if (kept?.counts) return { state: kept.state, changed: false, earlier: kept.json };
    const made = this.#made(id, toEvent, before?.state);
    const { state, changed } = made;
    if (!changed) return { state, changed };
    const named = once && { name: once.name, json: once.keeps(state), etag: kept?.etag };
    return (await this.#settled(id, made, { before, named })) ? { state, changed } : undefined;
  }

  /** The same without a read: the save itself shows whether it is so, and whether it was told before. */
  async #recordedOnGuess(
    id: string,
    toEvent: ToEvent<State, Event>,
    { before, once }: { readonly before: Saved<State> | undefined; readonly once: Once<State> | undefined },
  ): Promise<Recorded<State> | undefined> {
    const made = this.#madeOfGuess(toEvent, before);
    if (!made) return undefined;
    const { state, changed } = made;
    const named = once && { name: once.name, json: once.keeps(state), etag: undefined };
    return (await this.#settled(id, made, { before, named })) ? { state, changed } : undefined;
  }

  /** What is kept under the fact's name. */
  async #kept(id: string, before: Saved<State> | undefined, once: Once<State> | undefined) {
    if (!before || !once) return undefined;
    const kept = await this.#parts.store.keptUnder(id, once.name);
    return kept && { ...kept, state: before.state, counts: once.counts(kept.json) };
  }

  /** Saves what was made, and has done what follows; false if somebody else saved meanwhile. */
  async #settled(
    id: string,
    { event, state }: Made<State, Event>,
    { before, named }: Pick<Change<State, Event>, 'before' | 'named'>,
  ): Promise<boolean> {
    const { workflow, now } = this.#parts;
    const at = now();
    const dueAt = this.#dueAt(state, at);
    const isNews = workflow.isNews(event);
    const told = isNews ? this.#told(id, event, state, before?.state) : [];
    const isSaved = await this.#saved(id, { state, event, at, isNews, told, dueAt, before, named });
    if (isSaved) await this.#afterSave(id, event, { isNews, hasTold: told.length > 0, dueAt });
    return isSaved;
  }

  #made(id: string, toEvent: ToEvent<State, Event>, before: State | undefined): Made<State, Event> {
    const event = toEvent(before);
    const state = this.#parts.workflow.evolve(before, event);
    if (state === undefined) throw new Error(`${id}: ${JSON.stringify(event)} came before its beginning`);
    return { event, state, changed: state !== before };
  }

  /** What it probably is, without a read. */
  #guess(id: string, isNew: boolean): { readonly saved: Saved<State> | undefined } | undefined {
    if (isNew) return { saved: undefined };
    const saved = this.#remembered.get(id);
    return saved && { saved };
  }

  /** A guess is good for a save, which its ETag guards; that there is nothing to save, or a refusal, is not said of one. */
  #madeOfGuess(
    toEvent: ToEvent<State, Event>,
    guess: Saved<State> | undefined,
  ): Made<State, Event> | undefined {
    try {
      const made = this.#made('', toEvent, guess?.state);
      return made.changed ? made : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Wakes what is overdue, and has told what is in the outbox still: saved just before a crash, or its message was
   * lost. Says how much it found overdue.
   */
  async sweep(): Promise<number> {
    const { store, wake, now, feed } = this.#parts;
    const { ids, isUntold } = await store.swept(secondsAfter(now(), -forgottenAfterSeconds));
    const changesOf = async (id: string) => (await store.load(id))?.changes;
    const rested = await store.backOff.withoutResting(ids, changesOf, now());
    for (const id of rested) await wake(id, now());
    await feed?.swept?.(isUntold);
    return ids.length;
  }

  async #failed(id: string, error: unknown): Promise<void> {
    const { store, now, onFailure } = this.#parts;
    const why = onFailure?.(id, error) ?? (error instanceof Error ? error.name : 'not an error');
    try {
      const saved = await store.load(id);
      if (saved) await store.backOff.failed({ id, changes: saved.changes, why, at: now() });
    } catch {
      // Perhaps it is the tables that fail; what is thrown on says so.
    }
  }

  #told(id: string, event: Event, after: State, before: State | undefined): readonly Told[] {
    return this.#parts.feed?.tells(id, event, after, before) ?? [];
  }

  async #afterSave(id: string, event: Event, { isNews, hasTold, dueAt }: Aftermath): Promise<void> {
    const { onNews, wake, feed } = this.#parts;
    if (isNews) onNews?.(id, event);
    if (dueAt !== undefined) await wake(id, dueAt);
    if (hasTold) await feed?.wake();
  }

  async #saved(id: string, change: Change<State, Event>): Promise<boolean> {
    const { store, remembers = false } = this.#parts;
    this.#remembered.delete(id);
    try {
      const saved = await store.save(id, change);
      if (saved && remembers) this.#remember(id, saved);
      return true;
    } catch (error) {
      if (hasCode(error, 'Conflict')) return false;
      throw error;
    }
  }

  #remember(id: string, saved: Saved<State>): void {
    this.#remembered.set(id, saved);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > mostRemembered && oldest !== undefined) this.#remembered.delete(oldest);
  }

  #dueAt(state: State, now: Instant): Instant | undefined {
    const { command, lookAgainAt } = this.#parts.workflow.decide(state, now);
    return command === undefined ? lookAgainAt : now;
  }
}
