import { app } from '@azure/functions';
import { All, ApprovalId, DecideApproval } from '../shared/approvals/request-bodies.ts';
import { approvalView } from '../shared/approvals/view.ts';
import { answer, bodyAs, historyView, pathValue, queryValue, WakeUp } from '../shared/http.ts';
import { SetName } from '../shared/images/request-bodies.ts';
import { runningApp } from '../shared/running-app.ts';

const approvalOf = (request: Parameters<typeof pathValue>[0]) => pathValue(request, 'approval', ApprovalId);

app.http('list-approvals', {
  methods: ['GET'],
  route: 'approvals',
  authLevel: 'function',
  handler: answer(async (request) => {
    const all = queryValue(request, 'all', All) === 'true';
    return { jsonBody: { value: (await runningApp().approvals.list({ all })).map(approvalView) } };
  }),
});

app.http('get-approval', {
  methods: ['GET'],
  route: 'approvals/{approval}',
  authLevel: 'function',
  handler: answer(async (request) => ({
    jsonBody: approvalView(await runningApp().approvals.get(approvalOf(request))),
  })),
});

app.http('get-approval-history', {
  methods: ['GET'],
  route: 'approvals/{approval}/history',
  authLevel: 'function',
  handler: answer(async (request) => ({
    jsonBody: historyView(await runningApp().approvals.history(approvalOf(request))),
  })),
});

for (const decision of ['approve', 'reject'] as const) {
  app.http(`${decision}-approval`, {
    methods: ['POST'],
    route: `approvals/{approval}/${decision}`,
    authLevel: 'function',
    handler: answer(async (request) => {
      const id = approvalOf(request);
      const body = await bodyAs(request, DecideApproval);
      return { jsonBody: approvalView(await runningApp().approvals[decision](id, body)) };
    }),
  });

  // The short way, for the one open approval of the version.
  app.http(`${decision}-version`, {
    methods: ['POST'],
    route: `image-sets/{set}/versions/{version}/${decision}`,
    authLevel: 'function',
    handler: answer(async (request) => {
      const [set, number] = [pathValue(request, 'set', SetName), pathValue(request, 'version')];
      const body = await bodyAs(request, DecideApproval);
      const approvals = runningApp().approvals;
      const known =
        decision === 'approve'
          ? await approvals.approveVersion(set, number, body)
          : await approvals.rejectVersion(set, number, body);
      return { jsonBody: approvalView(known) };
    }),
  });
}

app.serviceBusQueue('advance-approval', {
  connection: 'ServiceBus',
  queueName: 'advance-approval',
  handler: async (message) => await runningApp().advanceApproval(WakeUp.parse(message).id),
});
