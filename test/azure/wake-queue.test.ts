import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Broker, startBroker } from '../../infra/local/service-bus/broker.ts';
import type { Azure } from '../../shared/azure/clients.ts';
import { wakeQueue } from '../../shared/azure/wake-queue.ts';
import { toInstant } from '../../shared/instant.ts';
import { clockOf } from '../../shared/settings.ts';
import { azureIn } from '../support/azure.ts';

describe('the wake-up queue', () => {
  let broker: Broker;
  let azure: Azure;
  beforeEach(async () => {
    broker = await startBroker({ queues: [{ name: 'advance-image', requiresDuplicateDetection: true }] });
    azure = azureIn({ ServiceBus: broker.connectionString });
  });
  afterEach(async () => {
    await azure.close();
    await broker.stop();
  });
  const clock = clockOf({ local: undefined });
  const received = async (count: number) => {
    const receiver = azure.serviceBus.createReceiver('advance-image', { receiveMode: 'receiveAndDelete' });
    const found = await receiver.receiveMessages(count, { maxWaitTimeInMs: 1500 });
    await receiver.close();
    return found.map(({ body }) => body as unknown);
  };
  const inMs = (ms: number) => toInstant(Date.parse(clock.now()) + ms);

  it('brings the id, and nothing else, at once when the time has come', async () => {
    const wake = wakeQueue(azure.serviceBus, 'advance-image', clock);
    await wake('win11.1.0.0', inMs(-60_000));
    expect(await received(1)).toEqual([{ id: 'win11.1.0.0' }]);
  });

  it('brings it at its time, and not before', async () => {
    const wake = wakeQueue(azure.serviceBus, 'advance-image', clock);
    const at = Date.now() + 600;
    await wake('win11.1.0.0', inMs(600));
    expect(await received(1)).toEqual([{ id: 'win11.1.0.0' }]);
    expect(Date.now()).toBeGreaterThanOrEqual(at - 20);
  });

  it('reckons in real time, however fast the clock of the app runs', async () => {
    const fast = clockOf({
      local: { armEndpoint: '', clock: { realMs: Date.now(), virtualMs: 0, speed: 3600 } },
    });
    const wake = wakeQueue(azure.serviceBus, 'advance-image', fast);
    const before = Date.now();
    await wake('win11.1.0.0', toInstant(Date.parse(fast.now()) + 30 * 60_000));
    expect(await received(1)).toHaveLength(1);
    expect(Date.now() - before).toBeGreaterThan(400);
    expect(Date.now() - before).toBeLessThan(5000);
  });

  it('sends many at once in one transfer, and drops none as a duplicate', async () => {
    const wake = wakeQueue(azure.serviceBus, 'advance-image', clock);
    const ids = Array.from({ length: 150 }, (_, index) => `win11.1.0.${index % 3}`);
    await Promise.all(ids.map(async (id) => await wake(id, clock.now())));
    expect(broker.counts()['advance-image']).toMatchObject({ active: 150 });
  });

  it('does not fail its caller when the broker is gone, and says what it lost', async () => {
    await broker.stop();
    const lines: string[] = [];
    const { warn } = console;
    console.warn = (line: string) => lines.push(line);
    onTestFinished(() => {
      console.warn = warn;
    });
    const wake = wakeQueue(azure.serviceBus, 'advance-image', clock);
    await wake('win11.1.0.0', clock.now());
    await sleep(0);
    expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({ level: 'warn', ids: ['win11.1.0.0'] });
    broker = await startBroker({ queues: [{ name: 'advance-image' }] });
  });
});
