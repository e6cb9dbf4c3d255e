import { AppError } from '../errors.ts';
import { correlated, currently } from '../correlation.ts';
import type { Metric } from './metrics.ts';

/** Few, short, and never a body, a key, a token or an address with a query: whoever watches may be another company. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** Something that is begun and ends, and is shown as part of a trace. */
export interface Wanted {
  readonly name: string;
  /** What the host says of itself is `server` and `consumer`; within it ours are `internal`. */
  readonly kind: 'internal' | 'client' | 'producer';
  readonly attributes: Attributes;
  /** What led to it, in another trace. */
  readonly link?: string | undefined;
}

/** Spans and figures go here; OpenTelemetry's own words are known behind it only. */
export interface Instruments {
  readonly begin: (wanted: Wanted, parent: string | undefined) => Span;
  readonly measure: (metric: Metric, value: number, attributes: Attributes) => void;
}
export interface Span {
  /** By which others continue it, as W3C Trace Context writes it. */
  readonly traceparent: string;
  readonly end: (attributes: Attributes, isFailed: boolean) => void;
}

let instruments: Instruments | undefined;

/** From now on spans and figures go there; nowhere if there is none, and then they cost nothing. */
export function observeWith(wanted: Instruments | undefined): void {
  instruments = wanted;
}

/** Whether anybody watches: for what costs something to find out. */
export function isObserved(): boolean {
  return instruments !== undefined;
}

export function measure(metric: Metric, value: number, attributes: Attributes = {}): void {
  instruments?.measure(metric, value, attributes);
}

/** Does something as a part of the trace that it is done in; `told` says what of the result is shown. */
export async function spanned<T>(
  wanted: Wanted,
  act: () => Promise<T>,
  told: (result: T) => Attributes = () => ({}),
): Promise<T> {
  if (!instruments) return await act();
  const doing = currently();
  const span = instruments.begin(wanted, doing.parent);
  try {
    const result = await correlated({ ...doing, parent: span.traceparent }, act);
    const attributes = told(result);
    span.end(attributes, 'error.type' in attributes);
    return result;
  } catch (error) {
    // Its message may quote what was sent.
    span.end({ 'error.type': kindOf(error) }, true);
    throw error;
  }
}

function kindOf(error: unknown): string {
  if (error instanceof AppError) return error.code;
  return error instanceof Error ? error.name : 'unknown';
}
