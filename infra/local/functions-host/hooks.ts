import { type HookName, registered } from './functions-core.ts';
import type { Log } from './log.ts';
import type { LogCategory, LogLevel } from './rpc.ts';

/** Data that all hooks of the app share. */
const appHookData = {};
/** Data of the hooks at its start and its end. */
const appLevelHookData = {};

/** What a hook is handed: some parts it may replace, the rest it may only look into. */
export function hookContext<Changeable extends object>(
  fixed: Record<string, unknown>,
  changeable: Changeable,
): Changeable {
  for (const [name, value] of Object.entries({ ...fixed, appHookData })) {
    Object.defineProperty(changeable, name, { value, enumerable: true, writable: false });
  }
  return changeable;
}

/** Calls the hooks of a kind one after another, as they were registered. */
export async function callHooks(name: HookName, context: object): Promise<void> {
  for (const hook of registered.hooks.get(name) ?? []) await hook(context);
}

/** Tells the app that all its files are loaded. */
export async function appStarts(functionAppDirectory: string): Promise<void> {
  await callHooks('appStart', hookContext({ hookData: appLevelHookData, functionAppDirectory }, {}));
}

/** Tells the app that nothing runs any more and the process is about to end. */
export async function appTerminates(): Promise<void> {
  await callHooks('appTerminate', hookContext({ hookData: appLevelHookData }, {}));
}

interface LogEntry {
  readonly level: LogLevel;
  readonly category: LogCategory;
  readonly message: string;
  readonly hookData: object;
  readonly invocationContext: unknown;
}

/** Writes a line of a function; the app's log hooks may change its level and its message. */
export function logThroughHooks(log: Log, source: string, { level, message, ...fixed }: LogEntry): void {
  const entry = hookContext({ ...fixed }, { level, message });
  for (const hook of registered.hooks.get('log') ?? []) hook(entry);
  log(entry.level, source, entry.message);
}
