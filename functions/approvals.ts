import { app } from '@azure/functions';
import { z } from 'zod';
import { endpoint } from '../shared/api/endpoint.ts';
import { history, list } from '../shared/api/list-endpoint.ts';
import { listOf } from '../shared/api/lists.ts';
import { ApprovalAnswer } from '../shared/approvals/answers.ts';
import { All, ApprovalId, DecideApproval } from '../shared/approvals/request-bodies.ts';
import { approvalView } from '../shared/approvals/view.ts';
import { ChannelName } from '../shared/channels/request-bodies.ts';
import { SetName } from '../shared/images/request-bodies.ts';
import { runningApp } from '../shared/running-app.ts';
import { queueTrigger } from '../shared/triggers.ts';

const path = { approval: ApprovalId };
const is = { about: 'The approval.', body: ApprovalAnswer };

app.http(
  ...list({
    name: 'list-approvals',
    route: 'approvals',
    about: 'Those that can be decided, the ones that end soonest first; or all of them, the newest first.',
    filters: { all: All, imageSet: SetName.optional(), channel: ChannelName.optional() },
    answer: { about: 'The approvals.', body: listOf(ApprovalAnswer) },
    page: async (part, { query: { all, imageSet, channel } }) =>
      await runningApp().approvals.list({ all: all === 'true', set: imageSet, channel }, part),
    show: approvalView,
  }),
);

app.http(
  ...endpoint({
    name: 'get-approval',
    method: 'GET',
    route: 'approvals/{approval}',
    role: 'reader',
    about: 'One approval: what is to be decided, by whom and until when.',
    path,
    answers: { 200: is },
    handle: async ({ path: { approval } }) => ({
      jsonBody: approvalView(await runningApp().approvals.get(approval)),
    }),
  }),
);

app.http(
  ...history({
    name: 'get-approval-history',
    route: 'approvals/{approval}/history',
    about: 'All that happened to it, oldest first.',
    path,
    lines: async (part, { approval }) => await runningApp().approvals.history(approval, part),
  }),
);

const decisions = {
  approve: { says: 'Approves', ofVersion: 'approveVersion', refuses: ['SelfApprovalForbidden'] },
  reject: { says: 'Rejects', ofVersion: 'rejectVersion', refuses: [] },
} as const;

for (const decision of ['approve', 'reject'] as const) {
  const { says, ofVersion, refuses } = decisions[decision];
  const decided = {
    method: 'POST',
    role: 'approver',
    body: DecideApproval,
    answers: { 200: is },
    refuses: ['InvalidPhase', 'ApprovalExpired', ...refuses],
  } as const;

  app.http(
    ...endpoint({
      ...decided,
      name: `${decision}-approval`,
      route: `approvals/{approval}/${decision}`,
      about: `${says} that the version enters the channel, with a reason that is kept.`,
      path,
      handle: async ({ path: { approval }, body }) => ({
        jsonBody: approvalView(await runningApp().approvals[decision](approval, body)),
      }),
    }),
  );

  app.http(
    ...endpoint({
      ...decided,
      name: `${decision}-version`,
      route: `image-sets/{set}/versions/{version}/${decision}`,
      about: `The short way: ${says.toLowerCase()} the one open approval of the version.`,
      path: { set: SetName, version: z.string() },
      handle: async ({ path: { set, version }, body }) => ({
        jsonBody: approvalView(await runningApp().approvals[ofVersion](set, version, body)),
      }),
    }),
  );
}

app.serviceBusQueue(
  ...queueTrigger('advance-approval', async (id) => await runningApp().advanceApproval(id)),
);
