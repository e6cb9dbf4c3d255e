import type { AppSettings } from './app-settings.ts';
import type { HostJson } from './host-json.ts';
import { ncrontab, type Schedule } from './ncrontab.ts';
import { type RouteMatch, routeTemplate } from './route-template.ts';
import type { RpcBinding } from './rpc.ts';
import { StartError } from './start-error.ts';

export interface HttpTrigger {
  readonly type: 'httpTrigger';
  readonly binding: string;
  readonly authLevel: 'anonymous' | 'function' | 'admin';
  readonly methods: readonly string[];
  /** As the app wrote it, without the prefix. */
  readonly route: string;
  readonly match: RouteMatch;
}

export interface QueueTrigger {
  readonly type: 'serviceBusTrigger';
  readonly binding: string;
  readonly connectionString: string;
  readonly queueName: string;
  readonly binary: boolean;
  readonly autoCompleteMessages: boolean;
}

export interface TimerTrigger {
  readonly type: 'timerTrigger';
  readonly binding: string;
  readonly schedule: Schedule;
  readonly useMonitor: boolean;
  readonly runOnStartup: boolean;
}

export interface QueueOutput {
  readonly binding: string;
  readonly connectionString: string;
  readonly queueName: string;
}

export type Trigger = HttpTrigger | QueueTrigger | TimerTrigger;

/** A binding as the app registered it, and what it is read against. */
export interface BindingSource {
  readonly functionName: string;
  readonly binding: string;
  readonly options: RpcBinding;
  readonly settings: AppSettings;
  readonly hostJson: HostJson;
}

/** Reads a trigger; what the local host cannot do as Azure would stops the start. */
export function defineTrigger(source: BindingSource): Trigger {
  switch (source.options.type.toLowerCase()) {
    case 'httptrigger':
      return httpTrigger(source);
    case 'servicebustrigger':
      return queueTrigger(source);
    case 'timertrigger':
      return timerTrigger(source);
    default:
      throw refused(
        source,
        `the local host has no '${source.options.type}', only HTTP, Service Bus queue and timer triggers`,
      );
  }
}

/** Reads a binding beside the trigger: an HTTP answer needs nothing, queues are sent to. */
export function defineOutput(source: BindingSource, trigger: Trigger): QueueOutput[] {
  const { type, direction } = source.options;
  if (direction === 'out' && type === 'http' && trigger.type === 'httpTrigger') return [];
  if (direction === 'out' && type === 'serviceBus') return [queueOf(source)];
  throw refused(source, `the local host has no binding '${type}' in direction '${direction}' here`);
}

const levels = ['anonymous', 'function', 'admin'] as const;
const knownMethods = new Set([
  'GET',
  'POST',
  'DELETE',
  'HEAD',
  'PATCH',
  'PUT',
  'OPTIONS',
  'TRACE',
  'CONNECT',
]);

function httpTrigger(source: BindingSource): HttpTrigger {
  const { binding, options, hostJson } = source;
  const authLevel = levels.find(
    (level) => level === (text(source, 'authLevel') ?? 'anonymous').toLowerCase(),
  );
  if (!authLevel) throw refused(source, `its authLevel is none of ${levels.join(', ')}`);
  const methods = ((options['methods'] ?? []) as unknown[]).map((method) => String(method).toUpperCase());
  const unknown = methods.find((method) => !knownMethods.has(method));
  if (unknown !== undefined) throw refused(source, `the method '${unknown}' is unknown`);
  const route = text(source, 'route')?.trim() || source.functionName;
  if (route.toLowerCase().startsWith('admin')) {
    throw refused(source, `the route '${route}' conflicts with one or more built in routes`);
  }
  const prefix = hostJson.http.routePrefix;
  const match = routeTemplate(prefix === '' ? route : `${prefix}/${route}`);
  return { type: 'httpTrigger', binding, authLevel, methods, route, match };
}

function queueTrigger(source: BindingSource): QueueTrigger {
  const { options, hostJson } = source;
  const dataType = text(source, 'dataType') ?? 'string';
  if (flag(source, 'isSessionsEnabled'))
    throw refused(source, 'sessions are not supported by the local host');
  if ((text(source, 'cardinality') ?? 'one').toLowerCase() !== 'one') {
    throw refused(source, 'batches (cardinality) are not supported by the local host');
  }
  if (!['string', 'binary'].includes(dataType))
    throw refused(source, `the dataType '${dataType}' is not supported`);
  if (!hostJson.extensionBundle) {
    throw refused(
      source,
      `host.json names no extensionBundle, and without it Azure has no '${options.type}'`,
    );
  }
  return {
    type: 'serviceBusTrigger',
    ...queueOf(source),
    binary: dataType === 'binary',
    autoCompleteMessages: flag(source, 'autoCompleteMessages') ?? hostJson.serviceBus.autoCompleteMessages,
  };
}

function queueOf(source: BindingSource): QueueOutput {
  const { binding, settings } = source;
  const queueName = text(source, 'queueName');
  if (!queueName) throw refused(source, 'a queueName is needed (topics are not supported by the local host)');
  const what = `Function '${source.functionName}'`;
  return {
    binding,
    queueName: settings.expand(queueName, what),
    connectionString: settings.connectionString(text(source, 'connection') ?? 'ServiceBus', what),
  };
}

function timerTrigger(source: BindingSource): TimerTrigger {
  const expression = text(source, 'schedule');
  if (expression === undefined) throw refused(source, 'its timer has no schedule');
  const schedule = ncrontab(source.settings.expand(expression, `Function '${source.functionName}'`));
  return {
    type: 'timerTrigger',
    binding: source.binding,
    schedule,
    useMonitor: flag(source, 'useMonitor') !== false && !schedule.withinAMinute,
    runOnStartup: flag(source, 'runOnStartup') === true,
  };
}

function text(source: BindingSource, option: string): string | undefined {
  const value = source.options[option] ?? undefined;
  if (value !== undefined && typeof value !== 'string') throw refused(source, `its ${option} must be text`);
  return value;
}

function flag(source: BindingSource, option: string): boolean | undefined {
  const value = source.options[option] ?? undefined;
  if (value !== undefined && typeof value !== 'boolean')
    throw refused(source, `its ${option} must be true or false`);
  return value;
}

function refused({ functionName, binding }: BindingSource, why: string): StartError {
  return new StartError(`Function '${functionName}', binding '${binding}': ${why}.`);
}
