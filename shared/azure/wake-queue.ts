import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceBusClient, ServiceBusMessage } from '@azure/service-bus';
import type { Instant } from '../instant.ts';
import { log } from '../log.ts';
import type { Clock } from '../settings.ts';
import { messageProperties } from '../telemetry/cause.ts';
import { spanned } from '../telemetry/telemetry.ts';
import { reasonOf } from './errors.ts';

const mostInOneBatch = 100;
/** A transfer that hangs keeps the next one no longer than this. */
const mostWaitMs = 100;

/**
 * Asks for `advance(id)` at a time, over a queue. Never throws: a wake-up that cannot be sent is logged, and
 * the sweeper finds what it was for. The messages carry no id of their own, lest a repeated wake-up be
 * dropped as a duplicate.
 */
export function wakeQueue(
  client: ServiceBusClient,
  queueName: string,
  clock: Clock,
): (id: string, at: Instant) => Promise<void> {
  const sender = client.createSender(queueName);
  let next: { readonly messages: ServiceBusMessage[]; readonly sent: Promise<void> } | undefined;
  let underWay: Promise<void> | undefined;

  const send = async (messages: ServiceBusMessage[]) => {
    const sending = {
      name: `send ${queueName}`,
      kind: 'producer' as const,
      attributes: {
        'messaging.system': 'servicebus',
        'messaging.operation.type': 'send',
        'messaging.destination.name': queueName,
        'messaging.batch.message_count': messages.length,
      },
    };
    try {
      await spanned(sending, async () => await sender.sendMessages(messages));
    } catch (error) {
      const ids = messages.map(({ body }) => (body as { id: string }).id);
      log.warn('wake-up lost, left to the sweeper', { queue: queueName, ids, reason: reasonOf(error) });
    }
  };

  const leave = async (messages: ServiceBusMessage[]) => {
    await new Promise((turn) => {
      setImmediate(turn);
    });
    if (underWay) await Promise.race([underWay, pause(mostWaitMs)]);
    if (next?.messages === messages) next = undefined;
    const sending = send(messages);
    underWay = sending;
    await sending;
    if (underWay === sending) underWay = undefined;
  };

  return async (id, at) => {
    const aheadMs = clock.realMsUntil(at);
    const message: ServiceBusMessage = {
      body: { id },
      contentType: 'application/json',
      applicationProperties: messageProperties(Date.now() + aheadMs),
      // Never early: a look before its time finds nothing to do, and the wake-up would be spent.
      ...(aheadMs > 0 && { scheduledEnqueueTimeUtc: new Date(Date.now() + Math.ceil(aheadMs) + 1) }),
    };
    // What is asked for in the same turn, or while a transfer is under way, goes in one transfer.
    if (next === undefined || next.messages.length >= mostInOneBatch) {
      const messages: ServiceBusMessage[] = [];
      next = { messages, sent: leave(messages) };
    }
    next.messages.push(message);
    await next.sent;
  };
}
