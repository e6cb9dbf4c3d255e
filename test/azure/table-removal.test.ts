import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTables, type Tables } from '../../infra/local/tables/tables.ts';
import { tableRows } from '../../shared/azure/table-rows.ts';
import { startingWith } from '../../shared/workflow/rows.ts';
import { azureIn } from '../support/azure.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(async () => await tables.stop());

it('removes many rows in few requests, whether all of them were there or not', async () => {
  const rows = tableRows(azureIn({ Tables: tables.connectionString }).table('rows'));
  const names = Array.from({ length: 103 }, (_, n) => `line-${String(n).padStart(3, '0')}`);
  for (const some of [names.slice(0, 60), names.slice(60)]) {
    await rows.write(
      'p',
      some.map((row) => ({ row, json: '{}' })),
    );
  }
  tables.requests.reset();
  await rows.remove('p', ...names.slice(1));
  expect(tables.requests.count).toBe(2);
  expect((await rows.inPartition('p', startingWith(''))).map(({ row }) => row)).toEqual(['line-000']);
  await rows.remove('p', ...names.slice(0, 3));
  await rows.remove('p');
  expect(await rows.inPartition('p', startingWith(''))).toEqual([]);
});
