import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Entity } from '../../../infra/local/tables/azurite.ts';
import { openJournal } from '../../../infra/local/tables/journal.ts';

const table = { account: 'account', table: 'things' };
const entity = (RowKey: string, value: number): Entity => ({
  PartitionKey: "o'brien|é",
  RowKey,
  properties: { value },
  lastModifiedTime: '',
  eTag: String(value),
});
const saved = (row: string, value: number) => ({ table, saved: entity(row, value), isNew: value === 0 });
const removed = (rowKey: string) => ({ table, removed: { partitionKey: "o'brien|é", rowKey } });

describe('the journal of the tables', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'journal-'));
  });
  afterAll(async () => await rm(folder, { recursive: true }));

  // However much of it is in the log still when it is read, and whoever wrote that.
  for (const most of [0, 400, 1_000_000]) {
    it(`holds the last of each entity where a log of ${most} is taken to the entities`, async () => {
      const file = join(folder, `${most}.sqlite`);
      const writer = openJournal(file, most);
      writer.addTable(table);
      for (let n = 0; n < 20; n += 1) writer.commit([saved('a', n), saved(`b-${n}`, n)]);
      writer.commit([removed('b-3'), saved('c', 1), removed('c'), removed('a'), saved('a', 99)]);
      // Not closed: as after kill -9.
      const reader = openJournal(file);
      const found = new Map(reader.entities(table).map(({ RowKey, eTag }) => [RowKey, eTag]));
      expect(found.size).toBe(20);
      expect([found.get('a'), found.get('b-3'), found.get('b-19'), found.get('c')]).toEqual([
        '99',
        undefined,
        '19',
        undefined,
      ]);
      reader.close();
      writer.close();
    });
  }

  it('forgets what was in a table that is dropped', () => {
    const journal = openJournal(join(folder, 'dropped.sqlite'));
    journal.addTable(table);
    journal.commit([saved('a', 1)]);
    journal.dropTable(table);
    journal.addTable(table);
    expect(journal.entities(table)).toEqual([]);
    journal.close();
  });
});
