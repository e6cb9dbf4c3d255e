import { AsyncLocalStorage } from 'node:async_hooks';

/** By what a request is known: to us, to its client, and in the trace that it is part of. */
export interface Correlation {
  readonly request: string;
  /** As the client calls it: `x-ms-client-request-id`. */
  readonly clientRequest?: string;
  /** W3C Trace Context, as it came. */
  readonly traceparent?: string;
}

/** What is being done, for whoever reads the log. */
export interface Doing {
  readonly function?: string | undefined;
  readonly invocation?: string | undefined;
  readonly request?: string | undefined;
  readonly clientRequest?: string | undefined;
  /** The work that is looked at. */
  readonly kind?: string | undefined;
  readonly work?: string | undefined;
  /** The span that what is done now is part of. */
  readonly parent?: string | undefined;
  readonly cause?: Cause | undefined;
  readonly notes?: Notes;
}

/** What comes to be known of an invocation while it goes on. */
export interface Notes {
  /** Whether the request had been made before, with the same idempotency key. */
  isRepeat?: boolean;
  /** Whether the look has led to something. */
  hasMoved?: boolean;
}

/** What caused what is being done. Messages that are sent meanwhile carry it on, so that all of it is one trace. */
export interface Cause {
  readonly traceparent: string;
  /** When the trace began, in real time. */
  readonly beganMs: number;
  readonly request?: string | undefined;
}

interface Headers {
  readonly get: (name: string) => string | null;
}

const current = new AsyncLocalStorage<Doing>();

/** Does something; every line that is logged meanwhile says what for. */
export async function correlated<T>(doing: Doing, act: () => Promise<T>): Promise<T> {
  return await current.run(doing, act);
}

/** What is being done now. */
export function currently(): Doing {
  return current.getStore() ?? {};
}

/** What the lines of a log say of what is being done; nothing outside of it. */
export function correlationFields() {
  const doing = current.getStore();
  if (!doing) return {};
  const { function: name, invocation, request, clientRequest, kind, work, parent } = doing;
  // What is undefined is not written.
  return { function: name, invocation, request, clientRequest, kind, work, trace: parent?.split('-')[1] };
}

/** Notes that the request had been made before, with the same idempotency key. */
export function noteRepeat(): void {
  note({ isRepeat: true });
}

/** Whether the request that is being answered was noted to be a repeat. */
export function isRepeat(): boolean {
  return current.getStore()?.notes?.isRepeat === true;
}

/** Notes that the look which is under way has led to something. */
export function noteMove(): void {
  note({ hasMoved: true });
}

function note(known: Notes): void {
  // Of the whole invocation, however deep in it somebody comes to know.
  Object.assign(current.getStore()?.notes ?? {}, known);
}

// Both come back in headers and go into logs: what has another form is as good as not sent.
const clientIds = /^[\w.:{}-]{1,128}$/;
const parents = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Whether it is a W3C Trace Context that can be continued. */
export function isTraceparent(text: unknown): text is string {
  return typeof text === 'string' && parents.test(text);
}

/** What a request is known by; `request` is the id that the host gave it. */
export function correlationOf(request: string, headers: Headers): Correlation {
  const clientRequest = headers.get('x-ms-client-request-id') ?? '';
  const traceparent = headers.get('traceparent');
  return {
    request,
    ...(clientIds.test(clientRequest) && { clientRequest }),
    ...(isTraceparent(traceparent) && { traceparent }),
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
