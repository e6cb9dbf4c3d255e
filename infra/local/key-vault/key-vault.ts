import { ArmError, type Answer } from '../arm/core/arm-error.ts';
import type { DataRequest, LocalRoute, Provider } from '../arm/core/provider.ts';
import type { World } from '../arm/core/world.ts';
import { vaultsOf, type NewSecret, type SecretVersion } from './vaults.ts';

const TENANT = '11111111-1111-1111-1111-111111111111';
const VERSIONS = new Set(['7.2', '7.3', '7.4', '7.5', '7.6', '2025-07-01', '2026-04-01']);

/** Key Vault, as far as one reads secrets from it: reached under `/vault/<host>/secrets/…`. */
export function keyVaultProvider(world: World): Provider {
  return {
    routes: [],
    data: [{ name: 'vault', handle: (request) => ask(world, request) }],
    local: localRoutes(world),
  };
}

function ask(world: World, request: DataRequest): Answer | undefined {
  const { host, path } = request;
  const vault = vaultsOf(world).find(host);
  if (!vault) return undefined; // such a host has no address
  const refused = refusalOf(request);
  if (refused) return refused;
  if (vault.closed) return forbidden(host);
  const [, , name = '', version = ''] = path.split('/');
  const secret = vault.secrets.get(name.toLowerCase());
  const found = version === '' ? secret?.versions.at(-1) : versionOf(secret?.versions, version);
  if (!secret || !found) return notFound(path.slice('/secrets/'.length));
  if (!found.enabled) {
    const message = 'Operation get is not allowed on a disabled secret.';
    return refusal(403, 'Forbidden', message, { code: 'SecretDisabled' });
  }
  // "About Azure Key Vault secrets", date-time controlled operations: get works outside of nbf and exp as well.
  return { status: 200, body: bundle(host, secret.name, found) };
}

function versionOf(versions: readonly SecretVersion[] = [], version: string): SecretVersion | undefined {
  return versions.find((one) => one.version === version);
}

/** What is wrong with a request, whatever the vault holds. */
function refusalOf({ method, path, query, headers }: DataRequest): Answer | undefined {
  // The client asks without a token first: the answer says where one is to be had, and for what.
  if (!/^Bearer \S/i.test(headers.authorization ?? '')) return challenge();
  if (!VERSIONS.has(query.get('api-version') ?? ''))
    return refusal(400, 'BadParameter', 'The api-version query parameter is missing or unsupported.');
  const [, kind = '', name = ''] = path.split('/');
  if (kind.toLowerCase() !== 'secrets' || !/^[\da-zA-Z-]{1,127}$/.test(name))
    return refusal(400, 'BadParameter', `The request URI contains an invalid name: ${name}`);
  if (method === 'GET') return undefined;
  return refusal(405, 'MethodNotAllowed', `The HTTP method '${method}' is not known here.`);
}

function bundle(host: string, name: string, found: SecretVersion): object {
  const { version, value, contentType, enabled, created, notBefore, expires, tags } = found;
  const seconds = (ms: number) => Math.floor(ms / 1000);
  return {
    value,
    ...(contentType !== undefined && { contentType }),
    id: `https://${host.toLowerCase()}/secrets/${name}/${version}`,
    attributes: {
      enabled,
      ...(notBefore !== undefined && { nbf: seconds(notBefore) }),
      ...(expires !== undefined && { exp: seconds(expires) }),
      created: seconds(created),
      updated: seconds(created),
      recoveryLevel: 'Recoverable+Purgeable',
      recoverableDays: 90,
    },
    tags: tags ?? {},
  };
}

function challenge(): Answer {
  const header = `Bearer authorization="https://login.microsoftonline.com/${TENANT}", resource="https://vault.azure.net"`;
  const answer = refusal(401, 'Unauthorized', 'AKV10000: Request is missing a Bearer or PoP token.');
  return { ...answer, headers: { 'www-authenticate': header } };
}

function forbidden(host: string): Answer {
  const [vault = host] = host.split('.');
  return refusal(
    403,
    'Forbidden',
    `Caller is not authorized to perform action on resource. Action: 'Microsoft.KeyVault/vaults/secrets/getSecret/action' Vault: ${vault};location=westeurope`,
    { code: 'ForbiddenByRbac' },
  );
}

function notFound(name: string): Answer {
  return refusal(
    404,
    'SecretNotFound',
    `A secret with (name/id) ${name} was not found in this key vault. If you recently deleted this secret you may be able ` +
      'to recover it using the correct recovery command. For help resolving this issue, please see ' +
      'https://go.microsoft.com/fwlink/?linkid=2125182',
  );
}

function refusal(status: number, code: string, message: string, innererror?: { code: string }): Answer {
  return { status, body: { error: { code, message, ...(innererror && { innererror }) } } };
}

function localRoutes(world: World): LocalRoute[] {
  const vaults = vaultsOf(world);
  return [
    {
      method: 'GET',
      path: '/local/secrets',
      handle: () => ({ status: 200, body: { value: vaults.list() } }),
    },
    {
      method: 'POST',
      path: '/local/secrets',
      handle: ({ body }) => {
        const secret = checked(body);
        const { version } = vaults.set(secret);
        const id = `https://${secret.vault}/secrets/${secret.name}/${version}`;
        return { status: 201, body: { id, version } };
      },
    },
    {
      method: 'DELETE',
      path: '/local/secrets',
      handle: ({ query }) => {
        const there = vaults.remove(query.get('vault') ?? '', query.get('name') ?? '');
        return { status: there ? 204 : 404 };
      },
    },
    {
      method: 'POST',
      path: '/local/vaults/{host}',
      handle: ({ params, body }) => {
        const { closed = false } = (body ?? {}) as { closed?: boolean };
        vaults.make(params['host'] ?? '').closed = closed;
        return { status: 204 };
      },
    },
  ];
}

function checked(body: unknown): NewSecret {
  const { vault, name, value } = (body ?? {}) as Partial<NewSecret>;
  if (typeof vault === 'string' && typeof name === 'string' && typeof value === 'string')
    return body as NewSecret;
  throw new ArmError(
    400,
    'InvalidRequest',
    'A secret is {"vault": "….vault.azure.net", "name": "…", "value": "…"}.',
  );
}
