import { setTimeout as pause } from 'node:timers/promises';
import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Broker, startBroker } from '../../../infra/local/service-bus/broker.ts';
import { fixture, type HostProcess, startHostProcess, startsInVain } from './host-process.ts';
import { eventually, json } from './world.ts';

interface Call {
  name: string;
  message: unknown;
  metadata: Record<string, unknown>;
  atOnce: number;
}

const queues = [
  { name: 'letters', lockDuration: 'PT1S', maxDeliveryCount: 3 },
  { name: 'bytes' },
  { name: 'copies' },
];

let broker: Broker;
let client: ServiceBusClient;
let host: HostProcess;

const settings = () => ({
  AzureWebJobsStorage: 'none',
  ReadQueue: 'letters',
  AzureWebJobsBus: broker.connectionString,
});

async function open(more: Record<string, string> = {}) {
  broker = await startBroker({ queues });
  client = new ServiceBusClient(broker.connectionString, {
    retryOptions: { retryDelayInMs: 100, timeoutInMs: 3000 },
  });
  host = await startHostProcess({ app: fixture('postal'), settings: { ...settings(), ...more } });
}

async function close() {
  await host[Symbol.asyncDispose]();
  await client.close();
  await broker.stop();
}

const send = async (body: unknown, more: object = {}, queue = 'letters') =>
  client.createSender(queue).sendMessages({ body, ...more });
const calls = async (count: number) =>
  eventually(
    () => json<Call[]>(`${host.url}/api/calls`),
    (all) => all.length >= count,
  );
const handled = () =>
  eventually(broker.counts, ({ letters }) => letters?.active === 0 && letters.locked === 0);

describe('a Service Bus queue function', () => {
  beforeAll(() => open());
  afterAll(close);
  beforeEach(() => fetch(`${host.url}/api/forget`));

  it('gets JSON parsed and anything else as text, and completes what it handled', async () => {
    for (const body of [{ id: 'v1' }, 'words', 123, null, Buffer.from('{"broken"')]) {
      await send(body);
      await handled();
    }
    const all = await calls(5);
    expect(all.map(({ message }) => message)).toEqual([{ id: 'v1' }, 'words', 123, null, '{"broken"']);
    await handled();
  });

  it('is told about the message under the names, and with the gotchas, of Azure', async () => {
    await send(
      {
        sequence: 7,
        Subject: 'from the body',
        flag: true,
        at: '2026-01-02T03:04:05Z',
        nested: { Key: 1 },
        list: [1],
        none: null,
      },
      {
        messageId: '12345678901234567890',
        correlationId: 'c-1',
        subject: 'from the sender',
        contentType: 'application/json',
        applicationProperties: { TenantId: 't', 'Diagnostic-Id': 'd' },
      },
    );
    const [call] = await calls(1);
    expect(call?.metadata).toMatchObject({
      deliveryCount: 1,
      messageId: 12345678901234567000,
      correlationId: 'c-1',
      subject: 'from the body',
      label: 'from the sender',
      contentType: 'application/json',
      applicationProperties: { tenantId: 't', 'diagnostic-Id': 'd' },
      userProperties: { tenantId: 't', 'diagnostic-Id': 'd' },
      sequence: 7,
      flag: 'True',
      at: '01/02/2026 03:04:05',
      nested: { key: 1 },
      lockToken: expect.stringMatching(/^[\da-f-]{36}$/),
      sequenceNumber: expect.any(Number),
      enqueuedTimeUtc: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}(\.\d+)?$/),
      enqueuedTime: expect.stringMatching(/\+00:00$/),
      expiresAtUtc: expect.any(String),
    });
    expect(Object.keys(call?.metadata ?? {})).not.toEqual(expect.arrayContaining(['list']));
    expect(call?.metadata).not.toHaveProperty('none');
    expect(call?.metadata).not.toHaveProperty('sessionId');
  });

  it('sees bytes when it asks for binary', async () => {
    await send(Buffer.from('{"a":1}'), {}, 'bytes');
    const [call] = await calls(1);
    expect(call).toMatchObject({ name: 'readBytes', message: { isBuffer: true, text: '{"a":1}' } });
    expect(call?.metadata).not.toHaveProperty('a');
  });

  it('gets a message it failed again at once, until the queue has had enough', async () => {
    await send({ fail: true }, { messageId: 'bad-1' });
    const all = await calls(3);
    expect(all.map(({ metadata }) => metadata['deliveryCount'])).toEqual([1, 2, 3]);
    await eventually(broker.counts, ({ letters }) => letters?.deadLetter === 1);
    expect(host.log()).toMatch(
      /error \[read\] Executed \(Failed, .*a message that cannot be handled[\s\S]*queues\.ts/,
    );
  });

  it('keeps its lock for as long as it works', async () => {
    await send({ wait: 1500 });
    await calls(1);
    await eventually(broker.counts, ({ letters }) => letters?.active === 0 && letters.locked === 0);
    expect(await calls(1)).toHaveLength(1);
  });

  it('handles as many messages at a time as host.json says', async () => {
    await client
      .createSender('letters')
      .sendMessages(Array.from({ length: 9 }, (_, n) => ({ body: { n, wait: 100 } })));
    const all = await calls(9);
    expect(Math.max(...all.map(({ atOnce }) => atOnce))).toBe(3);
  });

  it('sends its outputs when the handler is done, a list as one message for each element', async () => {
    const response = await fetch(`${host.url}/api/send`, {
      method: 'POST',
      body: JSON.stringify([{ a: 1 }, 'two']),
    });
    expect(response.status).toBe(202);
    const received = await client.createReceiver('copies').receiveMessages(2, { maxWaitTimeInMs: 2000 });
    expect(received.map(({ body }) => (Buffer.isBuffer(body) ? body.toString() : (body as unknown)))).toEqual(
      [{ a: 1 }, 'two'],
    );
  });
});

describe('a host with Service Bus queue functions', () => {
  afterEach(close);

  it('goes on when the broker has been away', async () => {
    await open();
    const { port } = broker;
    await send('before');
    await calls(1);
    await broker.stop();
    await pause(300);
    broker = await startBroker({ queues, port });
    await send('after').catch(() => send('after'));
    expect((await calls(2)).map(({ message }) => message)).toEqual(['before', 'after']);
    expect(host.log()).not.toContain('critical');
  });

  it('finishes what it is doing when asked to stop, and leaves the rest in the queue', async () => {
    await open();
    await send({ wait: 600 });
    await calls(1);
    const code = host.kill('SIGTERM');
    await pause(200);
    await send('later');
    expect(await code).toBe(0);
    expect(broker.counts()['letters']).toMatchObject({ active: 1, locked: 0 });
  });

  it('fails when its outputs cannot be sent', async () => {
    await open();
    await broker.stop();
    const response = await fetch(`${host.url}/api/send`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(500);
    broker = await startBroker({ queues });
  });

  it('leaves the queue alone while it is disabled', async () => {
    await open({ 'AzureWebJobs.read.Disabled': '1' });
    await send('unread');
    await send('read', {}, 'bytes');
    expect((await calls(1)).map(({ name }) => name)).toEqual(['readBytes']);
    expect(broker.counts()['letters']?.active).toBe(1);
  });

  it('stops the start when its queue does not exist', async () => {
    await open();
    const vain = await startsInVain({
      app: fixture('postal'),
      settings: { ...settings(), ReadQueue: 'nowhere' },
    });
    expect(vain).toMatchObject({
      code: 1,
      said: expect.stringContaining("Function 'read': its queue cannot be listened to"),
    });
  });
});
