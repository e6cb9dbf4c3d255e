import { ServiceBusClient, type ServiceBusMessage, type ServiceBusSender } from '@azure/service-bus';
import type { QueueOutput } from './binding-definition.ts';
import type { FunctionDefinition } from './function-definition.ts';
import type { InvocationResponse, RpcTypedData } from './rpc.ts';

export interface QueueClients {
  readonly of: (connectionString: string) => ServiceBusClient;
  /** Sends what a function left in its Service Bus outputs. */
  readonly send: (definition: FunctionDefinition, response: InvocationResponse) => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * The Service Bus connections of the host, one for each connection string. Their patience is that of a broker
 * on this machine: a restarted one is found again within half a second, not after the client's usual 30.
 */
export function queueClients(): QueueClients {
  const clients = new Map<string, ServiceBusClient>();
  const senders = new Map<string, ServiceBusSender>();
  const of = (connectionString: string) => {
    const retryOptions = { retryDelayInMs: 250, maxRetryDelayInMs: 500, timeoutInMs: 5000 };
    const client = clients.get(connectionString) ?? new ServiceBusClient(connectionString, { retryOptions });
    clients.set(connectionString, client);
    return client;
  };
  const senderOf = ({ connectionString, queueName }: QueueOutput) => {
    const key = `${connectionString} ${queueName}`;
    const sender = senders.get(key) ?? of(connectionString).createSender(queueName);
    senders.set(key, sender);
    return sender;
  };
  return {
    of,
    send: async ({ outputs }, { outputData = [], returnValue }) => {
      for (const output of outputs) {
        const named = outputData.find(({ name }) => name === output.binding)?.data;
        const messages = outputMessages(output.binding === '$return' ? returnValue : named);
        for (const message of messages) await senderOf(output).sendMessages(message);
      }
    },
    close: async () => {
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}

/** The messages that one output value stands for: a list is one for each element, nothing is none. */
export function outputMessages(data: RpcTypedData | null | undefined): ServiceBusMessage[] {
  if (!data) return [];
  if (data.bytes) return [{ body: Buffer.from(data.bytes) }];
  const text = data.json ?? data.string ?? String(data.int ?? data.double);
  const list = parsedList(text);
  return (list ?? [text]).map((each) => ({
    body: Buffer.from(typeof each === 'string' ? each : JSON.stringify(each)),
  }));
}

// A string that holds a JSON list counts as a list.
function parsedList(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
