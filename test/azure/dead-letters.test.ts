import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Broker, startBroker } from '../../infra/local/service-bus/broker.ts';
import type { Azure } from '../../shared/azure/clients.ts';
import { deadLetters } from '../../shared/azure/dead-letters.ts';
import { azureIn } from '../support/azure.ts';

const queue = 'advance-image';

describe('dead letters', () => {
  let broker: Broker;
  let azure: Azure;
  beforeEach(async () => {
    broker = await startBroker({ queues: [{ name: queue, maxDeliveryCount: 2 }] });
    azure = azureIn({ ServiceBus: broker.connectionString });
  });
  afterEach(async () => {
    await azure.close();
    await broker.stop();
  });

  /** Sends them and lets each fail as often as the queue bears it, as the host does with a look that throws. */
  const bury = async (bodies: readonly unknown[]) => {
    const sender = azure.serviceBus.createSender(queue);
    await sender.sendMessages(bodies.map((body) => ({ body })));
    await sender.close();
    const receiver = azure.serviceBus.createReceiver(queue);
    for (let failures = 0; failures < 2 * bodies.length; failures += 1) {
      const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 2000 });
      if (message) await receiver.abandonMessage(message);
    }
    await receiver.close();
  };
  const received = async () => {
    const receiver = azure.serviceBus.createReceiver(queue, { receiveMode: 'receiveAndDelete' });
    const found = await receiver.receiveMessages(3, { maxWaitTimeInMs: 1000 });
    await receiver.close();
    return found.map(({ body }) => body as unknown);
  };

  it('are listed with what they were about and why, as often as anybody asks', async () => {
    await bury([{ id: 'win11.1.0.0' }, 'no id']);
    const letters = deadLetters(azure.serviceBus);
    const first = await letters.list(queue, 10);
    expect(first).toMatchObject([
      {
        id: 'win11.1.0.0',
        reason: 'MaxDeliveryCountExceeded',
        sequenceNumber: expect.stringMatching(/^\d+$/),
      },
      { id: undefined, reason: 'MaxDeliveryCountExceeded' },
    ]);
    expect(await letters.list(queue, 10)).toEqual(first);
    expect(await letters.list(queue, 1)).toEqual(first.slice(0, 1));
    expect(broker.counts()[queue]).toMatchObject({ active: 0, deadLetter: 2 });
  });

  it('are put back once each, however many were about the same, and are gone then', async () => {
    await bury([{ id: 'a' }, { id: 'a' }, { id: 'b' }, 'no id']);
    const letters = deadLetters(azure.serviceBus);
    expect(await letters.putBack(queue, 100)).toEqual({ taken: 4, ids: ['a', 'b'], hasMore: false });
    expect(broker.counts()[queue]).toMatchObject({ active: 3, deadLetter: 0 });
    expect(await received()).toEqual([{ id: 'a' }, { id: 'b' }, 'no id']);
    expect(await letters.putBack(queue, 100)).toEqual({ taken: 0, ids: [], hasMore: false });
  });

  it('are put back so many at a time, the oldest first', async () => {
    await bury([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
    const letters = deadLetters(azure.serviceBus);
    expect(await letters.putBack(queue, 2)).toEqual({ taken: 2, ids: ['a', 'b'], hasMore: true });
    expect(await letters.list(queue, 10)).toMatchObject([{ id: 'c' }]);
  });

  it('of a queue that is not there are refused, and of no use to try again', async () => {
    await expect(deadLetters(azure.serviceBus).list('nowhere', 1)).rejects.toMatchObject({
      code: 'AzureRefused',
      target: 'nowhere',
    });
  });

  it('of a broker that is gone are for later', async () => {
    await broker.stop();
    await expect(deadLetters(azure.serviceBus).list(queue, 1)).rejects.toMatchObject({
      code: 'AzureUnavailable',
    });
    broker = await startBroker({ queues: [{ name: queue }] });
  });
});
