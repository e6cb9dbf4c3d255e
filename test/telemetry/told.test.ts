import { createHttpHeaders, createPipelineRequest, type HttpClient } from '@azure/core-rest-pipeline';
import { InvocationContext } from '@azure/functions';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { governed } from '../../shared/azure/governed.ts';
import { Governor } from '../../shared/azure/governor.ts';
import { watchedArm } from '../../shared/azure/watched.ts';
import { correlated, noteMove } from '../../shared/correlation.ts';
import { type Attributes, observeWith } from '../../shared/telemetry/telemetry.ts';
import { queueTrigger } from '../../shared/triggers.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
let figures: [metric: string, value: number, attributes: Attributes][];
let lines: string[];
const before = { log: console.log, warn: console.warn };

beforeEach(() => {
  figures = [];
  lines = [];
  console.log = console.warn = (line: string) => lines.push(line);
  observeWith({
    begin: () => ({
      traceparent: traceparent.replace('00f067aa0ba902b7', '2222222222222222'),
      end: () => {},
    }),
    measure: (metric, value, attributes) => figures.push([metric, value, attributes]),
  });
});
afterEach(() => {
  observeWith(undefined);
  Object.assign(console, before);
});

describe('a call to Azure Resource Manager', () => {
  const url =
    'https://management.azure.com/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/disks/geheim?api-version=1';
  const azure = (
    status: number,
    bodyAsText = '',
    heard?: (traceparent: string | undefined) => void,
  ): HttpClient => ({
    sendRequest: async (request) => {
      heard?.(request.headers.get('traceparent'));
      const headers = createHttpHeaders({
        'x-ms-request-id': 'azure-1',
        'x-ms-correlation-request-id': 'azure-2',
        'retry-after': '30',
      });
      return { request, status, headers, bodyAsText };
    },
  });
  const request = () => createPipelineRequest({ url, method: 'PUT', requestId: 'ours-1' });

  it('tells Azure of the span that it is', async () => {
    const heard: (string | undefined)[] = [];
    const client = watchedArm(azure(200, '', (traceparent) => heard.push(traceparent)));
    await correlated({ parent: traceparent }, async () => await client.sendRequest(request()));
    expect(heard).toEqual([expect.stringContaining('-2222222222222222-')]);
    expect(lines).toEqual([]);
    expect(figures).toEqual([
      [
        'goldsmith.arm.duration',
        expect.any(Number),
        { operation: 'PUT Microsoft.Compute/disks', status: 200 },
      ],
    ]);
  });

  it('that is refused leaves the ids by which Azure’s support finds it, and no name', async () => {
    const body = '{"error":{"code":"OperationNotAllowed","message":"geheim"}}';
    await watchedArm(azure(409, body)).sendRequest(request());
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({
        what: 'azure.refused',
        operation: 'PUT Microsoft.Compute/disks',
        status: 409,
        code: 'OperationNotAllowed',
        clientRequestId: 'ours-1',
        azureRequest: 'azure-1',
        azureCorrelation: 'azure-2',
      }),
    ]);
    expect(lines.join('')).not.toContain('geheim');
  });

  it('that nobody answers is a line, and still fails', async () => {
    const torn: HttpClient = { sendRequest: async () => await Promise.reject(new TypeError('geheim')) };
    await expect(watchedArm(torn).sendRequest(request())).rejects.toThrow('geheim');
    expect(lines).toEqual([expect.stringMatching(/"azure\.no-answer".*"ours-1".*"TypeError"/)]);
    expect(figures).toMatchObject([['goldsmith.arm.duration', expect.any(Number), { status: 0 }]]);
  });

  it('that is throttled is counted, by who refused it', async () => {
    const governor = new Governor(() => '2026-01-05T12:00:00.000Z');
    const client = governed(azure(429), governor);
    await client.sendRequest(request());
    await client.sendRequest(request());
    const throttled = figures.filter(([metric]) => metric === 'goldsmith.arm.throttled');
    expect(throttled.map(([, , { by }]) => by)).toEqual(['azure', 'governor']);
    expect(figures).toContainEqual(['goldsmith.arm.remaining', 199, { subscription: 's', kind: 'writes' }]);
  });
});

describe('a look', () => {
  const looked = async (advance: () => Promise<void>, deliveryCount = 1) => {
    const [, { handler }] = queueTrigger('advance-image', advance);
    const applicationProperties = { due: String(Date.now() - 2000) };
    const triggerMetadata = { deliveryCount, applicationProperties };
    const context = new InvocationContext({ invocationId: 'i', functionName: 'f', triggerMetadata });
    await handler({ id: 'win11.1.0.0' }, context);
  };
  const outcomes = () =>
    figures
      .filter(([metric]) => metric === 'goldsmith.look.duration')
      .map(([, , { kind, outcome }]) => [kind, outcome]);

  it('is counted by what it led to', async () => {
    await looked(async () => {});
    await looked(async () => noteMove());
    expect(outcomes()).toEqual([
      ['version', 'quiet'],
      ['version', 'moved'],
    ]);
    const lag = figures.find(([metric]) => metric === 'goldsmith.queue.lag');
    expect(lag?.[1]).toBeGreaterThanOrEqual(2);
    expect(lag?.[1]).toBeLessThan(60);
  });

  it('that fails fails still; the tenth time its message is a dead letter', async () => {
    const fail = async () => await Promise.reject(new Error('a defect'));
    await expect(looked(fail, 9)).rejects.toThrow('a defect');
    expect(figures.map(([metric]) => metric)).not.toContain('goldsmith.dead_letters');
    await expect(looked(fail, 10)).rejects.toThrow('a defect');
    expect(figures).toContainEqual(['goldsmith.dead_letters', 1, { queue: 'advance-image' }]);
    expect(outcomes()).toEqual([
      ['version', 'failed'],
      ['version', 'failed'],
    ]);
  });
});
