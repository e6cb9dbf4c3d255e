import { app } from '@azure/functions';
import { startTelemetry, stopTelemetry } from '../shared/running-telemetry.ts';

app.hook.appStart(async () => await startTelemetry());
app.hook.appTerminate(async () => await stopTelemetry());
