import { app } from '@azure/functions';
import { endpoint } from '../shared/api/endpoint.ts';
import { history, list } from '../shared/api/list-endpoint.ts';
import { listOf } from '../shared/api/lists.ts';
import { accepted } from '../shared/http.ts';
import { ChannelName } from '../shared/channels/request-bodies.ts';
import { SetName, VersionNumber } from '../shared/images/request-bodies.ts';
import { RolloutAnswer, RolloutExplanation, TimelineAnswer } from '../shared/rollouts/answers.ts';
import {
  AbortRollout,
  PauseRollout,
  PoolName,
  ResumeRollout,
  RollBackRollout,
  RolloutId,
  RolloutStatus,
} from '../shared/rollouts/request-bodies.ts';
import { rolloutView } from '../shared/rollouts/view.ts';
import { runningApp } from '../shared/running-app.ts';
import { queueTrigger } from '../shared/triggers.ts';

const path = { rollout: RolloutId };
const is = { about: 'The rollout.', body: RolloutAnswer };
const onItsWay = { ...is, headers: ['Operation-Location', 'Retry-After'] } as const;

/** 202: a rollout is one operation, from its start until the host pool is let go. */
function taken(id: string, rollout: Parameters<typeof rolloutView>[1]) {
  const { monitors, address } = runningApp();
  const operation = address(`operations/${monitors.first('rollout', id)}`);
  return accepted(operation, address(`rollouts/${id}`), rolloutView(id, rollout));
}

app.http(
  ...list({
    name: 'list-rollouts',
    route: 'rollouts',
    about: 'All rollouts.',
    filters: {
      hostPool: PoolName.optional(),
      imageSet: SetName.optional(),
      channel: ChannelName.optional(),
      version: VersionNumber,
      status: RolloutStatus,
    },
    isByTime: true,
    answer: { about: 'The rollouts.', body: listOf(RolloutAnswer) },
    page: async (part, { query }) => await runningApp().rollouts.rollouts(part, query),
    show: ({ id, rollout }) => rolloutView(id, rollout),
  }),
);

app.http(
  ...endpoint({
    name: 'get-rollout',
    method: 'GET',
    route: 'rollouts/{rollout}',
    role: 'reader',
    about: 'One rollout: how it stands, and what has become of its hosts.',
    path,
    answers: { 200: is },
    handle: async ({ path: { rollout: id } }) => ({
      jsonBody: rolloutView(id, await runningApp().rollouts.rollout(id)),
    }),
  }),
);

app.http(
  ...history({
    name: 'get-rollout-history',
    route: 'rollouts/{rollout}/history',
    about: 'All that happened to it, oldest first.',
    path,
    lines: async (part, { rollout: id }) => await runningApp().rollouts.history(id, part),
  }),
);

app.http(
  ...endpoint({
    name: 'explain-rollout',
    method: 'GET',
    route: 'rollouts/{rollout}/explain',
    role: 'reader',
    about: 'Why it is or is not moving, and what somebody can do about it.',
    path,
    answers: { 200: { about: 'The explanation.', body: RolloutExplanation } },
    handle: async ({ path: { rollout: id } }) => ({ jsonBody: await runningApp().rollouts.explain(id) }),
  }),
);

app.http(
  ...endpoint({
    name: 'get-rollout-timeline',
    method: 'GET',
    route: 'rollouts/{rollout}/timeline',
    role: 'reader',
    about: 'Where its time went, second by second and host by host.',
    path,
    answers: { 200: { about: 'The timeline.', body: TimelineAnswer } },
    handle: async ({ path: { rollout: id } }) => ({ jsonBody: await runningApp().rollouts.timeline(id) }),
  }),
);

app.http(
  ...endpoint({
    name: 'abort-rollout',
    method: 'POST',
    route: 'rollouts/{rollout}/abort',
    role: 'operator',
    about: 'What can be put back is, what is beyond that is finished, and the host pool is let go.',
    path,
    body: AbortRollout,
    answers: { 202: { ...onItsWay, about: 'The rollout, which is stopping.' } },
    refuses: ['InvalidPhase'],
    handle: async ({ path: { rollout: id }, body }) => {
      return taken(id, await runningApp().rollouts.abort(id, body));
    },
  }),
);

app.http(
  ...endpoint({
    name: 'pause-rollout',
    method: 'POST',
    route: 'rollouts/{rollout}/pause',
    role: 'operator',
    about: 'No further host starts, until somebody resumes it or the pause is over.',
    path,
    body: PauseRollout,
    answers: { 200: is },
    refuses: ['InvalidPhase'],
    handle: async ({ path: { rollout: id }, body }) => ({
      jsonBody: rolloutView(id, await runningApp().rollouts.pause(id, body)),
    }),
  }),
);

app.http(
  ...endpoint({
    name: 'resume-rollout',
    method: 'POST',
    route: 'rollouts/{rollout}/resume',
    role: 'operator',
    about: 'Goes on from what is true now: the pool is read and the version proven ready again.',
    path,
    body: ResumeRollout,
    answers: { 200: is },
    refuses: ['InvalidPhase'],
    handle: async ({ path: { rollout: id }, body }) => ({
      jsonBody: rolloutView(id, await runningApp().rollouts.resume(id, body)),
    }),
  }),
);

app.http(
  ...endpoint({
    name: 'roll-back-rollout',
    method: 'POST',
    route: 'rollouts/{rollout}/rollback',
    role: 'operator',
    about: 'Takes it back, half way or finished, by a rollout of its own. Asked twice it finds the first.',
    path,
    body: RollBackRollout,
    takes: ['Idempotency-Key'],
    answers: { 202: { ...onItsWay, about: 'The rollout that takes it back.' } },
    refuses: ['IdempotencyKeyReused', 'InvalidPhase', 'NoRollbackTarget'],
    handle: async ({ path: { rollout }, body, key }) => {
      const { rollouts, requestFor } = runningApp();
      // A rollout is taken back once: the key only keeps it from standing for another request as well.
      await requestFor(`rollback of ${rollout}`, key, body);
      const back = await rollouts.rollBack(rollout, body);
      return taken(back.id, back.rollout);
    },
  }),
);

app.serviceBusQueue(...queueTrigger('advance-rollout', async (id) => await runningApp().advanceRollout(id)));
