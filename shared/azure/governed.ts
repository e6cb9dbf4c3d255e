import { createHttpHeaders, type HttpClient, type PipelineResponse } from '@azure/core-rest-pipeline';
import { isObserved, measure } from '../telemetry/telemetry.ts';
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
        measure('goldsmith.arm.throttled', 1, { by: 'governor' });
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
      if (response.status === 429) measure('goldsmith.arm.throttled', 1, { by: 'azure' });
      if (isObserved()) tellOfWhatIsLeft(governor, request);
      return response;
    },
  };
}

function tellOfWhatIsLeft(
  governor: Governor,
  request: { readonly method: string; readonly url: string },
): void {
  const left = governor.left(request);
  if (!left) return;
  const { subscription, kind, tokens } = left;
  measure('goldsmith.arm.remaining', Math.max(0, Math.floor(tokens)), { subscription, kind });
}
