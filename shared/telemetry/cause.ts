import { type Cause, currently, isTraceparent } from '../correlation.ts';

/** A trace of years, such as that of a schedule, would be of no use to anybody: what comes later begins another. */
const mostTraceMs = 6 * 60 * 60 * 1000;

/** What a message has of its cause. */
export interface Carried {
  readonly cause?: Cause;
  /** The trace that went before, where this begins another. */
  readonly link?: string;
  /** When its time was, in real time. */
  readonly dueMs?: number;
}

/**
 * What goes with a message beside its id: application properties, for logs and traces only. No work depends on them,
 * and one that comes without them, from the sweeper or put back by hand, begins a trace of its own.
 */
export function messageProperties(dueMs: number): Record<string, string> {
  const { cause } = currently();
  const due = { due: String(Math.round(dueMs)) };
  if (!cause) return due;
  const { traceparent, beganMs, request } = cause;
  if (Date.now() - beganMs > mostTraceMs) return { ...due, traceLink: traceparent };
  return {
    ...due,
    traceparent,
    // As Service Bus calls it: by this the Functions host makes its own span part of the trace.
    'Diagnostic-Id': traceparent,
    traceBegan: String(beganMs),
    ...(request !== undefined && { request }),
  };
}

/** The same, as a queue-triggered function is given it. What has another form is as good as not sent. */
export function carriedBy(properties: unknown): Carried {
  const { due, traceparent, traceBegan, traceLink, request } = (
    typeof properties === 'object' && properties !== null ? properties : {}
  ) as Readonly<Record<string, unknown>>;
  const dueMs = Number(due ?? Number.NaN);
  const beganMs = Number(traceBegan ?? Number.NaN);
  const id = typeof request === 'string' && /^[\w-]{1,64}$/.test(request) ? request : undefined;
  return {
    ...(Number.isFinite(dueMs) && { dueMs }),
    ...(isTraceparent(traceLink) && { link: traceLink }),
    ...(isTraceparent(traceparent) &&
      Number.isFinite(beganMs) && { cause: { traceparent, beganMs, request: id } }),
  };
}
