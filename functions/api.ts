import { app } from '@azure/functions';
import { answer } from '../shared/http.ts';
import { runningApp } from '../shared/running-app.ts';

/** Says that the app runs and that its settings are whole; nothing of what it knows. */
app.http('health', {
  methods: ['GET'],
  route: 'health',
  authLevel: 'anonymous',
  handler: answer(async () => ({ jsonBody: { status: 'ok', at: runningApp().now() } })),
});
