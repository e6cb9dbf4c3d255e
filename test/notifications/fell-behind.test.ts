import { expect, it } from 'vitest';
import { PutSubscription } from '../../shared/notifications/request-bodies.ts';
import type { Outside } from '../../shared/outside.ts';
import { type Events, wireEvents } from '../../shared/wiring/events.ts';
import { type Notifications, wireNotifications } from '../../shared/wiring/notifications.ts';
import type { Rows } from '../../shared/workflow/rows.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { happening, url } from './receiver.ts';

const day = 24 * 3600 * 1000;

it('that a subscription fell behind is told to all others, whatever they want', async () => {
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
  await notifications.requests.put('late', wanting('late', 'rollout'));
  await notifications.requests.put('other', wanting('other', 'approval'));
  const all = [1, 2, 3].map((n) => happening(n));
  await events.feed.append(all);
  await notifications.tell(3, all);
  now = new Date(Date.parse(now) + 3 * day).toISOString();
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
