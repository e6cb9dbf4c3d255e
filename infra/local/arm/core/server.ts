import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ArmError, type Answer } from './arm-error.ts';
import type { Fault } from './faults.ts';
import { FrontDoor } from './front-door.ts';
import type { LocalRoute, Provider } from './provider.ts';
import { RouteTable } from './routes.ts';
import { SideDoor } from './side-door.ts';
import type { World } from './world.ts';

/** An ARM that listens on 127.0.0.1. */
export interface ArmServer {
  readonly url: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** Serves the providers' routes as ARM would, and the local endpoints beside them. */
export async function serve(world: World, providers: readonly Provider[], port = 0): Promise<ArmServer> {
  const door = new FrontDoor(
    world,
    providers.flatMap(({ routes }) => routes),
  );
  const side = new SideDoor(
    world,
    providers.flatMap((provider) => provider.data ?? []),
  );
  const local = new RouteTable<LocalRoute>();
  local.add(...providers.flatMap((provider) => provider.local ?? []));

  const server = createServer((request, response) => {
    answerTo(request, response).catch((error: unknown) => {
      console.error('ARM simulator: defect while answering', request.method, request.url, error);
      if (!response.headersSent)
        send(response, new ArmError(500, 'SimulatorDefect', String(error)).toAnswer());
    });
  });

  // Never hang up on an idle client: a request sent at that moment would be lost without any rule saying so.
  server.keepAliveTimeout = 0;

  async function answerTo(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const text = await textOf(request);
    world.timeline.settle();
    if (url.pathname.startsWith('/local/'))
      return send(response, await askLocally(request.method ?? '', url, text));
    const { method = '', headers } = request;
    const startedAt = performance.now();
    const at = world.timeline.iso();
    const asked = { method, headers, url, text };
    const passed = (await side.pass(asked)) ?? (await door.pass(asked));
    const { answer, fault, type, body } = passed;
    const lost = fault?.fault === 'lost-request' || fault?.fault === 'lost-reply';
    world.log.add({
      at,
      method,
      path: url.pathname,
      query: url.search,
      body,
      type,
      status: lost ? 0 : answer.status,
      ms: Math.round(performance.now() - startedAt),
      fault: fault?.fault,
      code: errorCode(answer),
    });
    if (lost) request.socket.destroy();
    else send(response, answer, fault);
  }

  async function askLocally(method: string, url: URL, text: string): Promise<Answer> {
    const found = local.matching(url.pathname).find(({ route }) => route.method === method);
    if (!found)
      return {
        status: 404,
        body: { error: { code: 'NotFound', message: `No ${method} ${url.pathname} here.` } },
      };
    try {
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      return await found.route.handle({ params: found.params, query: url.searchParams, body });
    } catch (error) {
      if (error instanceof ArmError) return error.toAnswer();
      if (error instanceof SyntaxError) return new ArmError(400, 'InvalidRequest', error.message).toAnswer();
      throw error;
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    stop: () =>
      new Promise((resolve) => {
        world.timeline.stop();
        server.close(() => resolve());
        server.closeAllConnections(); // Node's clients keep their sockets open
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, answer: Answer, fault?: Fault): void {
  const requestId = randomUUID();
  const headers: Record<string, string> = {
    'x-ms-request-id': requestId,
    'x-ms-correlation-request-id': requestId,
    ...answer.headers,
  };
  if (fault?.fault === '502-html') {
    response.writeHead(502, { ...headers, 'content-type': 'text/html' });
    response.end(
      '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
    );
    return;
  }
  if (answer.body === undefined) {
    // An answer to HEAD tells the length of what it does not send.
    response.writeHead(answer.status, { 'content-length': '0', ...headers }).end();
    return;
  }
  if (typeof answer.body === 'string' && 'content-type' in headers) {
    response.writeHead(answer.status, headers).end(answer.body);
    return;
  }
  response.writeHead(answer.status, { ...headers, 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(answer.body));
}

function errorCode({ body }: Answer): string | undefined {
  const error = (body as { error?: { code?: unknown } } | undefined)?.error;
  return typeof error?.code === 'string' ? error.code : undefined;
}
