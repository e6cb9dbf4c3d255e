import { randomUUID } from 'node:crypto';
import type { Entity } from '../entity.ts';
import type { Journal } from '../journal.ts';
import type { Arrival } from '../queue/message.ts';
import { errors } from './errors.ts';
import { inside } from './rhea.ts';
import type { EventContext, Receiver } from './rhea.ts';
import { batchFormat, readArrival, readBatch } from './sections.ts';

/** 256 KB: what a message, or a batch, may have in the Standard tier, properties and all. */
export const largestMessage = 256 * 1024;

/** Serves a sender: takes its messages into the queue and says so once they are safe. */
export function serveSender(receiver: Receiver, entity: Entity, journal: Journal): void {
  inside(receiver).local.attach['max_message_size'] = largestMessage;
  receiver.on('message', ({ message, delivery }: EventContext) => {
    if (delivery === undefined) return;
    const bytes = message as unknown as Buffer;
    if (bytes.length > largestMessage) return delivery.reject(errors.tooLarge(bytes.length, largestMessage));
    const arrivals = arrivalsFrom(bytes, delivery.format);
    if (arrivals === undefined) return delivery.reject(errors.unreadable);
    entity.queue.send(arrivals);
    journal.committed(() => {
      if (receiver.is_open()) delivery.accept();
    });
  });
}

function arrivalsFrom(bytes: Buffer, format: number): Arrival[] | undefined {
  try {
    const messages = format === batchFormat ? readBatch(bytes) : [bytes];
    return messages.map((one) => readArrival(one, randomUUID));
  } catch {
    return undefined;
  }
}
