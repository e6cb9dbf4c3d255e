import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RpcHttpCookie, RpcTypedData } from './rpc.ts';

/** A request as the host hands it to the worker: every value a string, what is repeated joined by commas. */
export function requestData(
  request: IncomingMessage,
  { url, params, body }: { url: URL; params: Record<string, string>; body: Buffer | undefined },
): RpcTypedData {
  const headers = Object.entries(request.headersDistinct).map(
    ([name, values]) => [name, values?.join(',') ?? ''] as const,
  );
  const query = [...new Set(url.searchParams.keys())].map(
    (name) => [name, url.searchParams.getAll(name).join(',')] as const,
  );
  return {
    http: {
      method: request.method ?? 'GET',
      url: url.href,
      nullableHeaders: nullable(headers),
      nullableQuery: nullable(query),
      nullableParams: nullable(Object.entries(params)),
      ...(body && { body: { bytes: body } }),
    },
  };
}

function nullable(entries: Iterable<readonly [string, string]>): Record<string, { value: string }> {
  return Object.fromEntries([...entries].map(([name, value]) => [name, { value }]));
}

/** Writes what the function answered; no answer at all is 204. */
export function writeResponse(response: ServerResponse, returned: RpcTypedData | null | undefined): void {
  const http = returned?.http ?? { statusCode: '204' };
  const { statusCode = '200', headers = {}, cookies = [], body } = http;
  response.statusCode = Number(statusCode);
  for (const [name, value] of Object.entries(headers)) {
    if (!serversOwn.has(name.toLowerCase())) response.setHeader(name, value);
  }
  if (cookies.length > 0) response.setHeader('set-cookie', cookies.map(setCookie));
  const bytes = Buffer.from(body?.bytes ?? '');
  if (!bodiless.has(response.statusCode)) response.setHeader('content-length', bytes.length);
  response.end(bytes);
}

// The body goes out whole, so of these the server's own word counts; cookies have a place of their own.
const serversOwn = new Set(['content-length', 'transfer-encoding', 'connection', 'set-cookie']);
const bodiless = new Set([204, 205, 304]);
const sameSites = { lax: 'lax', strict: 'strict', explicitNone: 'none', none: undefined };

/** One Set-Cookie header, its attributes in ASP.NET's order and spelling. */
export function setCookie({ name, value, sameSite = 'none', ...cookie }: RpcHttpCookie): string {
  const attributes: [name: string, value: string | boolean | undefined][] = [
    [encodeURIComponent(name), encodeURIComponent(value)],
    ['expires', said(cookie.expires, ({ seconds = 0 }) => new Date(seconds * 1000).toUTCString())],
    ['max-age', said(cookie.maxAge, (seconds) => String(Math.floor(seconds)))],
    ['domain', said(cookie.domain, String)],
    ['path', said(cookie.path, String) ?? '/'], // ASP.NET says the root where the app says nothing
    ['secure', said(cookie.secure, Boolean)],
    ['samesite', sameSites[sameSite]],
    ['httponly', said(cookie.httpOnly, Boolean)],
  ];
  return attributes
    .filter(([, text]) => text !== undefined && text !== false)
    .map(([attribute, text]) => (text === true ? attribute : `${attribute}=${text}`))
    .join('; ');
}

function said<T, Text>(
  nullable: { value?: T } | null | undefined,
  write: (value: T) => Text,
): Text | undefined {
  return nullable?.value === undefined ? undefined : write(nullable.value);
}
