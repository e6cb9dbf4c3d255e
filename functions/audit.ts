import { app } from '@azure/functions';
import { endpoint } from '../shared/api/endpoint.ts';
import { listOf } from '../shared/api/lists.ts';
import { refuseUnknownChange } from '../shared/api/names-of-changes.ts';
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
    async handle({ query: { maxpagesize, cursor: from, ...asked } }) {
      if (asked.operation !== undefined) refuseUnknownChange(asked.operation);
      const { audit, address, cursors } = runningApp();
      const filters = Object.entries(asked).flatMap(([name, said]) =>
        said === undefined ? [] : [[name, said]],
      );
      // Whoever goes on with other filters would miss something, or see it twice.
      const which = JSON.stringify(['audit', filters]);
      const cursor = from === undefined ? undefined : await cursors.open(which, from);
      const { cursor: next, ...page } = await audit.page({ ...asked, cursor, most: maxpagesize });
      if (next === undefined) return { jsonBody: page };
      const said = { maxpagesize: String(maxpagesize), ...Object.fromEntries(filters) };
      const link = new URLSearchParams({ ...said, cursor: await cursors.seal(which, next) });
      return { jsonBody: { ...page, nextLink: address(`audit?${link.toString()}`) } };
    },
  }),
);
