import { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableServer } from '../../../infra/local/tables/azurite.ts';
import { findByKeys } from '../../../infra/local/tables/lookup.ts';
import { startTables, type Tables } from '../../../infra/local/tables/tables.ts';

describe('finding an entity by its keys', () => {
  let tables: Tables;
  beforeAll(async () => {
    tables = await startTables();
  });
  afterAll(async () => await tables.stop());

  it('finds the right one, whichever of its keys others share', async () => {
    const table = TableClient.fromConnectionString(tables.connectionString, 'grid', {
      allowInsecureConnection: true,
    });
    await table.createTable();
    const places = ['a', 'b', 'c'].flatMap((partitionKey) =>
      ['1', '2', '3'].map((rowKey) => ({ partitionKey, rowKey })),
    );
    for (const place of places) await table.createEntity({ ...place, at: place.partitionKey + place.rowKey });
    await table.deleteEntity('b', '2');
    for (const { partitionKey, rowKey } of places) {
      const found = await table.getEntity(partitionKey, rowKey).catch(() => undefined);
      expect(found?.['at']).toBe(partitionKey + rowKey === 'b2' ? undefined : partitionKey + rowKey);
    }
  });

  it('looks at few of the many that share a row key, or a partition', async () => {
    const { metadataStore: store } = tableServer('127.0.0.1', 0);
    await store.init();
    findByKeys(store);
    await store.createTable({}, { account: 'account', table: 'many' });
    const rows = store.getEntityCollection('account', 'many', {});
    const entity = (PartitionKey: string, RowKey: string) => ({
      PartitionKey,
      RowKey,
      properties: {},
      lastModifiedTime: '',
      eTag: '',
    });
    const many = Array.from({ length: 5000 }, (_, n) => n);
    rows.insert(many.map((n) => entity(`workflow-${n}`, 'state')));
    rows.insert(many.map((n) => entity('index', `entry-${n}`)));
    const started = performance.now();
    for (const n of many) {
      expect(rows.findOne({ PartitionKey: `workflow-${n}`, RowKey: 'state' })?.PartitionKey).toBe(
        `workflow-${n}`,
      );
      expect(rows.findOne({ PartitionKey: 'index', RowKey: `entry-${n}` })?.RowKey).toBe(`entry-${n}`);
    }
    // 10,000 look-ups: a fraction of a second; half a minute where each walks 5,000 rows.
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});
