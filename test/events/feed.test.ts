import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameOf } from '../../shared/events/cloud-event.ts';
import { tellsBy } from '../../shared/events/facts.ts';
import { eventFeed } from '../../shared/events/feed.ts';
import { following } from '../../shared/events/follow.ts';
import { publisher } from '../../shared/events/publish.ts';
import type { Instant } from '../../shared/instant.ts';
import { Engine } from '../../shared/workflow/engine.ts';
import { outboxOf } from '../../shared/workflow/outbox.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import type { Workflow } from '../../shared/workflow/workflow.ts';
import { lives } from '../support/lives.ts';
import { memoryRows } from '../support/memory-rows.ts';
import { type Ills, ills, World } from '../support/world.ts';

/** Something that is counted, and tells the world of each step. */
interface Count {
  readonly n: number;
}
interface Counted {
  readonly type: 'counted';
  readonly at: Instant;
}
const counting: Workflow<Count, Counted, never> = {
  evolve: (count = { n: 0 }) => ({ n: count.n + 1 }),
  decide: () => ({}),
  isNews: () => true,
};
const url = 'https://goldsmith.example';
const tells = tellsBy<Count, Counted>({
  counted: (_, { n }, __, id) => ({ type: 'build.started', subject: `counts/${id}`, data: { n } }),
});

function small(world = { now: () => '2026-01-05T12:00:00.000Z', rows: memoryRows }) {
  const [states, due, events] = [memoryRows(), memoryRows(), memoryRows()];
  return { ...world, states, due, events, feed: eventFeed(events, url) };
}

function engineOf({ states, due, now }: ReturnType<typeof small>, wake: () => Promise<void>) {
  return new Engine({
    workflow: counting,
    store: new WorkflowStore<Count, Counted>('count', states, due),
    perform: async () => await Promise.reject(new Error('nothing is called for')),
    wake: async () => {},
    now,
    feed: { tells, wake },
  });
}

describe('the feed', () => {
  it('has each fact that was saved, as CloudEvents 1.0', async () => {
    const parts = small();
    const outbox = outboxOf('count', parts.states, parts.due);
    const publish = publisher({ ...parts, onAppended: async () => {} });
    const engine = engineOf(parts, async () => await publish(outbox));
    await engine.record('a', () => ({ type: 'counted', at: parts.now() }));
    await engine.record('a', () => ({ type: 'counted', at: parts.now() }));
    const { value } = await following(parts.feed)({ most: 10 });
    expect(value).toEqual([
      {
        specversion: '1.0',
        id: 'count:a:1',
        source: `${url}/api`,
        type: 'com.goldsmith.build.started.v1',
        subject: 'counts/a',
        time: parts.now(),
        sequence: '000000000001',
        datacontenttype: 'application/json',
        data: { n: 1, link: `${url}/api/counts/a` },
      },
      expect.objectContaining({ id: 'count:a:2', sequence: '000000000002' }),
    ]);
    expect(await outbox.read(parts.now())).toEqual([]);
  });

  it('is read page by page from a cursor, by noun, verb and subject', async () => {
    const { feed } = small();
    const about = { at: '2026-01-05T12:00:00.000Z', data: {} };
    const all = Array.from({ length: 250 }, (_, n) => ({
      ...about,
      id: `e:${n}`,
      type: n % 2 === 0 ? 'rollout.started' : 'version.available',
      subject: `rollouts/r${n % 5}`,
    }));
    await feed.append(all);
    const follow = following(feed);
    const first = await follow({ type: 'rollout', subject: 'rollouts/r0', most: 20 });
    const second = await follow({ since: first.cursor, type: 'rollout', subject: 'rollouts/r0', most: 20 });
    expect([first.hasMore, second.hasMore]).toEqual([true, false]);
    const ids = [...first.value, ...second.value].map(({ id }) => id);
    expect(ids).toEqual(all.filter((_, n) => n % 10 === 0).map(({ id }) => id));
    expect((await follow({ type: 'roll', most: 5 })).value).toEqual([]);
    await feed.append([{ ...about, id: 'late', type: 'freeze.opened', subject: 'freezes/f' }]);
    const late = await follow({ since: second.cursor, most: 20 });
    expect(late.value.map(nameOf)).toEqual(['freeze.opened']);
    for (const since of ['nonsense', `${first.cursor}a`])
      await expect(follow({ since, most: 1 })).rejects.toMatchObject({ code: 'ValidationFailed' });
  });

  it('X1: has every fact once, those of a subject in order, whatever crashes and however many publish', async () => {
    const oneLife = async (of: Ills) => {
      const world = new World(of);
      const [states, due, events] = [memoryRows(), memoryRows(), memoryRows()];
      const feed = eventFeed(world.rows(events), url);
      const outbox = outboxOf('count', world.rows(states), world.rows(due));
      const publish = publisher({ feed, onAppended: async () => {}, now: world.now });
      const wake = world.queue(
        async () => await publish(outbox),
        async () => await publish(outbox),
      );
      const engine = new Engine({
        workflow: counting,
        store: new WorkflowStore<Count, Counted>('count', world.rows(states), world.rows(due)),
        perform: async () => await Promise.reject(new Error('nothing is called for')),
        wake: async () => {},
        now: world.now,
        feed: { tells, wake: async () => await wake('count', world.now()) },
      });
      for (let n = 0; n < 12; n += 1) {
        const id = `s${n % 3}`;
        world.start(
          async () => await engine.record(id, () => ({ type: 'counted', at: world.now() })),
          n * 20,
        );
      }
      await world.passUntil(() => false, { days: 1 / 24 });
      const store = new WorkflowStore<Count, Counted>('count', states, due);
      const saved: number[] = [];
      for (const id of ['s0', 's1', 's2']) saved.push((await store.load(id))?.state.n ?? 0);
      const { value } = await following(eventFeed(events, url))({ most: 500 });
      for (const [index, n] of saved.entries()) {
        const seen = value.filter(({ subject }) => subject === `counts/s${index}`);
        expect(seen.map(({ data }) => data['n'])).toEqual(Array.from({ length: n }, (_, at) => at + 1));
      }
      expect(value).toHaveLength(saved.reduce((sum, n) => sum + n, 0));
    };
    const { numRuns, timeout } = lives(40);
    await fc.assert(fc.asyncProperty(ills, oneLife), { numRuns, interruptAfterTimeLimit: timeout });
  });
});
