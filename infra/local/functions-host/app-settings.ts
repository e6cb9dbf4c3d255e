import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from './start-error.ts';

export interface AppSettings {
  readonly get: (name: string) => string | undefined;
  /** True for the two ways Azure writes it: `true` and `1`. */
  readonly isOn: (name: string) => boolean;
  /** Puts settings where the text says `%NAME%`; a name without a setting stops the start. */
  readonly expand: (text: string, what: string) => string;
  /** The connection string that a binding's `connection` stands for. */
  readonly connectionString: (connection: string, what: string) => string;
}

/** The settings of a process: what its environment holds, asked the ways the Functions host asks. */
export function appSettings(env: NodeJS.ProcessEnv): AppSettings {
  const get = (name: string) => env[name] || undefined;
  const expand = (text: string, what: string) =>
    text.replaceAll(/%([^%]*)%/g, (_, name: string) => {
      const value = get(name);
      if (value === undefined) throw new StartError(`${what}: '%${name}%' does not resolve to a value.`);
      return value;
    });
  return {
    get,
    expand,
    isOn: (name) => ['true', '1'].includes(get(name)?.toLowerCase() ?? ''),
    connectionString: (connection, what) => {
      const name = expand(connection, what);
      // The WebJobs SDK asks for the prefixed name first, then for the name as it stands.
      const value = [`AzureWebJobs${name}`, name]
        .flatMap((each) => [`ConnectionStrings__${each}`, `ConnectionStrings:${each}`, each])
        .map(get)
        .find((found) => found !== undefined);
      if (value !== undefined) return value;
      if (get(`${name}__fullyQualifiedNamespace`) ?? get(`AzureWebJobs${name}__fullyQualifiedNamespace`)) {
        throw new StartError(
          `${what}: '${name}__fullyQualifiedNamespace' asks for an identity, and there is none on this machine. Set '${name}' to a connection string.`,
        );
      }
      throw new StartError(
        `${what}: the connection string '${name}' is missing or empty. Set '${name}' or 'AzureWebJobs${name}'.`,
      );
    },
  };
}

/**
 * Reads `local.settings.json` into the environment, as Core Tools do: what the environment already has wins.
 * Answers with what was read and could not be followed.
 */
export function applyLocalSettings(appDirectory: string, env: NodeJS.ProcessEnv): string[] {
  const file = join(appDirectory, 'local.settings.json');
  if (!existsSync(file)) return [];
  const settings = parsed(file);
  // Absent means true: Core Tools then look for values encrypted on this very machine.
  if (settings.IsEncrypted !== false) {
    throw new StartError(`${file}: encrypted settings cannot be read here; say "IsEncrypted": false.`);
  }
  const connections = Object.entries(settings.ConnectionStrings ?? {});
  const values = [
    ...Object.entries(settings.Values ?? {}),
    ...connections.map(([name, value]) => [`ConnectionStrings__${name}`, value] as const),
  ];
  for (const [name, value] of values) {
    if (value === null) continue;
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      throw new StartError(`${file}: the value of ${name} must be text. Write nested names with "__".`);
    }
    env[name] ??= `${value as string | number | boolean}`;
  }
  return Object.keys(settings.Host ?? {}).map(
    (name) => `local.settings.json: Host.${name} has no effect here.`,
  );
}

interface LocalSettings {
  IsEncrypted?: unknown;
  Values?: Record<string, unknown>;
  ConnectionStrings?: Record<string, unknown>;
  Host?: Record<string, unknown>;
}

function parsed(file: string): LocalSettings {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LocalSettings;
  } catch (error) {
    throw new StartError(`${file} is not JSON: ${(error as Error).message}`);
  }
}
