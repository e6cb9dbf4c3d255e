import { array, assert, asyncProperty, boolean, constantFrom, integer, nat, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secondsAfter } from '../../shared/instant.ts';
import type { Lists } from '../../shared/workflow/lists.ts';
import type { Page } from '../../shared/workflow/page.ts';
import type { Rows } from '../../shared/workflow/rows.ts';
import { type Kept, WorkflowStore } from '../../shared/workflow/store.ts';
import { memoryRows } from '../support/memory-rows.ts';

interface Thing {
  readonly of: string;
  readonly n: number;
}
const noon = '2026-01-05T12:00:00.000Z';
const byTime: Lists<Thing> = { order: 'by-time', names: (_, { of }) => ['', of] };

function small(lists: Lists<Thing> = byTime) {
  const rows = memoryRows();
  let isDying = false;
  const table: Rows = {
    ...rows,
    write: async (...given) =>
      isDying ? await Promise.reject(new Error('died')) : await rows.write(...given),
  };
  const due = memoryRows();
  const store = new WorkflowStore<Thing, object>('thing', table, due, lists);
  const put = async (id: string, state: Thing, seconds: number) => {
    const at = secondsAfter(noon, seconds);
    const before = await store.load(id);
    await store.save(id, { state, event: {}, at, isNews: true, dueAt: undefined, before });
  };
  return {
    store,
    due,
    put,
    /** The process ends between the index and the state. */
    dieAt: async (id: string, state: Thing, seconds: number) => {
      isDying = true;
      await put(id, state, seconds).catch(() => {});
      isDying = false;
    },
  };
}

/** Every page there is, with something done before each. */
async function pages(
  ask: (after: string | undefined) => Promise<Page<Kept<Thing>>>,
  between: () => Promise<void> = async () => {},
): Promise<string[]> {
  const found: string[] = [];
  for (let after: string | undefined; ;) {
    const { value, next } = await ask(after);
    found.push(...value.map(({ id }) => id));
    if (next === undefined) return found;
    expect(next > (after ?? '')).toBe(true);
    after = next;
    await between();
  }
}

const step = record({
  id: nat(25).map((n) => `thing-${n}`),
  of: constantFrom('win11', 'linux'),
  n: nat(3),
  isLost: boolean(),
});

describe('pages of a list', () => {
  it('put together are the whole, newest first, whatever crashed and whatever came meanwhile', async () => {
    await assert(
      asyncProperty(
        array(step, { maxLength: 60 }),
        array(step, { maxLength: 20 }),
        integer({ min: 1, max: 7 }),
        async (first, meanwhile, most) => {
          const { store, put, dieAt } = small();
          const born = new Map<string, { at: number; thing: Thing }>();
          let second = 0;
          const tell = async ({ id, of, n, isLost }: (typeof first)[number]) => {
            second += 1;
            // What decides on the lists never changes.
            const thing = { of: born.get(id)?.thing.of ?? of, n };
            if (isLost) return await dieAt(id, thing, second);
            await put(id, thing, second);
            born.set(id, { at: born.get(id)?.at ?? second, thing });
          };
          for (const one of first) await tell(one);
          const newest = (where: (thing: Thing) => boolean) =>
            [...born]
              .filter(([, { thing }]) => where(thing))
              .toSorted(([, a], [, b]) => b.at - a.at)
              .map(([id]) => id);
          const wants = { list: '', of: 'win11', three: ({ n }: Thing) => n === 3 };
          const whole = newest(() => true);
          expect((await store.page()).value.map(({ id }) => id)).toEqual(whole);
          expect(
            await pages(async (after) => await store.page({ after, most, order: 'oldest-first' })),
          ).toEqual(whole.toReversed());
          expect(await pages(async (after) => await store.page({ after, most, list: wants.of }))).toEqual(
            newest(({ of }) => of === wants.of),
          );
          const where = ({ saved }: Kept<Thing>) => wants.three(saved.state);
          expect(await pages(async (after) => await store.page({ after, most, where }))).toEqual(
            newest(wants.three),
          );
          const left = [...meanwhile];
          const seen = await pages(
            async (after) => await store.page({ after, most }),
            async () => {
              const one = left.shift();
              if (one) await tell(one);
            },
          );
          // What came meanwhile is newer than where the pages are, and is for whoever begins again.
          expect(seen).toEqual(whole);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are in the order of names where the list is, and begin with what was asked for', async () => {
    const { store, put } = small({ order: 'by-id' });
    for (const [second, id] of ['b.1', 'a-x.1', 'a.2', 'a.1', 'a'].entries()) {
      await put(id, { of: 'x', n: 0 }, second);
    }
    expect(await pages(async (after) => await store.page({ after, most: 1 }))).toEqual([
      'a',
      'a-x.1',
      'a.1',
      'a.2',
      'b.1',
    ]);
    expect(await pages(async (after) => await store.page({ after, most: 1, prefix: 'a.' }))).toEqual([
      'a.1',
      'a.2',
    ]);
  });

  it('are short where next to nothing is wanted, and cost no more than a thousand entries', async () => {
    const { store, put } = small();
    for (let n = 0; n < 1_100; n += 1) await put(`thing-${n}`, { of: 'x', n }, n);
    const where = ({ saved }: Kept<Thing>) => saved.state.n === 50;
    const first = await store.page({ most: 10, where });
    expect(first).toEqual({ value: [], next: expect.any(String) as string });
    const second = await store.page({ most: 10, where, after: first.next });
    expect(second.value.map(({ id }) => id)).toEqual(['thing-50']);
    expect(second.next).toBeUndefined();
  });

  it('have what was saved before there were lists, from its next save on', async () => {
    const { due, store, put } = small();
    const rows = memoryRows();
    const old = new WorkflowStore<Thing, object>('thing', rows, due);
    const change = { state: { of: 'x', n: 0 }, event: {}, isNews: true, dueAt: undefined };
    await old.save('old', { ...change, at: noon, before: undefined });
    const now = new WorkflowStore<Thing, object>('thing', rows, due, byTime);
    expect((await now.page()).value).toEqual([]);
    await now.save('old', { ...change, at: noon, before: await now.load('old') });
    expect((await now.page()).value.map(({ id }) => id)).toEqual(['old']);
    await put('other', change.state, 1);
    expect((await store.page()).value.map(({ id }) => id)).toEqual(['other']);
  });

  it('cost one row each in the index of due things, and no more saves than before', async () => {
    const { due, put } = small();
    for (const second of [1, 2, 3]) await put('a', { of: 'x', n: second }, second);
    expect(await due.inPartition('thing', { from: '', to: '~' })).toHaveLength(4);
  });
});

describe('pages of a history', () => {
  it('put together are the whole, oldest first', async () => {
    const { store, put } = small();
    for (let n = 0; n < 12; n += 1) await put('a', { of: 'x', n }, n);
    const whole = await store.history('a');
    const found: (typeof whole)[number][] = [];
    for (let after: string | undefined; ;) {
      const { value, next } = await store.lines('a', { after, most: 5 });
      found.push(...value);
      if (next === undefined) break;
      after = next;
    }
    expect(found).toEqual(whole);
    expect(whole).toHaveLength(12);
    expect((await store.lines('a', { most: 12 })).next).toBeUndefined();
  });
});
