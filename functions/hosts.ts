import { app } from '@azure/functions';
import { answer, historyView, pathValue, WakeUp } from '../shared/http.ts';
import { hostView } from '../shared/hosts/view.ts';
import { RolloutId } from '../shared/rollouts/request-bodies.ts';
import { runningApp } from '../shared/running-app.ts';

app.http('list-hosts-of-rollout', {
  methods: ['GET'],
  route: 'rollouts/{rollout}/hosts',
  authLevel: 'function',
  handler: answer(async (request) => {
    const { rollouts, hosts } = runningApp();
    const id = pathValue(request, 'rollout', RolloutId);
    const records = await rollouts.hostsOf(id);
    const work = new Map((await hosts.ofRollout(id)).map(({ id, host }) => [id, host]));
    return {
      jsonBody: {
        value: records.map((record) => hostView(record, work.get(rollouts.workOn(id, record)))),
      },
    };
  }),
});

app.http('get-host-history', {
  methods: ['GET'],
  route: 'rollouts/{rollout}/hosts/{instance}/history',
  authLevel: 'function',
  handler: answer(async (request) => {
    const { rollouts, hosts } = runningApp();
    const id = pathValue(request, 'rollout', RolloutId);
    const instanceId = pathValue(request, 'instance');
    const records = await rollouts.hostsOf(id);
    const record = records.find((one) => one.instanceId === instanceId) ?? { instanceId };
    return { jsonBody: historyView(await hosts.history(rollouts.workOn(id, record))) };
  }),
});

app.serviceBusQueue('advance-host', {
  connection: 'ServiceBus',
  queueName: 'advance-host',
  handler: async (message) => await runningApp().advanceHost(WakeUp.parse(message).id),
});
