import { app } from '@azure/functions';
import { runningApp, runningReadiness } from '../shared/running-app.ts';
import { timerTrigger } from '../shared/triggers.ts';

/** Nothing is forgotten: once a minute whatever is overdue is woken, whoever should have woken it. */
app.timer(
  ...timerTrigger('sweep', '0 * * * * *', async () => {
    await runningApp().sweep();
    await runningReadiness().swept();
    await runningApp().operations.census();
  }),
);

/** Once a day, when few work: what has been kept for as long as the settings say goes. */
app.timer(...timerTrigger('prune', '0 40 3 * * *', async () => await runningApp().prune()));
