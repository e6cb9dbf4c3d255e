import { DuplicateHistory } from './history.ts';
import type { HistoryJournal } from './history.ts';
import type { Arrival, DeadLetter, Lock, Message, Settlement } from './message.ts';
import type { QueueRules } from './rules.ts';
import { Shelf } from './shelf.ts';

/** What a queue must not forget. Kept in order; nothing is promised to a client before it is committed. */
export interface QueueJournal extends HistoryJournal {
  readonly put: (message: Message) => void;
  /** The delivery count only: a lock is given far more often than a message changes. */
  readonly delivered: (message: Message) => void;
  readonly remove: (sequenceNumber: number) => void;
  readonly issued: (sequenceNumber: number) => void;
}

/** What the journal kept of a queue. */
export interface Remembered {
  readonly messages: Iterable<Message>;
  readonly lastSequenceNumber: number;
  /** Message ids and when each may be forgotten, oldest first. */
  readonly seen: Iterable<readonly [messageId: string, until: number]>;
}

interface Parts {
  readonly rules: QueueRules;
  readonly journal: QueueJournal;
  readonly now: () => number;
  readonly newToken: () => string;
  /** A dead-letter queue has none of its own. */
  readonly deadLetters?: Queue;
  readonly remembered?: Remembered;
}

/** A message on its way to a receiver; without a lock it is gone from the queue. */
export interface Delivery {
  readonly message: Message;
  readonly lock: Lock | undefined;
}

export type ReceiveMode = 'peek-lock' | 'receive-and-delete';

export interface QueueCounts {
  /** As Azure's ActiveMessageCount: all that is not scheduled, deferred and locked messages among it. */
  readonly active: number;
  readonly scheduled: number;
  readonly locked: number;
}

/** One queue: all its rules, no input or output. The time, the tokens and the journal are handed in. */
export class Queue {
  /** Called when a message has become free or something is due sooner than before. */
  stirred: () => void = () => {};

