import type { HttpClient } from '@azure/core-rest-pipeline';
import { AzureMonitorMetricExporter, AzureMonitorTraceExporter } from '@azure/monitor-opentelemetry-exporter';

/** To Application Insights. What it cannot take is dropped: a disk of an instance that comes and goes keeps nothing. */
export function applicationInsights(connectionString: string, httpClient?: HttpClient) {
  const options = { connectionString, disableOfflineStorage: true, ...(httpClient && { httpClient }) };
  return {
    spans: new AzureMonitorTraceExporter(options),
    figures: new AzureMonitorMetricExporter(options),
  };
}
