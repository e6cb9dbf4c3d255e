import { ServiceBusClient } from '@azure/service-bus';
import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { onTestFinished } from 'vitest';
import { startBroker } from '../../../infra/local/service-bus/broker.ts';
import type { QueueDeclaration } from '../../../infra/local/service-bus/queue/rules.ts';

/** As the app would set it, only faster to give up: a broker that does not answer shows as a failure. */
export const retryOptions = { maxRetries: 1, retryDelayInMs: 100, maxRetryDelayInMs: 200, timeoutInMs: 4000 };

/** A broker with one queue `q`, and a real client. Both go when the test is over. */
export async function world(queue: Omit<QueueDeclaration, 'name'> = {}) {
  const broker = await startBroker({ queues: [{ name: 'q', ...queue }] });
  const client = new ServiceBusClient(broker.connectionString, { retryOptions });
  onTestFinished(async () => {
    await client.close();
    await broker.stop();
  });
  return {
    broker,
    client,
    sender: client.createSender('q'),
    receiver: client.createReceiver('q'),
    deadLetters: client.createReceiver('q', { subQueueType: 'deadLetter' }),
    counts: () => broker.counts()['q'],
  };
}

interface Receiver {
  readonly receiveMessages: (
    count: number,
    options: { maxWaitTimeInMs: number },
  ) => Promise<ServiceBusReceivedMessage[]>;
}

/** The next message, which must come. */
export async function next(receiver: Receiver, maxWaitTimeInMs = 3000): Promise<ServiceBusReceivedMessage> {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs });
  if (message === undefined) throw new Error('no message came');
  return message;
}

/** Whether nothing comes for a while. */
export async function isQuiet(receiver: Receiver): Promise<boolean> {
  const messages = await receiver.receiveMessages(1, { maxWaitTimeInMs: 150 });
  return messages.length === 0;
}

export const bodies = (messages: readonly { body: unknown }[]) => messages.map(({ body }) => body);

interface Failure {
  readonly code?: string;
  /** Where the client tried more than once, it throws all it got. */
  readonly errors?: readonly Failure[];
}

/** The code of the error a promise ends with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    ({ code, errors }: Failure) => code ?? errors?.at(-1)?.code ?? 'an error without code',
  );
}
