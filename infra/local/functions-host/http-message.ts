import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RpcHttpCookie, RpcHttpData, RpcTypedData } from './rpc.ts';

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
  const body = Buffer.from(http.body?.bytes ?? '');
  response.statusCode = Number(http.statusCode ?? '200');
  setHeaders(response, http, body.length);
  response.end(body);
}

function setHeaders(
  response: ServerResponse,
  { headers = {}, cookies = [] }: RpcHttpData,
  length: number,
): void {
  const { 'content-length': announced, 'set-cookie': cookie, ...others } = headers;
  checkLength(response, announced, length);
  if (!bodiless.has(response.statusCode)) response.setHeader('content-length', announced ?? length);
  for (const [name, value] of Object.entries(others)) {
    if (!hopByHop.has(name)) response.setHeader(name, value);
  }
  // Of several cookies set as a header only one is left by now, in Azure too: `cookies` is the place for them.
  const all = [...(cookie === undefined ? [] : [cookie]), ...cookies.map(setCookie)];
  if (all.length > 0) response.setHeader('set-cookie', all);
}

// Kestrel fails a response whose length is not the one its headers announce; only HEAD may leave the body out.
function checkLength({ req }: ServerResponse, announced: string | undefined, length: number): void {
  if (announced === undefined || Number(announced) === length || req.method === 'HEAD') return;
  throw new Error(`Response Content-Length mismatch: ${announced} announced, ${length} bytes given.`);
}

const hopByHop = new Set(['transfer-encoding', 'connection', 'keep-alive']);
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
