import { randomUUID } from 'node:crypto';
import { assert, asyncProperty, dictionary, double, integer, jsonValue, oneof, string } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTables, type Tables } from '../../infra/local/tables/tables.ts';
import { tableRows } from '../../shared/azure/table-rows.ts';
import { hasCode } from '../../shared/errors.ts';
import { after, type Rows, startingWith } from '../../shared/workflow/rows.ts';
import { inOnePartition } from '../../shared/workflow/one-partition.ts';
import { together } from '../../shared/workflow/together.ts';
import { azureIn, losesAnswers } from '../support/azure.ts';
import { memoryRows } from '../support/memory-rows.ts';

const conflict = expect.objectContaining({ code: 'Conflict' });
const tooLarge = expect.objectContaining({ code: 'StateTooLarge' });

/** A name that Table Storage takes for a column. */
function toName(text: string): string {
  return `c${text.replaceAll(/\W/g, '_')}`;
}

/** What every table promises the engine; each one below keeps all of it. */
function keepsItsPromises(open: () => Rows) {
  let rows: Rows;
  let partition: string;
  beforeAll(() => {
    rows = open();
  });
  const fresh = () => {
    partition = randomUUID();
    return partition;
  };
  const etagOf = async (row: string) => (await rows.read(partition, row))?.etag ?? '';

  it('knows nothing of what was never written', async () => {
    expect(await rows.read(fresh(), 'state')).toBeUndefined();
    expect(await rows.inPartition(partition, startingWith(''))).toEqual([]);
  });

  it('gives back what was written, with its columns', async () => {
    const json = JSON.stringify({ name: "O'Neill \u{1F600} \ud800 \\ \u2028", list: [1, 2] });
    const columns = { changes: 3, dueAt: '', ratio: 0.5, many: 12_345_678_901 };
    await rows.write(fresh(), [{ row: 'state', json, columns }]);
    expect(await rows.read(partition, 'state')).toMatchObject({ json, columns });
    expect((await rows.read(partition, 'state'))?.columns).toEqual(columns);
  });

  it('gives back what was written, whatever it was', async () => {
    const text = string({ unit: 'binary', maxLength: 40 });
    // JSON has no -0.
    const number = double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    const column = oneof(text, integer(), number);
    const columns = dictionary(string({ unit: 'grapheme-ascii', minLength: 1 }).map(toName), column, {
      maxKeys: 5,
    });
    await assert(
      asyncProperty(jsonValue({ stringUnit: 'binary' }), columns, async (value, given) => {
        const json = JSON.stringify(value);
        await rows.write(fresh(), [{ row: 'state', json, columns: given }]);
        const found = await rows.read(partition, 'state');
        expect(found?.json).toBe(json);
        expect(found?.columns).toEqual(Object.fromEntries(Object.entries(given)));
      }),
      { numRuns: 100 },
    );
  });

  it('creates a row only once', async () => {
    await rows.write(fresh(), [{ row: 'state', json: '1' }]);
    await expect(rows.write(partition, [{ row: 'state', json: '2' }])).rejects.toEqual(conflict);
    expect((await rows.read(partition, 'state'))?.json).toBe('1');
  });

  it('replaces a row only from what it still is', async () => {
    await rows.write(fresh(), [{ row: 'state', json: '1', columns: { old: 'x' } }]);
    const etag = await etagOf('state');
    await rows.write(partition, [{ row: 'state', json: '2', etag }]);
    await expect(rows.write(partition, [{ row: 'state', json: '3', etag }])).rejects.toEqual(conflict);
    expect(await rows.read(partition, 'state')).toMatchObject({ json: '2', columns: {} });
  });

  it('does not replace a row that is gone', async () => {
    await rows.write(fresh(), [{ row: 'state', json: '1' }]);
    const etag = await etagOf('state');
    await rows.remove(partition, 'state');
    await expect(rows.write(partition, [{ row: 'state', json: '2', etag }])).rejects.toEqual(conflict);
    const both = [
      { row: 'state', json: '2', etag },
      { row: 'line', json: '{}' },
    ];
    await expect(rows.write(partition, both)).rejects.toEqual(conflict);
    expect(await rows.inPartition(partition, startingWith(''))).toEqual([]);
  });

  it('writes whatever is there when told so, as often as told', async () => {
    await rows.write(fresh(), [{ row: 'due', json: '1', etag: 'any' }]);
    await rows.write(partition, [{ row: 'due', json: '2', etag: 'any' }]);
    expect((await rows.read(partition, 'due'))?.json).toBe('2');
  });

  it('writes all of a transaction or none', async () => {
    await rows.write(fresh(), [
      { row: 'state', json: '1' },
      { row: 'line-1', json: '{}' },
    ]);
    const etag = await etagOf('state');
    const taken = rows.write(partition, [
      { row: 'state', json: '2', etag },
      { row: 'line-1', json: '{}' },
    ]);
    await expect(taken).rejects.toEqual(conflict);
    const stale = rows.write(partition, [
      { row: 'line-2', json: '{}' },
      { row: 'state', json: '2', etag: 'W/"stale"' },
    ]);
    await expect(stale).rejects.toEqual(conflict);
    expect((await rows.inPartition(partition, startingWith(''))).map(({ row, json }) => [row, json])).toEqual(
      [
        ['line-1', '{}'],
        ['state', '1'],
      ],
    );
  });

  it('lets exactly one of twenty racers win, round after round', async () => {
    await rows.write(fresh(), [{ row: 'state', json: '0' }]);
    for (let round = 1; round <= 5; round += 1) {
      const etag = await etagOf('state');
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, async (_, racer) => {
          await rows.write(partition, [
            { row: 'state', json: `${round}.${racer}`, etag },
            { row: `line-${round}`, json: `${round}.${racer}` },
          ]);
        }),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      expect(reasons.every((reason) => hasCode(reason, 'Conflict'))).toBe(true);
      expect((await rows.read(partition, 'state'))?.json).toBe(
        (await rows.read(partition, `line-${round}`))?.json,
      );
    }
  });

  it('keeps a large row whole', async () => {
    const json = JSON.stringify({ text: 'a'.repeat(400_000) });
    await rows.write(fresh(), [{ row: 'state', json }]);
    expect((await rows.read(partition, 'state'))?.json === json).toBe(true);
    await rows.write(partition, [{ row: 'state', json: '"short"', etag: await etagOf('state') }]);
    expect((await rows.read(partition, 'state'))?.json).toBe('"short"');
  });

  it('keeps a character of two units whole wherever it stands', async () => {
    fresh();
    for (const before of [31_989, 31_990, 31_991]) {
      const json = JSON.stringify({ text: `${'a'.repeat(before)}\u{1F600}\u{1F600}` });
      await rows.write(partition, [{ row: `state-${before}`, json }]);
      expect((await rows.read(partition, `state-${before}`))?.json === json).toBe(true);
    }
  });

  it('refuses a row of more than a megabyte before anything is written', async () => {
    const json = JSON.stringify('a'.repeat(600_000));
    const large = [
      { row: 'line', json: '{}' },
      { row: 'state', json },
    ];
    await expect(rows.write(fresh(), large)).rejects.toEqual(tooLarge);
    expect(await rows.inPartition(partition, startingWith(''))).toEqual([]);
  });

  it('refuses a column of more than 64 KB before anything is written', async () => {
    const large = [
      { row: 'line', json: '{}' },
      { row: 'state', json: '1', columns: { note: 'a'.repeat(33_000) } },
    ];
    await expect(rows.write(fresh(), large)).rejects.toEqual(tooLarge);
    expect(await rows.inPartition(partition, startingWith(''))).toEqual([]);
  });

  it('removes a row, whether it was there or not', async () => {
    await rows.write(fresh(), [{ row: 'due', json: '1' }]);
    await rows.remove(partition, 'due');
    await rows.remove(partition, 'due');
    expect(await rows.read(partition, 'due')).toBeUndefined();
  });

  it('lists a range of one partition in the order of its keys', async () => {
    const names = ['line-2', 'line-10', 'state', 'line-1', "it's", 'line.'];
    fresh();
    for (const row of names) await rows.write(partition, [{ row, json: `"${row}"` }]);
    const found = async (from: string, to: string) =>
      (await rows.inPartition(partition, { from, to })).map(({ row }) => row);
    expect(await found('line-1', 'line-2')).toEqual(['line-1', 'line-10']);
    expect(await found('', 'line-10')).toEqual(["it's", 'line-1']);
    expect(await found("it's", "it's\uffff")).toEqual(["it's"]);
    expect((await rows.inPartition(partition, startingWith('line-'))).map(({ row }) => row)).toEqual([
      'line-1',
      'line-10',
      'line-2',
    ]);
    expect(await rows.inPartition(partition, startingWith(''))).toHaveLength(names.length);
    const first = await rows.inPartition(partition, { from: after('line-10'), to: '~' }, 2);
    expect(first.map(({ row }) => row)).toEqual(['line-2', 'line.']);
  });

  it('lists the row of one name across a range of partitions', async () => {
    const set = randomUUID();
    for (const id of [`${set}~1.0.0`, `${set}~1.0.1`, `${set}x~1.0.0`]) {
      await rows.write(id, [
        { row: 'state', json: `"${id}"`, columns: { changes: 1 } },
        { row: 'line', json: '{}' },
      ]);
    }
    const found = await rows.acrossPartitions('state', startingWith(`${set}~`));
    expect(found.map(({ partition, row, json }) => [partition, row, json])).toEqual([
      [`${set}~1.0.0`, 'state', `"${set}~1.0.0"`],
      [`${set}~1.0.1`, 'state', `"${set}~1.0.1"`],
    ]);
    expect(await rows.acrossPartitions('absent', startingWith(set))).toEqual([]);
  });

  it('lists more than one page of answers', async () => {
    fresh();
    const all = Array.from({ length: 1_050 }, (_, index) => `line-${String(index).padStart(8, '0')}`);
    for (let from = 0; from < all.length; from += 50) {
      await rows.write(
        partition,
        all.slice(from, from + 50).map((row) => ({ row, json: '{}' })),
      );
    }
    const found = await rows.inPartition(partition, startingWith('line-'));
    expect(found.map(({ row }) => row)).toEqual(all);
    expect(await rows.inPartition(partition, startingWith('line-'), 1_010)).toHaveLength(1_010);
  });
}

