import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FunctionDefinition } from './function-definition.ts';
import type { HttpTrigger } from './binding-definition.ts';
import type { HostJson } from './host-json.ts';
import { requestData, writeResponse } from './http-message.ts';
import type { Invoker } from './invocation.ts';
import { type Keys, keyOf } from './keys.ts';
import { described, type Log } from './log.ts';
import type { SignIn } from './sign-in.ts';

export interface HttpServerParts {
  /** In the order in which their routes are tried. */
  readonly functions: readonly FunctionDefinition[];
  readonly http: HostJson['http'];
  readonly keys: Keys;
  readonly invoker: Invoker;
  readonly signIn: SignIn;
  readonly admin: (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;
  /** Answer 204 at `/`, as with AzureWebJobsDisableHomepage. */
  readonly homepageDisabled: boolean;
  readonly log: Log;
}

/** Azure's limit on the body of a request: 100 MB. */
export const largestBody = 100 * 1024 * 1024;

/** Serves the HTTP functions, the home page and `/admin` on 127.0.0.1. */
export async function serveHttp(
  parts: HttpServerParts,
  port: number,
): Promise<{ url: string; server: Server }> {
  const routes = parts.functions.filter(isHttp);
  const server = createServer((request, response) => {
    answer(serving, request, response).catch((error: unknown) => {
      // Nothing of an error leaves the process; the log has it.
      // Not the query: a key may be in it.
      parts.log('error', 'host', `${request.method} ${request.url?.split('?')[0]}: ${described(error)}`);
      if (!response.headersSent) for (const name of response.getHeaderNames()) response.removeHeader(name);
      if (response.headersSent) response.destroy();
      else end(response, 500);
    });
  });
  const serving = { ...parts, routes, outstanding: { count: 0 }, isListening: () => server.listening };
  server.keepAliveTimeout = 60_000; // longer than a client keeps its own, so that it never writes into a closing one
  server.listen(port, '127.0.0.1');
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('listening', resolve).once('error', reject);
  await promise;
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

type HttpFunction = FunctionDefinition & { readonly trigger: HttpTrigger };
interface Serving extends HttpServerParts {
  readonly routes: readonly HttpFunction[];
  readonly outstanding: { count: number };
  readonly isListening: () => boolean;
}

function isHttp(definition: FunctionDefinition): definition is HttpFunction {
  return definition.trigger.type === 'httpTrigger';
}

async function answer(parts: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = urlOf(request);
  if (!url) return end(response, 400);
  if (url.pathname === '/') return home(response, parts.homepageDisabled);
  if (/^\/admin(\/|$)/i.test(url.pathname)) return parts.admin(request, response, url);
  if (!(await parts.signIn(request))) {
    response.setHeader('www-authenticate', 'Bearer');
    return end(response, 401);
  }
  for (const definition of parts.routes) {
    // The method belongs to the route: a wrong one is looked for further on, and ends in 404, not 405.
    const { methods, match } = definition.trigger;
    const params =
      methods.length === 0 || methods.includes(request.method ?? '') ? match(url.pathname) : undefined;
    if (params) return call(parts, { definition, request, response, url, params });
  }
  end(response, 404);
}

interface Call {
  readonly definition: HttpFunction;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly params: Record<string, string>;
}

async function call(parts: Serving, given: Call): Promise<void> {
  const { definition, request, response, url, params } = given;
  const refused = refusal(parts, given);
  if (refused === 413) response.setHeader('connection', 'close'); // rather than read what nobody wants
  if (refused !== undefined) return end(response, refused);
  parts.outstanding.count += 1;
  try {
    const body = await bodyOf(request, (message) => parts.log('warning', definition.name, message));
    const data = requestData(request, { url, params, body });
    const [traceParent] = request.headersDistinct['traceparent'] ?? [];
    const input = { data, traceParent, reason: `${request.method} ${url.pathname}` };
    const result = await parts.invoker.invoke(definition, input).catch(() => undefined);
    if (!parts.isListening()) response.setHeader('connection', 'close'); // the host is about to go
    for (const [name, value] of Object.entries(parts.http.customHeaders)) response.setHeader(name, value);
    if (!result) return end(response, 500); // the invoker has logged why
    if (result.returnValue?.http?.enableContentNegotiation) {
      parts.log('warning', definition.name, 'enableContentNegotiation has no effect here.');
    }
    writeResponse(response, result.returnValue);
  } finally {
    parts.outstanding.count -= 1;
  }
}

/** The status that a request gets without the function being asked, if it is to be refused. */
function refusal(
  { keys, http, outstanding }: Serving,
  { definition, request, url }: Call,
): number | undefined {
  const key = keyOf(request.headers, url.searchParams);
  if (!keys.allows(definition.trigger.authLevel, definition.name, key)) return 401;
  // A disabled function still runs for whoever has the master key.
  if (definition.disabled && !keys.isMaster(key)) return 404;
  if (outstanding.count >= (http.maxOutstandingRequests ?? Infinity)) return 429;
  return Number(request.headers['content-length'] ?? 0) > largestBody ? 413 : undefined;
}

function urlOf(request: IncomingMessage): URL | undefined {
  if (!request.url?.startsWith('/') || !request.headers.host) return undefined;
  return URL.parse(`http://${request.headers.host}${request.url}`) ?? undefined;
}

// Azure's host hands over only bodies of announced length: a chunked one reaches the function empty.
async function bodyOf(
  request: IncomingMessage,
  warn: (message: string) => void,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (request.headers['content-length'] !== undefined)
    return chunks.length > 0 ? Buffer.concat(chunks) : undefined;
  if (chunks.length > 0) {
    warn(
      'The request had a body without Content-Length (chunked); as in Azure, the function sees none of it.',
    );
  }
  return undefined;
}

function home(response: ServerResponse, disabled: boolean): void {
  if (disabled) return end(response, 204);
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end(
    '<!DOCTYPE html><html lang="en"><title>Functions host</title><h1>Your Functions app is up and running</h1></html>\n',
  );
}

/** Answers with a status and nothing else. */
export function end(response: ServerResponse, status: number): void {
  response.writeHead(status, status === 204 ? {} : { 'content-length': 0 }).end();
}
