import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { applicationInsights } from '../../shared/azure/application-insights.ts';
import { armOperation } from '../../shared/azure/watched.ts';
import { correlated, correlationFields } from '../../shared/correlation.ts';
import { AppError } from '../../shared/errors.ts';
import { startTelemetry, stopTelemetry } from '../../shared/running-telemetry.ts';
import { carriedBy, messageProperties } from '../../shared/telemetry/cause.ts';
import { type Invocation, invoked } from '../../shared/telemetry/invocation.ts';
import { metrics } from '../../shared/telemetry/metrics.ts';
import { openTelemetry } from '../../shared/telemetry/open-telemetry.ts';
import { isObserved, measure, observeWith, spanned } from '../../shared/telemetry/telemetry.ts';
import { otlpReceiver } from '../support/otlp-receiver.ts';

const root = join(import.meta.dirname, '../..');
const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${trace}-00f067aa0ba902b7-01`;
const hostParent = `00-${trace}-1111111111111111-01`;

describe('a message', () => {
  const cause = { traceparent, beganMs: Date.now() - 60_000, request: 'id-1' };

  it('says what caused it, and whoever takes it hears the same', async () => {
    const properties = await correlated({ cause }, async () => messageProperties(5000));
    expect(properties).toMatchObject({ 'Diagnostic-Id': traceparent });
    expect(carriedBy(properties)).toEqual({ cause, dueMs: 5000 });
  });

  it('of a trace that has gone on for too long begins another, which names the one before', async () => {
    const old = { ...cause, beganMs: Date.now() - 7 * 60 * 60 * 1000 };
    const carried = carriedBy(await correlated({ cause: old }, async () => messageProperties(5000)));
    expect(carried).toEqual({ link: traceparent, dueMs: 5000 });
  });

  it('that says nothing of the kind, or nonsense, has no cause', () => {
    expect(carriedBy(undefined)).toEqual({});
    expect(carriedBy({ traceparent: 'x', traceBegan: '5', traceLink: 7, due: 'soon' })).toEqual({});
    expect(carriedBy({ traceparent, traceBegan: '5', request: 'a b' })).toEqual({
      cause: { traceparent, beganMs: 5, request: undefined },
    });
  });
});

describe('an invocation', () => {
  const context: Invocation = {
    invocationId: 'i-1',
    functionName: 'advance-image',
    traceContext: { traceParent: hostParent },
  };
  const how = { trigger: 'pubsub' as const, name: 'look', attributes: {}, isCause: true };
  const cause = { traceparent, beganMs: Date.now(), request: 'r-1' };

  it('is known in the log by its function, its id, its work, its request and its trace', async () => {
    const doing = { kind: 'version', work: 'a.1.0.0', request: 'r-1', cause };
    const fields = await invoked(context, { ...how, doing, calledIn: traceparent }, async () =>
      correlationFields(),
    );
    expect(fields).toEqual({
      function: 'advance-image',
      invocation: 'i-1',
      kind: 'version',
      work: 'a.1.0.0',
      request: 'r-1',
      clientRequest: undefined,
      trace,
    });
  });

  it('hands on what caused it; what nothing caused is a cause itself, and a timer is none', async () => {
    const send = async () => carriedBy(messageProperties(0)).cause;
    expect(await invoked(context, { ...how, doing: { cause } }, send)).toEqual(cause);
    expect(await invoked(context, how, send)).toMatchObject({ traceparent: hostParent });
    expect(await invoked(context, { ...how, trigger: 'timer', isCause: false }, send)).toBeUndefined();
  });
});

describe('a watcher', () => {
  it('is told of a failure by its kind, and never by its words', async () => {
    const receiver = await otlpReceiver();
    const env = { ...receiver.settings, OTEL_SERVICE_NAME: 'ours' };
    // The exporters read their settings where OpenTelemetry says they are.
    Object.assign(process.env, env);
    onTestFinished(() => {
      for (const name of Object.keys(env)) delete process.env[name];
      receiver.stop();
    });
    await startTelemetry(env);
    expect(isObserved()).toBe(true);
    const fail = async () => {
      throw new AppError('AzureBusy', 'geheim');
    };
    const inner = { name: 'inner', kind: 'client' as const, attributes: {} };
    const outer = async () =>
      await spanned({ ...inner, name: 'outer', link: hostParent }, async () => await spanned(inner, fail));
    await expect(correlated({ parent: traceparent }, outer)).rejects.toThrow('geheim');
    measure('goldsmith.dead_letters', 1, { queue: 'advance-image' });
    await stopTelemetry();

    const spans = receiver.spans();
    const [innermost, outermost] = ['inner', 'outer'].map((name) => spans.find((span) => span.name === name));
    expect(outermost).toMatchObject({ trace, parent: '00f067aa0ba902b7' });
    expect(innermost).toMatchObject({
      trace,
      parent: outermost?.id,
      attributes: { 'error.type': 'AzureBusy' },
    });
    expect(receiver.metrics()).toContain('goldsmith.dead_letters');
    const all = receiver.received.map(({ body }) => body).join('');
    expect(all).toContain('"ours"');
    expect(all).not.toContain('geheim');
  });

  it('that is Application Insights gets what the exporter of Azure makes of it', async () => {
    const sent: string[] = [];
    const httpClient: HttpClient = {
      sendRequest: async (request) => {
        sent.push(`${request.url} ${request.body as string}`);
        const bodyAsText = '{"itemsReceived":1,"itemsAccepted":1,"errors":[]}';
        return { request, status: 200, headers: createHttpHeaders(), bodyAsText };
      },
    };
    const connection = `InstrumentationKey=${trace.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')};IngestionEndpoint=https://x.example/`;
    const { instruments, stop } = openTelemetry([applicationInsights(connection, httpClient)], {});
    observeWith(instruments);
    await spanned(
      { name: 'look version', kind: 'internal', attributes: { 'goldsmith.id': 'a.1.0.0' } },
      async () => {},
    );
    observeWith(undefined);
    await stop();
    expect(sent.join('\n')).toMatch(
      /^https:\/\/x\.example\/\/?v2\.1\/track .*"look version".*"a\.1\.0\.0"/ms,
    );
  });

  it('that nothing names is nowhere, and nothing of OpenTelemetry is loaded for it', async () => {
    await startTelemetry({});
    expect(isObserved()).toBe(false);
    const importing = globSync('{shared,functions}/**/*.ts', { cwd: root }).filter((file) =>
      /from '(@opentelemetry|@azure\/monitor)/.test(readFileSync(join(root, file), 'utf8')),
    );
    const lazy = ['application-insights.ts', 'open-telemetry.ts', 'otlp.ts'];
    expect(new Set(importing.map((file) => basename(file)))).toEqual(new Set(lazy));
    for (const file of globSync('{shared,functions}/**/*.ts', { cwd: root })) {
      const text = readFileSync(join(root, file), 'utf8');
      expect(text, file).not.toMatch(
        /^import (?!type).*'.*\/(application-insights|open-telemetry|otlp)\.ts'/m,
      );
    }
  });

  it('that is set up wrongly keeps the app from nothing', async () => {
    const lines: string[] = [];
    const { error } = console;
    console.error = (line: string) => lines.push(line);
    onTestFinished(() => {
      console.error = error;
    });
    await startTelemetry({ APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=none' });
    await stopTelemetry();
    expect(lines.join('\n')).toMatch(
      /^[^\n]*"telemetry\.not-started"[^\n]*Invalid instrumentation key[^\n]*$/,
    );
    expect(isObserved()).toBe(false);
  });
});

it.each([
  [
    '/subscriptions/1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm',
    'Microsoft.Compute/virtualMachines',
  ],
  ['/subscriptions/1/providers/Microsoft.Compute/virtualMachines', 'Microsoft.Compute/virtualMachines'],
  [
    '/subscriptions/1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm/deallocate',
    'Microsoft.Compute/virtualMachines/deallocate',
  ],
  [
    '/subscriptions/1/resourceGroups/rg/providers/A.B/c/d/providers/Microsoft.Insights/e/f',
    'Microsoft.Insights/e',
  ],
  ['/subscriptions', 'subscriptions'],
  ['/subscriptions/1/resourceGroups/rg', 'subscriptions/resourceGroups'],
])('a request to %s is shown without a name: %s', (path, operation) => {
  expect(armOperation(`https://management.azure.com${path}?api-version=2026-01-01`)).toBe(operation);
});

it('the page on operations tells every figure, and how it is counted', () => {
  const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(goldsmith\.[\w.]+)` \| (\w+)/gm)].map(([, name, of]) => [name, of]);
  expect(rows).toEqual(Object.entries(metrics).map(([name, { of }]) => [name, of]));
});
