import { failure } from '../errors.ts';
import type { EnsureStage, Settled } from '../workflow/look.ts';
import type { Delivery } from './delivery.ts';

type Nothing = Record<string, never>;

/** Hands a message to its receiver once and says what it answered; throws nothing. */
export type Post = (delivery: Delivery, id: string) => Promise<Answer>;

/** `status` 0: nobody answered. */
export interface Answer {
  readonly status: number;
  readonly retryAfterSeconds?: number;
}

/** 5 s, 30 s, 2 min, 10 min, 1 h, 6 h after the attempt before; then the message is dead. */
const waits = [5, 30, 120, 600, 3600, 21_600];

/**
 * The receiver has the message: at least once, with an id that stays the same, so that it can drop a second.
 * The attempt is kept before it is made, so that of two looks at once only one sends.
 */
export function ensureDelivered(post: Post): EnsureStage<Delivery, Nothing> {
  return async ({ id, work, intent }) => {
    const attempt = intent?.attempt ?? 0;
    return {
      status: 'intend',
      what: `attempt ${attempt + 1}`,
      before: 'not sent',
      proceed: async () => settled(await post(work, id), attempt),
    };
  };
}

function settled({ status, retryAfterSeconds = 0 }: Answer, attempt: number): Settled<Nothing> {
  if (status >= 200 && status < 300) return { status: 'done' };
  const said = status === 0 ? 'nobody answered' : `the receiver answered ${status}`;
  const wait = waits[attempt];
  const mayPass = status === 0 || status === 408 || status === 425 || status === 429 || status >= 500;
  if (!mayPass || wait === undefined)
    return { status: 'failed', failure: failure('DeliveryRefused', `Last, ${said}.`) };
  return {
    status: 'running',
    lookAgainInSeconds: Math.max(wait, retryAfterSeconds),
    waitingFor: said,
    news: said,
  };
}
