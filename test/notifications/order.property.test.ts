import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameOf } from '../../shared/events/cloud-event.ts';
import { eventFeed } from '../../shared/events/feed.ts';
import { notificationRoom } from '../../shared/notifications/room.ts';
import type { Post } from '../../shared/notifications/ports.ts';
import { lives } from '../support/lives.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { type Ills, ills, World } from '../support/world.ts';
import type { Rows } from '../../shared/workflow/rows.ts';
import { happening, url } from './receiver.ts';

const subjects = 3;
const events = 24;

/** A receiver that fails, hangs, sends elsewhere and comes back; and what it took, in the order it took it. */
function receiver(world: World) {
  const taken: string[] = [];
  const post: Post = async ({ headers }) => {
    const isUp = world.random.happens(0.75);
    // A refusal for good is dead at once, which is another promise than this one.
    if (!isUp && world.random.happens(0.7)) return { status: world.random.oneOf([503, 0, 302, 429]) };
    taken.push(String(headers['webhook-id']));
    // It took it, and nobody heard so.
    return { status: isUp ? 200 : 0 };
  };
  return { taken, post };
}

describe('what a receiver takes', () => {
  it('X1: loses nothing and has nothing out of order within a subject, whatever crashes and however it fails', async () => {
    const oneLife = async (of: Ills) => {
      const world = new World(of);
      const tables = new Map<string, Rows>();
      const bare = (name: string) => {
        const table = tables.get(name) ?? memoryRows();
        tables.set(name, table);
        return table;
      };
      const rows = (name: string) => world.rows(bare(name));
      const { taken, post } = receiver(world);
      const feed = { ...eventFeed(rows('events'), url), nameOf };
      const make = (wake: (id: string, at: string) => Promise<void>) =>
        notificationRoom({
          feed,
          post,
          teamsWebhook: 'https://receiver.example/hook',
          allowPrivate: false,
          publicUrl: url,
          rows,
          readVault: async () => await Promise.reject(new Error('nothing is in a vault here')),
          newSecret: () => 'nobody asks for one here',
          wake,
          now: world.now,
        });
      const wake: (id: string, at: string) => Promise<void> = world.queue(
        async (id) => await make(wake).advance(id),
        async () => await make(wake).sweep(),
      );
      const room = make(wake);
      // As the publisher does: whoever dies half-way does all of it again.
      for (let n = 1; n <= events; n += 1) {
        world.start(async () => {
          await room.beforeAppend();
          const one = { ...happening(n, `approvals/${n % subjects}`), type: 'approval.requested' };
          await feed.append([one]);
          await room.tell(await feed.head(), [one]);
        }, n * 40);
      }
      const isDone = async () => {
        const row = await bare('subscriptions').read('teams', 'state');
        return row !== undefined && (JSON.parse(row.json) as { cursor: number }).cursor === events;
      };
      expect(await world.passUntil(isDone, { days: 30 })).toBe(true);
      const inFeed = (await eventFeed(bare('events'), url).after(0, events)).map(({ event }) => event.id);
      const log = await bare('deliverylog').inPartition('teams', { from: '', to: '~' });
      const lost = log.flatMap(({ json }) => {
        const { event, state } = JSON.parse(json) as { event: string; state: string };
        return state === 'dead' && !taken.includes(event) ? [event] : [];
      });
      const dead = new Set(lost);
      expect(inFeed).toHaveLength(events);
      // Each for the first time, in the order of the feed; a second time may come where the answer was lost. What
      // seven attempts could not bring is in the log, for somebody to send again.
      expect([...new Set(taken)]).toEqual(inFeed.filter((id) => !dead.has(id)));
    };
    const { numRuns, timeout } = lives(15);
    await fc.assert(fc.asyncProperty(ills, oneLife), { numRuns, interruptAfterTimeLimit: timeout });
  }, 120_000);
});
