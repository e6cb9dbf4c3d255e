import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { ServiceBusClient } from '@azure/service-bus';
import { expect, it, onTestFinished } from 'vitest';
import { Authorization } from '../../../infra/local/service-bus/amqp/authorization.ts';
import { startBroker } from '../../../infra/local/service-bus/broker.ts';
import { bodies, codeOf, next, retryOptions, world } from './world.ts';

function clientOf(connectionString: string): ServiceBusClient {
  const client = new ServiceBusClient(connectionString, { retryOptions });
  onTestFinished(() => client.close());
  return client;
}

it('a queue that is not declared cannot be found, whatever is asked of it', async () => {
  const { client } = await world();
  const receiver = client.createReceiver('other');
  const later = new Date(Date.now() + 60_000);
  const sender = client.createSender('other');
  expect(await codeOf(sender.sendMessages({ body: 1 }))).toBe('MessagingEntityNotFound');
  expect(await codeOf(receiver.receiveMessages(1))).toBe('MessagingEntityNotFound');
  expect(await codeOf(receiver.peekMessages(1))).toBe('MessagingEntityNotFound');
  expect(await codeOf(sender.scheduleMessages({ body: 1 }, later))).toBe('MessagingEntityNotFound');
});

it('queue names do not depend on case', async () => {
  const { client, sender } = await world();
  await sender.sendMessages({ body: 1 });
  expect((await next(client.createReceiver('Q'))).body).toBe(1);
});

it('a wrong key opens nothing', async () => {
  const { broker } = await world();
  const client = clientOf(
    broker.connectionString.replace('SharedAccessKey=local-key', 'SharedAccessKey=wrong'),
  );
  expect(await codeOf(client.createSender('q').sendMessages({ body: 1 }))).toBe('UnauthorizedAccess');
  expect(await codeOf(client.createReceiver('q').receiveMessages(1))).toBe('UnauthorizedAccess');
  expect(await codeOf(client.createReceiver('q').peekMessages(1))).toBe('UnauthorizedAccess');
});

it('a key by another name opens nothing', async () => {
  const { broker } = await world();
  const client = clientOf(
    broker.connectionString.replace('KeyName=local', 'KeyName=RootManageSharedAccessKey'),
  );
  expect(await codeOf(client.createSender('q').sendMessages({ body: 1 }))).toBe('UnauthorizedAccess');
});

it('a key with characters of its own is signed with as it is', async () => {
  const broker = await startBroker({ queues: [{ name: 'q' }], key: 'a+b/c=' });
  onTestFinished(() => broker.stop());
  await clientOf(broker.connectionString).createSender('q').sendMessages({ body: 1 });
  expect(broker.counts()['q']).toMatchObject({ active: 1 });
});

it('a token opens what it names and what is below, no more and no longer', () => {
  const sharedAccess = { name: 'n', key: 'k' };
  const token = (resource: string, expiry: number, key = 'k') => {
    const sr = encodeURIComponent(resource);
    const sig = encodeURIComponent(createHmac('sha256', key).update(`${sr}\n${expiry}`).digest('base64'));
    return `SharedAccessSignature sr=${sr}&sig=${sig}&se=${expiry}&skn=n`;
  };
  const soon = Math.floor(Date.now() / 1000) + 60;
  const authorization = new Authorization(sharedAccess);
  expect(authorization.opens('q')).toBe(false);
  expect(authorization.put(token('sb://h:1/q', soon), 'sb://h:1/q')).toBeUndefined();
  expect(authorization.opens('q')).toBe(true);
  expect(authorization.opens('q/$management')).toBe(true);
  expect(authorization.opens('q/$DeadLetterQueue')).toBe(true);
  expect(authorization.opens('other')).toBe(false);
  expect(authorization.opens('queue')).toBe(false);
  expect(authorization.put(token('sb://h:1/q', soon), 'sb://h:1/other')).toMatch(/^InvalidAudience/);
  expect(authorization.put(token('sb://h:1/q', soon - 120), 'sb://h:1/q')).toMatch(/^ExpiredToken/);
  expect(authorization.put(token('sb://h:1/q', soon, 'x'), 'sb://h:1/q')).toMatch(/^InvalidSignature/);
  expect(authorization.put('nonsense', 'sb://h:1/q')).toMatch(/^MalformedToken/);
});

it('nobody sends to a dead-letter queue', async () => {
  const { client } = await world();
  const sender = client.createSender('q/$DeadLetterQueue');
  await expect(sender.sendMessages({ body: 1 })).rejects.toThrow('Nothing is sent to a dead-letter queue');
});

it('a session is refused: these queues do not have them', async () => {
  const { client } = await world();
  // Of a named session the client only ever says that another may have it.
  expect(await codeOf(client.acceptSession('q', 's'))).toBe('SessionCannotBeLocked');
  await expect(client.acceptNextSession('q')).rejects.toThrow('does not require sessions');
});

it.each([
  ['a lock of over five minutes', { lockDuration: 'PT6M' }],
  ['no delivery at all', { maxDeliveryCount: 0 }],
  ['a duration that is none', { defaultMessageTimeToLive: '14 days' }],
  [
    'a history of less than twenty seconds',
    { requiresDuplicateDetection: true, duplicateDetectionHistoryTimeWindow: 'PT5S' },
  ],
  ['a name with a blank', { name: 'a queue' }],
])('a declaration Azure would not take is not taken here: %s', async (_, declared) => {
  await expect(startBroker({ queues: [{ name: 'q', ...declared }] })).rejects.toThrow(/queue|duration/);
});

it('whatever is thrown at the port, the broker goes on', async () => {
  const { broker, sender, receiver } = await world();
  const amqpHeader = Buffer.from([0x41, 0x4d, 0x51, 0x50, 0, 1, 0, 0]);
  const garbage = [
    Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
    Buffer.from([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0]),
    Buffer.concat([amqpHeader, Buffer.alloc(200, 0xff)]),
    Buffer.concat([amqpHeader, Buffer.from([0, 0, 0, 9, 2, 0, 0, 0, 0x7e])]),
    Buffer.alloc(0),
  ];
  for (const bytes of garbage) {
    const socket = connect(broker.port, '127.0.0.1').on('error', () => {});
    socket.end(bytes);
    await pause(20);
    socket.destroy();
  }
  await sender.sendMessages({ body: 'still here' });
  expect(bodies([await next(receiver)])).toEqual(['still here']);
});
