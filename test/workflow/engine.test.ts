import { describe, expect, it } from 'vitest';
import { type Instant, secondsAfter } from '../../shared/instant.ts';
import { Engine, type Outcome } from '../../shared/workflow/engine.ts';
import type { Rows } from '../../shared/workflow/rows.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import type { Workflow } from '../../shared/workflow/workflow.ts';
import { memoryRows } from '../support/memory-rows.ts';

/** Counts to three, a look a minute; the smallest work that there is. */
interface Count {
  readonly n: number;
  readonly lookAt: Instant;
}
type CountEvent =
  | { readonly type: 'begun'; at: Instant }
  | { readonly type: 'counted'; from: number; at: Instant };

const counting: Workflow<Count, CountEvent, 'count'> = {
  evolve(count, event) {
    if (event.type === 'begun') return count ?? { n: 0, lookAt: event.at };
    if (!count || event.from !== count.n) return count;
    return { n: count.n + 1, lookAt: secondsAfter(event.at, 60) };
  },
  decide({ n, lookAt }, now) {
    if (n >= 3) return {};
    return now < lookAt ? { lookAgainAt: lookAt } : { command: 'count' };
  },
  isNews: () => true,
};

function world({ rows = memoryRows(), due = memoryRows() }: { rows?: Rows; due?: Rows } = {}) {
  let now = '2026-01-05T12:00:00.000Z';
  const sent: { id: string; at: Instant }[] = [];
  const store = new WorkflowStore<Count, CountEvent>('count', rows, due);
  const told: string[] = [];
  const effects: { of: number; saved: number | undefined }[] = [];
  const engine = new Engine({
    workflow: counting,
    store,
    perform: async (_, __, { n }: Count): Promise<Outcome<CountEvent>> => ({
      event: { type: 'counted', from: n, at: now },
      proceed: async () => {
        effects.push({ of: n, saved: (await store.load('a'))?.state.n });
        return { type: 'counted', from: n, at: now }; // old news by now
      },
    }),
    wake: async (id, at) => {
      sent.push({ id, at });
    },
    now: () => now,
    onNews: (id, { type }) => told.push(`${id} ${type}`),
  });
  return {
    told,
    engine,
    store,
    sent,
    effects,
    due,
    pass: (seconds: number) => {
      now = secondsAfter(now, seconds);
    },
    now: () => now,
    begin: async (id: string) => await engine.record(id, () => ({ type: 'begun', at: now })),
  };
}

describe('the engine', () => {
  it('records a fact, asks to be woken, and moves the work on when it is', async () => {
    const { engine, begin, sent, pass, store } = world();
    await begin('a');
    expect(sent).toEqual([{ id: 'a', at: '2026-01-05T12:00:00.000Z' }]);
    for (let look = 0; look < 3; look += 1) {
      await engine.advance('a');
      pass(60);
    }
    expect(await engine.load('a')).toMatchObject({ n: 3 });
    expect((await store.history('a')).map(({ event }) => event.type)).toEqual([
      'begun',
      'counted',
      'counted',
      'counted',
    ]);
  });

  it('tells of every fact once it is saved, and of no old news', async () => {
    const { engine, begin, told } = world();
    await begin('a');
    await begin('a');
    await Promise.all([engine.advance('a'), engine.advance('a')]);
    expect(told).toEqual(['a begun', 'a counted']);
  });

  it('lets doubled wake-ups die out instead of multiplying', async () => {
    const { engine, begin, sent, pass } = world();
    await begin('a');
    for (let minute = 0; minute < 10; minute += 1) {
      await Promise.all([engine.advance('a'), engine.advance('a'), engine.advance('a')]);
      pass(60);
    }
    expect(sent.length).toBeLessThanOrEqual(3);
  });

  it('X2: saves the intention before the effect, and lets only the one who saved it proceed', async () => {
    const { engine, begin, effects } = world();
    await begin('a');
    await Promise.all([engine.advance('a'), engine.advance('a'), engine.advance('a')]);
    expect(effects).toEqual([{ of: 0, saved: 1 }]);
  });

  it('takes a wake-up that comes a moment early as in time', async () => {
    const { engine, begin, pass } = world();
    await begin('a');
    await engine.advance('a');
    pass(59);
    await engine.advance('a');
    expect(await engine.load('a')).toMatchObject({ n: 2 });
  });

  it('takes no notice of a wake-up for what does not exist', async () => {
    await expect(world().engine.advance('nobody')).resolves.toBeUndefined();
  });

  it('refuses a fact about what has not begun', async () => {
    const { engine, now } = world();
    await expect(engine.record('a', () => ({ type: 'counted', from: 0, at: now() }))).rejects.toThrow(
      'came before its beginning',
    );
  });

  it('wakes what was forgotten, and only that', async () => {
    const { engine, begin, sent, pass } = world();
    await begin('forgotten');
    pass(45);
    await begin('fresh');
    sent.length = 0;
    expect(await engine.sweep()).toBe(1);
    expect(sent.map(({ id }) => id)).toEqual(['forgotten']);
  });

  it('has nothing to wake once all is done', async () => {
    const { engine, begin, pass } = world();
    await begin('a');
    for (let look = 0; look < 3; look += 1) {
      await engine.advance('a');
      pass(60);
    }
    pass(24 * 3600);
    expect(await engine.sweep()).toBe(0);
  });
});

describe('the due index', () => {
  it('points at the work before the work is saved', async () => {
    const rows: Rows = { ...memoryRows(), write: async () => await Promise.reject(new Error('died here')) };
    const { begin, due } = world({ rows });
    await expect(begin('a')).rejects.toThrow('died here');
    expect(await due.inPartition('count', { from: '', to: '~' })).toHaveLength(1);
  });

  it('drops a pointer that no work answers to, but not before its save could have ended', async () => {
    const rows: Rows = { ...memoryRows(), write: async () => await Promise.reject(new Error('died here')) };
    const { begin, due, engine, pass } = world({ rows });
    await expect(begin('a')).rejects.toThrow('died here');
    pass(10 * 60);
    expect(await engine.sweep()).toBe(0);
    expect(await due.inPartition('count', { from: '', to: '~' })).toHaveLength(1);
    pass(10 * 60);
    expect(await engine.sweep()).toBe(0);
    expect(await due.inPartition('count', { from: '', to: '~' })).toHaveLength(0);
  });

  it('holds one pointer for each piece of work, none once it is over', async () => {
    const { begin, due, engine, pass } = world();
    await begin('a');
    for (let look = 0; look < 2; look += 1) {
      await engine.advance('a');
      pass(60);
      expect(await due.inPartition('count', { from: '', to: '~' })).toHaveLength(1);
    }
    await engine.advance('a');
    expect(await due.inPartition('count', { from: '', to: '~' })).toHaveLength(0);
  });

  it('reads only what is overdue, however much is finished', async () => {
    const rows = memoryRows();
    let reads = 0;
    const counted: Rows = {
      ...rows,
      read: async (...keys) => {
        reads += 1;
        return await rows.read(...keys);
      },
    };
    const { begin, engine, store, pass, now } = world({ rows: counted });
    for (let n = 0; n < 500; n += 1) {
      const event: CountEvent = { type: 'begun', at: now() };
      const finished = { n: 3, lookAt: now() };
      await store.save(`done-${n}`, {
        state: finished,
        event,
        at: now(),
        isNews: true,
        dueAt: undefined,
        before: undefined,
      });
    }
    await begin('forgotten');
    pass(60);
    reads = 0;
    expect(await engine.sweep()).toBe(1);
    expect(reads).toBe(1);
  });
});
