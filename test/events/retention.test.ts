import { describe, expect, it } from 'vitest';
import { eventFeed } from '../../shared/events/feed.ts';
import { following } from '../../shared/events/follow.ts';
import { AppError } from '../../shared/errors.ts';
import { secondsAfter } from '../../shared/instant.ts';
import type { Outside } from '../../shared/outside.ts';
import { startingWith, type Rows } from '../../shared/workflow/rows.ts';
import { wireEvents } from '../../shared/wiring/events.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { receiving, webhook } from '../notifications/receiver.ts';

const url = 'https://goldsmith.example';
const dayOf = (n: number) => secondsAfter('2026-01-01T00:00:00.000Z', n * 24 * 3600);
/** One event a day. */
const daily = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    id: `e:${n + 1}`,
    type: 'rollout.started',
    subject: 'rollouts/r',
    at: dayOf(n),
    data: {},
  }));
const idsOf = (all: readonly { readonly id: string }[]) => all.map(({ id }) => id);

async function fed(count: number) {
  const rows: { -readonly [Name in keyof Rows]: Rows[Name] } = memoryRows();
  const feed = eventFeed(rows, url);
  await feed.append(daily(count));
  return { rows, feed, follow: following(feed) };
}

describe('the feed', () => {
  it('loses what is older than it is to be kept, so many at a time, and nothing else', async () => {
    const { rows, feed, follow } = await fed(10);
    expect(await feed.prune(dayOf(6), 4)).toBe(4);
    expect(await feed.prune(dayOf(6), 4)).toBe(2);
    expect(await feed.prune(dayOf(6), 4)).toBe(0);
    expect(idsOf((await follow({ most: 10 })).value)).toEqual(['e:7', 'e:8', 'e:9', 'e:10']);
    // Head, what is gone, and two for each event that is kept.
    expect(await rows.inPartition('feed', startingWith(''))).toHaveLength(2 + 2 * 4);
    await feed.append([{ ...daily(1)[0]!, id: 'new', at: dayOf(11) }]);
    expect((await follow({ most: 10 })).value.at(-1)).toMatchObject({ sequence: '000000000011' });
  });

  it('says where it begins to whoever comes with a cursor from before that', async () => {
    const { feed, follow } = await fed(10);
    const { cursor } = await follow({ most: 3 });
    await feed.prune(dayOf(3), 100);
    // Nothing that comes after it is gone.
    expect(idsOf((await follow({ since: cursor, most: 1 })).value)).toEqual(['e:4']);
    await feed.prune(dayOf(6), 100);
    const refused: unknown = await follow({ since: cursor, most: 1 }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'EventsGone', httpStatus: 410, target: 'since' });
    const begins = (refused as AppError).details?.[0]?.message ?? '';
    expect(idsOf((await follow({ since: begins, most: 1 })).value)).toEqual(['e:7']);
  });

  it('says so too when all of it is gone', async () => {
    const { feed, follow } = await fed(3);
    const { cursor } = await follow({ most: 1 });
    await feed.prune(dayOf(90), 100);
    await expect(follow({ since: cursor, most: 1 })).rejects.toMatchObject({ code: 'EventsGone' });
    expect(await follow({ most: 1 })).toMatchObject({ value: [], hasMore: false });
  });

  it('says where it ends to whoever comes with a cursor from beyond that', async () => {
    const { cursor } = await (await fed(10)).follow({ most: 20 });
    // The tables were restored to an earlier state.
    const { feed, follow } = await fed(7);
    const refused: unknown = await follow({ since: cursor, most: 1 }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'EventsGone', details: [{ code: 'FeedEnds', target: 'since' }] });
    const ends = (refused as AppError).details?.[0]?.message ?? '';
    expect(await follow({ since: ends, most: 1 })).toEqual({ value: [], cursor: ends, hasMore: false });
    await feed.append([{ ...daily(1)[0]!, id: 'new' }]);
    expect(idsOf((await follow({ since: ends, most: 1 })).value)).toEqual(['new']);
  });

  it('is as whole after a crash in the middle, and the next night takes the rest', async () => {
    for (let at = 1; at <= 6; at += 1) {
      const { rows, feed, follow } = await fed(6);
      const { remove } = rows;
      let removals = 0;
      rows.remove = async (...row) => {
        removals += 1;
        if (removals === at) throw new AppError('AzureUnavailable', 'killed');
        await remove(...row);
      };
      await expect(feed.prune(dayOf(3), 100)).rejects.toThrow('killed');
      expect(await feed.gone()).toBe(3);
      // All of it, or a refusal: never what comes after a gap.
      const all = follow({ since: 'ZmVlZCAw', most: 9 });
      if (at <= 2) expect((await all).value).toHaveLength(6);
      else await expect(all).rejects.toMatchObject({ code: 'EventsGone' });
      expect(idsOf((await follow({ most: 9 })).value)).toEqual(['e:4', 'e:5', 'e:6']);
      await feed.prune(dayOf(3), 100);
      expect(await rows.inPartition('feed', startingWith(''))).toHaveLength(2 + 2 * 3);
    }
  });

  it('empties the outboxes before what keeps an event from a second place goes with it', async () => {
    const tables = new Map<string, Rows>();
    const rows = (name: string) => {
      const known = tables.get(name) ?? memoryRows();
      tables.set(name, known);
      return known;
    };
    const outside = { rows, wake: () => async () => {}, now: () => dayOf(200), publicUrl: url };
    const events = wireEvents(outside as unknown as Outside, {
      beforeAppend: async () => {},
      onAppended: async () => {},
    });
    events.heard('count', 'counts', { counted: 'told by hand' });
    // Saved and appended long ago; whoever did it died before he took it out of the outbox.
    const told = JSON.stringify([{ type: 'count.done', subject: 'counts/a', data: {} }]);
    await rows('counts').write('a', [{ row: 'line-00000001', json: '{}', columns: { told, at: dayOf(1) } }]);
    const pointer = JSON.stringify({ id: 'a', changes: 1, at: dayOf(1) });
    await rows('due').write('count', [{ row: '0-outbox|a|00000001', json: pointer }]);
    await events.feed.append([{ ...daily(1)[0]!, id: 'count:a:1', at: dayOf(1) }]);
    expect(await events.prune()).toBe(1);
    await events.sweep();
    expect(await events.feed.head()).toBe(1);
    expect(await rows('due').inPartition('count', startingWith(''))).toEqual([]);
  });
});

