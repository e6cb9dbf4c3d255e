import { app } from '@azure/functions';
import { WakeUp } from '../shared/http.ts';
import { runningApp } from '../shared/running-app.ts';

app.serviceBusQueue('deliver-notification', {
  connection: 'ServiceBus',
  queueName: 'deliver-notification',
  handler: async (message) => await runningApp().deliver(WakeUp.parse(message).id),
});
