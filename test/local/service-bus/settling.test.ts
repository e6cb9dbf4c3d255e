import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { expect, it } from 'vitest';
import { bodies, codeOf, isQuiet, next, world } from './world.ts';

const empty = { active: 0, scheduled: 0, deadLetter: 0, locked: 0 };

/** The client renews locks by itself for five minutes unless told otherwise. */
const notRenewing = { maxAutoLockRenewalDurationInMs: 0 };

it('a completed message is gone', async () => {
  const { sender, receiver, counts } = await world();
  await sender.sendMessages({ body: 1 });
  await receiver.completeMessage(await next(receiver));
  expect(counts()).toEqual(empty);
});

it('an abandoned message comes back at once, in its old place, with what the receiver wrote on it', async () => {
  const { sender, receiver } = await world();
  await sender.sendMessages([{ body: 1, applicationProperties: { kept: 'k', tries: 0 } }, { body: 2 }]);
  await receiver.abandonMessage(await next(receiver), { tries: 1, note: 'later' });
  const again = await next(receiver);
  expect(again).toMatchObject({
    body: 1,
    deliveryCount: 1,
    applicationProperties: { kept: 'k', tries: 1, note: 'later' },
  });
  expect((await next(receiver)).body).toBe(2);
});

it('a deferred message is had by its number only', async () => {
  const { sender, receiver, counts } = await world();
  await sender.sendMessages({ body: 1 });
  const message = await next(receiver);
  await receiver.deferMessage(message, { why: 'wait' });
  expect(await isQuiet(receiver)).toBe(true);
  const number = message.sequenceNumber;
  if (number === undefined) throw new Error('no number');
  const [deferred] = await receiver.receiveDeferredMessages(number);
  expect(deferred).toMatchObject({ body: 1, state: 'deferred', applicationProperties: { why: 'wait' } });
  expect(deferred?.deliveryCount).toBe(1);
  // It is locked now, and cannot be had twice.
  expect(await codeOf(receiver.receiveDeferredMessages(number))).toBe('MessageNotFound');
  await receiver.completeMessage(deferred as ServiceBusReceivedMessage);
  expect(counts()).toEqual(empty);
});

it('a message that was not deferred cannot be had by its number', async () => {
  const { sender, receiver } = await world();
  await sender.sendMessages({ body: 1 });
  const [peeked] = await receiver.peekMessages(1);
  const number = peeked?.sequenceNumber;
  if (number === undefined) throw new Error('no number');
  expect(await codeOf(receiver.receiveDeferredMessages(number))).toBe('MessageNotFound');
});

it('a dead-lettered message lies in the dead-letter queue with its reason, and can be taken from there', async () => {
  const { sender, receiver, deadLetters, counts } = await world();
  await sender.sendMessages({ body: 1, applicationProperties: { kept: true } });
  const message = await next(receiver);
  await receiver.deadLetterMessage(message, {
    deadLetterReason: 'poison',
    deadLetterErrorDescription: 'it hurts',
    seenBy: 'me',
  });
  expect(counts()).toEqual({ ...empty, deadLetter: 1 });
  const dead = await next(deadLetters);
  expect(dead).toMatchObject({
    body: 1,
    deadLetterReason: 'poison',
    deadLetterErrorDescription: 'it hurts',
    applicationProperties: {
      kept: true,
      seenBy: 'me',
      DeadLetterReason: 'poison',
      DeadLetterErrorDescription: 'it hurts',
    },
  });
  await deadLetters.completeMessage(dead);
  expect(counts()).toEqual(empty);
});

it('a message given back as often as the queue allows is dead-lettered', async () => {
  const { sender, receiver, deadLetters } = await world({ maxDeliveryCount: 3 });
  await sender.sendMessages({ body: 1 });
  for (let tries = 0; tries < 3; tries += 1) await receiver.abandonMessage(await next(receiver));
  expect(await isQuiet(receiver)).toBe(true);
  expect(await next(deadLetters)).toMatchObject({
    deadLetterReason: 'MaxDeliveryCountExceeded',
    deadLetterErrorDescription: 'Message could not be consumed after 3 delivery attempts.',
  });
});

it('a message whose lock ran out the last time it was allowed to is dead-lettered', async () => {
  const { sender, client, deadLetters } = await world({ maxDeliveryCount: 1, lockDuration: 'PT0.3S' });
  await sender.sendMessages({ body: 1 });
  await next(client.createReceiver('q', notRenewing));
  expect((await next(deadLetters)).deadLetterReason).toBe('MaxDeliveryCountExceeded');
});

it('nothing is dead-lettered from the dead-letter queue, however often it is given back', async () => {
  const { sender, receiver, deadLetters } = await world({ maxDeliveryCount: 2 });
  await sender.sendMessages({ body: 1 });
  await receiver.deadLetterMessage(await next(receiver));
  for (let tries = 0; tries < 4; tries += 1) await deadLetters.abandonMessage(await next(deadLetters));
  const dead = await next(deadLetters);
  expect(dead.deliveryCount).toBe(5);
  await expect(deadLetters.deadLetterMessage(dead)).rejects.toThrow('cannot be dead-lettered');
});

it('a lock that runs out gives the message back, and its holder can do nothing more with it', async () => {
  const { sender, client } = await world({ lockDuration: 'PT0.4S' });
  const receiver = client.createReceiver('q', notRenewing);
  await sender.sendMessages({ body: 1 });
  const message = await next(receiver);
  const again = await next(receiver);
  expect(again).toMatchObject({ body: 1, deliveryCount: 1 });
  expect(again.lockToken).not.toBe(message.lockToken);
  expect(await codeOf(receiver.completeMessage(message))).toBe('MessageLockLost');
  expect(await codeOf(receiver.renewMessageLock(message))).toBe('MessageLockLost');
  await receiver.completeMessage(again);
});

