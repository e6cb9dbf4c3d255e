import { app } from '@azure/functions';
import { z } from 'zod';
import { endpoint } from '../shared/api/endpoint.ts';
import { history, list } from '../shared/api/list-endpoint.ts';
import { listOf } from '../shared/api/lists.ts';
import { HostAnswer, HostOrderAnswer } from '../shared/hosts/answers.ts';
import { hostView, orderedView } from '../shared/hosts/view.ts';
import { accepted } from '../shared/http.ts';
import { HostName, HostOutcome, RetryHost, RolloutId, SkipHost } from '../shared/rollouts/request-bodies.ts';
import { runningApp } from '../shared/running-app.ts';
import { queueTrigger } from '../shared/triggers.ts';

const is = { about: 'What became of the host.', body: HostOrderAnswer };
const path = { rollout: RolloutId, host: HostName };
// Who was never begun is looked for in the pool.
const refuses = ['InvalidPhase', 'Throttled', 'AzureBusy', 'AzureRefused'] as const;
// After the end of its rollout another begins.
const refusesAfter = ['RolloutAlreadyActive', 'Frozen', 'VersionNotReady', 'Revoked', 'VersionOver'] as const;

app.http(
  ...list({
    name: 'list-hosts-of-rollout',
    route: 'rollouts/{rollout}/hosts',
    about: 'The hosts of a rollout that it has begun with: how each stands, and what was done to its users.',
    path: { rollout: RolloutId },
    filters: { outcome: HostOutcome },
    answer: { about: 'The hosts.', body: listOf(HostAnswer) },
    async page(part, { path: { rollout: id }, query }) {
      const { rollouts, hosts } = runningApp();
      const { value: records, ...more } = await rollouts.pageOfHosts(id, part, query);
      // Of those that are shown, and of no other.
      const work = await Promise.all(
        records.map(async (record) => await hosts.host(rollouts.workOn(id, record))),
      );
      return { ...more, value: [...records.entries()].map(([at, record]) => ({ record, work: work[at] })) };
    },
    show: ({ record, work }) => hostView(record, work),
  }),
);

app.http(
  ...history({
    name: 'get-host-history',
    route: 'rollouts/{rollout}/hosts/{instance}/history',
    about: 'All that happened to a host in the rollout, oldest first.',
    path: { rollout: RolloutId, instance: z.string() },
    async lines(part, { rollout: id, instance: instanceId }) {
      const { rollouts, hosts } = runningApp();
      const records = await rollouts.hostsOf(id);
      const record = records.find((one) => one.instanceId === instanceId) ?? { instanceId };
      return await hosts.lines(rollouts.workOn(id, record), part);
    },
  }),
);

app.http(
  ...endpoint({
    name: 'retry-host',
    method: 'POST',
    route: 'rollouts/{rollout}/hosts/{host}/retry',
    role: 'operator',
    about:
      'The host is tried again, as if it had never begun; its failure counts no longer. Once its rollout is over, by another that the answer names.',
    path,
    body: RetryHost,
    answers: {
      200: is,
      202: {
        ...is,
        about: 'Its rollout was over: the one that tries it again, which is under way.',
        headers: ['Operation-Location', 'Retry-After'],
      },
    },
    refuses: [...refuses, ...refusesAfter],
    handle: async ({ path: { rollout, host: name }, body }) => {
      const { rollouts, monitors, address } = runningApp();
      const { id, host } = await rollouts.retryHost(rollout, name, body);
      const answer = { rollout: id, host: host && orderedView(host) };
      if (id === rollout) return { jsonBody: answer };
      const operation = address(`operations/${monitors.first('rollout', id)}`);
      return accepted(operation, address(`rollouts/${id}`), answer);
    },
  }),
);

app.http(
  ...endpoint({
    name: 'skip-host',
    method: 'POST',
    route: 'rollouts/{rollout}/hosts/{host}/skip',
    role: 'operator',
    about:
      'The host is not brought; one that was begun is put back first, if it still can be. One that a rollout which is over lost is let go: no other makes it again.',
    path,
    body: SkipHost,
    answers: { 200: is },
    refuses,
    handle: async ({ path: { rollout, host: name }, body }) => {
      const { host } = await runningApp().rollouts.skipHost(rollout, name, body);
      return { jsonBody: { rollout, host: host && orderedView(host) } };
    },
  }),
);

app.serviceBusQueue(...queueTrigger('advance-host', async (id) => await runningApp().advanceHost(id)));
