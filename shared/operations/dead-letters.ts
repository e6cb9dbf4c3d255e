import type { Instant } from '../instant.ts';
import { log, withoutSecrets } from '../log.ts';
import type { DeadLetter, DeadLetters } from './ports.ts';
import { type QueueName, queueNames, queues } from './queues.ts';

/** A look that keeps failing, as far as it is told of here. */
interface LastFailure {
  readonly id: string;
  readonly at: Instant;
  readonly times: number;
  readonly why: string;
}

interface Parts {
  readonly deadLetters: DeadLetters;
  /** What of a kind keeps failing. Handed in. */
  readonly failing: (kind: string) => Promise<readonly LastFailure[]>;
}

/** What people may ask of messages that queues have given up on. */
export function deadLetterRequests({ deadLetters, failing }: Parts) {
  const listed = async (queue: QueueName, most: number) => {
    const letters = await deadLetters.list(queue, most);
    if (letters.length === 0) return [];
    const { kind } = queues[queue];
    const failures = new Map((await failing(kind)).map((failure) => [failure.id, failure]));
    return letters.map((letter) => deadLetterView(queue, letter, failures.get(letter.id ?? '')));
  };
  return {
    /** Of every queue, or of one: the oldest of each first. */
    async list({ queue, most }: { readonly queue?: QueueName | undefined; readonly most: number }) {
      const all = [];
      for (const name of queue === undefined ? queueNames : [queue]) all.push(...(await listed(name, most)));
      return all;
    },

    async putBack(queue: QueueName, { by, reason, most }: { by?: string; reason: string; most: number }) {
      const { taken, ids, hasMore } = await deadLetters.putBack(queue, most);
      log.warn('dead-letters.put-back', { queue, taken, ids, by, reason });
      return { queue, putBack: taken, ids, hasMore };
    },
  };
}

/** A dead letter as the API shows it. */
function deadLetterView(queue: QueueName, letter: DeadLetter, failure: LastFailure | undefined) {
  const { id, sequenceNumber, reason, description, enqueuedAt, deliveries } = letter;
  const { kind, subject } = queues[queue];
  const at = id === undefined || isOutbox(id) ? undefined : subject(id);
  return {
    queue,
    sequenceNumber,
    ...(id !== undefined && { kind, id }),
    ...(at !== undefined && { subject: at }),
    reason,
    description: withoutSecrets(description),
    enqueuedAt,
    deliveries,
    ...(failure && { lastFailure: { message: failure.why, at: failure.at, times: failure.times } }),
  };
}

/** Messages about an outbox say so: nothing of the API has that id. */
const isOutbox = (id: string) => id.startsWith('outbox.');
