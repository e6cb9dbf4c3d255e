import { z } from 'zod';

/** An event, as CloudEvents 1.0 writes it in JSON. */
export const CloudEventAnswer = z
  .strictObject({
    specversion: z.literal('1.0'),
    id: z.string().describe('Stays the same however often the event is told.'),
    source: z.url(),
    type: z.string().describe('`com.goldsmith.<noun>.<verb>.v1`'),
    subject: z.string().describe('The path below `/api/` of what it is about.'),
    time: z.iso.datetime(),
    sequence: z.string().describe('Grows with every event, of one subject and of all.'),
    datacontenttype: z.literal('application/json'),
    data: z.looseObject({ link: z.url() }),
  })
  .meta({ id: 'CloudEvent' });

export const EventsAnswer = z
  .strictObject({
    value: z.array(CloudEventAnswer),
    cursor: z.string().describe('Give it as `since` to go on from here, now or later.'),
    nextLink: z.url().optional().describe('Where to go on, if there is more by now.'),
  })
  .meta({ id: 'Events' });
