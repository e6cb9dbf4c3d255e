import { eventFeed } from '../../shared/events/feed.ts';
import type { LoggedDelivery } from '../../shared/notifications/log.ts';
import { startingWith } from '../../shared/workflow/rows.ts';
import type { Cloud } from './cloud.ts';
import { type Listener, listenerName } from './listener.ts';

/** What of all that was told is not in the feed as it must be, or did not come to whoever listens. */
export async function wrongWithTold(cloud: Cloud, listener: Listener): Promise<string[]> {
  const { tables } = cloud;
  const feed = eventFeed(tables.rows('events'), '');
  const placed = await feed.after(0, 1_000_000);
  const ids = placed.map(({ event }) => event.id);
  return [
    ...tables.untold.map((row) => `${row} is in the outbox for ever`),
    ...wrongWithFeed(ids, tables.told),
    ...(listener.isThere ? await wrongWithDelivery(cloud, listener, ids) : []),
  ].map((wrong) => `X-told: ${wrong}`);
}

/** Of one subject all facts in the order of its saves, and nothing else. */
function wrongWithFeed(ids: readonly string[], told: readonly string[]): string[] {
  const inFeed = Map.groupBy(ids, subjectOf);
  const saved = Map.groupBy(told, subjectOf);
  return [...new Set([...inFeed.keys(), ...saved.keys()])].flatMap((subject) => {
    const is = (inFeed.get(subject) ?? []).join(', ');
    const was = (saved.get(subject) ?? []).join(', ');
    return is === was
      ? []
      : [`of ${subject} the feed has ${is || 'nothing'}, and saved was ${was || 'nothing'}`];
  });
}

/** Ids are of a kind, a thing and the number of its save. */
function subjectOf(id: string): string {
  return id.slice(0, id.lastIndexOf(':'));
}

async function wrongWithDelivery(
  { tables }: Cloud,
  { taken }: Listener,
  ids: readonly string[],
): Promise<string[]> {
  const [first] = await tables.rows('subscriptions').inPartition(listenerName, startingWith('line-'));
  if (!first) return ['nobody listens, and somebody wanted to'];
  const { from } = JSON.parse(first.json) as { readonly from: number };
  const log = await tables.rows('deliverylog').inPartition(listenerName, startingWith(''));
  const states = new Map(
    log.map(({ json }) => JSON.parse(json) as LoggedDelivery).map(({ event, state }) => [event, state]),
  );
  const wanted = ids.slice(from);
  // What was given up is in the log, for somebody to send again; and may have come all the same.
  const alive = (id: string) => states.get(id) !== 'dead';
  const came = [...new Set(taken)].filter(alive).join(', ');
  const should = wanted.filter(alive).join(', ');
  return [
    ...wanted.filter((id) => !states.has(id)).map((id) => `${id} is not in the log of deliveries`),
    ...(came === should ? [] : [`there came ${came}, and in the feed is ${should}`]),
  ];
}
