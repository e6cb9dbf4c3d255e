import { ComputeManagementClient } from '@azure/arm-compute';
import { DesktopVirtualizationAPIClient } from '@azure/arm-desktopvirtualization';
import {
  auxiliaryAuthenticationHeaderPolicy,
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createPipelineFromOptions,
  createPipelineRequest,
  type HttpClient,
  type Pipeline,
  type PipelineResponse,
  RestError,
} from '@azure/core-rest-pipeline';
import { TableClient, type TableServiceClientOptions } from '@azure/data-tables';
import { DefaultAzureCredential, type TokenCredential } from '@azure/identity';
import type { SecretClient } from '@azure/keyvault-secrets';
import { ServiceBusClient } from '@azure/service-bus';
import type { Settings } from '../settings.ts';
import { governed } from './governed.ts';
import type { Governor } from './governor.ts';
import { watchedArm, watchedTable } from './watched.ts';

/** How long one request may take in real time, whatever the app's clock says. */
const requestTimeoutMs = 20_000;

const management = 'https://management.azure.com';
const managementScope = `${management}/.default`;

/** What of a request lies in another tenant than ours. */
export interface Tenants {
  /** Whose the subscription is. */
  readonly of?: string;
  /** Whose something is that the request refers to: Azure wants a token of that tenant beside ours. */
  readonly beside?: string;
}

/** The SDK's clients, each made once. */
export interface Azure {
  readonly compute: (subscriptionId: string, tenants?: Tenants) => ComputeManagementClient;
  readonly desktops: (subscriptionId: string) => DesktopVirtualizationAPIClient;
  /** A resource of a provider that none of the clients speaks to, as ARM shows it. */
  readonly read: (subscriptionId: string, resourceId: string, apiVersion: string) => Promise<unknown>;
  /** All of such resources, page after page. */
  readonly list: (subscriptionId: string, path: string, apiVersion: string) => Promise<readonly unknown[]>;
  /** Starts its removal. */
  readonly erase: (subscriptionId: string, resourceId: string, apiVersion: string) => Promise<void>;
  /** The headers of a blob: all that is ever asked of one, and not worth a client of its own. */
  readonly blobHeaders: (uri: string) => Promise<PipelineResponse['headers']>;
  /** Loaded at first need: most instances of the app never read a secret. */
  readonly vault: (uri: string) => Promise<SecretClient>;
  readonly table: (name: string) => Table;
  readonly serviceBus: ServiceBusClient;
  readonly close: () => Promise<void>;
}

/** One table, twice: what can be asked again unseen, and what must not be. */
export interface Table {
  readonly repeatable: TableClient;
  readonly once: TableClient;
  /** What either of them sends through. */
  readonly httpClient: HttpClient;
}

interface Page {
  readonly value?: readonly unknown[];
  readonly nextLink?: string;
}

/**
 * Makes the clients for wherever the settings point; nothing is connected before it is used. With a governor,
 * what is asked of Azure Resource Manager keeps to its limits.
 */
export function connect({ tables, serviceBus, local }: Settings, governor?: Governor): Azure {
  const credential = local
    ? localCredential
    : // Sources may be another tenant's; which, each image set says.
      new DefaultAzureCredential({ additionallyAllowedTenants: ['*'] });
  const httpClient = withinTime(createDefaultHttpClient());
  const options = {
    // Retries are the workflow's: the SDK's own would wait as long as Azure likes, inside the function.
    retryOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: 'goldsmith' },
    httpClient: governed(
      watchedArm(local ? redirected(management, local.armEndpoint) : httpClient),
      governor,
    ),
  };
  const table = (name: string, retryOptions: TableServiceClientOptions['retryOptions'] = {}) => {
    const how = { ...options, httpClient: watchedTable(httpClient, name), retryOptions };
    return 'endpoint' in tables
      ? new TableClient(tables.endpoint, name, credential, how)
      : TableClient.fromConnectionString(tables.connectionString, name, {
          ...how,
          allowInsecureConnection: local !== undefined,
        });
  };
  const compute = computeClients(credential, options);
  const through = async (method: 'GET' | 'DELETE', subscriptionId: string, path: string) =>
    await asked(compute(subscriptionId).pipeline, options.httpClient, method, path);
  const beside = (plane: 'blob' | 'vault') => ({
    ...options,
    httpClient: local ? sideDoor(local.armEndpoint, plane) : httpClient,
  });
  let storage: Pipeline | undefined;
  const bus = busClient(serviceBus, credential, local !== undefined);
  return {
    compute,
    desktops: onePerKey((id) => new DesktopVirtualizationAPIClient(credential, id, options)),
    read: async (subscriptionId, resourceId, apiVersion) =>
      await through('GET', subscriptionId, `${resourceId}?api-version=${apiVersion}`),
    list: async (subscriptionId, path, apiVersion) => {
      const all: unknown[] = [];
      for (let next: string | undefined = `${path}?api-version=${apiVersion}`; next !== undefined;) {
        const page = (await through('GET', subscriptionId, next)) as Page;
        all.push(...(page.value ?? []));
        next = page.nextLink?.slice(management.length);
      }
      return all;
    },
    erase: async (subscriptionId, resourceId, apiVersion) => {
      await through('DELETE', subscriptionId, `${resourceId}?api-version=${apiVersion}`);
    },
    blobHeaders: async (uri) => {
      const { httpClient: blobs, ...pipelineOptions } = beside('blob');
      storage ??= storagePipeline(credential, pipelineOptions);
      return await headersOf(storage, blobs, uri);
    },
    vault: async (uri) => {
      const { SecretClient: Client } = await import('@azure/keyvault-secrets');
      return new Client(uri, credential, beside('vault'));
    },
    table: onePerKey((name) => ({
      repeatable: table(name, { maxRetries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 }),
      once: table(name, { maxRetries: 0 }),
      httpClient: watchedTable(httpClient, name),
    })),
    serviceBus: bus,
    close: async () => await bus.close(),
  };
}

