import { expect, it } from 'vitest';
import { bodies, codeOf, isQuiet, next, world } from './world.ts';

it('what is sent arrives as it was: body, properties, annotations, time', async () => {
  const { sender, receiver } = await world();
  const before = Date.now();
  await sender.sendMessages({
    body: { text: 'grün', list: [1, 2.5, null] },
    messageId: 'one',
    subject: 'label',
    correlationId: 'c',
    contentType: 'application/json',
    to: 'there',
    replyTo: 'here',
    timeToLive: 60_000,
    applicationProperties: { count: 3, ok: true, name: 'x', when: new Date(5) },
  });
  const message = await next(receiver);
  expect(message).toMatchObject({
    body: { text: 'grün', list: [1, 2.5, null] },
    messageId: 'one',
    subject: 'label',
    correlationId: 'c',
    contentType: 'application/json',
    to: 'there',
    replyTo: 'here',
    timeToLive: 60_000,
    applicationProperties: { count: 3, ok: true, name: 'x', when: 5 }, // the client's way with dates
    deliveryCount: 0,
    state: 'active',
  });
  expect(message.enqueuedTimeUtc?.getTime()).toBeGreaterThanOrEqual(before);
  expect(message.expiresAtUtc?.getTime()).toBe((message.enqueuedTimeUtc?.getTime() ?? 0) + 60_000);
  expect(message.lockedUntilUtc?.getTime()).toBeGreaterThan(Date.now() + 50_000);
});

it('bodies keep their AMQP types: text, bytes, values and sequences', async () => {
  const { client, sender, receiver } = await world();
  await sender.sendMessages([{ body: 'text' }, { body: Buffer.from([1, 2, 3]) }, { body: 8 }]);
  const amqp = client.createSender('q');
  await amqp.sendMessages({ bodyType: 'value', body: { a: 'b' } } as never);
  await amqp.sendMessages({ bodyType: 'sequence', body: [[1, 'two']] } as never);
  const received = [];
  for (let count = 0; count < 5; count += 1) received.push(await next(receiver));
  expect(bodies(received)).toEqual(['text', Buffer.from([1, 2, 3]), 8, { a: 'b' }, [[1, 'two']]]);
});

it('messages come in the order in which they were sent', async () => {
  const { sender, receiver } = await world();
  for (let body = 0; body < 20; body += 1) await sender.sendMessages({ body });
  const received = await receiver.receiveMessages(20);
  expect(bodies(received)).toEqual(Array.from({ length: 20 }, (_, body) => body));
});

it('a message without an id is given one, which the client needs to renew and complete', async () => {
  const { sender, receiver, counts } = await world();
  await sender.sendMessages({ body: 1 });
  const message = await next(receiver);
  expect(message.messageId).toMatch(/^[0-9a-f-]{36}$/);
  await receiver.completeMessage(message);
  expect(counts()).toEqual({ active: 0, scheduled: 0, deadLetter: 0, locked: 0 });
});

it('a batch is taken in whole, each message with its own properties', async () => {
  const { sender, receiver } = await world();
  const batch = await sender.createMessageBatch();
  for (let body = 0; body < 50; body += 1) {
    expect(batch.tryAddMessage({ body, messageId: `m${body}`, applicationProperties: { body } })).toBe(true);
  }
  await sender.sendMessages(batch);
  const received = await receiver.receiveMessages(50);
  expect(received.map(({ messageId }) => messageId)).toEqual(Array.from({ length: 50 }, (_, n) => `m${n}`));
  expect(received[7]?.applicationProperties).toEqual({ body: 7 });
});

it('a batch holds 256 KB and no more', async () => {
  const { sender } = await world();
  const batch = await sender.createMessageBatch();
  expect(batch.maxSizeInBytes).toBe(256 * 1024);
  expect(batch.tryAddMessage({ body: Buffer.alloc(200_000) })).toBe(true);
  expect(batch.tryAddMessage({ body: Buffer.alloc(100_000) })).toBe(false);
  await sender.sendMessages(batch);
});

it('a message over 256 KB is refused, and the sender goes on', async () => {
  const { sender, receiver } = await world();
  await sender.sendMessages({ body: Buffer.alloc(255_000, 7) });
  expect(await codeOf(sender.sendMessages({ body: Buffer.alloc(262_144) }))).toBe('MessageSizeExceeded');
  await sender.sendMessages({ body: 'after' });
  expect((await next(receiver)).body).toHaveLength(255_000);
  expect((await next(receiver)).body).toBe('after');
});

it('a duplicate within the window is dropped without a word, alone, in a batch or scheduled', async () => {
  const { sender, receiver } = await world({ requiresDuplicateDetection: true });
  await sender.sendMessages({ body: 1, messageId: 'a' });
  await sender.sendMessages({ body: 2, messageId: 'a' });
  await sender.sendMessages([
    { body: 3, messageId: 'b' },
    { body: 4, messageId: 'b' },
    { body: 5, messageId: 'a' },
  ]);
  await sender.scheduleMessages({ body: 6, messageId: 'a' }, new Date(Date.now() + 50));
  expect(bodies(await receiver.receiveMessages(10))).toEqual([1, 3]);
  expect(await isQuiet(receiver)).toBe(true);
});

it('without duplicate detection the same id may come twice', async () => {
  const { sender, receiver } = await world();
  await sender.sendMessages([
    { body: 1, messageId: 'a' },
    { body: 2, messageId: 'a' },
  ]);
  expect(bodies(await receiver.receiveMessages(2))).toEqual([1, 2]);
});

it('a scheduled message comes when it is due, under a new number', async () => {
  const { sender, receiver, counts } = await world();
  const due = new Date(Date.now() + 400);
  const [number] = await sender.scheduleMessages({ body: 'later' }, due);
  await sender.sendMessages({ body: 'also later', scheduledEnqueueTimeUtc: due });
  expect(counts()).toMatchObject({ active: 0, scheduled: 2 });
  const message = await next(receiver);
  expect(message.body).toBe('later');
  expect(Date.now()).toBeGreaterThanOrEqual(due.getTime());
  expect(message.enqueuedTimeUtc?.getTime()).toBeGreaterThanOrEqual(due.getTime());
  expect(message.scheduledEnqueueTimeUtc?.getTime()).toBe(due.getTime());
  expect(Number(message.sequenceNumber)).toBeGreaterThan(Number(number));
  expect((await next(receiver)).body).toBe('also later');
});

it('a message scheduled for the past comes at once', async () => {
  const { sender, receiver } = await world();
  await sender.scheduleMessages({ body: 'now' }, new Date(Date.now() - 5000));
  expect((await next(receiver)).body).toBe('now');
});

it('a scheduled message can be cancelled, once, and not after it has come', async () => {
  const { sender, receiver, counts } = await world();
  const later = new Date(Date.now() + 60_000);
  const numbers = await sender.scheduleMessages([{ body: 1 }, { body: 2 }], later);
  const first = () => sender.cancelScheduledMessages(numbers.slice(0, 1));
  await first();
  expect(await codeOf(first())).toBe('MessageNotFound');
  // One that is gone spares the others of the same request.
  expect(await codeOf(sender.cancelScheduledMessages(numbers))).toBe('MessageNotFound');
  expect(counts()).toMatchObject({ scheduled: 1 });
  const soon = await sender.scheduleMessages({ body: 3 }, new Date(Date.now() + 50));
  expect((await next(receiver)).body).toBe(3);
  expect(await codeOf(sender.cancelScheduledMessages(soon))).toBe('MessageNotFound');
});
