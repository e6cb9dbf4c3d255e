import { OTLPMetricExporter as FiguresAsJson } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as FiguresAsProtobuf } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as SpansAsJson } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as SpansAsProtobuf } from '@opentelemetry/exporter-trace-otlp-proto';
import type { Exporters } from './open-telemetry.ts';

/** To a collector, over HTTP: where it is, and its headers, the exporters read from OTEL_EXPORTER_OTLP_* themselves. */
export function otlpExporters(protocol: string | undefined): Exporters {
  if (protocol === 'http/json') return { spans: new SpansAsJson(), figures: new FiguresAsJson() };
  return { spans: new SpansAsProtobuf(), figures: new FiguresAsProtobuf() };
}
