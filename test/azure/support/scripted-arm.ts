import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { azureIn } from '../../support/azure.ts';
import type { Sent } from './cloud.ts';

/** What an address shows: a body, or a status besides. */
export type Shown = Record<string, unknown>;

/**
 * The real SDK clients before a server that shows what it is told to, for what the simulator has no machines like. A
 * body that is put or patched is accepted, and remembered.
 */
export async function scriptedArm(shows: Readonly<Record<string, Shown>>) {
  const sent: Sent[] = [];
  const server = createServer((asked, answer) => {
    const chunks: Buffer[] = [];
    asked.on('data', (chunk: Buffer) => chunks.push(chunk));
    asked.on('end', () => {
      const { method = '', url = '' } = asked;
      const text = Buffer.concat(chunks).toString();
      sent.push({
        method,
        url: `https://management.azure.com${url}`,
        body: text === '' ? undefined : JSON.parse(text),
      });
      const [path = ''] = url.split('?');
      const found = Object.entries(shows).find(([end]) =>
        path.toLowerCase().endsWith(end.toLowerCase()),
      )?.[1];
      const [status, body] =
        method === 'GET'
          ? found
            ? [200, found]
            : [404, { error: { code: 'ResourceNotFound', message: 'There is none.' } }]
          : [method === 'DELETE' ? 204 : 200, { ...found, ...(text === '' ? {} : JSON.parse(text)) }];
      answer.writeHead(status, { 'content-type': 'application/json' });
      answer.end(status === 204 ? '' : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const azure = azureIn({ ArmEndpoint: `http://127.0.0.1:${port}` });
  return {
    azure,
    sent,
    /** What was put or patched last. */
    written: () => sent.findLast(({ method }) => method === 'PUT' || method === 'PATCH')?.body as Written,
    close: async () => {
      await azure.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Deep enough for what tests look at. */
export interface Written {
  readonly [name: string]: Written;
}