type ComputeOptions = NonNullable<ConstructorParameters<typeof ComputeManagementClient>[2]>;

/** One client for each subscription, and for each way of signing in to it. */
function computeClients(credential: TokenCredential, options: ComputeOptions): Azure['compute'] {
  const made = onePerKey((key) => {
    const [subscriptionId = '', of = '', beside = ''] = key.split(' ');
    const client = new ComputeManagementClient(inTenant(credential, of), subscriptionId, options);
    if (beside !== '') {
      const credentials = [inTenant(credential, beside)];
      const policy = auxiliaryAuthenticationHeaderPolicy({ credentials, scopes: managementScope });
      // As late as the token itself: the policy refuses what is not https, which only the last hop is not.
      client.pipeline.addPolicy(policy, { phase: 'Sign' });
    }
    return client;
  });
  return (subscriptionId, { of = '', beside = '' } = {}) => made([subscriptionId, of, beside].join(' '));
}

function inTenant(credential: TokenCredential, tenantId: string): TokenCredential {
  if (tenantId === '') return credential;
  return { getToken: async (scopes, how) => await credential.getToken(scopes, { ...how, tenantId }) };
}

/** A request that no client has words for, through the pipeline of one that has its token. */
async function asked(
  pipeline: Pipeline,
  httpClient: HttpClient,
  method: 'GET' | 'DELETE',
  path: string,
): Promise<unknown> {
  const request = createPipelineRequest({ url: management + path, method });
  const response = await pipeline.sendRequest(httpClient, request);
  const body: unknown = response.status === 502 ? {} : JSON.parse(response.bodyAsText || '{}');
  if (response.status >= 200 && response.status < 300) return body;
  const error = new RestError(`Azure answered ${response.status}`, {
    statusCode: response.status,
    request,
    response,
  });
  error.details = body;
  throw error;
}

type PipelineOptions = Parameters<typeof createPipelineFromOptions>[0];

function storagePipeline(credential: TokenCredential, options: PipelineOptions): Pipeline {
  const pipeline = createPipelineFromOptions(options);
  const scopes = 'https://storage.azure.com/.default';
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes }), { phase: 'Sign' });
  return pipeline;
}

/** Without this header storage answers as it did before it took tokens. */
const storageVersion = '2023-11-03';

async function headersOf(pipeline: Pipeline, httpClient: HttpClient, url: string) {
  const request = createPipelineRequest({ url, method: 'HEAD' });
  request.headers.set('x-ms-version', storageVersion);
  const response = await pipeline.sendRequest(httpClient, request);
  if (response.status === 200) return response.headers;
  // A HEAD has no body: what was wrong stands in a header.
  const code = response.headers.get('x-ms-error-code') ?? `Status${response.status}`;
  throw new RestError(`Storage answered ${code}`, { code, statusCode: response.status, request, response });
}

function busClient(
  serviceBus: Settings['serviceBus'],
  credential: TokenCredential,
  isLocal: boolean,
): ServiceBusClient {
  const options = {
    userAgentOptions: { userAgentPrefix: 'goldsmith' },
    // A wake-up is not worth waiting a minute for: the sweeper finds what was lost. Nearby, less still.
    retryOptions: {
      maxRetries: 1,
      timeoutInMs: isLocal ? 5_000 : 15_000,
      retryDelayInMs: 200,
      maxRetryDelayInMs: 2_000,
    },
  };
  return 'namespace' in serviceBus
    ? new ServiceBusClient(serviceBus.namespace, credential, options)
    : new ServiceBusClient(serviceBus.connectionString, options);
}

// The simulator asks for a token and takes any: there is nothing to guard.
const localCredential: TokenCredential = {
  getToken: async (_, { tenantId = '' } = {}) => ({
    token: `local.${tenantId}`,
    expiresOnTimestamp: Date.now() + 24 * 60 * 60 * 1000,
  }),
};

/** Ends a request, its answer's body included, that takes too long. */
function withinTime(client: HttpClient): HttpClient {
  return {
    sendRequest: async (request) => {
      request.abortSignal = AbortSignal.timeout(requestTimeoutMs);
      return await client.sendRequest(request);
    },
  };
}

/** Carries requests for Azure Resource Manager to where it is imitated. Refuses every other address. */
function redirected(from: string, to: string): HttpClient {
  return carried((url) => {
    if (!url.startsWith(`${from}/`))
      throw new Error(`The local cloud knows ${from} only, not ${new URL(url).host}`);
    return to + url.slice(from.length);
  });
}

/** Blobs and vaults have hosts of their own; nearby, those are folders. */
function sideDoor(to: string, plane: 'blob' | 'vault'): HttpClient {
  return carried((url) => {
    const { host, pathname, search } = new URL(url);
    return `${to}/${plane}/${host}${pathname}${search}`;
  });
}

/**
 * Below everything else that the SDK does with requests: tokens, operation links and pages keep Azure's own
 * address, as in Azure.
 */
function carried(elsewhere: (url: string) => string): HttpClient {
  const client = withinTime(createDefaultHttpClient());
  return {
    sendRequest: async (request) => {
      const { url } = request;
      request.url = elsewhere(url);
      request.allowInsecureConnection = true;
      try {
        return await client.sendRequest(request);
      } finally {
        // The SDK follows an operation by the address it asked at.
        request.url = url;
      }
    },
  };
}

function onePerKey<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const known = made.get(key) ?? make(key);
    made.set(key, known);
    return known;
  };
}
