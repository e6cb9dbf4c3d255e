// The least that a request can cost on this stack: one entity written, one message sent. Runs in the same host as
// Goldsmith's own functions, so that the two differ in nothing else.
import { randomUUID } from 'node:crypto';
import { TableClient } from '@azure/data-tables';
import { app } from '@azure/functions';
import { ServiceBusClient } from '@azure/service-bus';

const { Tables = '', ServiceBus = '' } = process.env;
const table = TableClient.fromConnectionString(Tables, 'bare', { allowInsecureConnection: true });
const sender = new ServiceBusClient(ServiceBus).createSender('advance-image');
let made: Promise<void> | undefined;

app.http('bare', {
  methods: ['POST'],
  route: 'bare',
  authLevel: 'function',
  handler: async (request) => {
    await (made ??= table.createTable());
    const id = randomUUID();
    await table.createEntity({
      partitionKey: id,
      rowKey: 'state',
      json: JSON.stringify(await request.json()),
    });
    await sender.sendMessages({ body: { id } });
    return { status: 202, jsonBody: { id } };
  },
});
