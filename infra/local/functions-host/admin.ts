import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FunctionDefinition } from './function-definition.ts';
import { hostVersion } from './functions-core.ts';
import type { HostJson } from './host-json.ts';
import { end } from './http-server.ts';
import { type Keys, keyOf } from './keys.ts';

export interface AdminParts {
  readonly functions: readonly FunctionDefinition[];
  readonly hostJson: HostJson;
  readonly keys: Keys;
  /** Runs a function once, by hand. What becomes of it is only in the log. */
  readonly run: (definition: FunctionDefinition, input: string) => void;
}

/** The host's own API under `/admin`: all but the ping needs the master key. */
export function adminApi(parts: AdminParts) {
  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const path = url.pathname.toLowerCase().replace(/\/$/, '');
    const method = request.method ?? 'GET';
    if (path === '/admin/host/ping' && ['GET', 'POST'].includes(method)) return end(response, 200);
    if (!parts.keys.isMaster(keyOf(request.headers, url.searchParams))) return end(response, 401);
    if (method === 'GET') return read(parts, path, response, url.origin);
    const definition =
      method === 'POST' ? named(parts, /^\/admin\/functions\/([^/]+)$/.exec(path)?.[1]) : undefined;
    if (!definition) return end(response, 404);
    if (!request.headers['content-type']?.toLowerCase().startsWith('application/json'))
      return end(response, 415);
    const input = inputOf(await textOf(request));
    if (input === undefined) return end(response, 400);
    end(response, 202); // no Location: whoever wants one makes it in an HTTP function
    parts.run(definition, input);
  };
}

function read(parts: AdminParts, path: string, response: ServerResponse, origin: string): void {
  if (path === '/admin/host/status') return json(response, status(parts.hostJson));
  if (path === '/admin/host/keys')
    return json(response, { keys: [{ name: 'default', value: parts.keys.host }] });
  if (path === '/admin/functions')
    return json(
      response,
      parts.functions.map((each) => described(parts, each, origin)),
    );
  const [, name, more] = /^\/admin\/functions\/([^/]+)(?:\/(status|keys))?$/.exec(path) ?? [];
  const definition = named(parts, name);
  if (!definition) return end(response, 404);
  if (more === 'status') return json(response, {});
  if (more === 'keys')
    return json(response, { keys: [{ name: 'default', value: parts.keys.ofFunction(definition.name) }] });
  json(response, described(parts, definition, origin));
}

function named({ functions }: AdminParts, name: string | undefined): FunctionDefinition | undefined {
  return functions.find((each) => each.name.toLowerCase() === name);
}

function status({ extensionBundle }: HostJson) {
  return {
    id: 'local',
    state: 'Running',
    version: hostVersion,
    versionDetails: hostVersion,
    instanceId: String(process.pid),
    processUptime: Math.round(process.uptime() * 1000),
    ...(extensionBundle && { extensionBundle }),
  };
}

function described(
  { hostJson }: AdminParts,
  { name, metadata, trigger, disabled }: FunctionDefinition,
  origin: string,
) {
  const prefix = hostJson.http.routePrefix === '' ? '' : `${hostJson.http.routePrefix}/`;
  return {
    name,
    href: `${origin}/admin/functions/${name}`,
    invoke_url_template: trigger.type === 'httpTrigger' ? `${origin}/${prefix}${trigger.route}` : null,
    language: 'node',
    config: {
      name,
      bindings: Object.entries(metadata.bindings).map(([binding, options]) =>
        Object.assign({}, options, { name: binding }),
      ),
    },
    isDisabled: disabled,
  };
}

// The body is {"input": "..."}; an object without input runs the function with an empty one, as the host does.
function inputOf(text: string): string | undefined {
  try {
    const body = JSON.parse(text) as { input?: unknown } | null;
    if (typeof body !== 'object' || body === null) return undefined;
    const { input = '' } = body;
    return typeof input === 'string' ? input : JSON.stringify(input);
  } catch {
    return undefined;
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
