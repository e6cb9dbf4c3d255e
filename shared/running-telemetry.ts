import { log } from './log.ts';
import type { Exporters } from './telemetry/open-telemetry.ts';
import { observeWith } from './telemetry/telemetry.ts';

type Environment = Readonly<Record<string, string | undefined>>;
let running: { readonly stop: () => Promise<void> } | undefined;

/**
 * Sends spans and figures to wherever the settings name; where they name nothing, nothing is even loaded. A watcher
 * that cannot be reached or is set up wrongly must not keep the app from its work: it is a line in the log.
 */
export async function startTelemetry(env: Environment = process.env): Promise<void> {
  if (env['OTEL_SDK_DISABLED'] === 'true') return;
  try {
    const exporters = await exportersFor(env);
    if (exporters.length === 0) return;
    const { openTelemetry } = await import('./telemetry/open-telemetry.ts');
    const started = openTelemetry(exporters, env);
    running = started;
    observeWith(started.instruments);
  } catch (error) {
    log.error('telemetry.not-started', { error });
  }
}

/** Sends what is left. */
export async function stopTelemetry(): Promise<void> {
  observeWith(undefined);
  await running?.stop();
  running = undefined;
}

async function exportersFor(env: Environment): Promise<readonly Exporters[]> {
  const exporters: Exporters[] = [];
  if (env['OTEL_EXPORTER_OTLP_ENDPOINT']) {
    const { otlpExporters } = await import('./telemetry/otlp.ts');
    exporters.push(otlpExporters(env['OTEL_EXPORTER_OTLP_PROTOCOL']));
  }
  const insights = env['APPLICATIONINSIGHTS_CONNECTION_STRING'];
  if (insights) {
    const { applicationInsights } = await import('./azure/application-insights.ts');
    exporters.push(applicationInsights(insights));
  }
  return exporters;
}
