import { AzureMonitorMetricExporter, AzureMonitorTraceExporter } from '@azure/monitor-opentelemetry-exporter';

/** To Application Insights. What it cannot take is dropped: a disk of an instance that comes and goes keeps nothing. */
export function applicationInsights(connectionString: string) {
  const options = { connectionString, disableOfflineStorage: true };
  return {
    spans: new AzureMonitorTraceExporter(options),
    figures: new AzureMonitorMetricExporter(options),
  };
}
