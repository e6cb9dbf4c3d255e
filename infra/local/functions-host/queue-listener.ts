import { setTimeout as pause } from 'node:timers/promises';
import {
  isServiceBusError,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
} from '@azure/service-bus';
import type { QueueTrigger } from './binding-definition.ts';
import type { FunctionDefinition } from './function-definition.ts';
import type { HostJson } from './host-json.ts';
import type { InvocationInput, Invoker } from './invocation.ts';
import { described, type Log } from './log.ts';
import type { QueueClients } from './queue-clients.ts';
import { messageData, type QueueMessage, triggerMetadata } from './queue-message.ts';
import { StartError } from './start-error.ts';

export type QueueFunction = FunctionDefinition & { readonly trigger: QueueTrigger };

export interface QueueListener {
  /** Asks for no more messages. Those being worked on can still be settled until the client closes. */
  readonly stop: () => Promise<void>;
}

interface Parts {
  readonly invoker: Invoker;
  readonly clients: QueueClients;
  readonly serviceBus: HostJson['serviceBus'];
  readonly log: Log;
}

/** Calls a function for each message of its queue: done, the message is completed; failed, it is abandoned at once. */
export async function startQueue(definition: QueueFunction, parts: Parts): Promise<QueueListener> {
  const { name, trigger } = definition;
  const { maxConcurrentCalls, maxAutoLockRenewalDuration } = parts.serviceBus;
  if (!trigger.autoCompleteMessages) {
    parts.log(
      'warning',
      name,
      'autoCompleteMessages is false, and Node functions cannot settle: messages come back when their lock expires.',
    );
  }
  const receiver = parts.clients.of(trigger.connectionString).createReceiver(trigger.queueName, {
    receiveMode: 'peekLock',
    skipParsingBodyAsJson: true,
    // The client would go on renewing after the handler, for a message that nobody settles.
    maxAutoLockRenewalDurationInMs: trigger.autoCompleteMessages ? maxAutoLockRenewalDuration : 0,
  });
  await reachable(receiver, name);
  const subscription = receiver.subscribe(
    {
      processMessage: (message) => process(definition, receiver, message, parts),
      processError: async ({ error, errorSource }) => {
        parts.log('warning', name, `Service Bus ${errorSource}: ${error.message}`);
      },
    },
    // Settled below rather than by the client, which takes the next message before the last one is settled.
    { autoCompleteMessages: false, maxConcurrentCalls },
  );
  return { stop: () => subscription.close() };
}

async function process(
  definition: QueueFunction,
  receiver: ServiceBusReceiver,
  message: ServiceBusReceivedMessage,
  { invoker, log }: Parts,
): Promise<void> {
  const { name, trigger } = definition;
  const settle = async (succeeded: boolean) => {
    if (!succeeded) await receiver.abandonMessage(message);
    else if (trigger.autoCompleteMessages) await receiver.completeMessage(message);
  };
  let input: InvocationInput;
  try {
    input = queueInput(definition, message);
  } catch (error) {
    log('error', name, described(error));
    return settle(false);
  }
  await invoker.invoke(definition, { ...input, settle }).catch(() => undefined); // the invoker has logged why
}

/** What the function is given for a message. */
export function queueInput({ trigger }: QueueFunction, message: QueueMessage): InvocationInput {
  const traceParent = message.applicationProperties?.['Diagnostic-Id'];
  return {
    data: messageData(message, trigger.binary),
    triggerMetadata: triggerMetadata(message, trigger.binary),
    traceParent: typeof traceParent === 'string' ? traceParent : undefined,
    reason: `New message on '${trigger.queueName}': ${String(message.messageId ?? '')}`,
  };
}

const patienceMs = 30_000;

// The client itself would only report a missing queue, and try for ever.
async function reachable(receiver: ServiceBusReceiver, name: string): Promise<void> {
  const end = Date.now() + patienceMs;
  for (;;) {
    try {
      await receiver.peekMessages(1);
      return;
    } catch (error) {
      const hopeless =
        isServiceBusError(error) && ['MessagingEntityNotFound', 'UnauthorizedAccess'].includes(error.code);
      if (hopeless || Date.now() > end) {
        throw new StartError(
          `Function '${name}': its queue cannot be listened to: ${(error as Error).message}`,
        );
      }
      await pause(250); // a broker that is just starting
    }
  }
}
