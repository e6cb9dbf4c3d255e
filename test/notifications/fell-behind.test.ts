import { expect, it } from 'vitest';
import { nameOf } from '../../shared/events/cloud-event.ts';
import { performSubscription } from '../../shared/notifications/deliver.ts';
import { deliveryLog } from '../../shared/notifications/log.ts';
import { PutSubscription } from '../../shared/notifications/request-bodies.ts';
import { type Subscription, subscriptionLife } from '../../shared/notifications/subscription.ts';
import { subscriptionView } from '../../shared/notifications/view.ts';
import type { Outside } from '../../shared/outside.ts';
import { type Events, wireEvents } from '../../shared/wiring/events.ts';
import { type Notifications, wireNotifications } from '../../shared/wiring/notifications.ts';
import type { KeyedRow, Rows } from '../../shared/workflow/rows.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { happening, url, webhook } from './receiver.ts';

const day = 24 * 3600 * 1000;
const everything = { from: '', to: '~' };

/** The feed as it was once. */
async function replaced(feed: Rows, by: readonly KeyedRow[]): Promise<void> {
  const there = await feed.inPartition('feed', everything);
  await feed.remove('feed', ...there.map(({ row }) => row));
  const writes = by.map(({ row, json, columns }) => ({ row, json, columns, etag: 'any' }));
  await feed.write('feed', writes);
}

/** Receivers at `https://<id>.example`, by the subscriptions that are put; what they are sent, and a clock to move. */
function listening() {
  const tables = new Map<string, Rows>();
  const rows = (name: string) => {
    const table = tables.get(name) ?? memoryRows();
    tables.set(name, table);
    return table;
  };
  const sent: string[] = [];
  let now = '2026-01-05T12:00:00.000Z';
  const outside = {
    rows,
    wake: () => async () => {},
    now: () => now,
    publicUrl: url,
    eventDays: 1,
    newSecret: () => 'of nobody',
    post: async ({ url: to, body }: { readonly url: string; readonly body: string }) => {
      const { type, subject } = JSON.parse(body) as { type: string; subject: string };
      sent.push(`${new URL(to).hostname}: ${type} ${subject}`);
      return { status: 200 };
    },
    secrets: {},
  };
  const events: Events = wireEvents(outside as unknown as Outside, {
    beforeAppend: async () => {},
    onAppended: async (head, told) => await notifications.tell(head, told),
  });
  const notifications: Notifications = wireNotifications(outside as unknown as Outside, events);
  const wanting = (id: string, type: string) =>
    PutSubscription.parse({ kind: 'webhook', url: `https://${id}.example/`, types: [type] });
  const pass = (ms: number) => {
    now = new Date(Date.parse(now) + ms).toISOString();
  };
  return { events, notifications, rows, sent, wanting, pass };
}

it('that a subscription fell behind is told to all others, whatever they want', async () => {
  const { events, notifications, sent, wanting, pass } = listening();
  await notifications.requests.put('late', wanting('late', 'rollout'));
  await notifications.requests.put('other', wanting('other', 'approval'));
  const all = [1, 2, 3].map((n) => happening(n));
  await events.feed.append(all);
  await notifications.tell(3, all);
  pass(3 * day);
  await notifications.prune(await events.prune());
  // Nothing of it was for this one, which has lost nothing.
  expect(await notifications.requests.get('other')).toMatchObject({ cursor: 3, head: 3 });
  await notifications.advance('late');
  expect(await notifications.requests.get('late')).toMatchObject({ fellBehind: { lost: 3 }, cursor: 3 });
  await events.sweep();
  // One looks through what is not for it, too.
  for (let look = 0; look < 3; look += 1) {
    await notifications.advance('late');
    await notifications.advance('other');
  }
  expect(await notifications.requests.get('other')).not.toHaveProperty('fellBehind');
  expect(sent).toEqual(['other.example: com.goldsmith.subscription.fellBehind.v1 subscriptions/late']);
});

it('a subscription that has come beyond the end of a restored feed hears what is new, and all others of that', async () => {
  const { events, notifications, rows, sent, wanting } = listening();
  const tell = async (...all: readonly ReturnType<typeof happening>[]) => {
    const placed = await events.feed.append(all);
    await notifications.tell(placed.at(-1)?.position ?? 0, all);
    for (const id of ['ahead', 'idle', 'other']) await notifications.advance(id);
  };
  await notifications.requests.put('ahead', wanting('ahead', 'rollout'));
  await tell(happening(1));
  await notifications.advance('ahead');
  const restored = await rows('events').inPartition('feed', everything);
  for (const n of [2, 3, 4]) {
    await tell(happening(n));
    await notifications.advance('ahead');
  }
  await notifications.requests.put('idle', wanting('idle', 'approval'));
  expect(await notifications.requests.get('ahead')).toMatchObject({ cursor: 4 });
  await replaced(rows('events'), restored);
  await notifications.requests.put('other', wanting('other', 'approval'));

  sent.length = 0;
  await tell(happening(5));
  await notifications.advance('ahead');
  expect(sent[0]).toBe('ahead.example: com.goldsmith.rollout.started.v1 rollouts/r');
  const view = subscriptionView('ahead', await notifications.requests.get('ahead'));
  expect(view).toMatchObject({ feedRestored: { beyond: 2 }, behind: 0 });
  await events.sweep();
  for (let look = 0; look < 4; look += 1) await notifications.advance('other');
  expect(sent.filter((one) => one.includes('feedRestored')).toSorted()).toEqual([
    'other.example: com.goldsmith.subscription.feedRestored.v1 subscriptions/ahead',
    'other.example: com.goldsmith.subscription.feedRestored.v1 subscriptions/idle',
  ]);
  const resumed = await notifications.requests.resume('ahead', 'ann');
  expect(resumed).not.toHaveProperty('feedRestored');
});

it.each([
  ['which it tries again', { cursor: 1, head: 5, current: { position: 2, event: 'gone', attempts: 3 } }, 1],
  ['that it was to send once more', { cursor: 1, head: 1, again: [5] }, 1],
  ['that it has yet to come to', { cursor: 2, head: 5 }, 1],
])('that the feed ends before an event %s is found by whoever looks', async (_, state, to) => {
  const at = '2026-01-05T12:00:00.000Z';
  const nothing = async (): Promise<never> => Promise.reject(new Error('nothing is sent'));
  const feed = { after: async () => [], head: async () => 1, gone: async () => 0, placeOf: nothing, nameOf };
  const secrets = { address: nothing, keys: nothing };
  const look = performSubscription({
    feed,
    secrets,
    post: nothing,
    log: deliveryLog(memoryRows()),
    now: () => at,
  });
  const defined = subscriptionLife.evolve(undefined, {
    type: 'defined',
    plan: webhook,
    from: 0,
    by: 'ann',
    at,
  });
  if (!defined) throw new Error('it is not there');
  const subscription: Subscription = { ...defined, ...state };
  const { event } = await look('s', { type: 'look' }, subscription);
  expect(event).toMatchObject({ type: 'feed-restored', to, head: 1 });
  const after = subscriptionLife.evolve(subscription, event);
  expect(after).toMatchObject({ cursor: to, head: 1, again: [], feedRestored: { at } });
  expect(after).not.toHaveProperty('current');
});
