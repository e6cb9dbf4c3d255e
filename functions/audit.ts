import { app } from '@azure/functions';
import { endpoint } from '../shared/api/endpoint.ts';
import { listOf } from '../shared/api/lists.ts';
import { AuditEntryAnswer, AuditUpTo } from '../shared/audit/answers.ts';
import {
  AuditActor,
  AuditCursor,
  AuditMoment,
  AuditOperation,
  AuditOutcome,
  AuditPageSize,
  AuditSubject,
} from '../shared/audit/request-bodies.ts';
import { runningApp } from '../shared/running-app.ts';

app.http(
  ...endpoint({
    name: 'list-audit',
    method: 'GET',
    route: 'audit',
    role: 'admin',
    about: 'Every request to change something: who, what, when, and what became of it; the newest first.',
    query: {
      subject: AuditSubject,
      actor: AuditActor,
      since: AuditMoment,
      until: AuditMoment,
      operation: AuditOperation,
      outcome: AuditOutcome,
      cursor: AuditCursor,
      maxpagesize: AuditPageSize,
    },
    answers: { 200: { about: 'A page of it.', body: listOf(AuditEntryAnswer).extend({ upTo: AuditUpTo }) } },
    async handle({ query: { maxpagesize, ...asked } }) {
      const { audit, address } = runningApp();
      const { cursor, ...page } = await audit.page({ ...asked, most: maxpagesize });
      if (cursor === undefined) return { jsonBody: page };
      const filter = new URLSearchParams({ maxpagesize: String(maxpagesize) });
      for (const [name, said] of Object.entries({ ...asked, cursor })) {
        if (said !== undefined) filter.set(name, said);
      }
      return { jsonBody: { ...page, nextLink: address(`audit?${filter.toString()}`) } };
    },
  }),
);
