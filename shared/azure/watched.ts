import type { HttpClient, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import { currently } from '../correlation.ts';
import { log } from '../log.ts';
import { type Attributes, measure, spanned } from '../telemetry/telemetry.ts';

/** A request to Azure Resource Manager that took this long is worth a line. */
const slowMs = 5000;

/**
 * Shows each request to Azure Resource Manager as part of the trace that it is made in, which Azure is told of as well.
 * Of what is refused, slow or not answered the log keeps Azure's own ids: by these its support finds it.
 */
export function watchedArm(client: HttpClient): HttpClient {
  return {
    async sendRequest(request): Promise<PipelineResponse> {
      const { method, url } = request;
      const operation = `${method} ${armOperation(url)}`;
      const about = { 'goldsmith.operation': operation, 'server.address': 'management.azure.com' };
      const began = performance.now();
      const took = (status: number) => {
        const ms = performance.now() - began;
        measure('goldsmith.arm.duration', ms / 1000, { operation, status });
        return ms;
      };
      try {
        const response = await called(operation, request, about, async () => {
          const { parent } = currently();
          if (parent !== undefined) request.headers.set('traceparent', parent);
          return await client.sendRequest(request);
        });
        noted(operation, request, response, took(response.status));
        return response;
      } catch (error) {
        took(0);
        log.warn('azure.no-answer', { operation, ...oursOf(request), reason: (error as Error).name });
        throw error;
      }
    },
  };
}

/** The same of requests to one table, which is asked too often for a line each. */
export function watchedTable(client: HttpClient, table: string): HttpClient {
  return {
    sendRequest: async (request) => {
      const about = { 'db.system.name': 'azure.tables', 'db.collection.name': table };
      return await called(
        `${request.method} table ${table}`,
        request,
        about,
        async () => await client.sendRequest(request),
      );
    },
  };
}

async function called(
  name: string,
  { method, requestId }: PipelineRequest,
  about: Attributes,
  send: () => Promise<PipelineResponse>,
): Promise<PipelineResponse> {
  const attributes = { 'http.request.method': method, 'az.client_request_id': requestId, ...about };
  return await spanned({ name, kind: 'client', attributes }, send, ({ status, headers }) => {
    const id = headers.get('x-ms-request-id');
    return {
      'http.response.status_code': status,
      ...(id !== undefined && { 'az.service_request_id': id }),
      ...(isTrouble(status, about) && { 'error.type': String(status) }),
    };
  });
}

/** That there is no such thing is an answer, and so is it of a table that somebody else came first. */
function isTrouble(status: number, about: Attributes): boolean {
  if (status < 400 || status === 404) return false;
  return !('db.system.name' in about) || (status !== 409 && status !== 412);
}

function noted(operation: string, request: PipelineRequest, response: PipelineResponse, ms: number): void {
  const { status, headers, bodyAsText } = response;
  const isRefused = status >= 400 && status !== 404;
  if (!isRefused && ms < slowMs) return;
  const tell = status >= 500 || ms >= slowMs ? log.warn : log.info;
  tell(isRefused ? 'azure.refused' : 'azure.slow', {
    operation,
    status,
    code: /"code":\s*"(\w{1,80})"/.exec(bodyAsText ?? '')?.[1],
    ms: Math.round(ms),
    ...oursOf(request),
    azureRequest: headers.get('x-ms-request-id'),
    azureCorrelation: headers.get('x-ms-correlation-request-id'),
  });
}

/** As we call the request: `x-ms-client-request-id`, which the SDK sends. */
function oursOf({ requestId }: PipelineRequest): { readonly clientRequestId: string } {
  return { clientRequestId: requestId };
}

/** The kind of thing that a request is about, without any name: `Microsoft.Compute/virtualMachines/runCommands`. */
export function armOperation(url: string): string {
  const { pathname } = new URL(url);
  const [before = '', provider] = pathname.split(/\/providers\/(?!.*\/providers\/)/i);
  const parts = (provider ?? before).split('/').filter(Boolean);
  if (provider === undefined) return parts.filter((_, index) => index % 2 === 0).join('/');
  const [namespace = '', ...rest] = parts;
  return [namespace, ...rest.filter((_, index) => index % 2 === 0)].join('/');
}
