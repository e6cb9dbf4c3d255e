import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { StartError } from './start-error.ts';
import { timeSpan } from './time-span.ts';

/** What `host.json` says, with the host's own defaults where it is silent. */
export interface HostJson {
  /** The only functions to load; undefined loads all. */
  readonly functions: readonly string[] | undefined;
  /** ms; Infinity when the file says -1. */
  readonly functionTimeout: number;
  readonly extensionBundle: { readonly id: string; readonly version: string } | undefined;
  readonly http: {
    readonly routePrefix: string;
    /** Requests accepted at a time before the rest are answered 429; undefined is no limit. */
    readonly maxOutstandingRequests: number | undefined;
    readonly customHeaders: Readonly<Record<string, string>>;
  };
  readonly serviceBus: {
    readonly maxConcurrentCalls: number;
    readonly autoCompleteMessages: boolean;
    /** ms */
    readonly maxAutoLockRenewalDuration: number;
  };
  /** What the file asks for and this host does not do. */
  readonly notFollowed: readonly string[];
}

type Json = { [key: string]: unknown };

const followed = {
  extensions: ['http', 'serviceBus'],
  http: ['routePrefix', 'maxOutstandingRequests', 'customHeaders'],
  serviceBus: ['maxConcurrentCalls', 'autoCompleteMessages', 'maxAutoLockRenewalDuration'],
  // Telemetry, logging and file watching say nothing about how functions run.
  root: [
    'version',
    'functions',
    'functionTimeout',
    'extensionBundle',
    'extensions',
    'logging',
    'telemetryMode',
    'watchDirectories',
    'watchFiles',
    'fileWatchingEnabled',
  ],
};

/** Reads `host.json` of an app; settings named `AzureFunctionsJobHost__a__b` override it, as in Azure. */
export function readHostJson(appDirectory: string, env: NodeJS.ProcessEnv): HostJson {
  const file = join(appDirectory, 'host.json');
  return hostJson(overridden(parsed(file), env));
}

/** What the parsed content of a `host.json` means. */
export function hostJson(content: Json): HostJson {
  if (content['version'] !== '2.0') {
    throw new StartError(`host.json: "version" must be "2.0", not ${JSON.stringify(content['version'])}`);
  }
  const extensions = part(content, 'extensions');
  const http = part(extensions, 'http');
  const serviceBus = part(extensions, 'serviceBus');
  return {
    functions: names(content['functions']),
    functionTimeout: functionTimeout(content['functionTimeout']),
    extensionBundle: extensionBundle(content['extensionBundle']),
    http: {
      routePrefix: (optional(http, 'routePrefix', 'string') ?? 'api').replaceAll(/^\/+|\/+$/g, ''),
      maxOutstandingRequests: positive(optional(http, 'maxOutstandingRequests', 'number')),
      customHeaders: part(http, 'customHeaders') as Record<string, string>,
    },
    serviceBus: {
      // The extension's default is 16 for each core.
      maxConcurrentCalls: optional(serviceBus, 'maxConcurrentCalls', 'number') ?? 16 * availableParallelism(),
      autoCompleteMessages: optional(serviceBus, 'autoCompleteMessages', 'boolean') ?? true,
      maxAutoLockRenewalDuration: timeSpan(
        serviceBus['maxAutoLockRenewalDuration'] ?? '00:05:00',
        'host.json: maxAutoLockRenewalDuration',
      ),
    },
    notFollowed: [
      ...unfollowed(content, followed.root, ''),
      ...unfollowed(extensions, followed.extensions, 'extensions.'),
      ...unfollowed(http, followed.http, 'extensions.http.'),
      ...unfollowed(serviceBus, followed.serviceBus, 'extensions.serviceBus.'),
    ],
  };
}

function parsed(file: string): Json {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Json;
  } catch (error) {
    throw new StartError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function overridden(content: Json, env: NodeJS.ProcessEnv): Json {
  const result = structuredClone(content);
  for (const [name, value] of Object.entries(env)) {
    const path = name.split('__');
    if (path.shift()?.toLowerCase() !== 'azurefunctionsjobhost' || path.length === 0) continue;
    const last = path.pop() ?? '';
    const parent = path.reduce<Json>((at, key) => (at[sameKey(at, key)] ??= {}) as Json, result);
    parent[sameKey(parent, last)] = literal(value ?? '');
  }
  return result;
}

// .NET configuration does not mind the case of names; the file's own spelling is kept.
function sameKey(object: Json, key: string): string {
  return Object.keys(object).find((each) => each.toLowerCase() === key.toLowerCase()) ?? key;
}

function literal(text: string): unknown {
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

function part(content: Json, name: string): Json {
  const value = content[name] ?? {};
  if (typeof value !== 'object') throw new StartError(`host.json: "${name}" must be an object`);
  return value as Json;
}

interface Types {
  string: string;
  number: number;
  boolean: boolean;
}

function optional<T extends keyof Types>(content: Json, name: string, type: T): Types[T] | undefined {
  const value = content[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== type) throw new StartError(`host.json: "${name}" must be a ${type}`);
  return value as Types[T];
}

function positive(count: number | undefined): number | undefined {
  return count === undefined || count < 0 ? undefined : count;
}

function names(value: unknown): string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw new StartError('host.json: "functions" must be a list of names');
  return value.map(String);
}

function functionTimeout(value: unknown): number {
  if (value === -1 || value === '-1') return Infinity;
  const ms = timeSpan(value ?? '00:30:00', 'host.json: functionTimeout'); // Flex Consumption's default
  if (ms <= 0) throw new StartError('host.json: functionTimeout must be longer than nothing');
  return ms;
}

function extensionBundle(value: unknown): HostJson['extensionBundle'] {
  if (value === undefined) return undefined;
  const { id, version } = value as { id?: unknown; version?: unknown };
  if (typeof id !== 'string' || typeof version !== 'string') {
    throw new StartError('host.json: extensionBundle needs an "id" and a "version" range');
  }
  return { id, version };
}

function unfollowed(content: Json, known: readonly string[], path: string): string[] {
  return Object.keys(content)
    .filter((key) => !known.includes(key))
    .map((key) => `${path}${key}`);
}
