import { beforeEach, describe, expect, it } from 'vitest';
import { Engine, type Once } from '../../shared/workflow/engine.ts';
import { startingWith } from '../../shared/workflow/rows.ts';
import { WorkflowStore } from '../../shared/workflow/store.ts';
import type { Workflow } from '../../shared/workflow/workflow.ts';
import { memoryRows } from '../support/memory-rows.ts';

/** Gives out numbers, and remembers whom it gave the last. */
interface Desk {
  readonly last: number;
}
interface Drawn {
  readonly type: 'drawn';
}

const desk: Workflow<Desk, Drawn, never> = {
  evolve: (state) => ({ last: (state?.last ?? 0) + 1 }),
  decide: () => ({}),
  isNews: () => false,
};

describe('a fact that is told once under its name', () => {
  let rows = memoryRows();
  let day = 1;
  /** Each is a process of its own. */
  const open = () => {
    const engine = new Engine<Desk, Drawn, never>({
      workflow: desk,
      store: new WorkflowStore<Desk, Drawn>('desk', rows, memoryRows()),
      perform: async () => await Promise.reject(new Error('nothing is called for')),
      wake: async () => {},
      now: () => '2026-01-05T12:00:00.000Z',
      remembers: true,
    });
    const once = (name: string): Once<Desk> => ({
      name,
      keeps: ({ last }) => JSON.stringify({ last, day }),
      counts: (kept) => (JSON.parse(kept) as { day: number }).day === day,
    });
    return async (name?: string) => {
      const how = name === undefined ? {} : { once: once(name) };
      const { state, earlier } = await engine.record('desk', () => ({ type: 'drawn' }), how);
      return earlier === undefined ? state.last : `${(JSON.parse(earlier) as { last: number }).last} again`;
    };
  };
  beforeEach(async () => {
    [rows, day] = [memoryRows(), 1];
    await open()();
  });

  it('is answered with what it led to before, by whichever process', async () => {
    const [here, there] = [open(), open()];
    expect([await here('a'), await here('b'), await there('c')]).toEqual([2, 3, 4]);
    expect([await here('a'), await there('a'), await here('c')]).toEqual(['2 again', '2 again', '4 again']);
    expect(await here('d')).toBe(5);
  });

  it('is told once however many tell it at the same moment', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, async () => await open()('a')));
    expect(all.filter((answer) => answer === 2)).toHaveLength(1);
    expect(all.filter((answer) => answer === '2 again')).toHaveLength(7);
  });

  it('is told anew once what is kept of it counts no more', async () => {
    const draw = open();
    await draw('a');
    day = 2;
    expect([await draw('a'), await open()('a')]).toEqual([3, '3 again']);
  });

  it('leaves a row of its own, and the state no larger', async () => {
    const draw = open();
    for (let n = 0; n < 20; n += 1) await draw(`name-${n}`);
    expect((await rows.read('desk', 'state'))?.json).toBe('{"last":21}');
    expect(await rows.inPartition('desk', startingWith('once-'))).toHaveLength(20);
  });
});
