import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { TableClient, type TransactionAction } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Rows of one transaction: enough of them for a kill to come in between. */
const parts = Array.from({ length: 40 }, (_, n) => `part-${n}`);
const running: ChildProcess[] = [];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tables-'));
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

async function start(file: string) {
  const fixture = join(import.meta.dirname, 'tables-process.ts');
  const child = spawn(process.execPath, [fixture, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  const [connectionString] = (await once(createInterface(child.stdout), 'line')) as [string];
  const table = TableClient.fromConnectionString(connectionString, 'work', {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
  });
  const kill = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { table, kill };
}

/** Writes until the tables are gone; tells what was acknowledged, and what may or may not have been written. */
function load(table: TableClient, round: number) {
  const acknowledged = { rows: new Map<string, number>(), gone: new Set<string>() };
  const working = Array.from({ length: 8 }, async (_, worker) => {
    const partitionKey = `${round}-${worker}`;
    for (let n = 0; ; n += 1) {
      const row = `row-${n % 5}`;
      await table.upsertEntity({ partitionKey, rowKey: row, n }, n % 2 ? 'Merge' : 'Replace');
      acknowledged.rows.set(`${partitionKey}/${row}`, n);
      const whole = parts.map((rowKey): TransactionAction => [
        'upsert',
        { partitionKey, rowKey, n },
        'Replace',
      ]);
      await table.submitTransaction(whole);
      acknowledged.rows.set(`${partitionKey}/${parts[0]}`, n);
      await table.createEntity({ partitionKey, rowKey: `brief-${n}` });
      await table.deleteEntity(partitionKey, `brief-${n}`);
      acknowledged.gone.add(`${partitionKey}/brief-${n}`);
    }
  });
  return { acknowledged, ended: Promise.allSettled(working) };
}

async function held(table: TableClient) {
  const rows = new Map<string, number>();
  for await (const row of table.listEntities<{ n?: number }>()) {
    rows.set(`${row.partitionKey}/${row.rowKey}`, row.n ?? 0);
  }
  return rows;
}

describe('tables killed at work', () => {
  it('lose nothing that was acknowledged and no half of a transaction', async () => {
    const file = join(folder, 'killed.sqlite');
    let tables = await start(file);
    await tables.table.createTable();
    for (let round = 1; round <= 4; round += 1) {
      const { acknowledged, ended } = load(tables.table, round);
      // By work done, not by time: a busy machine must not make the test say less.
      while (acknowledged.gone.size < 20 + 15 * round) await sleep(5);
      await tables.kill();
      await ended;
      const { rows, gone } = acknowledged;

      tables = await start(file);
      const found = await held(tables.table);
      const lost = [...rows].filter(([key, n]) => (found.get(key) ?? -1) < n);
      expect(lost).toEqual([]);
      expect([...gone].filter((key) => found.has(key))).toEqual([]);
      for (let worker = 0; worker < 8; worker += 1) {
        expect(new Set(parts.map((part) => found.get(`${round}-${worker}/${part}`))).size).toBe(1);
      }
    }
    await tables.kill();
  });

  it('keep the ETags, so that who read before the kill can write after it', async () => {
    const file = join(folder, 'etags.sqlite');
    const before = await start(file);
    await before.table.createTable();
    const { etag = '' } = await before.table.createEntity({ partitionKey: 'p', rowKey: 'r' });
    await before.kill();
    const after = await start(file);
    expect(await after.table.getEntity('p', 'r')).toMatchObject({ etag });
    const update = async () =>
      await after.table.updateEntity({ partitionKey: 'p', rowKey: 'r', n: 1 }, 'Replace', { etag });
    await update();
    await expect(update()).rejects.toMatchObject({ statusCode: 412 });
    await after.kill();
  });
});
