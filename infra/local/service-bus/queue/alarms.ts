import { Heap } from './heap.ts';
import { dueAt } from './message.ts';
import type { Message } from './message.ts';

/**
 * When which message needs looking at. Alarms are never taken back: one that comes too early finds a message
 * that is due later (and has set another) or gone. Numbers, not messages, so that nothing dead is held.
 */
export class Alarms {
  readonly #messages: ReadonlyMap<number, Message>;
  // What is due at the same moment happens in the order in which it came.
  readonly #heap = new Heap<{ at: number; sequenceNumber: number }>((a, b) =>
    a.at === b.at ? a.sequenceNumber < b.sequenceNumber : a.at < b.at,
  );

  constructor(messages: ReadonlyMap<number, Message>) {
    this.#messages = messages;
  }

  /** Sets an alarm for the message; true if it is now the next to go off. */
  set(message: Message): boolean {
    const at = dueAt(message);
    if (at === Infinity) return false;
    if (this.#heap.size > 4 * this.#messages.size + 1000) this.#sweep();
    this.#heap.push({ at, sequenceNumber: message.sequenceNumber });
    return this.#heap.peek()?.at === at;
  }

  next(): number | undefined {
    return this.#heap.peek()?.at;
  }

  /** The next message that is due, if any. */
  due(now: number): Message | undefined {
    for (let alarm = this.#heap.peek(); alarm !== undefined && alarm.at <= now; alarm = this.#heap.peek()) {
      this.#heap.pop();
      const message = this.#messages.get(alarm.sequenceNumber);
      if (message !== undefined && dueAt(message) <= now) return message;
    }
    return undefined;
  }

  /** A message completed at once leaves an alarm for the end of its 14 days: these must not pile up. */
  #sweep(): void {
    this.#heap.clear();
    for (const message of this.#messages.values()) {
      const at = dueAt(message);
      if (at !== Infinity) this.#heap.push({ at, sequenceNumber: message.sequenceNumber });
    }
  }
}
