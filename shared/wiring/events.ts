import { type Facts, tellsBy } from '../events/facts.ts';
import { eventFeed } from '../events/feed.ts';
import { following } from '../events/follow.ts';
import { publisher } from '../events/publish.ts';
import { seldom } from '../events/seldom.ts';
import { secondsAfter } from '../instant.ts';
import { logged } from '../news.ts';
import type { Outside } from '../outside.ts';
import type { Feed, Told } from '../workflow/outbox.ts';
import { outboxOf } from '../workflow/outbox.ts';

/** Who lives on the feed. */
interface Listener {
  readonly beforeAppend: () => Promise<void>;
  /** Hears of events that are in the feed now, at least once; `head` is the last place that is taken. */
  readonly onAppended: (head: number, told: readonly Told[]) => Promise<void>;
}

const keptDays = 90;
/** Events that go at once, and in one night. */
const atOnce = 500;
const mostANight = 10_000;
/** Messages that say whose outbox there is something in. */
const prefix = 'outbox.';

/** The feed of all that happens, and the way there from every life. */
export function wireEvents(
  { rows, wake, now, publicUrl, eventDays = keptDays }: Outside,
  listener: Listener,
) {
  const due = rows('due');
  const feed = eventFeed(rows('events'), publicUrl);
  const outboxes = new Map<string, ReturnType<typeof outboxOf>>();
  /** Kinds whose engines have looked into their outboxes since the last sweep, with a query that they need anyway. */
  const looked = new Set<string>();
  const publish = publisher({ feed, ...listener, now });
  const send = wake('deliver-notification');

  /** What an engine of that kind logs and tells. `table` is where its states are kept. */
  const heard = <State, Event extends Parameters<ReturnType<typeof logged>['onNews']>[1]>(
    kind: string,
    table: string,
    facts: Facts<State, Event>,
  ): ReturnType<typeof logged> & { readonly feed: Feed<State, Event> } => {
    const outbox = outboxOf(kind, rows(table), due);
    outboxes.set(kind, outbox);
    const swept = async (isUntold: boolean) => {
      looked.add(kind);
      if (isUntold) await publish(outbox);
    };
    const wake = seldom(async (at) => await send(`${prefix}${kind}`, at), now);
    return { ...logged(kind), feed: { tells: tellsBy(facts), wake, swept } };
  };

  const publishAll = async (except: ReadonlySet<string> = new Set()): Promise<void> => {
    for (const [kind, outbox] of outboxes) if (!except.has(kind)) await publish(outbox);
  };

  return {
    feed,
    follow: following(feed),

    heard,

    /** Takes what an outbox holds to the feed. Answers false where the message is about something else. */
    async publish(id: string): Promise<boolean> {
      if (!id.startsWith(prefix)) return false;
      const outbox = outboxes.get(id.slice(prefix.length));
      if (outbox) await publish(outbox);
      return true;
    },

    /** Whatever message was lost: what a crash has left is taken to the feed within a minute. */
    async sweep(): Promise<void> {
      const others = new Set(looked);
      looked.clear();
      await publishAll(others);
    },

    /**
     * Removes what is older than it is to be kept, so many at most; answers the last place that is gone. Outboxes come
     * first: what is in none of them afterwards is never told again, so that what keeps it from a second place may go.
     * Who read an outbox before that has had minutes, and what goes is days old.
     */
    async prune(): Promise<number> {
      await publishAll();
      const before = secondsAfter(now(), -eventDays * 24 * 3600);
      for (let removed = 0; removed < mostANight; removed += atOnce) {
        if ((await feed.prune(before, atOnce)) < atOnce) break;
      }
      return await feed.gone();
    },
  };
}

export type Events = ReturnType<typeof wireEvents>;