const inOne = () => inOnePartition(together(memoryRows()));
describe.each([memoryRows, inOne])('rows in memory', keepsItsPromises);

describe('rows in Table Storage', () => {
  let tables: Tables;
  beforeAll(async () => {
    tables = await startTables();
  });
  afterAll(async () => await tables.stop());
  const rowsIn = (name: string) => tableRows(azureIn({ Tables: tables.connectionString }).table(name));

  keepsItsPromises(() => rowsIn('rows'));

  it('makes the table once, however many come first', async () => {
    const rows = rowsIn('fresh');
    await Promise.all(['a', 'b', 'c'].map(async (id) => await rows.write(id, [{ row: 'state', json: '1' }])));
    tables.requests.reset();
    await rows.read('a', 'state');
    expect(tables.requests.count).toBe(1);
  });

  it('does not send a guarded write twice when its answer is lost', async () => {
    const line = await losesAnswers(tables.url);
    const connectionString = tables.connectionString.replace(tables.url, line.url);
    const rows = tableRows(azureIn({ Tables: connectionString }).table('rows'));
    expect(await rows.read('lost', 'state')).toBeUndefined();
    const unanswered = expect.objectContaining({ code: 'AzureUnavailable' });
    line.loseNext();
    await expect(rows.write('lost', [{ row: 'state', json: '1' }])).rejects.toEqual(unanswered);
    expect((await rows.read('lost', 'state'))?.json).toBe('1');

    line.loseNext();
    const next = [
      { row: 'state', json: '2', etag: (await rows.read('lost', 'state'))?.etag ?? '' },
      { row: 'line', json: '{}' },
    ];
    line.loseNext();
    await expect(rows.write('lost', next)).rejects.toEqual(unanswered);
    expect((await rows.read('lost', 'state'))?.json).toBe('2');
    line.stop();
  });
});
