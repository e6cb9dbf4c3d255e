import { array, assert, asyncProperty, boolean, constantFrom, nat, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import { startingWith, type Rows, type Write } from '../../shared/workflow/rows.ts';
import { together } from '../../shared/workflow/together.ts';
import { memoryRows } from '../support/memory-rows.ts';

/** Rows whose writes take a turn of the event loop, with a note of how many rows each of them had. */
function slowRows(
  fails: (partition: string, writes: readonly Write[]) => AppError | undefined = () => undefined,
) {
  const rows = memoryRows();
  const sent: number[] = [];
  const write: Rows['write'] = async (partition, writes) => {
    sent.push(writes.length);
    const error = fails(partition, writes);
    await new Promise((next) => {
      setImmediate(next);
    });
    if (error) throw error;
    await rows.write(partition, writes);
  };
  return { rows: together({ ...rows, write }), sent };
}

const one = (row: string, json = '1'): Write[] => [{ row, json, etag: 'any' }];
const all = async (writes: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(writes)).map((outcome) =>
    outcome.status === 'fulfilled' ? 'written' : (outcome.reason as AppError).code,
  );

describe('writes that go together', () => {
  it('goes alone where nobody else writes', async () => {
    const { rows, sent } = slowRows();
    await rows.write('p', one('a'));
    await rows.write('p', one('b'));
    expect(sent).toEqual([1, 1]);
  });

  it('takes along who comes meanwhile, a hundred rows at most, and none of another partition', async () => {
    const { rows, sent } = slowRows();
    const first = rows.write('p', one('a'));
    await new Promise((next) => {
      setImmediate(next);
    });
    const more = Array.from({ length: 120 }, async (_, n) => await rows.write('p', one(`b${n}`)));
    await Promise.all([first, ...more, rows.write('q', one('c'))]);
    expect(sent.toSorted((a, b) => a - b)).toEqual([1, 1, 20, 100]);
    expect(await rows.inPartition('p', startingWith(''))).toHaveLength(121);
  });

  it('fails nobody for another: what is refused together is tried by each for himself', async () => {
    const { rows, sent } = slowRows();
    await rows.write('p', [{ row: 'taken', json: '0' }]);
    const outcomes = await all([
      rows.write('p', [{ row: 'a', json: '1' }]),
      rows.write('p', [{ row: 'taken', json: '1' }]),
      rows.write('p', [{ row: 'b', json: '1' }]),
    ]);
    expect(outcomes).toEqual(['written', 'Conflict', 'written']);
    expect(sent).toEqual([1, 3, 1, 1, 1]);
  });

  it('does not send again what may have been written', async () => {
    const { rows, sent } = slowRows(() => new AppError('AzureUnavailable', 'no answer'));
    const outcomes = await all(['a', 'b'].map(async (row) => await rows.write('p', [{ row, json: '1' }])));
    expect(outcomes).toEqual(['AzureUnavailable', 'AzureUnavailable']);
    expect(sent).toEqual([2]);
  });

  it('keeps nobody waiting for one that takes long', async () => {
    const gate = Promise.withResolvers<void>();
    const rows = memoryRows();
    const stuck = together({
      ...rows,
      async write(partition, writes) {
        if (writes[0]?.row === 'stuck') await gate.promise;
        await rows.write(partition, writes);
      },
    });
    const first = stuck.write('p', one('stuck'));
    await new Promise((next) => {
      setImmediate(next);
    });
    await stuck.write('p', one('quick'));
    expect(await rows.read('p', 'stuck')).toBeUndefined();
    gate.resolve();
    await first;
  });

  it('comes to what each alone would have come to, whoever else writes', async () => {
    const asked = array(
      record({ row: constantFrom('a', 'b', 'c', 'd', 'e', 'f'), isNew: boolean(), turns: nat({ max: 3 }) }),
      { minLength: 1, maxLength: 30 },
    );
    await assert(
      asyncProperty(asked, async (requests) => {
        const { rows } = slowRows();
        const written = new Map<string, Set<string>>();
        const made = new Map<string, number>();
        const outcomes = await all(
          requests.map(async ({ row, isNew, turns }, n) => {
            for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
            const json = String(n);
            const name = isNew ? `new-${row}` : row;
            await rows.write('p', [{ row: name, json, ...(!isNew && { etag: 'any' }) }]);
            written.set(name, (written.get(name) ?? new Set()).add(json));
            if (isNew) made.set(name, (made.get(name) ?? 0) + 1);
          }),
        );
        // Each new row is made by exactly one, and whoever heard that he wrote had his row written.
        expect([...made.values()].every((count) => count === 1)).toBe(true);
        expect(outcomes.every((outcome) => outcome === 'written' || outcome === 'Conflict')).toBe(true);
        for (const [row, values] of written) expect(values).toContain((await rows.read('p', row))?.json);
        for (const { row, isNew } of requests) {
          expect(written.has(isNew ? `new-${row}` : row)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });
});
