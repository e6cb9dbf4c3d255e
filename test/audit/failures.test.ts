import { array, assert, asyncProperty, constantFrom, integer, record } from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startingWith } from '../../shared/workflow/rows.ts';
import { begun, ended, keptAudit } from './kept.ts';

const everything = startingWith('');

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}));
afterEach(() => vi.restoreAllMocks());

describe('the audit', () => {
  it('X1: has every change once that was let through, whatever fails, and whoever takes the journal at once', async () => {
    const step = record({
      process: integer({ min: 0, max: 1 }),
      does: constantFrom('begin', 'end', 'take'),
    });
    await assert(
      asyncProperty(
        array(step, { maxLength: 60 }),
        array(constantFrom('fine', 'fine', 'before', 'after'), { minLength: 20, maxLength: 20 }),
        async (steps, ills) => {
          const audit = keptAudit();
          const processes = [audit.room, audit.open()];
          let act = 0;
          let isOver = false;
          for (const name of ['auditjournal', 'audit']) {
            const table = audit.rows(name);
            const { write, remove } = table;
            // What fails fails before or after it has taken effect.
            const mayFail = async <Effect>(effect: () => Promise<Effect>) => {
              const ill = isOver ? 'fine' : ills[(act += 1) % 20];
              if (ill === 'before') throw new Error(ill);
              const done = await effect();
              if (ill === 'after') throw new Error(ill);
              return done;
            };
            table.write = async (...asked) => await mayFail(() => write(...asked));
            table.remove = async (...asked) => await mayFail(() => remove(...asked));
          }
          const through: string[] = [];
          const under: string[] = [];
          const one = async ({ process, does }: (typeof steps)[number], n: number) => {
            const room = processes[process] ?? audit.room;
            if (does === 'begin') {
              await room.journal.begin(begun(`r-${n}`));
              through.push(`r-${n}`);
              under.push(`r-${n}`);
            } else if (does === 'end') {
              const id = under.shift();
              if (id !== undefined) room.journal.end(ended(begun(id)));
            } else await room.sweep();
          };
          for (let from = 0; from < steps.length; from += 4) {
            const atOnce = steps.slice(from, from + 4);
            await Promise.allSettled(atOnce.map(async (step, n) => await one(step, from + n)));
          }
          for (const room of processes) await room.journal.settled();
          isOver = true;
          const { value } = await audit.open().requests.page({ most: 1000 });
          const ids = value.map(({ id }) => id);
          expect(new Set(ids).size).toBe(ids.length);
          expect(ids).toEqual(expect.arrayContaining(through));
          expect(await audit.rows('auditjournal').inPartition('blocks', everything)).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });
});
