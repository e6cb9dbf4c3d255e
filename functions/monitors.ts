import { app } from '@azure/functions';
import { endpoint } from '../shared/api/endpoint.ts';
import { needsRole } from '../shared/api/guard.ts';
import { askAgain } from '../shared/http.ts';
import { OperationAnswer } from '../shared/operations/answers.ts';
import { CancelOperation, OperationId } from '../shared/operations/request-bodies.ts';
import { runningApp } from '../shared/running-app.ts';

type Operation = Awaited<ReturnType<ReturnType<typeof runningApp>['monitors']['get']>>;

const path = { operation: OperationId };
const is = { about: 'How it stands.', body: OperationAnswer, headers: ['Retry-After'] } as const;

/** Whoever waits for it is told when to ask again. */
const shown = (operation: Operation) => ({
  headers: operation.status === 'Running' || operation.status === 'NotStarted' ? askAgain : {},
  jsonBody: { ...operation, resource: runningApp().address(operation.resource) },
});

app.http(
  ...endpoint({
    name: 'get-operation',
    method: 'GET',
    route: 'operations/{operation}',
    role: 'reader',
    about: 'How something that takes long stands: where Operation-Location leads. What has ended stays so.',
    path,
    answers: { 200: is },
    handle: async ({ path: { operation } }) => shown(await runningApp().monitors.get(operation)),
  }),
);

app.http(
  ...endpoint({
    name: 'cancel-operation',
    method: 'POST',
    route: 'operations/{operation}/cancel',
    role: 'reader',
    about:
      'Cancels a build, validation, release or rollout, as its own action does: it takes the role of that (builder for the first two, operator for the others).',
    path,
    body: CancelOperation,
    answers: { 200: is },
    refuses: ['InvalidPhase'],
    async handle({ path: { operation: id }, body, caller }) {
      const { monitors } = runningApp();
      await needsRole(caller, monitors.roleToCancel(id), 'operations/{operation}/cancel', { operation: id });
      return shown(await monitors.cancel(id, body));
    },
  }),
);
