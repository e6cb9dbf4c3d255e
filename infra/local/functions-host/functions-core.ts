/**
 * The module that an app's `@azure/functions` finds when it asks for `@azure/functions-core`. In Azure the
 * Node worker provides it; its members and refusals are the worker's. State lives in the module because the
 * library looks it up once per process and keeps it: one process is one app.
 */
import type { FunctionCallback, FunctionMetadata, LogCategory, LogLevel, ProgrammingModel } from './rpc.ts';

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
}

export type HookName = (typeof hookNames)[number];
export type HookCallback = (context: unknown) => unknown;

const hookNames = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'] as const;

/** All that the app has registered so far; the host reads it once every entry file has been loaded. */
export const registered = {
  model: undefined as ProgrammingModel | undefined,
  functions: new Map<string, RegisteredFunction>(),
  hooks: new Map<HookName, HookCallback[]>(hookNames.map((name) => [name, []])),
  /** True once the host has begun to serve: from then on the set of functions is fixed. */
  started: false,
  /** Where lines of the library itself go, once the host has a log. */
  log: undefined as ((level: LogLevel, category: LogCategory, message: string) => void) | undefined,
};

/** The worker whose behaviour this follows. */
export const version = '3.9.1';
/** The host whose behaviour this follows. */
export const hostVersion = '4.1041.0';

class SystemError extends Error {
  readonly isAzureFunctionsSystemError = true;
}

class SystemRangeError extends RangeError {
  readonly isAzureFunctionsSystemError = true;
}

/** Undoes a registration when disposed of, at most once. */
export class Disposable {
  #undo: (() => void) | undefined;

  static from(...disposables: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const each of disposables) each.dispose();
    });
  }

  constructor(undo: () => void) {
    this.#undo = undo;
  }

  dispose(): void {
    this.#undo?.();
    this.#undo = undefined;
  }
}

export function setProgrammingModel(model: ProgrammingModel): void {
  if (registered.started) throw new SystemError('A programming model can only be set during app startup.');
  registered.model = model;
}

export function getProgrammingModel(): ProgrammingModel | undefined {
  return registered.model;
}

export function registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): Disposable {
  if (registered.started) throw new SystemError('A function can only be registered during app startup.');
  const id = metadata.functionId ?? metadata.name;
  if (registered.functions.has(id)) {
    throw new SystemError(`A function with id "${id}" has already been registered.`);
  }
  registered.functions.set(id, { metadata: { ...metadata, functionId: id }, callback });
  return new Disposable(() => {
    if (registered.started) throw new SystemError('A function can only be disposed during app startup.');
    registered.functions.delete(id);
  });
}

export function registerHook(name: string, callback: HookCallback): Disposable {
  const callbacks = registered.hooks.get(name as HookName);
  if (!callbacks) throw new SystemRangeError(`Unrecognized hook "${name}"`);
  callbacks.push(callback);
  return new Disposable(() => {
    const at = callbacks.indexOf(callback);
    if (at >= 0) callbacks.splice(at, 1);
  });
}

export function log(level: LogLevel, category: LogCategory, message: string): void {
  registered.log?.(level, category, message);
}
