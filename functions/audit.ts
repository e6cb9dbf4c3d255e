import { app } from '@azure/functions';
import { list } from '../shared/api/list-endpoint.ts';
import { listOf } from '../shared/api/lists.ts';
import { refuseUnknownChange } from '../shared/api/names-of-changes.ts';
import { AuditEntryAnswer, AuditUpTo } from '../shared/audit/answers.ts';
import {
  AuditActor,
  AuditMoment,
  AuditOperation,
  AuditOutcome,
  AuditSubject,
} from '../shared/audit/request-bodies.ts';
import { runningApp } from '../shared/running-app.ts';

app.http(
  ...list({
    name: 'list-audit',
    route: 'audit',
    role: 'admin',
    about: 'Every request to change something: who, what, when, and what became of it; the newest first.',
    filters: {
      subject: AuditSubject,
      actor: AuditActor,
      since: AuditMoment,
      until: AuditMoment,
      operation: AuditOperation,
      outcome: AuditOutcome,
    },
    answer: { about: 'A page of it.', body: listOf(AuditEntryAnswer).extend({ upTo: AuditUpTo }) },
    async page({ after, most }, { query }) {
      if (query.operation !== undefined) refuseUnknownChange(query.operation);
      const { upTo, ...page } = await runningApp().audit.page({ ...query, after, most });
      return { ...page, beside: { upTo } };
    },
    show: (entry) => entry,
  }),
);
