import { app } from '@azure/functions';
import { runningApp, runningReadiness } from '../shared/running-app.ts';

/** Nothing is forgotten: once a minute whatever is overdue is woken, whoever should have woken it. */
app.timer('sweep', {
  schedule: '0 * * * * *',
  handler: async () => {
    await runningApp().sweep();
    await runningReadiness().swept();
  },
});
