import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { startBroker } from './broker.ts';
import type { Broker } from './broker.ts';
import type { QueueDeclaration } from './queue/rules.ts';

// The broker as a process of its own: one line of JSON says where it listens, SIGTERM or SIGINT ends it.

const { values: given } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'http-port': { type: 'string', default: '0' },
    queues: { type: 'string' },
    file: { type: 'string' },
    key: { type: 'string' },
  },
});
if (given.queues === undefined)
  throw new Error('--queues <file> is needed: the queues there are, as infra/queues.json');

const broker = await startBroker({
  port: Number(given.port),
  queues: JSON.parse(readFileSync(given.queues, 'utf8')) as QueueDeclaration[],
  file: given.file,
  key: given.key,
});
const http = await showCounts(broker, Number(given['http-port']));
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    http.close();
    http.closeAllConnections();
    void broker.stop().then(() => process.exit(0));
  });
}
const { port, connectionString } = broker;
process.stdout.write(
  `${JSON.stringify({ port, connectionString, http: (http.address() as AddressInfo).port })}\n`,
);

/** GET /counts: how deep the queues are, for other processes. */
async function showCounts({ counts }: Broker, httpPort: number) {
  const server = createServer(({ method, url }, response) => {
    const isCounts = method === 'GET' && url === '/counts';
    response.writeHead(isCounts ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isCounts ? counts() : { error: 'only GET /counts is here' }));
  });
  server.listen(httpPort, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
