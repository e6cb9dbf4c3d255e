import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createAmqpServer } from './amqp/server.ts';
import { Entity } from './entity.ts';
import { Journal } from './journal.ts';
import { Queue } from './queue/queue.ts';
import type { QueueCounts } from './queue/queue.ts';
import { deadLetterRules, rulesFrom } from './queue/rules.ts';
import type { QueueDeclaration } from './queue/rules.ts';

export interface BrokerOptions {
  /** 0 or absent: any free port. */
  readonly port?: number | undefined;
  readonly queues: readonly QueueDeclaration[];
  /** Where messages outlive the process; absent: they do not. */
  readonly file?: string | undefined;
  readonly key?: string | undefined;
}

export interface Broker {
  readonly port: number;
  readonly connectionString: string;
  readonly counts: () => Record<string, QueueCounts & { readonly deadLetter: number }>;
  readonly stop: () => Promise<void>;
}

const keyName = 'local';
const host = '127.0.0.1';

/** Starts a Service Bus namespace of its own, with the queues that are declared and no others. */
export async function startBroker({
  port = 0,
  queues,
  file,
  key = 'local-key',
}: BrokerOptions): Promise<Broker> {
  const journal = new Journal(file);
  const pairs = queues.map((declaration) => openQueue(declaration, journal));
  const entities = new Map(
    pairs
      .flatMap(({ main, deadLetters }) => [main, deadLetters])
      .map((one) => [one.address.toLowerCase(), one]),
  );
  const { server, disconnectAll } = createAmqpServer({
    entities,
    journal,
    sharedAccess: { name: keyName, key },
  });
  const close = () => {
    for (const entity of entities.values()) entity.close();
    journal.close();
  };
  const listening = await listen(server, port).catch((error: unknown) => {
    close();
    throw error;
  });
  return {
    port: listening,
    connectionString: `Endpoint=sb://${host}:${listening};SharedAccessKeyName=${keyName};SharedAccessKey=${key};UseDevelopmentEmulator=true`,
    counts: () =>
      Object.fromEntries(
        pairs.map(({ main, deadLetters }) => [
          main.address,
          { ...main.queue.counts(), deadLetter: deadLetters.queue.counts().active },
        ]),
      ),
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      disconnectAll();
      await closed;
      close();
    },
  };
}

function openQueue(declaration: QueueDeclaration, journal: Journal) {
  const { name } = declaration;
  const rules = rulesFrom(declaration);
  const common = { now: Date.now, newToken: randomUUID };
  const deadLetters = new Queue({
    rules: deadLetterRules(rules),
    ...common,
    ...journal.open(`${name}/$DeadLetterQueue`),
  });
  const queue = new Queue({ rules, ...common, ...journal.open(name), deadLetters });
  return { main: new Entity(name, queue), deadLetters: new Entity(`${name}/$DeadLetterQueue`, deadLetters) };
}

/** Whoever had the port a moment ago may just have been killed, so a port that is taken is asked for again. */
async function listen(server: Server, port: number): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    try {
      server.listen(port, host);
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || port === 0 || tries === 30) throw error;
      await pause(100);
    }
  }
}
