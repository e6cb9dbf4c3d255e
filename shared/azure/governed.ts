import { createHttpHeaders, type HttpClient, type PipelineResponse } from '@azure/core-rest-pipeline';
import type { Governor } from './governor.ts';

/**
 * Asks the governor before each request. What may not be sent yet is answered here as Azure would: 429, and
 * when to come again. Nothing waits in the process; waiting is the workflow's.
 */
export function governed(client: HttpClient, governor: Governor | undefined): HttpClient {
  if (!governor) return client;
  return {
    async sendRequest(request): Promise<PipelineResponse> {
      const wait = await governor.ask(request);
      if (wait > 0) {
        const message = 'Not sent: Azure would refuse it for now.';
        return {
          request,
          status: 429,
          headers: createHttpHeaders({ 'retry-after': String(wait), 'content-type': 'application/json' }),
          bodyAsText: JSON.stringify({ error: { code: 'TooManyRequests', message } }),
        };
      }
      const response = await client.sendRequest(request);
      await governor.heard(request, {
        status: response.status,
        header: (name) => response.headers.get(name),
        body: response.bodyAsText ?? '',
      });
      return response;
    },
  };
}
