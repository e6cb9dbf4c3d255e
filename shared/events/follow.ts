import { AppError } from '../errors.ts';
import { type CloudEvent, nameOf } from './cloud-event.ts';
import type { EventFeed } from './feed.ts';

/** What of the feed somebody wants to see. */
export interface Following {
  /** Where the page before ended; absent: from the beginning. */
  readonly since?: string | undefined;
  /** Noun, or noun and verb: `rollout`, `version.available`. */
  readonly type?: string | undefined;
  /** A path below `/api/`, or how it begins. */
  readonly subject?: string | undefined;
  readonly most: number;
}

export interface FollowedPage {
  readonly value: readonly CloudEvent[];
  /** Where to go on: now, if there is more, or later. */
  readonly cursor: string;
  readonly hasMore: boolean;
}

const chunk = 100;
/** Whoever asks for what is rare gets shorter pages, not slower ones. */
const mostRead = 1000;

/** Pages of the feed: what a page costs does not grow with the feed. */
export function following(feed: EventFeed) {
  async function refuseGone(position: number): Promise<void> {
    const gone = await feed.gone();
    if (position >= gone) return;
    const begins = cursorOf(gone);
    const message = `Of what came after that cursor ${gone - position} events are not kept any more. The feed begins at ${begins} now.`;
    const details = [{ code: 'FeedBegins', message: begins, target: 'since' }];
    throw new AppError('EventsGone', message, { target: 'since', details });
  }

  /** Where tables were restored to an earlier state: from there on whoever followed would hear nothing for long. */
  async function refuseAhead(position: number): Promise<void> {
    const head = await feed.head();
    if (position <= head) return;
    const ends = cursorOf(head);
    const message = `That cursor lies ${position - head} events beyond the end of the feed: it is not the feed that it was. It ends at ${ends} now.`;
    const details = [{ code: 'FeedEnds', message: ends, target: 'since' }];
    throw new AppError('EventsGone', message, { target: 'since', details });
  }

  return async ({ since, type, subject, most }: Following): Promise<FollowedPage> => {
    const value: CloudEvent[] = [];
    let position = since === undefined ? await feed.gone() : positionOf(since);
    const end = position + mostRead;
    while (position < end) {
      const found = await feed.after(position, chunk);
      // Places follow one another: a gap is what is gone. Without one nothing more has to be asked.
      if (found[0]?.position !== position + 1) await refuseGone(position);
      if (found.length === 0) await refuseAhead(position);
      for (const { position: at, event } of found) {
        position = at;
        if (matches(event, type, subject)) value.push(event);
        if (value.length === most) return { value, cursor: cursorOf(position), hasMore: true };
      }
      if (found.length < chunk) return { value, cursor: cursorOf(position), hasMore: false };
    }
    return { value, cursor: cursorOf(position), hasMore: true };
  };
}

function matches(event: CloudEvent, type = '', subject = ''): boolean {
  return startsWithPart(nameOf(event), type, '.') && startsWithPart(event.subject, subject, '/');
}

/** Whether the text begins with all parts of the prefix: `rollout` is no part of `rollouts`. */
export function startsWithPart(text: string, prefix: string, between: string): boolean {
  const bare = prefix.endsWith(between) ? prefix.slice(0, -1) : prefix;
  return bare === '' || text === bare || text.startsWith(`${bare}${between}`);
}

function cursorOf(position: number): string {
  return Buffer.from(`feed ${position}`).toString('base64url');
}

function positionOf(cursor: string): number {
  const position = /^feed (\d{1,12})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  // Decoding is lenient: what is not as it was given counts as changed.
  if (position !== undefined && cursorOf(Number(position)) === cursor) return Number(position);
  throw new AppError('ValidationFailed', 'That is no cursor: give the one of an earlier page, or none.', {
    target: 'since',
  });
}
