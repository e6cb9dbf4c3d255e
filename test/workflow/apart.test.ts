import { beforeEach, describe, expect, it } from 'vitest';
import { keptApart } from '../../shared/workflow/apart.ts';
import { startingWith } from '../../shared/workflow/rows.ts';
import { type Change, WorkflowStore } from '../../shared/workflow/store.ts';
import { memoryRows } from '../support/memory-rows.ts';

interface Thing {
  readonly name: string;
  readonly plan: { readonly steps: readonly string[] } | string;
}
interface Named {
  readonly type: 'named';
  readonly plan?: Thing['plan'];
}

const noon = '2026-01-05T12:00:00.000Z';
const plan = { steps: ['a', 'b'] };

describe('a part of states that is kept apart', () => {
  let rows = memoryRows();
  let parts = memoryRows();
  let due = memoryRows();
  const open = () =>
    new WorkflowStore<Thing, Named>(
      'thing',
      rows,
      due,
      undefined,
      keptApart({ rows: parts, field: 'plan', hashOf: (json) => `hash-${json.length}` }),
    );
  const change = (state: Thing, event: Named): Change<Thing, Named> => ({
    state,
    event,
    at: noon,
    isNews: true,
    dueAt: undefined,
    before: undefined,
  });
  beforeEach(() => {
    [rows, parts, due] = [memoryRows(), memoryRows(), memoryRows()];
  });

  it('is written once for all that have it, and read back with each of them', async () => {
    const store = open();
    await store.save('a', change({ name: 'a', plan }, { type: 'named', plan }));
    await store.save('b', change({ name: 'b', plan: { ...plan } }, { type: 'named' }));
    expect(await parts.acrossPartitions('part', startingWith(''))).toHaveLength(1);
    expect((await rows.read('a', 'state'))?.json).not.toContain('steps');
    for (const reader of [store, open()]) {
      expect((await reader.load('a'))?.state).toEqual({ name: 'a', plan });
      expect((await reader.loadAll('')).map(({ saved }) => saved.state.plan)).toEqual([plan, plan]);
      expect((await reader.history('a')).map(({ event }) => event)).toEqual([{ type: 'named', plan }]);
      expect((await reader.history('b')).map(({ event }) => event)).toEqual([{ type: 'named' }]);
    }
  });

  it('is in its table before what refers to it', async () => {
    const write = rows.write;
    const dying = { ...rows, write: async () => await Promise.reject(new Error('died here')) };
    rows = dying;
    await expect(open().save('a', change({ name: 'a', plan }, { type: 'named' }))).rejects.toThrow('died');
    rows = { ...dying, write };
    expect(await open().load('a')).toBeUndefined();
    await open().save('a', change({ name: 'a', plan }, { type: 'named' }));
    expect((await open().load('a'))?.state.plan).toEqual(plan);
  });

  it('stays in its place where it was kept there before, and where it is no more than a word', async () => {
    await new WorkflowStore<Thing, Named>('thing', rows, due).save(
      'old',
      change({ name: 'old', plan }, { type: 'named', plan }),
    );
    expect((await open().load('old'))?.state.plan).toEqual(plan);
    expect((await open().history('old')).map(({ event }) => event.plan)).toEqual([plan]);
    await open().save('word', change({ name: 'word', plan: 'none' }, { type: 'named' }));
    expect((await open().load('word'))?.state.plan).toBe('none');
    expect(await parts.acrossPartitions('part', startingWith(''))).toEqual([]);
  });

  it('is read once for many', async () => {
    const first = open();
    for (const name of ['a', 'b', 'c']) await first.save(name, change({ name, plan }, { type: 'named' }));
    let reads = 0;
    const { read } = parts;
    parts = { ...parts, read: async (...asked) => ((reads += 1), await read(...asked)) };
    expect(await open().loadAll('')).toHaveLength(3);
    expect(reads).toBe(1);
  });
});
