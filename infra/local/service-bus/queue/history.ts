/** The message ids of the duplicate detection window, the oldest first. */
export class DuplicateHistory {
  readonly #seen: Map<string, number>;
  readonly #window: number;
  readonly #journal: HistoryJournal;

  constructor(window: number, journal: HistoryJournal, seen: Iterable<readonly [string, number]>) {
    this.#window = window;
    this.#journal = journal;
    this.#seen = new Map(seen);
  }

  /** True the first time within the window. A duplicate does not make the window longer. */
  isNew(messageId: string, now: number): boolean {
    this.#forget(now);
    if (this.#seen.has(messageId)) return false;
    this.#seen.set(messageId, now + this.#window);
    this.#journal.remember(messageId, now + this.#window);
    return true;
  }

  #forget(now: number): void {
    const before = this.#seen.size;
    for (const [messageId, until] of this.#seen) {
      if (until > now) break;
      this.#seen.delete(messageId);
    }
    if (this.#seen.size < before) this.#journal.forget(now);
  }
}

export interface HistoryJournal {
  readonly remember: (messageId: string, until: number) => void;
  readonly forget: (until: number) => void;
}
