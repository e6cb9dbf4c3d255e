import { type Cause, correlated, currently, type Doing, isTraceparent } from '../correlation.ts';
import { type Attributes, spanned } from './telemetry.ts';

/** A function at work, as far as it is told of here. */
export interface Invocation {
  readonly invocationId: string;
  readonly functionName: string;
  readonly traceContext?: { readonly traceParent?: string | undefined } | undefined;
}

interface How {
  /** As OpenTelemetry names it. */
  readonly trigger: 'http' | 'pubsub' | 'timer';
  readonly name: string;
  readonly attributes: Attributes;
  readonly doing?: Doing;
  /** The trace that whoever called says it is part of. */
  readonly calledIn?: string | undefined;
  readonly link?: string | undefined;
  /** Whether what it leads to is part of its trace. */
  readonly isCause: boolean;
}

/** Runs a function so that its lines in the log and its part of the trace say what it was, and whose. */
export async function invoked<T>(
  { invocationId, functionName, traceContext }: Invocation,
  { trigger, name, attributes, doing, calledIn, link, isCause }: How,
  act: () => Promise<T>,
  told?: (result: T) => Attributes,
): Promise<T> {
  const parent = parentOf(traceContext?.traceParent, calledIn);
  const whole = { function: functionName, invocation: invocationId, notes: {}, ...doing, parent };
  const wanted = {
    name,
    // The host's own spans are those of the server and the consumer.
    kind: 'internal' as const,
    attributes: {
      'faas.trigger': trigger,
      'faas.name': functionName,
      'faas.invocation_id': invocationId,
      ...attributes,
    },
    link,
  };
  return await correlated(
    whole,
    async () => await spanned(wanted, isCause ? async () => await asCause(act) : act, told),
  );
}

/** What nothing else caused is the cause of all that it leads to. */
async function asCause<T>(act: () => Promise<T>): Promise<T> {
  const { cause: known, parent: traceparent, request, ...rest } = currently();
  if (known || traceparent === undefined) return await act();
  const cause: Cause = { traceparent, beganMs: Date.now(), request };
  return await correlated({ ...rest, parent: traceparent, request, cause }, act);
}

/** The host's own span where it is part of the caller's trace: it is the nearer one. */
function parentOf(host: unknown, caller: string | undefined): string | undefined {
  if (!isTraceparent(host)) return caller;
  return caller === undefined || host.split('-')[1] === caller.split('-')[1] ? host : caller;
}
