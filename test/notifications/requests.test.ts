import { describe, expect, it } from 'vitest';
import { nameOf } from '../../shared/events/cloud-event.ts';
import { eventFeed } from '../../shared/events/feed.ts';
import type { Message } from '../../shared/notifications/ports.ts';
import { PutSubscription } from '../../shared/notifications/request-bodies.ts';
import { notificationRoom } from '../../shared/notifications/room.ts';
import { subscriptionView } from '../../shared/notifications/view.ts';
import type { Rows } from '../../shared/workflow/rows.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { happening, url } from './receiver.ts';

function room(allowPrivate = false) {
  const clock = { now: '2026-01-05T12:00:00.000Z' };
  const tables = new Map<string, Rows>();
  const rows = (name: string) => {
    const table = tables.get(name) ?? memoryRows();
    tables.set(name, table);
    return table;
  };
  const sent: Message[] = [];
  let secrets = 0;
  const feed = { ...eventFeed(rows('events'), url), nameOf };
  const made = notificationRoom({
    feed,
    post: async (message) => {
      sent.push(message);
      return { status: 200 };
    },
    teamsWebhook: undefined,
    allowPrivate,
    publicUrl: url,
    rows,
    readVault: async (uri) => `https://from.vault.example/${uri.length}`,
    newSecret: () => Buffer.alloc(32, (secrets += 1)).toString('base64url'),
    wake: async () => {},
    now: () => clock.now,
  });
  return { ...made, feed, sent, tables, clock };
}

const address = 'https://hooks.example/very-secret-path';
const body = (more: object = {}) => PutSubscription.parse({ kind: 'webhook', url: address, ...more });

describe('a subscription', () => {
  it('is made with a key that is shown once, and nothing shows its address or its key again', async () => {
    const { requests, tables } = room();
    const { secret, created, subscription } = await requests.put('cmdb', body());
    expect([created, secret]).toEqual([true, expect.stringMatching(/^whsec_/)]);
    expect((await requests.put('cmdb', body({ description: 'more' }))).secret).toBeUndefined();
    const shown = JSON.stringify([
      subscriptionView('cmdb', subscription),
      await requests.list(),
      await requests.history('cmdb'),
      await tables.get('subscriptions')?.inPartition('cmdb', { from: '', to: '~' }),
    ]);
    expect(shown).not.toContain('very-secret-path');
    expect(shown).not.toContain(secret);
  });

  it.each([
    ['without an address', { url: undefined }, 'url'],
    ['with two addresses', { secretUri: 'https://contoso.vault.azure.net/secrets/hook' }, 'secretUri'],
    ['at a private address', { url: 'https://10.0.0.1/x' }, 'url'],
    ['without TLS', { url: 'http://hooks.example/x' }, 'url'],
  ])('%s is refused', async (_, more, target) => {
    const { requests } = room();
    await expect(requests.put('cmdb', body(more))).rejects.toMatchObject({
      code: 'ValidationFailed',
      target,
    });
  });

  it('is changed only as it was read, where that is asked for', async () => {
    const { requests } = room();
    const { subscription } = await requests.put('cmdb', body());
    await requests.put('cmdb', body({ types: ['rollout'] }), { match: subscription.revision });
    await expect(requests.put('cmdb', body(), { match: subscription.revision })).rejects.toMatchObject({
      code: 'PreconditionFailed',
    });
  });

  it('signs with both keys for a day once the key is rotated', async () => {
    const { requests, sent, clock } = room();
    const before = (await requests.put('cmdb', body())).subscription;
    const { subscription } = await requests.rotateSecret('cmdb', 'ann');
    expect(subscription.revision).toBe(before.revision + 1);
    expect(await requests.test('cmdb', 'ann')).toMatchObject({ delivered: true });
    expect(sent[0]?.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    clock.now = '2026-01-06T12:00:00.000Z';
    await requests.test('cmdb', 'ann');
    expect(sent[1]?.headers['webhook-signature']?.split(' ')).toHaveLength(1);
  });

  it('reads its address from Key Vault where it is kept there', async () => {
    const { requests, sent } = room();
    const secretUri = 'https://contoso.vault.azure.net/secrets/hook';
    await requests.put('chat', body({ kind: 'slack', url: undefined, secretUri }));
    await requests.test('chat', 'ann');
    expect(sent[0]?.url).toMatch('https://from.vault.example/');
    await expect(requests.rotateSecret('chat', 'ann')).rejects.toMatchObject({ code: 'InvalidPhase' });
  });

  it('shows what became of each event, and sends again only what it was sent', async () => {
    const one = room();
    const { requests, feed, advance } = one;
    await requests.put('cmdb', body());
    const event = happening(1);
    await feed.append([event]);
    await one.tell(await feed.head(), [event]);
    for (let look = 0; look < 3; look += 1) await advance('cmdb');
    expect((await requests.deliveries('cmdb')).value).toMatchObject([
      { event: event.id, state: 'delivered', attempts: 1 },
    ]);
    await requests.redeliver('cmdb', event.id, 'ann');
    await expect(requests.redeliver('cmdb', 'rollout:r:9', 'ann')).rejects.toMatchObject({
      code: 'NotFound',
    });
  });

  it('refuses what it has no room to send once more, and says so of nothing else', async () => {
    const one = room();
    const { requests, feed, advance } = one;
    await requests.put('cmdb', body());
    const all = Array.from({ length: 501 }, (_, n) => happening(n));
    await feed.append(all);
    await one.tell(await feed.head(), all);
    while ((await requests.get('cmdb')).cursor < all.length) await advance('cmdb');
    for (const { id } of all.slice(1)) await requests.redeliver('cmdb', id, 'ann');
    const last = async () => await requests.redeliver('cmdb', 'rollout:r:0', 'ann');
    await expect(last()).rejects.toMatchObject({ code: 'InvalidPhase', target: 'event' });
    // What is to be sent already is asked for twice as well as once.
    await requests.redeliver('cmdb', 'rollout:r:7', 'ann');
    await advance('cmdb');
    expect((await last()).again).toHaveLength(500);
  });

  it('is gone with its secrets once it is removed, and may be made anew', async () => {
    const { requests, tables } = room();
    await requests.put('cmdb', body());
    await requests.remove('cmdb', 'ann');
    await expect(requests.get('cmdb')).rejects.toMatchObject({ code: 'NotFound' });
    expect(await tables.get('subscriptionsecrets')?.inPartition('cmdb', { from: '', to: '~' })).toEqual([]);
    expect((await requests.put('cmdb', body())).created).toBe(true);
  });
});
