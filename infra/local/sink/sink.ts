import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';

/** One webhook that arrived. */
export interface Received {
  /** ISO text, in the machine's own time. */
  readonly at: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** What was sent: the value if it was JSON, the text otherwise. */
  readonly body: unknown;
  /** What the sender was told; 2xx means that it counts as delivered. */
  readonly status: number;
}

export interface Sink {
  readonly url: string;
  readonly received: () => Received[];
  readonly stop: () => Promise<void>;
}

/** An order to answer otherwise: `status` for the next `times` webhooks, to one path or to any. */
interface Answer {
  readonly status: number;
  times: number;
  readonly path?: string;
  readonly retryAfter?: number;
  /** Take the webhook and close the connection without a word, as a receiver does that dies. */
  readonly hangUp?: boolean;
  /** Take the webhook and say nothing for so many milliseconds, as a receiver does that hangs. */
  readonly silentMs?: number;
  /** Send the sender elsewhere: with a `status` of 300 to 399. */
  readonly location?: string;
}

// What a Teams workflow (Power Automate) takes: 28 KB, beyond it answers 413.
const largest = 28 * 1024;

/**
 * Starts a receiver of webhooks. It answers 202 with nothing, as Power Automate does. `GET /received` lists what
 * came, `DELETE /received` forgets it, `POST /local/answers` tells it to refuse for a while.
 */
export async function startSink({ port = 0 }: { port?: number } = {}): Promise<Sink> {
  const received: Received[] = [];
  const answers: Answer[] = [];

  const take = async (request: IncomingMessage, response: ServerResponse, path: string) => {
    const bytes = await buffer(request);
    const order = answers.find((answer) => answer.times > 0 && [undefined, path].includes(answer.path));
    if (order) order.times -= 1;
    const status = order?.status ?? (bytes.length > largest ? 413 : 202);
    const at = new Date().toISOString();
    received.push({ at, path, headers: request.headers, body: valueOf(bytes.toString()), status });
    if (order?.hangUp) return void response.destroy();
    if (order) await obey(order, response);
    response.writeHead(status).end();
  };

  const control = async (request: IncomingMessage, response: ServerResponse) => {
    const order = answerFrom(valueOf((await buffer(request)).toString()));
    if (typeof order === 'string') return send(response, 400, { error: order });
    answers.push(order);
    send(response, 201, order);
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? '/', 'http://sink');
    switch (`${request.method} ${pathname}`) {
      case 'GET /received':
        return send(response, 200, received);
      case 'DELETE /received':
        received.length = 0;
        return send(response, 200, received);
      case 'GET /local/answers':
        return send(response, 200, answers);
      case 'POST /local/answers':
        return await control(request, response);
      default:
        if (request.method === 'POST') return await take(request, response, pathname);
        return send(response, 404, { error: 'POST a webhook to any path, or GET /received' });
    }
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy()); // the sender went away half-way
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: () => [...received],
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function obey({ silentMs, location, retryAfter }: Answer, response: ServerResponse): Promise<void> {
  if (silentMs !== undefined) await setTimeout(silentMs);
  if (location !== undefined) response.setHeader('location', location);
  if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
}

function answerFrom(value: unknown): Answer | string {
  const order = (value ?? {}) as Partial<Answer>;
  const { status = 202, times = 1 } = order;
  if (!Number.isInteger(status) || status < 200 || status > 599) return 'status must be 200 to 599';
  if (!Number.isInteger(times) || times < 1) return 'times must be a whole number from 1';
  return { ...order, status, times };
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body, undefined, 2));
}
