import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ServiceBusClient } from '@azure/service-bus';
import { expect, it, onTestFinished } from 'vitest';
import { startBroker } from '../../../infra/local/service-bus/broker.ts';
import type { Broker } from '../../../infra/local/service-bus/broker.ts';
import { brokerProcess } from './broker-process.ts';
import { codeOf, isQuiet, next, retryOptions } from './world.ts';

/** One broker after another on the same file, each stopped before the next. */
function generations() {
  const folder = mkdtempSync(join(tmpdir(), 'service-bus-'));
  let last: { broker: Broker; client: ServiceBusClient } | undefined;
  const stop = async () => {
    await last?.client.close();
    await last?.broker.stop();
    last = undefined;
  };
  onTestFinished(async () => {
    await stop();
    rmSync(folder, { recursive: true });
  });
  return async (queue: object = {}) => {
    await stop();
    const broker = await startBroker({
      queues: [{ name: 'q', ...queue }],
      file: join(folder, 'messages.sqlite'),
    });
    const client = new ServiceBusClient(broker.connectionString, { retryOptions });
    last = { broker, client };
    return {
      sender: client.createSender('q'),
      receiver: client.createReceiver('q'),
      deadLetters: client.createReceiver('q', { subQueueType: 'deadLetter' }),
      counts: () => broker.counts()['q'],
    };
  };
}

it('messages in every state are there again after a restart, as they were', async () => {
  const restart = generations();
  const { sender, receiver, counts } = await restart();
  const due = new Date(Date.now() + 1500);
  await sender.sendMessages(
    ['dead', 'deferred', 'given back', 'locked', 'untouched'].map((body) => ({ body })),
  );
  await sender.scheduleMessages({ body: 'scheduled' }, due);
  await receiver.deadLetterMessage(await next(receiver), {
    deadLetterReason: 'r',
    deadLetterErrorDescription: 'd',
  });
  const deferred = await next(receiver);
  await receiver.deferMessage(deferred, { note: 'n' });
  const givenBack = await next(receiver);
  await receiver.abandonMessage(givenBack, { tries: 1 });
  expect((await receiver.receiveMessages(2)).length).toBe(2);
  const before = counts();
  expect(before).toEqual({ active: 4, scheduled: 1, deadLetter: 1, locked: 2 });

  const after = await restart();
  expect(after.counts()).toEqual({ ...before, locked: 0 });
  expect(await next(after.deadLetters)).toMatchObject({
    body: 'dead',
    deadLetterReason: 'r',
    deadLetterErrorDescription: 'd',
  });
  const number = deferred.sequenceNumber;
  if (number === undefined) throw new Error('no number');
  const [again] = await after.receiver.receiveDeferredMessages(number);
  expect(again).toMatchObject({ body: 'deferred', applicationProperties: { note: 'n' }, deliveryCount: 1 });
  const received = await after.receiver.receiveMessages(3);
  expect(received.map(({ body, deliveryCount }) => [body, deliveryCount])).toEqual([
    ['given back', 2],
    ['locked', 1],
    ['untouched', 0],
  ]);
  // The id it was given when it came is the one it keeps.
  expect(received[0]).toMatchObject({ messageId: givenBack.messageId, applicationProperties: { tries: 1 } });
  expect((await next(after.receiver)).body).toBe('scheduled');
  expect(Date.now()).toBeGreaterThanOrEqual(due.getTime());
});

it('what was completed, cancelled, expired or taken away does not come back', async () => {
  const restart = generations();
  const { sender, receiver, counts } = await restart();
  await sender.sendMessages([{ body: 1 }, { body: 2, timeToLive: 300 }]);
  await receiver.completeMessage(await next(receiver));
  const numbers = await sender.scheduleMessages({ body: 3 }, new Date(Date.now() + 60_000));
  await sender.cancelScheduledMessages(numbers);
  await expect.poll(counts).toMatchObject({ active: 0 });
  const after = await restart();
  expect(after.counts()).toEqual({ active: 0, scheduled: 0, deadLetter: 0, locked: 0 });
});

