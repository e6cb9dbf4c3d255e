// A small app for the tests of the local cloud: it uses every address that it is handed.
import { app } from '@azure/functions';
import { TableClient } from '@azure/data-tables';
import { ServiceBusClient } from '@azure/service-bus';

const { Tables = '', ServiceBus = '', ArmEndpoint = '', TeamsWebhook = '' } = process.env;
const notes = TableClient.fromConnectionString(Tables, 'notes', { allowInsecureConnection: true });

app.http('settings', {
  methods: ['GET'],
  authLevel: 'function',
  handler: async () => {
    const clock = await fetch(`${ArmEndpoint}/local/clock`);
    const names = [
      'LocalClock',
      'PublicUrl',
      'TeamsWebhook',
      'FUNCTIONS_WORKER_RUNTIME',
      'AZURE_FUNCTIONS_ENVIRONMENT',
      'Extra',
    ];
    const settings = Object.fromEntries(names.map((name) => [name, process.env[name]]));
    return { jsonBody: { ...settings, pid: process.pid, clock: await clock.json() } };
  },
});

app.http('take-note', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'notes/{id}',
  handler: async ({ params }) => {
    const bus = new ServiceBusClient(ServiceBus);
    await bus.createSender('advance-image').sendMessages({ body: { id: params['id'] } });
    await bus.close();
    return { status: 202 };
  },
});

app.http('read-note', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'notes/{id}',
  handler: async ({ params }) => {
    const note = await notes.getEntity('notes', params['id'] ?? '').catch(() => undefined);
    return note ? { jsonBody: { id: note.rowKey } } : { status: 404 };
  },
});

app.serviceBusQueue('write-note', {
  connection: 'ServiceBus',
  queueName: 'advance-image',
  handler: async (message) => {
    const { id } = message as { id: string };
    await notes.createTable();
    await notes.upsertEntity({ partitionKey: 'notes', rowKey: id });
    await fetch(TeamsWebhook, { method: 'POST', body: JSON.stringify({ id }) });
  },
});

app.http('crash', {
  methods: ['POST'],
  authLevel: 'function',
  handler: () => {
    console.error('these are my last words');
    process.exit(3);
  },
});
