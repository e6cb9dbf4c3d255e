import { type Instant, secondsAfter } from '../instant.ts';

/** The time between two messages of a kind. */
const gapSeconds = 2;
/** A message comes this much early where the queue's clock is ahead of ours: what was saved since is not in its sight. */
const earlySeconds = 1;

/**
 * Asks for a look at an outbox: at once, and then, however much is told, once in two seconds. Whatever is saved before
 * this is called is seen by a message that comes after it: by one that is still to come, or by a new one.
 */
export function seldom(ask: (at: Instant) => Promise<void>, now: () => Instant): () => Promise<void> {
  let last: Instant | undefined;
  return async () => {
    const at = now();
    if (last !== undefined && at < secondsAfter(last, -earlySeconds)) return;
    const next = last === undefined ? at : secondsAfter(last, gapSeconds);
    last = next > at ? next : at;
    await ask(last);
  };
}
