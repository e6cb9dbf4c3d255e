import { AsyncLocalStorage } from 'node:async_hooks';

/** By what a request is known: to us, to its client, and in the trace that it is part of. */
export interface Correlation {
  readonly request: string;
  /** As the client calls it: `x-ms-client-request-id`. */
  readonly clientRequest?: string;
  /** W3C Trace Context, as it came. */
  readonly traceparent?: string;
}

interface Headers {
  readonly get: (name: string) => string | null;
}

const current = new AsyncLocalStorage<Correlation>();

/** Does something for a request; every line that is logged meanwhile says for which. */
export async function correlated<T>(correlation: Correlation, act: () => Promise<T>): Promise<T> {
  return await current.run(correlation, act);
}

/** What the lines of a log say of the request that is being answered; nothing outside of one. */
export function correlationFields(): Readonly<Record<string, string>> {
  const { request, clientRequest, traceparent } = current.getStore() ?? {};
  const [, trace] = traceparent?.split('-') ?? [];
  return {
    ...(request !== undefined && { request }),
    ...(clientRequest !== undefined && { clientRequest }),
    ...(trace !== undefined && { trace }),
  };
}

// Both come back in headers and go into logs: what has another form is as good as not sent.
const clientIds = /^[\w.:{}-]{1,128}$/;
const parents = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** What a request is known by; `request` is the id that the host gave it. */
export function correlationOf(request: string, headers: Headers): Correlation {
  const clientRequest = headers.get('x-ms-client-request-id') ?? '';
  const traceparent = headers.get('traceparent') ?? '';
  return {
    request,
    ...(clientIds.test(clientRequest) && { clientRequest }),
    ...(parents.test(traceparent) && { traceparent }),
  };
}

/** The same, as every answer says it. */
export function correlationHeaders({ request, clientRequest, traceparent }: Correlation) {
  return {
    'x-ms-request-id': request,
    ...(clientRequest !== undefined && { 'x-ms-client-request-id': clientRequest }),
    ...(traceparent !== undefined && { traceparent }),
  };
}
