import {
  isServiceBusError,
  type ServiceBusClient,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
} from '@azure/service-bus';
import Long from 'long';
import { AppError } from '../errors.ts';
import { toInstant } from '../instant.ts';
import type { DeadLetter, DeadLetters } from '../operations/ports.ts';
import { reasonOf } from './errors.ts';

const mostInOneBatch = 100;
/** Only where a look has shown that there is something: for whoever else takes it meanwhile. */
const waitMs = 3000;

/** The dead-letter queues of Service Bus. */
export function deadLetters(client: ServiceBusClient): DeadLetters {
  return {
    list: async (queue, most) =>
      await through(client, queue, async (receiver) => await peeked(receiver, most)),

    putBack: async (queue, most) =>
      await through(client, queue, async (receiver) => {
        const ids = new Set<string>();
        const sender = client.createSender(queue);
        try {
          let taken = 0;
          while (taken < most && (await isSomethingIn(receiver))) {
            const count = Math.min(mostInOneBatch, most - taken);
            const letters = await receiver.receiveMessages(count, { maxWaitTimeInMs: waitMs });
            if (letters.length === 0) break; // somebody else is at it
            const wanted = onceEach(letters, ids);
            if (wanted.length > 0) await sender.sendMessages(wanted);
            for (const letter of letters) await receiver.completeMessage(letter);
            taken += letters.length;
          }
          return { taken, ids: [...ids], hasMore: await isSomethingIn(receiver) };
        } finally {
          await sender.close();
        }
      }),
  };
}

/** What is to be sent again: of a hundred letters about the same one is enough. */
function onceEach(letters: readonly ServiceBusReceivedMessage[], sent: Set<string>) {
  return letters.flatMap((letter) => {
    const id = idIn(letter);
    if (id !== undefined && sent.has(id)) return [];
    if (id !== undefined) sent.add(id);
    // Without its own id, lest it be dropped as a duplicate of the first.
    return [{ body: letter.body as unknown, contentType: letter.contentType ?? 'application/json' }];
  });
}

/** Always told where to begin: by itself the client goes on where the last peek of this process ended. */
async function peeked(receiver: ServiceBusReceiver, most: number): Promise<readonly DeadLetter[]> {
  const found: DeadLetter[] = [];
  let fromSequenceNumber = Long.ZERO;
  while (found.length < most) {
    const letters = await receiver.peekMessages(most - found.length, { fromSequenceNumber });
    const last = letters.at(-1)?.sequenceNumber;
    if (last === undefined) break;
    found.push(...letters.map(asDeadLetter));
    fromSequenceNumber = last.add(1);
  }
  return found;
}

const isSomethingIn = async (receiver: ServiceBusReceiver) => (await peeked(receiver, 1)).length > 0;

function asDeadLetter(letter: ServiceBusReceivedMessage): DeadLetter {
  return {
    sequenceNumber: String(letter.sequenceNumber ?? ''),
    id: idIn(letter),
    reason: letter.deadLetterReason ?? '',
    description: letter.deadLetterErrorDescription ?? '',
    enqueuedAt: toInstant((letter.enqueuedTimeUtc ?? new Date(0)).getTime()),
    deliveries: letter.deliveryCount ?? 0,
  };
}

function idIn({ body }: Pick<ServiceBusReceivedMessage, 'body'>): string | undefined {
  const { id } = (typeof body === 'object' && body !== null ? body : {}) as { readonly id?: unknown };
  return typeof id === 'string' ? id : undefined;
}

/** A receiver for as long as it is needed: dead letters are looked at seldom. */
async function through<T>(
  client: ServiceBusClient,
  queue: string,
  ask: (receiver: ServiceBusReceiver) => Promise<T>,
): Promise<T> {
  const receiver = client.createReceiver(queue, { subQueueType: 'deadLetter' });
  try {
    return await ask(receiver);
  } catch (error) {
    if (!isOfBus(error)) throw error;
    const code = isServiceBusError(error) && !error.retryable ? 'AzureRefused' : 'AzureUnavailable';
    throw new AppError(code, `dead letters of ${queue}: ${reasonOf(error)}`, { target: queue });
  } finally {
    await receiver.close().catch(() => {});
  }
}

/** Of a line that is broken the client says so by an error of the library below. */
function isOfBus(error: unknown): boolean {
  return isServiceBusError(error) || (error instanceof Error && error.name === 'MessagingError');
}
