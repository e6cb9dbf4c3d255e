import { ServiceBusClient } from '@azure/service-bus';
import { expect, it, onTestFinished } from 'vitest';
import { brokerProcess } from './broker-process.ts';
import { retryOptions } from './world.ts';

it('runs as a process of its own, shows its counts over HTTP and ends when told to', async () => {
  const broker = brokerProcess([{ name: 'advance' }]);
  const { connectionString, http } = await broker.start();
  expect(connectionString).toMatch(
    /^Endpoint=sb:\/\/127\.0\.0\.1:\d+;SharedAccessKeyName=local;SharedAccessKey=k;UseDevelopmentEmulator=true$/,
  );
  const client = new ServiceBusClient(connectionString, { retryOptions });
  onTestFinished(() => client.close());
  await client.createSender('advance').sendMessages({ body: 1 });
  const counts = await fetch(`http://127.0.0.1:${http}/counts`);
  expect(await counts.json()).toEqual({ advance: { active: 1, scheduled: 0, deadLetter: 0, locked: 0 } });
  expect((await fetch(`http://127.0.0.1:${http}/other`)).status).toBe(404);
  expect(await broker.end('SIGTERM')).toBe(0);
});

it('a second broker on the same file is refused', async () => {
  const broker = brokerProcess([{ name: 'advance' }]);
  await broker.start();
  const second = brokerProcess([{ name: 'advance' }]);
  second.files.messages = broker.files.messages;
  await expect(second.start()).rejects.toThrow('database is locked');
});
