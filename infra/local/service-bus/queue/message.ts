/** A message as the broker keeps it. `content` is the sender's bytes, which the queue itself never reads. */
export interface Message {
  sequenceNumber: number;
  readonly messageId: string;
  state: 'active' | 'deferred' | 'scheduled';
  /** Raised when a lock is given, not when it is lost: a crash in between must count as a delivery. */
  deliveryCount: number;
  enqueuedAt: number;
  readonly scheduledFor: number | undefined;
  /** What the receiver is shown; `expiresAt` is what counts. Both may be Infinity. */
  readonly timeToLive: number;
  expiresAt: number;
  content: Buffer;
  readonly deadLetter: DeadLetter | undefined;
  lock: Lock | undefined;
}

export interface Lock {
  readonly token: string;
  until: number;
}

/** Why a message lies in the dead-letter queue; becomes application properties of the same names. */
export interface DeadLetter {
  readonly reason?: string | undefined;
  readonly description?: string | undefined;
}

/** A message that has come in and has no place in the queue yet. */
export interface Arrival {
  readonly messageId: string;
  readonly timeToLive: number;
  readonly scheduledFor: number | undefined;
  readonly content: Buffer;
}

/** What a receiver says about the message it holds. `amend` writes its changes to the message's properties. */
export type Settlement =
  | { readonly type: 'complete' }
  | { readonly type: 'abandon' | 'defer'; readonly amend?: Amend | undefined }
  | ({ readonly type: 'dead-letter'; readonly amend?: Amend | undefined } & DeadLetter);

export type Amend = (content: Buffer) => Buffer;

/** When something happens to the message if nobody touches it. */
export function dueAt({ lock, state, scheduledFor, expiresAt }: Message): number {
  // A locked message does not expire: the receiver has it in hand.
  if (lock !== undefined) return lock.until;
  // "Message deferral": a deferred message is not looked at for expiry until someone asks for it.
  if (state === 'deferred') return Infinity;
  return state === 'scheduled' ? (scheduledFor ?? 0) : expiresAt;
}
