import type {
  InvocationContext,
  ServiceBusQueueFunctionOptions,
  TimerFunctionOptions,
} from '@azure/functions';
import { z } from 'zod';
import { type QueueName, queues } from './operations/queues.ts';
import type { Notes } from './correlation.ts';
import { carriedBy } from './telemetry/cause.ts';
import { invoked } from './telemetry/invocation.ts';
import { measure } from './telemetry/telemetry.ts';

/** What every message says: nothing but what to look at. */
const WakeUp = z.object({ id: z.string() });

/** After so many tries a queue gives a message up: `maxDeliveryCount` in infra/queues.json. */
const mostTries = 10;

/** The function that looks at what the messages of a queue are about; the answer is what `app.serviceBusQueue` takes. */
export function queueTrigger(
  queue: QueueName,
  advance: (id: string) => Promise<void>,
): [name: string, options: ServiceBusQueueFunctionOptions] {
  const handler = async (message: unknown, context: InvocationContext) => {
    const { id } = WakeUp.parse(message);
    await look(queue, id, context, async () => await advance(id));
  };
  return [queue, { connection: 'ServiceBus', queueName: queue, handler }];
}

/** The function that a timer calls; the answer is what `app.timer` takes. */
export function timerTrigger(
  name: string,
  schedule: string,
  act: () => Promise<void>,
): [name: string, options: TimerFunctionOptions] {
  const handler = async (_: unknown, context: InvocationContext) => {
    // What a sweep wakes has nothing in common but the sweep: each begins a trace of its own.
    await invoked(context, { trigger: 'timer', name, attributes: {}, isCause: false }, act);
  };
  return [name, { schedule, handler }];
}

async function look(
  queue: QueueName,
  id: string,
  context: InvocationContext,
  advance: () => Promise<void>,
): Promise<void> {
  const { kind } = queues[queue];
  const { applicationProperties, deliveryCount } = context.triggerMetadata ?? {};
  const { cause, link, dueMs } = carriedBy(applicationProperties);
  const notes: Notes = {};
  const doing = { kind, work: id, request: cause?.request, cause, notes };
  const attributes = {
    'goldsmith.kind': kind,
    'goldsmith.id': id,
    'messaging.system': 'servicebus',
    'messaging.operation.type': 'process',
    'messaging.destination.name': queue,
  };
  const began = performance.now();
  const took = (how: string) =>
    measure('goldsmith.look.duration', (performance.now() - began) / 1000, { kind, outcome: how });
  if (dueMs !== undefined) {
    measure('goldsmith.queue.lag', Math.max(0, Date.now() - dueMs) / 1000, { queue });
  }
  const how = {
    trigger: 'pubsub' as const,
    name: `look ${kind}`,
    attributes,
    doing,
    calledIn: cause?.traceparent,
    link,
    isCause: true,
  };
  try {
    await invoked(context, how, advance, () => ({ 'goldsmith.outcome': wordFor(notes) }));
    took(wordFor(notes));
  } catch (error) {
    took('failed');
    if (Number(deliveryCount) >= mostTries) measure('goldsmith.dead_letters', 1, { queue });
    throw error;
  }
}

function wordFor({ hasMoved = false }: Notes): 'moved' | 'quiet' {
  return hasMoved ? 'moved' : 'quiet';
}
