import { app } from '@azure/functions';
import { accepted, answer, bodyAs, historyView, idempotencyKey, pathValue, WakeUp } from '../shared/http.ts';
import {
  AbortRollout,
  DefinePool,
  HostName,
  PauseRollout,
  PlanRollout,
  PoolName,
  ResumeRollout,
  RetryHost,
  RollBackRollout,
  RolloutId,
  SkipHost,
  StartRollout,
} from '../shared/rollouts/request-bodies.ts';
import { poolView, rolloutView } from '../shared/rollouts/view.ts';
import { runningApp } from '../shared/running-app.ts';

type Request = Parameters<typeof pathValue>[0];
const poolOf = (request: Request) => pathValue(request, 'pool', PoolName);
const rolloutOf = (request: Request) => pathValue(request, 'rollout', RolloutId);

const hostOf = (request: Request) => pathValue(request, 'host', HostName);

app.http('define-host-pool', {
  methods: ['PUT'],
  route: 'host-pools/{pool}',
  authLevel: 'function',
  handler: answer(async (request) => {
    const name = poolOf(request);
    const { pool, created } = await runningApp().rollouts.definePool(name, await bodyAs(request, DefinePool));
    return { status: created ? 201 : 200, jsonBody: poolView(name, pool) };
  }),
});

app.http('list-host-pools', {
  methods: ['GET'],
  route: 'host-pools',
  authLevel: 'function',
  handler: answer(async () => {
    const pools = await runningApp().rollouts.pools();
    return { jsonBody: { value: pools.map(({ name, pool }) => poolView(name, pool)) } };
  }),
});

app.http('get-host-pool', {
  methods: ['GET'],
  route: 'host-pools/{pool}',
  authLevel: 'function',
  handler: answer(async (request) => {
    const name = poolOf(request);
    return { jsonBody: poolView(name, await runningApp().rollouts.pool(name)) };
  }),
});

app.http('plan-rollout', {
  methods: ['POST'],
  route: 'host-pools/{pool}/plan',
  authLevel: 'function',
  handler: answer(async (request) => {
    const plan = await runningApp().rollouts.plan(poolOf(request), await bodyAs(request, PlanRollout));
    return { jsonBody: plan };
  }),
});

app.http('start-rollout', {
  methods: ['POST'],
  route: 'host-pools/{pool}/rollouts',
  authLevel: 'function',
  handler: answer(async (request) => {
    const { rollouts, requestFor, address } = runningApp();
    const name = poolOf(request);
    const body = await bodyAs(request, StartRollout);
    const asked = await requestFor(`rollouts of ${name}`, idempotencyKey(request), body);
    const { id, rollout } = await rollouts.startRollout(name, body, asked);
    return accepted(address(`rollouts/${id}`), rolloutView(id, rollout));
  }),
});

app.http('list-rollouts', {
  methods: ['GET'],
  route: 'rollouts',
  authLevel: 'function',
  handler: answer(async () => {
    const rollouts = await runningApp().rollouts.rollouts();
    return { jsonBody: { value: rollouts.map(({ id, rollout }) => rolloutView(id, rollout)) } };
  }),
});

app.http('get-rollout', {
  methods: ['GET'],
  route: 'rollouts/{rollout}',
  authLevel: 'function',
  handler: answer(async (request) => {
    const id = rolloutOf(request);
    return { jsonBody: rolloutView(id, await runningApp().rollouts.rollout(id)) };
  }),
});

app.http('get-rollout-history', {
  methods: ['GET'],
  route: 'rollouts/{rollout}/history',
  authLevel: 'function',
  handler: answer(async (request) => {
    return { jsonBody: historyView(await runningApp().rollouts.history(rolloutOf(request))) };
  }),
});

app.http('explain-rollout', {
  methods: ['GET'],
  route: 'rollouts/{rollout}/explain',
  authLevel: 'function',
  handler: answer(async (request) => ({
    jsonBody: await runningApp().rollouts.explain(rolloutOf(request)),
  })),
});

app.http('get-rollout-timeline', {
  methods: ['GET'],
  route: 'rollouts/{rollout}/timeline',
  authLevel: 'function',
  handler: answer(async (request) => ({
    jsonBody: await runningApp().rollouts.timeline(rolloutOf(request)),
  })),
});

app.http('abort-rollout', {
  methods: ['POST'],
  route: 'rollouts/{rollout}/abort',
  authLevel: 'function',
  handler: answer(async (request) => {
    const { rollouts, address } = runningApp();
    const id = rolloutOf(request);
    const rollout = await rollouts.abort(id, await bodyAs(request, AbortRollout));
    return accepted(address(`rollouts/${id}`), rolloutView(id, rollout));
  }),
});

app.http('pause-rollout', {
  methods: ['POST'],
  route: 'rollouts/{rollout}/pause',
  authLevel: 'function',
  handler: answer(async (request) => {
    const id = rolloutOf(request);
    const rollout = await runningApp().rollouts.pause(id, await bodyAs(request, PauseRollout));
    return { jsonBody: rolloutView(id, rollout) };
  }),
});

app.http('resume-rollout', {
  methods: ['POST'],
  route: 'rollouts/{rollout}/resume',
  authLevel: 'function',
  handler: answer(async (request) => {
    const id = rolloutOf(request);
    const rollout = await runningApp().rollouts.resume(id, await bodyAs(request, ResumeRollout));
    return { jsonBody: rolloutView(id, rollout) };
  }),
});

app.http('retry-host', {
  methods: ['POST'],
  route: 'rollouts/{rollout}/hosts/{host}/retry',
  authLevel: 'function',
  handler: answer(async (request) => {
    const [id, name] = [rolloutOf(request), hostOf(request)];
    const { host } = await runningApp().rollouts.retryHost(id, name, await bodyAs(request, RetryHost));
    return { jsonBody: { rollout: id, host } };
  }),
});

app.http('skip-host', {
  methods: ['POST'],
  route: 'rollouts/{rollout}/hosts/{host}/skip',
  authLevel: 'function',
  handler: answer(async (request) => {
    const [id, name] = [rolloutOf(request), hostOf(request)];
    const { host } = await runningApp().rollouts.skipHost(id, name, await bodyAs(request, SkipHost));
    return { jsonBody: { rollout: id, host } };
  }),
});

app.http('roll-back-rollout', {
  methods: ['POST'],
  route: 'rollouts/{rollout}/rollback',
  authLevel: 'function',
  handler: answer(async (request) => {
    const { rollouts, requestFor, address } = runningApp();
    const rollout = rolloutOf(request);
    const body = await bodyAs(request, RollBackRollout);
    // A rollout is taken back once: the key only keeps it from standing for another request as well.
    await requestFor(`rollback of ${rollout}`, idempotencyKey(request), body);
    const back = await rollouts.rollBack(rollout, body);
    return accepted(address(`rollouts/${back.id}`), rolloutView(back.id, back.rollout));
  }),
});

app.serviceBusQueue('advance-rollout', {
  connection: 'ServiceBus',
  queueName: 'advance-rollout',
  handler: async (message) => await runningApp().advanceRollout(WakeUp.parse(message).id),
});
