import { app } from '@azure/functions';
import { endpoint } from '../shared/api/endpoint.ts';
import { list } from '../shared/api/list-endpoint.ts';
import { listOf } from '../shared/api/lists.ts';
import { accepted, etagOf } from '../shared/http.ts';
import { ChannelName } from '../shared/channels/request-bodies.ts';
import { SetName } from '../shared/images/request-bodies.ts';
import { PlanAnswer, PoolAnswer, RolloutAnswer } from '../shared/rollouts/answers.ts';
import { DefinePool, PlanRollout, PoolName, StartRollout } from '../shared/rollouts/request-bodies.ts';
import { poolView, rolloutView } from '../shared/rollouts/view.ts';
import { runningApp } from '../shared/running-app.ts';

const path = { pool: PoolName };
const is = { about: 'The host pool.', body: PoolAnswer, headers: ['ETag'] } as const;

app.http(
  ...endpoint({
    name: 'define-host-pool',
    method: 'PUT',
    route: 'host-pools/{pool}',
    role: 'admin',
    about: 'Links a host pool to a channel, with the way its hosts are updated.',
    path,
    body: DefinePool,
    takes: ['If-Match', 'If-None-Match'],
    answers: { 200: is, 201: { ...is, about: 'The host pool, which is new.' } },
    refuses: ['RolloutAlreadyActive'],
    handle: async ({ path: { pool: name }, body, onlyIf }) => {
      const { pool, created } = await runningApp().rollouts.definePool(name, body, onlyIf);
      return { status: created ? 201 : 200, headers: etagOf(pool), jsonBody: poolView(name, pool) };
    },
  }),
);

app.http(
  ...list({
    name: 'list-host-pools',
    route: 'host-pools',
    about: 'All host pools, by name.',
    filters: { imageSet: SetName.optional(), channel: ChannelName.optional() },
    answer: { about: 'The host pools.', body: listOf(PoolAnswer) },
    page: async (part, { query }) => await runningApp().rollouts.pools(part, query),
    show: ({ name, pool }) => poolView(name, pool),
  }),
);

app.http(
  ...endpoint({
    name: 'get-host-pool',
    method: 'GET',
    route: 'host-pools/{pool}',
    role: 'reader',
    about: 'One host pool: where it is, its policy, and which rollout holds it.',
    path,
    answers: { 200: is },
    handle: async ({ path: { pool: name } }) => {
      const pool = await runningApp().rollouts.pool(name);
      return { headers: etagOf(pool), jsonBody: poolView(name, pool) };
    },
  }),
);

app.http(
  ...endpoint({
    name: 'remove-host-pool',
    method: 'DELETE',
    route: 'host-pools/{pool}',
    role: 'admin',
    about: 'Goldsmith looks at the host pool no more; its hosts stay as they are.',
    path,
    takes: ['If-Match'],
    answers: { 204: { about: 'It is gone, whether it was there or not.' } },
    refuses: ['RolloutAlreadyActive', 'InvalidPhase'],
    handle: async ({ path: { pool: name }, caller, onlyIf }) => {
      await runningApp().rollouts.removePool(name, caller.name, onlyIf);
      return { status: 204 };
    },
  }),
);

app.http(
  ...endpoint({
    name: 'plan-rollout',
    method: 'POST',
    route: 'host-pools/{pool}/plan',
    role: 'reader',
    about: 'What bringing the host pool to a version would mean. Nothing is done.',
    path,
    body: PlanRollout,
    answers: { 200: { about: 'The plan.', body: PlanAnswer } },
    refuses: ['Throttled', 'AzureBusy', 'AzureRefused'],
    handle: async ({ path: { pool }, body }) => ({
      jsonBody: await runningApp().rollouts.plan(pool, body),
    }),
  }),
);

app.http(
  ...endpoint({
    name: 'start-rollout',
    method: 'POST',
    route: 'host-pools/{pool}/rollouts',
    role: 'releaser',
    about: 'Starts bringing the host pool to a version; by a plan, if its hash is sent.',
    path,
    body: StartRollout,
    takes: ['Idempotency-Key'],
    answers: {
      202: {
        about: 'The rollout, which is under way.',
        body: RolloutAnswer,
        headers: ['Operation-Location', 'Retry-After'],
      },
    },
    refuses: [
      'IdempotencyKeyReused',
      'RolloutAlreadyActive',
      'Frozen',
      'VersionNotReady',
      'VersionOver',
      'Revoked',
      'PlanStale',
      'PlanBlocked',
      // Of the plan that is held to, and of the copy at the place of the pool.
      'Throttled',
      'AzureBusy',
      'AzureRefused',
      'CopyFailed',
      'SourceMismatch',
      'ForeignResource',
      'QuotaExceeded',
      'PolicyDenied',
      'ResourceLocked',
      'Overdue',
    ],
    handle: async ({ path: { pool: name }, body, key }) => {
      const { rollouts, requestFor, monitors, address } = runningApp();
      const request = await requestFor(`rollouts of ${name}`, key, body);
      const { id, rollout } = await rollouts.startRollout(name, body, request);
      const operation = address(`operations/${monitors.first('rollout', id)}`);
      return accepted(operation, address(`rollouts/${id}`), rolloutView(id, rollout));
    },
  }),
);
