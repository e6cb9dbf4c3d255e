import { setTimeout as pause } from 'node:timers/promises';
import {
  diag,
  DiagLogLevel,
  type Gauge,
  type Histogram,
  type Meter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type SpanContext,
} from '@opentelemetry/api';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { log } from '../log.ts';
import { type Metric, metrics } from './metrics.ts';
import type { Attributes, Instruments, Wanted } from './telemetry.ts';

/** Where spans and figures are sent. */
export interface Exporters {
  readonly spans: SpanExporter;
  readonly figures: PushMetricExporter;
}

/** The host gives a process five seconds to end; a collector that does not answer would have ten. */
const mostPartingMs = 3000;

/** What this process is, as OpenTelemetry names it. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The instruments as OpenTelemetry's SDK makes them. Nothing is registered globally, and nothing is instrumented
 * behind our back: what a span says is what was handed to it, and no library adds an address or a header.
 */
export function openTelemetry(exporters: readonly Exporters[], env: Environment) {
  diag.setLogger(complaints, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const resource = defaultResource()
    .merge(resourceFromAttributes(ours(env)))
    .merge(detectResources({ detectors: [envDetector] }));
  // How much is kept, how often it is sent, and how much of it at once, are settings of OpenTelemetry's own (OTEL_*).
  const spans = new BasicTracerProvider({
    resource,
    spanProcessors: exporters.map((to) => new BatchSpanProcessor(to.spans)),
  });
  const figures = new MeterProvider({
    resource,
    readers: exporters.map(
      (to) => new PeriodicExportingMetricReader({ exporter: to.figures, ...interval(env) }),
    ),
  });
  const tracer = spans.getTracer('goldsmith');
  const recorders = recordersOf(figures.getMeter('goldsmith'));
  const instruments: Instruments = {
    begin({ name, kind, attributes, link }, parent) {
      const span = tracer.startSpan(
        name,
        { kind: kinds[kind], attributes, links: link === undefined ? [] : [{ context: contextOf(link) }] },
        parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, contextOf(parent)),
      );
      return {
        traceparent: traceparentOf(span.spanContext()),
        end(more, isFailed) {
          span.setAttributes(more);
          if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    measure: (metric, value, attributes) => recorders[metric](value, attributes),
  };
  return {
    instruments,
    /** Sends what is left; whoever cannot be reached by then is let go. */
    stop: async () => {
      const ended = Promise.allSettled([spans.shutdown(), figures.shutdown()]);
      await Promise.race([ended, pause(mostPartingMs, undefined, { ref: false })]);
    },
  };
}

/** What the SDK has to complain of, mostly that nobody takes what it sends, would otherwise be heard by nobody. */
const complain = (reason: string) => log.warn('telemetry.trouble', { reason: reason.slice(0, 500) });
const nothing = () => {};
const complaints = { error: complain, warn: complain, info: nothing, debug: nothing, verbose: nothing };

const kinds: Record<Wanted['kind'], SpanKind> = {
  internal: SpanKind.INTERNAL,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
};

type Recorder = (value: number, attributes: Attributes) => void;

function recordersOf(meter: Meter): Record<Metric, Recorder> {
  const names = Object.keys(metrics) as Metric[];
  return Object.fromEntries(names.map((name) => [name, recorderOf(meter, name)])) as Record<Metric, Recorder>;
}

function recorderOf(meter: Meter, name: Metric): Recorder {
  const metric = metrics[name];
  const options = { unit: metric.unit, description: metric.about };
  if (metric.of === 'counter') {
    const counter = meter.createCounter(name, options);
    return (value, attributes) => counter.add(value, attributes);
  }
  const recorder: Gauge | Histogram =
    metric.of === 'gauge'
      ? meter.createGauge(name, options)
      : meter.createHistogram(name, { ...options, advice: { explicitBucketBoundaries: [...metric.bounds] } });
  return (value, attributes) => recorder.record(value, attributes);
}

function contextOf(traceparent: string): SpanContext {
  const [, traceId = '', spanId = '', flags = '00'] = traceparent.split('-');
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

function ours(env: Environment): Attributes {
  const { WEBSITE_SITE_NAME: site, WEBSITE_INSTANCE_ID: instance, REGION_NAME: region } = env;
  return {
    'service.name': site ?? 'goldsmith',
    ...(site !== undefined && { 'cloud.provider': 'azure', 'cloud.platform': 'azure_functions' }),
    ...(instance !== undefined && { 'service.instance.id': instance }),
    ...(region !== undefined && { 'cloud.region': region }),
  };
}

/** The reader is the only part of the SDK that does not read its setting by itself. */
function interval({ OTEL_METRIC_EXPORT_INTERVAL: text }: Environment) {
  const ms = Number(text ?? Number.NaN);
  // It must not take longer to send than until the next time.
  return ms >= 100 ? { exportIntervalMillis: ms, exportTimeoutMillis: Math.min(30_000, ms) } : {};
}