  readonly #parts: Parts;
  readonly #history: DuplicateHistory | undefined;
  readonly #shelf = new Shelf(() => this.stirred());
  #lastSequenceNumber: number;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { duplicateDetectionWindow: window } = parts.rules;
    const { messages, seen, lastSequenceNumber } = parts.remembered ?? {
      messages: [],
      seen: [],
      lastSequenceNumber: 0,
    };
    this.#lastSequenceNumber = lastSequenceNumber;
    this.#history = window === undefined ? undefined : new DuplicateHistory(window, parts.journal, seen);
    for (const message of messages) {
      // Locks die with the broker: an active message that has used up its deliveries has just lost its last lock.
      if (message.state === 'active') this.#loseLock(message);
      else this.#shelf.lay(message);
    }
  }

  get isDeadLetterQueue(): boolean {
    return this.#parts.deadLetters === undefined;
  }

  /**
   * Takes messages in, all or (being synchronous) none, and answers their numbers: a scheduled one can be
   * cancelled by it. A duplicate gets a number too and is dropped without a word.
   */
  send(arrivals: readonly Arrival[]): number[] {
    const now = this.#catchUp();
    const numbers = arrivals.map((arrival) => {
      const sequenceNumber = this.#nextSequenceNumber();
      if (this.#history?.isNew(arrival.messageId, now) ?? true) this.#enter(arrival, sequenceNumber, now);
      return sequenceNumber;
    });
    this.#parts.journal.issued(this.#lastSequenceNumber);
    return numbers;
  }

  /** Takes scheduled messages back; false, and nothing taken, if one of them is not there any more. */
  cancel(sequenceNumbers: readonly number[]): boolean {
    this.#catchUp();
    const isScheduled = (message: Message | undefined): message is Message => message?.state === 'scheduled';
    const messages = [...new Set(sequenceNumbers)].map((number) => this.#shelf.get(number));
    if (!messages.every(isScheduled)) return false;
    for (const message of messages) this.#remove(message);
    return true;
  }

  /** The oldest message that is free: locked for the receiver, or gone from the queue. */
  receive(mode: ReceiveMode): Delivery | undefined {
    this.#catchUp();
    const message = this.#shelf.takeFree();
    return message === undefined ? undefined : this.#handOver(message, mode);
  }

  /** Deferred messages by their numbers, all or none. No other message can be had by its number. */
  receiveDeferred(sequenceNumbers: readonly number[], mode: ReceiveMode): Delivery[] | undefined {
    const now = this.#catchUp();
    const wanted = [...new Set(sequenceNumbers)].map((number) => this.#deferred(number, now));
    const isHere = (message: Message | undefined) => message !== undefined;
    return wanted.every(isHere) ? wanted.map((message) => this.#handOver(message, mode)) : undefined;
  }

  /** False if the lock is lost, whoever has the message now. */
  settle(token: string, settlement: Settlement): boolean {
    this.#catchUp();
    const message = this.#shelf.lockedBy(token);
    if (message === undefined) return false;
    if (settlement.type === 'complete') {
      this.#remove(message);
      return true;
    }
    if (settlement.amend !== undefined) message.content = settlement.amend(message.content);
    if (settlement.type === 'dead-letter') {
      this.#deadLetter(message, { reason: settlement.reason, description: settlement.description });
      return true;
    }
    const isDeferred = settlement.type === 'defer';
    if (isDeferred) message.state = 'deferred';
    if (isDeferred || settlement.amend !== undefined) this.#parts.journal.put(message);
    if (isDeferred) this.#shelf.lay(message);
    else this.#loseLock(message);
    return true;
  }

  /** Until when the lock now holds; undefined if it is lost. */
  renew(token: string): number | undefined {
    const now = this.#catchUp();
    const message = this.#shelf.lockedBy(token);
    if (message?.lock === undefined) return undefined;
    message.lock.until = now + this.#parts.rules.lockDuration;
    this.#shelf.watch(message);
    return message.lock.until;
  }

  isLocked(token: string): boolean {
    this.#catchUp();
    return this.#shelf.lockedBy(token) !== undefined;
  }

  /** Messages in the order of their numbers, whatever their state, without touching them. */
  peek(fromSequenceNumber: number, count: number): Message[] {
    this.#catchUp();
    return this.#shelf
      .inOrder()
      .filter(({ sequenceNumber }) => sequenceNumber >= fromSequenceNumber)
      .slice(0, count);
  }

  counts(): QueueCounts {
    this.#catchUp();
    return this.#shelf.counts();
  }

  /** When `tick` has something to do, at the earliest. */
  nextDue(): number | undefined {
    return this.#shelf.nextDue();
  }

  /** Lets happen what is due: locks run out, scheduled messages appear, old ones expire. */
  tick(): void {
    this.#catchUp();
  }

  /** Takes in what another queue has given up. It keeps its number and never expires. */
  #bury(message: Message): void {
    this.#parts.journal.put(message);
    this.#shelf.lay(message);
  }

  #catchUp(): number {
    const now = this.#parts.now();
    for (let message = this.#shelf.due(now); message !== undefined; message = this.#shelf.due(now)) {
      if (message.lock !== undefined) this.#loseLock(message);
      else if (message.state === 'scheduled') this.#appear(message, now);
      else this.#expire(message);
    }
    return now;
  }

  #enter(
    { messageId, timeToLive, scheduledFor, content }: Arrival,
    sequenceNumber: number,
    now: number,
  ): void {
    const lifetime = Math.min(timeToLive, this.#parts.rules.timeToLive);
    const message: Message = {
      sequenceNumber,
      messageId,
      state: scheduledFor !== undefined && scheduledFor > now ? 'scheduled' : 'active',
      deliveryCount: 0,
      enqueuedAt: now,
      scheduledFor,
      timeToLive: lifetime,
      expiresAt: now + lifetime,
      content,
      deadLetter: undefined,
      lock: undefined,
    };
    this.#parts.journal.put(message);
    this.#shelf.lay(message);
  }

  /** A scheduled message is a new one when its time comes: new number, and its life begins then. */
  #appear(message: Message, now: number): void {
    this.#remove(message);
    message.sequenceNumber = this.#nextSequenceNumber();
    message.state = 'active';
    message.enqueuedAt = now;
    message.expiresAt = now + message.timeToLive;
    this.#parts.journal.issued(message.sequenceNumber);
    this.#parts.journal.put(message);
    this.#shelf.lay(message);
  }

  #handOver(message: Message, mode: ReceiveMode): Delivery {
    message.deliveryCount += 1;
    if (mode === 'receive-and-delete') {
      this.#remove(message);
      return { message, lock: undefined };
    }
    const lock = { token: this.#parts.newToken(), until: this.#parts.now() + this.#parts.rules.lockDuration };
    this.#shelf.lock(message, lock);
    this.#parts.journal.delivered(message);
    return { message, lock };
  }

  /** The deferred message of that number, if nobody has it. One that has expired goes now that it is asked for. */
  #deferred(sequenceNumber: number, now: number): Message | undefined {
    const message = this.#shelf.get(sequenceNumber);
    if (message?.state !== 'deferred' || message.lock !== undefined) return undefined;
    if (message.expiresAt > now) return message;
    this.#expire(message);
    return undefined;
  }

  /** A delivery has come to nothing; the message goes back to its old place, or has had its last chance. */
  #loseLock(message: Message): void {
    const { maxDeliveryCount } = this.#parts.rules;
    if (message.deliveryCount < maxDeliveryCount) return this.#shelf.lay(message);
    this.#deadLetter(message, {
      reason: 'MaxDeliveryCountExceeded',
      description: `Message could not be consumed after ${maxDeliveryCount} delivery attempts.`,
    });
  }

  #expire(message: Message): void {
    if (!this.#parts.rules.deadLetteringOnMessageExpiration) return this.#remove(message);
    this.#deadLetter(message, {
      reason: 'TTLExpiredException',
      description: 'The message expired and was dead lettered.',
    });
  }

  #deadLetter(message: Message, deadLetter: DeadLetter): void {
    const { deadLetters } = this.#parts;
    if (deadLetters === undefined) throw new Error('nothing is dead-lettered from a dead-letter queue');
    this.#remove(message);
    deadLetters.#bury({ ...message, state: 'active', expiresAt: Infinity, deadLetter, lock: undefined });
  }

  #remove(message: Message): void {
    this.#shelf.remove(message);
    this.#parts.journal.remove(message.sequenceNumber);
  }

  #nextSequenceNumber(): number {
    this.#lastSequenceNumber += 1;
    return this.#lastSequenceNumber;
  }
}
