import type { Instant } from '../instant.ts';

/** A message that its queue has given up on. */
export interface DeadLetter {
  /** Its place in the queue; longer than a number can be. */
  readonly sequenceNumber: string;
  /** What was to be looked at; undefined if the message says nothing of the kind. */
  readonly id: string | undefined;
  readonly reason: string;
  readonly description: string;
  /** By the clock of the broker. */
  readonly enqueuedAt: Instant;
  readonly deliveries: number;
}

/** What came of putting back. */
export interface PutBack {
  /** How many dead letters are gone. */
  readonly taken: number;
  /** What is looked at again: each once, however many letters were about it. */
  readonly ids: readonly string[];
  readonly hasMore: boolean;
}

/** The messages that queues have given up on. */
export interface DeadLetters {
  /** The oldest first, and up to so many. Nothing is taken away. */
  readonly list: (queue: string, most: number) => Promise<readonly DeadLetter[]>;
  /** Sends the oldest again, and then takes them away: a crash in between doubles a wake-up, which is harmless. */
  readonly putBack: (queue: string, most: number) => Promise<PutBack>;
}
