import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { FunctionDefinition } from './function-definition.ts';
import { registered } from './functions-core.ts';
import { callHooks, hookContext, logThroughHooks } from './hooks.ts';
import { described, type Log } from './log.ts';
import type { CoreInvocationContext, InvocationRequest, InvocationResponse, RpcTypedData } from './rpc.ts';

/** What one call of a function is given. */
export interface InvocationInput {
  readonly data: RpcTypedData;
  readonly triggerMetadata?: Record<string, RpcTypedData>;
  /** The caller's W3C trace, which the call then belongs to. */
  readonly traceParent?: string | undefined;
  /** Why the function runs, for the log. */
  readonly reason: string;
  /** What the trigger does about the outcome; the call is not over before it. */
  readonly settle?: (succeeded: boolean) => Promise<void>;
}

export interface Invoker {
  /** Runs the function with its hooks and its outputs; rejects when any of them fails. */
  readonly invoke: (definition: FunctionDefinition, input: InvocationInput) => Promise<InvocationResponse>;
  /** Resolves once nothing runs any more, or after so many ms with how many still do. */
  readonly drain: (graceMs: number) => Promise<number>;
}

export interface InvokerParts {
  readonly log: Log;
  /** ms; a function that runs longer fails, and `onTimeout` is told. */
  readonly functionTimeout: number;
  readonly onTimeout: (message: string) => void;
  /** Sends what the function left in its output bindings; part of the invocation. */
  readonly send: (definition: FunctionDefinition, response: InvocationResponse) => Promise<void>;
}

/** Runs functions through the library's invocation model, in the order of the worker's invocation handler. */
export function startInvoker(parts: InvokerParts): Invoker {
  const running = new Set<Promise<unknown>>();
  return {
    invoke: async (definition, input) => {
      const { promise: over, resolve } = Promise.withResolvers<void>();
      running.add(over);
      try {
        const outcome = await settled(run(parts, definition, input));
        await input.settle?.('response' in outcome).catch((error: unknown) => {
          // A lock lost or a broker gone: the message comes again, which handlers have to bear.
          parts.log('error', definition.name, `Not settled (${input.reason}): ${described(error)}`);
        });
        if ('response' in outcome) return outcome.response;
        throw outcome.error;
      } finally {
        running.delete(over);
        resolve();
      }
    },
    drain: async (graceMs) => {
      const giveUp = new AbortController();
      const tooLate = pause(graceMs, true, { signal: giveUp.signal }).catch(() => true);
      // One that ends may let another begin, until the listeners have gone quiet.
      while (running.size > 0) {
        if (await Promise.race([tooLate, Promise.all(running).then(() => false)])) break;
      }
      giveUp.abort();
      return running.size;
    },
  };
}

async function settled(
  running: Promise<InvocationResponse>,
): Promise<{ response: InvocationResponse } | { error: unknown }> {
  return running.then(
    (response) => ({ response }),
    (error: unknown) => ({ error }),
  );
}

async function run(
  parts: InvokerParts,
  definition: FunctionDefinition,
  input: InvocationInput,
): Promise<InvocationResponse> {
  const invocationId = randomUUID();
  const { log } = parts;
  const started = performance.now();
  const took = () => `Id=${invocationId}, Duration=${Math.round(performance.now() - started)}ms`;
  log('information', definition.name, `Executing (Reason='${input.reason}', Id=${invocationId})`);
  try {
    const response = await withinTime(parts, definition, invocationId, async () => {
      const answer = await callModel(definition, request(definition, input, invocationId), log);
      await parts.send(definition, answer);
      return answer;
    });
    log('information', definition.name, `Executed (Succeeded, ${took()})`);
    return response;
  } catch (error) {
    log('error', definition.name, `Executed (Failed, ${took()}): ${described(error)}`);
    throw error;
  }
}

function request(
  { metadata, trigger }: FunctionDefinition,
  input: InvocationInput,
  invocationId: string,
): InvocationRequest {
  const trace = /^00-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}$/.exec(input.traceParent ?? '')?.[1];
  return {
    invocationId,
    functionId: metadata.functionId ?? metadata.name,
    inputData: [{ name: trigger.binding, data: input.data }],
    triggerMetadata: input.triggerMetadata ?? {},
    traceContext: {
      traceParent: `00-${trace ?? randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`,
      traceState: '',
      attributes: {},
    },
  };
}

async function callModel(
  { name, metadata, callback }: FunctionDefinition,
  call: InvocationRequest,
  log: Log,
): Promise<InvocationResponse> {
  const { model } = registered;
  if (!model) throw new Error('No programming model was set.');
  const hookData = {};
  let context: unknown;
  const core: CoreInvocationContext = {
    invocationId: call.invocationId,
    request: call,
    metadata,
    log: (level, category, message) =>
      logThroughHooks(log, name, { level, category, message, hookData, invocationContext: context }),
  };
  const invocation = model.getInvocationModel(core);
  const { context: given, inputs } = await invocation.getArguments();
  context = given;

  core.state = 'preInvocationHooks';
  const before = hookContext(
    { hookData, invocationContext: context },
    { inputs, functionCallback: callback },
  );
  await callHooks('preInvocation', before);

  const after = hookContext({ hookData, invocationContext: context }, nothingYet(before.inputs));
  core.state = 'invocation';
  try {
    after.result = await invocation.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error ?? new Error('The function threw nothing.');
  }

  core.state = 'postInvocationHooks';
  await callHooks('postInvocation', after);
  core.state = undefined;

  // A hook may have put the error right, or made one.
  if (after.error !== undefined && after.error !== null) throw after.error;
  return invocation.getResponse(context, after.result);
}

function nothingYet(inputs: unknown[]): { inputs: unknown[]; result: unknown; error: unknown } {
  return { inputs, result: undefined, error: undefined };
}

async function withinTime<T>(
  parts: InvokerParts,
  { name }: FunctionDefinition,
  id: string,
  work: () => Promise<T>,
): Promise<T> {
  if (!Number.isFinite(parts.functionTimeout)) return work();
  const { promise: timedOut, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => {
      const message = `Timeout value of ${parts.functionTimeout} ms was exceeded by function '${name}' (Id: '${id}').`;
      reject(new Error(message));
      parts.onTimeout(message);
    },
    Math.min(parts.functionTimeout, 2 ** 31 - 1),
  );
  try {
    return await Promise.race([work(), timedOut]);
  } finally {
    clearTimeout(timer);
  }
}