it('no number is issued twice, not even of a message that is gone', async () => {
  const restart = generations();
  const first = await restart();
  await first.sender.sendMessages([{ body: 1 }, { body: 2 }]);
  for (const message of await first.receiver.receiveMessages(2))
    await first.receiver.completeMessage(message);
  const second = await restart();
  await second.sender.sendMessages({ body: 3 });
  expect(Number((await next(second.receiver)).sequenceNumber)).toBe(3);
});

it('duplicates are known again after a restart', async () => {
  const restart = generations();
  const rules = { requiresDuplicateDetection: true };
  const first = await restart(rules);
  await first.sender.sendMessages({ body: 1, messageId: 'a' });
  await first.receiver.completeMessage(await next(first.receiver));
  const second = await restart(rules);
  await second.sender.sendMessages({ body: 2, messageId: 'a' });
  expect(await isQuiet(second.receiver)).toBe(true);
});

it('a message that kills its receiver and the broker each time is dead-lettered in the end', async () => {
  const restart = generations();
  const { sender, receiver } = await restart({ maxDeliveryCount: 2 });
  await sender.sendMessages({ body: 1 });
  await next(receiver);
  await next((await restart({ maxDeliveryCount: 2 })).receiver);
  const { deadLetters, counts } = await restart({ maxDeliveryCount: 2 });
  expect(counts()).toMatchObject({ active: 0, deadLetter: 1 });
  expect((await next(deadLetters)).deadLetterReason).toBe('MaxDeliveryCountExceeded');
});

it('a lock does not outlive the broker', async () => {
  const restart = generations();
  const first = await restart();
  await first.sender.sendMessages({ body: 1 });
  const message = await next(first.receiver);
  const second = await restart();
  await next(second.receiver);
  expect(await codeOf(second.receiver.completeMessage(message))).not.toBe('no error');
});

it('kill -9 under load loses no message that was accepted, and brings back none that was completed', async () => {
  const broker = brokerProcess([{ name: 'q', lockDuration: 'PT5S', maxDeliveryCount: 100 }]);
  const { port, connectionString } = await broker.start();
  const fast = { maxRetries: 0, retryDelayInMs: 50, maxRetryDelayInMs: 100, timeoutInMs: 1000 };
  const client = new ServiceBusClient(connectionString, { retryOptions: fast });
  onTestFinished(() => client.close());

  const accepted = new Set<number>();
  const handled = new Set<number>();
  // By sequence number: where the client had no answer it may send the same again, which is another message.
  const completed = new Set<string>();
  const comeBack: string[] = [];
  const load = new AbortController();
  let lastNumber = 0;
  const produce = async () => {
    const sender = client.createSender('q');
    while (!load.signal.aborted) {
      lastNumber += 1;
      const number = lastNumber;
      const sending =
        number % 5 === 0
          ? sender.scheduleMessages({ body: number }, new Date(Date.now() + 200))
          : sender.sendMessages({ body: number });
      await sending.then(
        () => accepted.add(number),
        () => pause(20),
      );
    }
  };
  const receiver = client.createReceiver('q');
  receiver.subscribe(
    {
      processMessage: async (message) => {
        handled.add(Number(message.body));
        const sequenceNumber = String(message.sequenceNumber);
        if (completed.has(sequenceNumber)) comeBack.push(sequenceNumber);
        await receiver.completeMessage(message);
        completed.add(sequenceNumber);
      },
      processError: async () => {},
    },
    { maxConcurrentCalls: 8, autoCompleteMessages: false },
  );
  const producers = Array.from({ length: 8 }, produce);
  for (let kills = 0; kills < 4; kills += 1) {
    // Not while the client is still opening links: its request for a token, unanswered, blocks it for 60 s.
    const before = { accepted: accepted.size, completed: completed.size };
    const isAtWork = () => accepted.size > before.accepted + 150 && completed.size > before.completed + 100;
    await expect.poll(isAtWork, { timeout: 10_000, interval: 20 }).toBe(true);
    await pause(Math.random() * 200);
    await broker.end('SIGKILL');
    expect((await broker.start(port)).port).toBe(port);
  }
  await pause(300);
  load.abort();
  await Promise.all(producers);
  await expect
    .poll(() => [...accepted].filter((number) => !handled.has(number)), { timeout: 10_000 })
    .toEqual([]);
  expect(accepted.size).toBeGreaterThan(500);
  expect(comeBack).toEqual([]);
}, 30_000);
