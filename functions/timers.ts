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

/** Once a day, when few work: what has been kept for as long as the settings say goes. */
app.timer('prune', {
  schedule: '0 40 3 * * *',
  handler: async () => await runningApp().prune(),
});
