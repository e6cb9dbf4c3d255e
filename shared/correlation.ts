import { AsyncLocalStorage } from 'node:async_hooks';

/** By what a request is known: to us, to its client, and in the trace that it is part of. */
export interface Correlation {
  readonly request: string;
  /** As the client calls it: `x-ms-client-request-id`. */
  readonly clientRequest?: string;
  /** W3C Trace Context, as it came. */
  readonly traceparent?: string;
}

/** What comes to be known of a request while it is answered. */
interface Noted extends Correlation {
  isRepeat?: boolean;
}

interface Headers {
  readonly get: (name: string) => string | null;
}

const current = new AsyncLocalStorage<Noted>();

/** Does something for a request; every line that is logged meanwhile says for which. */
export async function correlated<T>(correlation: Correlation, act: () => Promise<T>): Promise<T> {
  return await current.run({ ...correlation }, act);
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

/** Notes that the request had been made before, with the same idempotency key. */
export function noteRepeat(): void {
  const request = current.getStore();
  if (request) request.isRepeat = true;
}

/** Whether the request that is being answered was noted to be a repeat. */
export function isRepeat(): boolean {
  return current.getStore()?.isRepeat === true;
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
