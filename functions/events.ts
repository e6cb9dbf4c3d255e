import { app } from '@azure/functions';
import { endpoint } from '../shared/api/endpoint.ts';
import { EventsAnswer } from '../shared/events/answers.ts';
import { Cursor, EventSubject, OfType, PageSize } from '../shared/events/request-bodies.ts';
import { runningApp } from '../shared/running-app.ts';

app.http(
  ...endpoint({
    name: 'list-events',
    method: 'GET',
    route: 'events',
    role: 'reader',
    about:
      'All that happened, in one order that never changes: whoever goes on from a cursor misses nothing.',
    query: { since: Cursor, type: OfType, subject: EventSubject, maxpagesize: PageSize },
    answers: { 200: { about: 'A page of the feed, and where to go on.', body: EventsAnswer } },
    refuses: ['EventsGone'],
    async handle({ query: { maxpagesize, ...asked } }) {
      const { events, address } = runningApp();
      const { value, cursor, hasMore } = await events.follow({ ...asked, most: maxpagesize });
      const filter = new URLSearchParams({
        since: cursor,
        ...(asked.type !== undefined && { type: asked.type }),
        ...(asked.subject !== undefined && { subject: asked.subject }),
        maxpagesize: String(maxpagesize),
      });
      return {
        jsonBody: { value, cursor, ...(hasMore && { nextLink: address(`events?${filter.toString()}`) }) },
      };
    },
  }),
);
