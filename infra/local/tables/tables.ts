import type { AddressInfo } from 'node:net';
import type { RequestListener } from 'node:http';
import { type MetadataStore, tableServer } from './azurite.ts';
import { openJournal } from './journal.ts';
import { keepLimits } from './limits.ts';
import { findByKeys } from './lookup.ts';
import { writeThrough } from './write-through.ts';

// Azurite's one account and its published key: they guard nothing.
const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** What has been asked of the tables since the start or the last reset; a transaction is one request. */
interface TableRequests {
  count: number;
  /** Entities sent back, by queries and by reads of one row. */
  entitiesReturned: number;
  reset(): void;
}

export interface Tables {
  readonly url: string;
  readonly connectionString: string;
  readonly requests: TableRequests;
  readonly stop: () => Promise<void>;
}

/**
 * Starts Table Storage on this machine: Azurite in this process, with its limits put right. With a file, no
 * acknowledged write is lost when the process is killed, and the next start goes on from there.
 * `GET /local/requests` tells the counts, `DELETE /local/requests` sets them to zero.
 */
export async function startTables({
  port = 0,
  host = '127.0.0.1',
  file,
}: { port?: number; host?: string; file?: string } = {}): Promise<Tables> {
  const server = tableServer(host, port);
  const { metadataStore: store, httpServer: http } = server;
  if (file !== undefined) writeThrough(store, openJournal(file));
  keepLimits(store);
  findByKeys(store);
  const requests = countReads(store);

  const azurite = http.listeners('request') as RequestListener[];
  http.removeAllListeners('request');
  http.on('request', (request, response) => {
    if (request.url === '/local/requests') {
      if (request.method === 'DELETE') requests.reset();
      response.setHeader('content-type', 'application/json').end(JSON.stringify(requests));
      return;
    }
    requests.count += 1;
    // Azurite joins the packets of a body as text, each for itself, and so breaks a sign that lies in two; of a
    // transaction it joins the bytes.
    if (!request.url?.includes('/$batch')) request.setEncoding('utf8');
    for (const listener of azurite) listener(request, response);
  });
  await server.start();

  const url = `http://${host}:${(http.address() as AddressInfo).port}/${account}`;
  return {
    url,
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};TableEndpoint=${url};`,
    requests,
    async stop() {
      const closed = new Promise((resolve) => http.once('close', resolve));
      await server.close();
      http.closeAllConnections();
      await closed;
    },
  };
}

function countReads(store: MetadataStore): TableRequests {
  const requests = {
    count: 0,
    entitiesReturned: 0,
    reset: () => void Object.assign(requests, { count: 0, entitiesReturned: 0 }),
  };
  const query = store.queryTableEntities.bind(store);
  store.queryTableEntities = async (...asked) => {
    const answer = await query(...asked);
    requests.entitiesReturned += answer[0].length;
    return answer;
  };
  const read = store.queryTableEntitiesWithPartitionAndRowKey.bind(store);
  store.queryTableEntitiesWithPartitionAndRowKey = async (...asked) => {
    const entity = await read(...asked);
    // Azurite also looks here before an upsert; only a GET sends back what it found.
    if (entity && asked[0].request?.getMethod() === 'GET') requests.entitiesReturned += 1;
    return entity;
  };
  return requests;
}
