import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** One request that went by, and its answer. */
export interface Passed {
  /** Virtual time at which it came. */
  readonly at: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly sent: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Tap {
  readonly url: string;
  readonly passed: readonly Passed[];
  /** Where to pass requests on to, and by which clock they are noted. */
  readonly connect: (target: string, now: () => number) => void;
  readonly stop: () => Promise<void>;
}

/** Stands in the line between the app and a server, passes everything on and keeps a note of it. */
export async function openTap(): Promise<Tap> {
  const passed: Passed[] = [];
  let target = '';
  let now = Date.now;
  const pass = async (asked: IncomingMessage, answer: ServerResponse) => {
    const at = now();
    const { method = '', url = '/', headers } = asked;
    const bytes = await buffer(asked);
    const onwards = request(`${target}${url}`, { method, headers });
    onwards.end(bytes);
    const [reply] = (await once(onwards, 'response')) as [IncomingMessage];
    const body = await buffer(reply);
    const { statusCode: status = 0 } = reply;
    const path = url.split('?')[0] ?? url;
    const texts = { sent: bytes.toString(), body: body.toString() };
    passed.push({ at, method, path, status, headers: reply.headers, ...texts });
    answer.writeHead(status, reply.headers).end(body);
  };
  const server = createServer((asked, answer) => {
    pass(asked, answer).catch(() => answer.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    connect(to, clock) {
      [target, now] = [to, clock];
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
