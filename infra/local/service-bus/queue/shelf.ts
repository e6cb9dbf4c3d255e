import { Alarms } from './alarms.ts';
import { Heap } from './heap.ts';
import type { Lock, Message } from './message.ts';

/** Where the messages of a queue lie: by number, by lock, by age if free, by when they are due. Knows no rules. */
export class Shelf {
  readonly #messages = new Map<number, Message>();
  readonly #locked = new Map<string, Message>();
  readonly #free = new Heap<Message>((a, b) => a.sequenceNumber < b.sequenceNumber);
  readonly #alarms = new Alarms(this.#messages);
  readonly #stirred: () => void;

  /** `stirred` is called when a message has become free or something is due sooner than before. */
  constructor(stirred: () => void) {
    this.#stirred = stirred;
  }

  get(sequenceNumber: number): Message | undefined {
    return this.#messages.get(sequenceNumber);
  }

  lockedBy(token: string): Message | undefined {
    return this.#locked.get(token);
  }

  /** All messages in the order of their numbers. */
  inOrder(): Message[] {
    // The map is nearly in order already: only what was dead-lettered late is out of place.
    return [...this.#messages.values()].toSorted((a, b) => a.sequenceNumber - b.sequenceNumber);
  }

  /** Lays a message where its state wants it, without a lock. */
  lay(message: Message): void {
    this.#unlock(message);
    this.#messages.set(message.sequenceNumber, message);
    this.watch(message);
    if (message.state !== 'active') return;
    this.#free.push(message);
    this.#stirred();
  }

  lock(message: Message, lock: Lock): void {
    message.lock = lock;
    this.#locked.set(lock.token, message);
    this.watch(message);
  }

  /** To be called when it has changed when a message is due. */
  watch(message: Message): void {
    if (this.#alarms.set(message)) this.#stirred();
  }

  remove(message: Message): void {
    this.#unlock(message);
    this.#messages.delete(message.sequenceNumber);
  }

  /** The oldest active message that nobody has. It must be locked, removed or laid back. */
  takeFree(): Message | undefined {
    for (let message = this.#free.pop(); message !== undefined; message = this.#free.pop()) {
      // What has expired meanwhile is still in the heap.
      if (this.#messages.get(message.sequenceNumber) === message) return message;
    }
    return undefined;
  }

  due(now: number): Message | undefined {
    return this.#alarms.due(now);
  }

  nextDue(): number | undefined {
    return this.#alarms.next();
  }

  counts() {
    let scheduled = 0;
    for (const { state } of this.#messages.values()) if (state === 'scheduled') scheduled += 1;
    return { active: this.#messages.size - scheduled, scheduled, locked: this.#locked.size };
  }

  #unlock(message: Message): void {
    if (message.lock !== undefined) this.#locked.delete(message.lock.token);
    message.lock = undefined;
  }
}
