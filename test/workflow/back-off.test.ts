import { describe, expect, it } from 'vitest';
import { type Instant, minutesAfter, secondsAfter } from '../../shared/instant.ts';
import { Engine, type Outcome } from '../../shared/workflow/engine.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import type { Workflow } from '../../shared/workflow/workflow.ts';
import { memoryRows } from '../support/memory-rows.ts';

/** Does one thing as soon as it may. */
interface Chore {
  readonly done: number;
}
type ChoreEvent = { readonly type: 'begun' } | { readonly type: 'done'; readonly times: number };
const chore: Workflow<Chore, ChoreEvent, 'do'> = {
  evolve: (state, event) =>
    event.type === 'begun' ? (state ?? { done: 0 }) : { done: (state?.done ?? 0) + event.times },
  decide: ({ done }) => (done >= 2 ? {} : { command: 'do' }),
  isNews: () => true,
};

function world(table = memoryRows(), due = memoryRows()) {
  let now: Instant = '2026-01-05T12:00:00.000Z';
  let defect: Error | undefined = new TypeError('of undefined');
  const woken: Instant[] = [];
  const store = new WorkflowStore<Chore, ChoreEvent>('chore', table, due);
  const engine = new Engine({
    workflow: chore,
    store,
    perform: async (): Promise<Outcome<ChoreEvent>> => {
      if (defect) throw defect;
      return { event: { type: 'done', times: 1 } };
    },
    wake: async (_, at) => {
      woken.push(at);
    },
    now: () => now,
    onFailure: (_, error) => String(error),
  });
  return {
    engine,
    store,
    due,
    woken,
    now: () => now,
    mend: () => {
      defect = undefined;
    },
    /** The timer sweeps each minute; whatever is woken is looked at, as a queue's function would. */
    live: async (minutes: number) => {
      for (let minute = 0; minute < minutes; minute += 1) {
        now = minutesAfter(now, 1);
        const before = woken.length;
        await engine.sweep();
        if (woken.length > before) await engine.advance('a').catch(() => {});
      }
    },
  };
}

describe('work that keeps failing', () => {
  it('is woken less and less: after 1, 2, 4 … 60 minutes', async () => {
    const { engine, woken, live } = world();
    await engine.record('a', () => ({ type: 'begun' }));
    await expect(engine.advance('a')).rejects.toThrow('of undefined');
    woken.length = 0;
    await live(300);
    const gaps = woken
      .slice(1)
      .map((at, index) => (Date.parse(at) - Date.parse(woken[index] ?? at)) / 60_000);
    expect(gaps).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('is known by how often it failed, since when and of what', async () => {
    const { engine, store, live, now } = world();
    await engine.record('a', () => ({ type: 'begun' }));
    const since = now();
    await engine.advance('a').catch(() => {});
    await live(4);
    const [failing] = await store.backOff.all();
    expect(failing).toMatchObject({ id: 'a', times: 4, since, woken: 3, why: 'TypeError: of undefined' });
  });

  it('is as any other work as soon as a look succeeds, and begins anew when it fails in another state', async () => {
    const { engine, store, woken, live, mend } = world();
    await engine.record('a', () => ({ type: 'begun' }));
    await engine.advance('a').catch(() => {});
    await live(60);
    mend();
    await engine.advance('a');
    woken.length = 0;
    await live(1);
    expect(woken).toHaveLength(1);
    expect(await store.backOff.all()).toEqual([]);
  });

  it('fails as it did before where not even that can be kept', async () => {
    const due = memoryRows();
    const broken = world(memoryRows(), {
      ...due,
      read: async () => await Promise.reject(new Error('no table')),
    });
    await broken.engine.record('a', () => ({ type: 'begun' }));
    await expect(broken.engine.advance('a')).rejects.toThrow('of undefined');
  });

  it('keeps nothing else from being woken', async () => {
    const { engine, woken, store } = world();
    await engine.record('a', () => ({ type: 'begun' }));
    await engine.record('b', () => ({ type: 'begun' }));
    await engine.advance('a').catch(() => {});
    const at = secondsAfter('2026-01-05T12:00:00.000Z', 0);
    const changesOf = async (id: string) => (await store.load(id))?.changes;
    await store.backOff.withoutResting(['a', 'b'], changesOf, at);
    expect(await store.backOff.withoutResting(['a', 'b'], changesOf, at)).toEqual(['b']);
    expect(woken.length).toBeGreaterThan(0);
  });

  it('is listed with everything else that is under way, until it is over', async () => {
    const { engine, store, mend } = world();
    await engine.record('a', () => ({ type: 'begun' }));
    await engine.record('b', () => ({ type: 'begun' }));
    mend();
    await engine.advance('b');
    await engine.advance('b');
    expect((await store.underWay()).map(({ id }) => id)).toEqual(['a']);
  });
});
