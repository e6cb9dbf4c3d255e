import type { SubscriptionPlan } from './subscription.ts';

/** An event as it is delivered. */
export interface Delivered {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly sequence: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What notifications read of the feed. */
export interface Feed {
  readonly head: () => Promise<number>;
  readonly after: (
    position: number,
    most: number,
  ) => Promise<readonly { readonly position: number; readonly event: Delivered }[]>;
  /** The last place whose event is not kept any more. */
  readonly gone: () => Promise<number>;
  readonly placeOf: (id: string) => Promise<number | undefined>;
  /** Noun and verb of an event. */
  readonly nameOf: (event: Delivered) => string;
}

/** What is sent; the body is whole and in its receiver’s own form. */
export interface Message {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a receiver answered. `status` 0: nobody did. */
export interface Answer {
  readonly status: number;
  readonly retryAfterSeconds?: number;
  /** Why it was not even asked. */
  readonly refused?: string;
}

/** Hands a message to its receiver once and says what it answered; throws nothing. */
export type Post = (message: Message) => Promise<Answer>;

/** The address of a receiver and its keys. Never in state, history, views or logs. */
export interface Secrets {
  /** Undefined where there is none. Throws SecretNotFound or SecretDenied. */
  readonly address: (id: string, plan: SubscriptionPlan) => Promise<string | undefined>;
  /** The keys that sign now: of two, the newer first. */
  readonly keys: (id: string) => Promise<readonly string[]>;
}