describe('a subscription that lagged behind', () => {
  it('is told how much it lost, and goes on with what there is', async () => {
    const one = await receiving(() => ({ status: 200 }), webhook);
    await one.append(...daily(1));
    await one.pass(30);
    const late = daily(9).slice(1);
    await one.feed.append(late);
    await one.engine.record('s', () => ({
      type: 'redelivery-asked',
      position: 1,
      event: 'e:1',
      by: 'ann',
      at: one.now(),
    }));
    await one.feed.prune(dayOf(6), 100);
    await one.append();
    await one.pass(60);
    expect(one.sent()).toEqual(['e:1', 'e:7', 'e:8', 'e:9']);
    expect(await one.subscription()).toMatchObject({ cursor: 9, again: [], fellBehind: { lost: 5 } });
    expect((await one.store.history('s')).at(-1)?.event).toMatchObject({
      type: 'fell-behind',
      to: 6,
      lost: 5,
    });
  });

  it('has its log shortened with the feed', async () => {
    const one = await receiving(() => ({ status: 200 }), webhook);
    await one.append(...daily(5));
    await one.pass(60);
    expect(await one.log.prune('s', 3, 2)).toBe(2);
    expect(await one.log.prune('s', 3, 2)).toBe(1);
    expect((await one.logged()).map(({ event }) => event)).toEqual(['e:5', 'e:4']);
  });
});
