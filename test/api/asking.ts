import { createHash } from 'node:crypto';
import { HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import type { endpoint } from '../../shared/api/endpoint.ts';
import { auditWith } from '../../shared/api/trail.ts';

export const objectId = '1a2b3c4d-0000-4000-8000-000000000001';

/** The header that the platform sets for whoever is signed in. */
export function principal(claims: Readonly<Record<string, string | readonly string[]>>): string {
  const all = Object.entries({ oid: objectId, ...claims }).flatMap(([typ, values]) =>
    [values].flat().map((val) => ({ typ, val })),
  );
  return Buffer.from(JSON.stringify({ auth_typ: 'aad', claims: all })).toString('base64');
}

/** As `KeyRoles` lists a key. */
export function sha256(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly params?: Record<string, string>;
  readonly body?: unknown;
}

interface Answered {
  readonly status: number;
  readonly headers: unknown;
  readonly body: {
    readonly error?: { readonly code: string; readonly message: string; readonly target?: string };
    readonly value?: readonly unknown[];
  };
}

// There is no app here whose audit it could be: test/audit has one.
auditWith({ begin: async () => {}, end: () => {}, admit: () => 0, now: () => '2026-01-05T12:00:00.000Z' });

/** Asks an endpoint as the host would, once it has let the request in. */
export async function ask([name, { handler }]: ReturnType<typeof endpoint>, asked: Asked): Promise<Answered> {
  const { method = 'GET', body, headers: given, ...rest } = asked;
  const headers = { 'content-type': 'application/json', ...given };
  const text = body === undefined ? {} : { body: { string: JSON.stringify(body) } };
  const request = new HttpRequest({ method, url: 'http://localhost/api/x', headers, ...rest, ...text });
  const context = { invocationId: `id of ${name}` } as InvocationContext;
  const { status = 200, headers: sent, jsonBody } = (await handler(request, context)) as HttpResponseInit;
  return { status, headers: sent, body: (jsonBody ?? {}) as Answered['body'] };
}
