import { app } from '@azure/functions';
import { endpoint } from '../shared/api/endpoint.ts';
import { history, list } from '../shared/api/list-endpoint.ts';
import { listOf } from '../shared/api/lists.ts';
import { accepted, etagOf } from '../shared/http.ts';
import {
  DeliveryAnswer,
  NewSubscriptionAnswer,
  RotatedAnswer,
  SubscriptionAnswer,
  TestedAnswer,
} from '../shared/notifications/answers.ts';
import {
  DeliveryState,
  EventId,
  Kind,
  PutSubscription,
  SubscriptionId,
} from '../shared/notifications/request-bodies.ts';
import { subscriptionView } from '../shared/notifications/view.ts';
import { runningApp } from '../shared/running-app.ts';
import { queueTrigger } from '../shared/triggers.ts';

const path = { subscription: SubscriptionId };
const is = { about: 'The subscription.', body: SubscriptionAnswer, headers: ['ETag'] as const };

app.http(
  ...endpoint({
    name: 'put-subscription',
    method: 'PUT',
    route: 'subscriptions/{subscription}',
    role: 'admin',
    about: 'Has events told to a receiver: in order, at least once, signed where it is a webhook.',
    path,
    body: PutSubscription,
    takes: ['If-Match', 'If-None-Match'],
    answers: {
      200: { ...is, body: NewSubscriptionAnswer },
      201: { ...is, about: 'The subscription, which is new, and its key.', body: NewSubscriptionAnswer },
    },
    async handle({ path: { subscription: id }, body, onlyIf }) {
      const { subscription, created, secret } = await runningApp().subscriptions.put(id, body, onlyIf);
      const shown = { ...subscriptionView(id, subscription), ...(secret !== undefined && { secret }) };
      return { status: created ? 201 : 200, headers: etagOf(subscription), jsonBody: shown };
    },
  }),
);

app.http(
  ...list({
    name: 'list-subscriptions',
    route: 'subscriptions',
    about: 'All subscriptions, by name; never their addresses.',
    filters: { kind: Kind },
    answer: { about: 'The subscriptions.', body: listOf(SubscriptionAnswer) },
    page: async (part, { query }) => await runningApp().subscriptions.list(part, query),
    show: ({ id, subscription }) => subscriptionView(id, subscription),
  }),
);

app.http(
  ...endpoint({
    name: 'get-subscription',
    method: 'GET',
    route: 'subscriptions/{subscription}',
    role: 'reader',
    about: 'One subscription: what it wants, how far it is, what keeps it.',
    path,
    answers: { 200: is },
    async handle({ path: { subscription: id } }) {
      const subscription = await runningApp().subscriptions.get(id);
      return { headers: etagOf(subscription), jsonBody: subscriptionView(id, subscription) };
    },
  }),
);

app.http(
  ...endpoint({
    name: 'remove-subscription',
    method: 'DELETE',
    route: 'subscriptions/{subscription}',
    role: 'admin',
    about: 'Nothing is told to the receiver any more; its address and keys are forgotten.',
    path,
    takes: ['If-Match'],
    answers: { 204: { about: 'It is gone, whether it was there or not.' } },
    async handle({ path: { subscription: id }, caller, onlyIf }) {
      await runningApp().subscriptions.remove(id, caller.name, onlyIf);
      return { status: 204 };
    },
  }),
);

app.http(
  ...endpoint({
    name: 'test-subscription',
    method: 'POST',
    route: 'subscriptions/{subscription}/test',
    role: 'operator',
    about: 'Sends one message now, which is no event, and says what the receiver answered.',
    path,
    answers: { 200: { about: 'What the receiver answered.', body: TestedAnswer } },
    handle: async ({ path: { subscription: id }, caller }) => ({
      jsonBody: await runningApp().subscriptions.test(id, caller.name),
    }),
  }),
);

app.http(
  ...endpoint({
    name: 'rotate-subscription-secret',
    method: 'POST',
    route: 'subscriptions/{subscription}/rotate-secret',
    role: 'admin',
    about: 'A new key; for a day what is sent is signed with both.',
    path,
    answers: {
      200: { about: 'The new key, which is shown this once.', body: RotatedAnswer, headers: ['ETag'] },
    },
    refuses: ['InvalidPhase'],
    async handle({ path: { subscription: id }, caller }) {
      const { subscription, ...rotated } = await runningApp().subscriptions.rotateSecret(id, caller.name);
      return { headers: etagOf(subscription), jsonBody: rotated };
    },
  }),
);

app.http(
  ...endpoint({
    name: 'resume-subscription',
    method: 'POST',
    route: 'subscriptions/{subscription}/resume',
    role: 'operator',
    about: 'Goes on where it was paused: nothing that happened meanwhile is left out.',
    path,
    answers: { 200: is },
    async handle({ path: { subscription: id }, caller }) {
      const subscription = await runningApp().subscriptions.resume(id, caller.name);
      return { headers: etagOf(subscription), jsonBody: subscriptionView(id, subscription) };
    },
  }),
);

app.http(
  ...list({
    name: 'list-deliveries',
    route: 'subscriptions/{subscription}/deliveries',
    about: 'What became of each event that was sent to the receiver, newest first.',
    path,
    filters: { state: DeliveryState },
    answer: { about: 'A page of the log.', body: listOf(DeliveryAnswer) },
    page: async (part, { path: { subscription: id }, query }) =>
      await runningApp().subscriptions.deliveries(id, part, query),
    show: (delivery) => delivery,
  }),
);

app.http(
  ...endpoint({
    name: 'redeliver-event',
    method: 'POST',
    route: 'subscriptions/{subscription}/deliveries/{event}/redeliver',
    role: 'operator',
    about: 'Sends an event once more, with the same id: one that is dead, or that the receiver has lost.',
    path: { ...path, event: EventId },
    answers: {
      202: {
        about: 'It is sent next.',
        body: SubscriptionAnswer,
        headers: ['ETag', 'Operation-Location', 'Retry-After'],
      },
    },
    refuses: ['InvalidPhase'],
    async handle({ path: { subscription: id, event }, caller }) {
      const { subscriptions, monitors, address } = runningApp();
      const subscription = await subscriptions.redeliver(id, event, caller.name);
      const operation = address(`operations/${await monitors.of('redelivery', id, event)}`);
      const view = subscriptionView(id, subscription);
      return accepted(operation, address(`subscriptions/${id}`), view, etagOf(subscription));
    },
  }),
);

app.http(
  ...history({
    name: 'get-subscription-history',
    route: 'subscriptions/{subscription}/history',
    about: 'What people did with it, what was given up, and when it was paused; oldest first.',
    path,
    lines: async (part, { subscription: id }) => await runningApp().subscriptions.history(id, part),
  }),
);

app.serviceBusQueue(...queueTrigger('deliver-notification', async (id) => await runningApp().deliver(id)));