it('a renewed lock holds that much longer', async () => {
  const { client, sender, counts } = await world({ lockDuration: 'PT1.5S' });
  await sender.sendMessages({ body: 1 });
  const receiver = client.createReceiver('q', notRenewing);
  const message = await next(receiver);
  for (let times = 0; times < 3; times += 1) {
    await pause(700);
    const asked = Date.now();
    const until = await receiver.renewMessageLock(message);
    expect(until.getTime()).toBeGreaterThanOrEqual(asked + 1490);
    expect(until.getTime()).toBeLessThanOrEqual(Date.now() + 1510);
  }
  await receiver.completeMessage(message);
  expect(counts()).toEqual(empty);
});

it('a subscriber that takes longer than the lock keeps it by renewing', async () => {
  const { sender, receiver, counts } = await world({ lockDuration: 'PT1S' });
  await sender.sendMessages({ body: 1 });
  let deliveries = 0;
  receiver.subscribe({
    processMessage: async () => {
      deliveries += 1;
      await pause(1800);
    },
    processError: async () => {},
  });
  await expect.poll(counts, { timeout: 5000 }).toEqual(empty);
  expect(deliveries).toBe(1);
});

interface Link {
  readonly close: () => Promise<void>;
}

type Ending = (receiver: ServiceBusReceiver, message: ServiceBusReceivedMessage) => Promise<void>;

const endings: Record<string, { end: Ending; left: object }> = {
  complete: { end: (receiver, message) => receiver.completeMessage(message), left: empty },
  abandon: { end: (receiver, message) => receiver.abandonMessage(message), left: { ...empty, active: 1 } },
  defer: { end: (receiver, message) => receiver.deferMessage(message), left: { ...empty, active: 1 } },
  'dead-letter': {
    end: (receiver, message) =>
      receiver.deadLetterMessage(message, { deadLetterReason: 'r', deadLetterErrorDescription: 'd' }),
    left: { ...empty, deadLetter: 1 },
  },
};

it.each(Object.entries(endings))(
  'when its link is gone, a message can still be settled: %s',
  async (_, { end, left }) => {
    const { sender, receiver, counts } = await world();
    await sender.sendMessages({ body: 1 });
    const message = await next(receiver);
    // As when a link is lost; closing the receiver would forbid it to settle anything.
    const { _context } = receiver as unknown as { _context: { messageReceivers: Record<string, Link> } };
    for (const link of Object.values(_context.messageReceivers)) await link.close();
    await end(receiver, message);
    expect(counts()).toEqual(left);
  },
);

it('a message that expires is dead-lettered where the queue says so', async () => {
  const { sender, receiver, deadLetters } = await world({ deadLetteringOnMessageExpiration: true });
  await sender.sendMessages({ body: 1, timeToLive: 200 });
  expect(await next(deadLetters)).toMatchObject({
    body: 1,
    deadLetterReason: 'TTLExpiredException',
    deadLetterErrorDescription: 'The message expired and was dead lettered.',
  });
  expect(await isQuiet(receiver)).toBe(true);
});

it('a message that expires is gone where the queue does not say so', async () => {
  const { sender, counts } = await world();
  await sender.sendMessages([{ body: 1, timeToLive: 100 }, { body: 2 }]);
  await expect.poll(counts).toEqual({ ...empty, active: 1 });
});

it('no message lives longer than the queue allows', async () => {
  const { sender, receiver, counts } = await world({ defaultMessageTimeToLive: 'PT0.4S' });
  await sender.sendMessages([{ body: 1 }, { body: 2, timeToLive: 60_000 }]);
  expect((await receiver.peekMessages(1))[0]?.timeToLive).toBe(400);
  await expect.poll(counts).toEqual(empty);
});

it('a message does not expire in the hands of a receiver, but when it is given back', async () => {
  const { sender, receiver, deadLetters } = await world({ deadLetteringOnMessageExpiration: true });
  await sender.sendMessages({ body: 1, timeToLive: 150 });
  const message = await next(receiver);
  await pause(300);
  expect(await deadLetters.peekMessages(1)).toEqual([]);
  await receiver.abandonMessage(message);
  expect(bodies([await next(deadLetters)])).toEqual([1]);
});

it('a deferred message expires when it is asked for too late, and not before', async () => {
  const { sender, receiver, deadLetters, counts } = await world({ deadLetteringOnMessageExpiration: true });
  await sender.sendMessages({ body: 1, timeToLive: 200 });
  const message = await next(receiver);
  await receiver.deferMessage(message);
  await pause(300);
  expect(counts()).toEqual({ ...empty, active: 1 });
  const number = message.sequenceNumber;
  if (number === undefined) throw new Error('no number');
  expect(await codeOf(receiver.receiveDeferredMessages(number))).toBe('MessageNotFound');
  expect((await next(deadLetters)).deadLetterReason).toBe('TTLExpiredException');
});

it("a scheduled message's life begins when it comes", async () => {
  const { sender, receiver } = await world();
  const due = new Date(Date.now() + 400);
  await sender.scheduleMessages({ body: 1, timeToLive: 300 }, due);
  const message = await next(receiver);
  expect(message.expiresAtUtc?.getTime()).toBe((message.enqueuedTimeUtc?.getTime() ?? 0) + 300);
});
