import { app } from '@azure/functions';
import { endpoint } from '../shared/api/endpoint.ts';
import { DeadLettersAnswer, PutBackAnswer, StuckWorkAnswer } from '../shared/operations/answers.ts';
import { MostOfEach, PutBackDeadLetters, QueueName, Why } from '../shared/operations/request-bodies.ts';
import { runningApp } from '../shared/running-app.ts';

app.http(
  ...endpoint({
    name: 'list-dead-letters',
    method: 'GET',
    route: 'dead-letters',
    role: 'reader',
    about:
      'Messages that queues have given up on, what each is about and why; of each queue the oldest first.',
    query: { queue: QueueName.optional(), most: MostOfEach },
    answers: { 200: { about: 'The dead letters.', body: DeadLettersAnswer } },
    refuses: ['AzureRefused'],
    handle: async ({ query }) => ({
      jsonBody: { value: await runningApp().operations.deadLetters.list(query) },
    }),
  }),
);

app.http(
  ...endpoint({
    name: 'put-back-dead-letters',
    method: 'POST',
    route: 'dead-letters/{queue}/put-back',
    role: 'operator',
    about: 'Has what the oldest dead letters of a queue are about looked at again, and takes them away.',
    path: { queue: QueueName },
    body: PutBackDeadLetters,
    answers: { 200: { about: 'What was put back.', body: PutBackAnswer } },
    refuses: ['AzureRefused'],
    handle: async ({ path: { queue }, body }) => ({
      jsonBody: await runningApp().operations.deadLetters.putBack(queue, body),
    }),
  }),
);

app.http(
  ...endpoint({
    name: 'list-stuck-work',
    method: 'GET',
    route: 'stuck',
    role: 'reader',
    about: 'Everything that somebody should look at, and why; what has been so the longest first.',
    query: { why: Why.optional() },
    answers: { 200: { about: 'What is stuck.', body: StuckWorkAnswer } },
    handle: async ({ query: { why } }) => ({
      jsonBody: { value: await runningApp().operations.stuck(why) },
    }),
  }),
);
