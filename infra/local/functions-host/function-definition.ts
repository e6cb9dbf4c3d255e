import type { AppSettings } from './app-settings.ts';
import {
  type BindingSource,
  defineOutput,
  defineTrigger,
  type QueueOutput,
  type Trigger,
} from './binding-definition.ts';
import type { RegisteredFunction } from './functions-core.ts';
import type { HostJson } from './host-json.ts';
import type { FunctionCallback, FunctionMetadata } from './rpc.ts';
import { StartError } from './start-error.ts';

/** A function of the app, checked: whatever could not run as written has stopped the start. */
export interface FunctionDefinition {
  readonly name: string;
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
  readonly disabled: boolean;
  readonly trigger: Trigger;
  readonly outputs: readonly QueueOutput[];
}

/** What the definitions of an app are checked against. */
export interface DefinitionContext {
  readonly settings: AppSettings;
  readonly hostJson: HostJson;
  readonly warn: (message: string) => void;
}

/** Checks what the app registered, in alphabetical order of name, which is the order in which routes are tried. */
export function defineFunctions(
  functions: Iterable<RegisteredFunction>,
  context: DefinitionContext,
): FunctionDefinition[] {
  const allowed = context.hostJson.functions?.map((name) => name.toLowerCase());
  const defined = [...functions]
    .filter(({ metadata }) => allowed?.includes(metadata.name.toLowerCase()) ?? true)
    .map((each) => define(each, context))
    .toSorted((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  if (defined.length === 0)
    throw new StartError('host.json: none of the names in "functions" is a function of the app.');
  for (const [index, each] of defined.entries()) {
    if (defined[index + 1]?.name.toLowerCase() === each.name.toLowerCase()) {
      throw new StartError(`The function name '${each.name}' must be unique within the function app.`);
    }
    checkRoute(each, defined.slice(0, index));
  }
  return defined;
}

function define({ metadata, callback }: RegisteredFunction, context: DefinitionContext): FunctionDefinition {
  const { name } = metadata;
  const { settings, hostJson } = context;
  checkHandler(name, callback);
  const sources = Object.entries(metadata.bindings).map(([binding, options]): BindingSource => ({
    functionName: name,
    binding,
    options,
    settings,
    hostJson,
  }));
  const [triggers, others] = partition(sources, ({ options }) => /trigger$/i.test(options.type));
  const [only] = triggers;
  if (!only || triggers.length > 1) {
    throw new StartError(`Function '${name}' must have exactly one trigger, and has ${triggers.length}.`);
  }
  for (const source of sources) checkBinding(source);
  const trigger = defineTrigger(only);
  checkRetry(metadata, trigger.type, context.warn);
  return {
    name,
    metadata,
    callback,
    trigger,
    // Linux plans write the setting with underscores, which environment variables need there.
    disabled:
      settings.isOn(`AzureWebJobs.${name}.Disabled`) || settings.isOn(`AzureWebJobs_${name}_Disabled`),
    outputs: others.flatMap((source) => defineOutput(source, trigger)),
  };
}

function partition<T>(items: T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}

function checkHandler(name: string, callback: unknown): void {
  if (!/^[a-z][a-z0-9_-]{0,127}$/i.test(name) || name.toLowerCase() === 'host') {
    throw new StartError(`'${name}' is not a valid function name.`);
  }
  if (typeof callback !== 'function') throw new StartError(`Function '${name}' has no handler.`);
}

function checkBinding({ functionName, binding, options }: BindingSource): void {
  if (!/^([a-zA-Z][a-zA-Z0-9]{0,127}|\$return)$/.test(binding)) {
    throw new StartError(`Function '${functionName}': the binding name '${binding}' is invalid.`);
  }
  if (options.properties?.['supportsDeferredBinding'] === 'true') {
    throw new StartError(`Function '${functionName}': sdkBinding is not supported by the local host.`);
  }
}

// Retry policies exist for timers (and for event streams), and the platform ignores them elsewhere.
function checkRetry(
  { name, retryOptions }: FunctionMetadata,
  type: string,
  warn: (message: string) => void,
): void {
  if (retryOptions === undefined || retryOptions === null) return;
  if (type === 'timerTrigger') {
    throw new StartError(`Function '${name}': "retry" is not supported by the local host.`);
  }
  warn(`Function '${name}': "retry" has no effect on a ${type}.`);
}

// Routes are compared as text: two that merely overlap are allowed, and the first in the alphabet wins.
function checkRoute({ name, trigger }: FunctionDefinition, others: FunctionDefinition[]): void {
  if (trigger.type !== 'httpTrigger') return;
  for (const other of others) {
    if (other.trigger.type !== 'httpTrigger') continue;
    const { methods, route } = other.trigger;
    if (route.toLowerCase() !== trigger.route.toLowerCase()) continue;
    if (
      methods.length > 0 &&
      trigger.methods.length > 0 &&
      !methods.some((each) => trigger.methods.includes(each))
    )
      continue;
    throw new StartError(
      `Function '${name}': the route '${trigger.route}' conflicts with the route defined by function '${other.name}'.`,
    );
  }
}
