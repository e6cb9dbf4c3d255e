import { ComputeManagementClient } from '@azure/arm-compute';
import { DesktopVirtualizationAPIClient } from '@azure/arm-desktopvirtualization';
import {
  createDefaultHttpClient,
  createPipelineRequest,
  type HttpClient,
  type Pipeline,
  RestError,
} from '@azure/core-rest-pipeline';
import { TableClient, type TableServiceClientOptions } from '@azure/data-tables';
import { DefaultAzureCredential, type TokenCredential } from '@azure/identity';
import { ServiceBusClient } from '@azure/service-bus';
import type { Settings } from '../settings.ts';

/** How long one request may take in real time, whatever the app's clock says. */
const requestTimeoutMs = 20_000;

const management = 'https://management.azure.com';

/** The SDK's clients, each made once. */
export interface Azure {
  readonly compute: (subscriptionId: string) => ComputeManagementClient;
  readonly desktops: (subscriptionId: string) => DesktopVirtualizationAPIClient;
  /** A resource of a provider that none of the clients speaks to, as ARM shows it. */
  readonly read: (subscriptionId: string, resourceId: string, apiVersion: string) => Promise<unknown>;
  readonly table: (name: string) => Table;
  readonly serviceBus: ServiceBusClient;
  readonly close: () => Promise<void>;
}

/** One table, twice: what can be asked again unseen, and what must not be. */
export interface Table {
  readonly repeatable: TableClient;
  readonly once: TableClient;
}

/** Makes the clients for wherever the settings point; nothing is connected before it is used. */
export function connect({ tables, serviceBus, local }: Settings): Azure {
  const credential = local ? localCredential : new DefaultAzureCredential();
  const httpClient = withinTime(createDefaultHttpClient());
  const options = {
    // Retries are the workflow's: the SDK's own would wait as long as Azure likes, inside the function.
    retryOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: 'goldsmith' },
    httpClient: local ? redirected(management, local.armEndpoint) : httpClient,
  };
  const table = (name: string, retryOptions: TableServiceClientOptions['retryOptions'] = {}) => {
    const how = { ...options, httpClient, retryOptions };
    return 'endpoint' in tables
      ? new TableClient(tables.endpoint, name, credential, how)
      : TableClient.fromConnectionString(tables.connectionString, name, {
          ...how,
          allowInsecureConnection: local !== undefined,
        });
  };
  const compute = onePerKey((id) => new ComputeManagementClient(credential, id, options));
  const bus = busClient(serviceBus, credential, local !== undefined);
  return {
    compute,
    desktops: onePerKey((id) => new DesktopVirtualizationAPIClient(credential, id, options)),
    read: async (subscriptionId, resourceId, apiVersion) =>
      await readThrough(
        compute(subscriptionId).pipeline,
        options.httpClient,
        `${resourceId}?api-version=${apiVersion}`,
      ),
    table: onePerKey((name) => ({
      repeatable: table(name, { maxRetries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 }),
      once: table(name, { maxRetries: 0 }),
    })),
    serviceBus: bus,
    close: async () => await bus.close(),
  };
}

async function readThrough(pipeline: Pipeline, httpClient: HttpClient, path: string): Promise<unknown> {
  const request = createPipelineRequest({ url: management + path, method: 'GET' });
  const response = await pipeline.sendRequest(httpClient, request);
  const body: unknown = response.status === 502 ? {} : JSON.parse(response.bodyAsText || '{}');
  if (response.status === 200) return body;
  const error = new RestError(`Azure answered ${response.status}`, {
    statusCode: response.status,
    request,
    response,
  });
  error.details = body;
  throw error;
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
  getToken: async () => ({ token: 'local', expiresOnTimestamp: Date.now() + 24 * 60 * 60 * 1000 }),
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

/**
 * Carries requests for one address to another, below everything else that the SDK does with them: tokens,
 * operation links and pages keep Azure's own address, as in Azure. Refuses every other address.
 */
function redirected(from: string, to: string): HttpClient {
  const client = withinTime(createDefaultHttpClient());
  return {
    sendRequest: async (request) => {
      const { url } = request;
      if (!url.startsWith(`${from}/`))
        throw new Error(`The local cloud knows ${from} only, not ${new URL(url).host}`);
      request.url = to + url.slice(from.length);
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
