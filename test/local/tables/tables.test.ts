import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDefaultHttpClient, createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import { RestError, TableClient, type TransactionAction } from '@azure/data-tables';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTables, type Tables } from '../../../infra/local/tables/tables.ts';

const open = (tables: Tables, name: string) =>
  TableClient.fromConnectionString(tables.connectionString, name, {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
  });

/** What the real client tells of a refusal. */
async function refusal(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof RestError)) return undefined;
  const details = error.details as { odataError?: { code?: string } } | undefined;
  return { status: error.statusCode, code: details?.odataError?.code ?? error.code };
}

const text = (length: number) => 'x'.repeat(length);
const properties = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, n]));
const chunks = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`c${n}`, text(30_000)]));

describe('the tables', () => {
  let tables: Tables;
  let table: TableClient;
  let number = 0;
  beforeAll(async () => {
    tables = await startTables();
  });
  afterAll(async () => await tables.stop());
  beforeEach(async () => {
    table = open(tables, `table${(number += 1)}`);
    await table.createTable();
  });

  it('give back long text of any script as it came, whatever packets it came in', async () => {
    const parts = Object.fromEntries(
      ['é', '漢', '🙂'].map((sign, n) => [`c${n}`, `x${sign.repeat(14_000)}`]),
    );
    const row = { partitionKey: 'p', rowKey: 'long text', ...parts };
    await table.upsertEntity(row, 'Replace');
    expect(await table.getEntity('p', 'long text')).toMatchObject(parts);
    await table.submitTransaction([['update', row, 'Replace']]);
    expect(await table.getEntity('p', 'long text')).toMatchObject(parts);
  });

  it('let exactly one of many racers on one ETag win, round after round', async () => {
    await table.createEntity({ partitionKey: 'p', rowKey: 'r', n: 0 });
    for (let round = 1; round <= 30; round += 1) {
      const { etag } = await table.getEntity('p', 'r');
      const racers = Array.from({ length: 20 }, (_, racer) =>
        table.updateEntity({ partitionKey: 'p', rowKey: 'r', n: round, racer }, 'Replace', { etag }),
      );
      const outcomes = await Promise.allSettled(racers);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }
  });

  it('never give two writes the same ETag', async () => {
    const etags = await Promise.all(
      Array.from({ length: 300 }, (_, n) => table.createEntity({ partitionKey: 'p', rowKey: `${n}` })),
    );
    expect(new Set(etags.map(({ etag }) => etag)).size).toBe(300);
  });

  it('answer a stale ETag with 412, what is there with 409 and what is not with 404', async () => {
    const { etag = '' } = await table.createEntity({ partitionKey: 'p', rowKey: 'r' });
    await table.updateEntity({ partitionKey: 'p', rowKey: 'r', n: 1 }, 'Merge', { etag });
    const stale = { partitionKey: 'p', rowKey: 'r', n: 2 };
    expect(await refusal(table.updateEntity(stale, 'Merge', { etag }))).toEqual({
      status: 412,
      code: 'UpdateConditionNotSatisfied',
    });
    expect(await refusal(table.deleteEntity('p', 'r', { etag }))).toMatchObject({ status: 412 });
    expect(await refusal(table.createEntity(stale))).toEqual({ status: 409, code: 'EntityAlreadyExists' });
    expect(await refusal(table.getEntity('p', 'none'))).toMatchObject({ status: 404 });
  });

  it('undo a whole transaction when one of its operations is refused', async () => {
    await table.createEntity({ partitionKey: 'p', rowKey: 'there', n: 1 });
    await table.createEntity({ partitionKey: 'p', rowKey: 'taken' });
    const transaction: TransactionAction[] = [
      ['update', { partitionKey: 'p', rowKey: 'there', n: 2 }, 'Replace'],
      ['create', { partitionKey: 'p', rowKey: 'new' }],
      ['create', { partitionKey: 'p', rowKey: 'taken' }],
    ];
    expect(await refusal(table.submitTransaction(transaction))).toMatchObject({ status: 409 });
    expect(await table.getEntity('p', 'there')).toMatchObject({ n: 1 });
    expect(await refusal(table.getEntity('p', 'new'))).toMatchObject({ status: 404 });
  });

  it('refuse an entity of more than 252 properties, however it is written', async () => {
    const keys = { partitionKey: 'p', rowKey: 'r' };
    const tooMany = { status: 400, code: 'TooManyProperties' };
    expect(await refusal(table.createEntity({ ...keys, ...properties(253) }))).toEqual(tooMany);
    await table.createEntity({ ...keys, ...properties(252) });
    expect(await refusal(table.upsertEntity({ ...keys, ...properties(253) }, 'Replace'))).toEqual(tooMany);
    expect(await refusal(table.updateEntity({ ...keys, one: 'more' }, 'Merge'))).toEqual(tooMany);
    const inTransaction: TransactionAction[] = [['upsert', { ...keys, ...properties(253) }, 'Replace']];
    expect(await refusal(table.submitTransaction(inTransaction))).toMatchObject({ status: 400 });
  });

  it('refuse an entity of more than 1 MiB, also when a merge makes it so', async () => {
    const keys = { partitionKey: 'p', rowKey: 'r' };
    const tooLarge = { status: 400, code: 'EntityTooLarge' };
    expect(await refusal(table.createEntity({ ...keys, ...chunks(18) }))).toEqual(tooLarge);
    await table.createEntity({ ...keys, ...chunks(17) });
    expect(await refusal(table.updateEntity({ ...keys, more: text(30_000) }, 'Merge'))).toEqual(tooLarge);
    expect(await table.getEntity('p', 'r')).not.toHaveProperty('more');
  });

  it('refuse a property of more than 64 KiB', async () => {
    const entity = { partitionKey: 'p', rowKey: 'r', json: text(32 * 1024 + 1) };
    expect(await refusal(table.createEntity(entity))).toEqual({ status: 400, code: 'PropertyValueTooLarge' });
  });

  it('refuse property names that Azure does not take', async () => {
    const keys = { partitionKey: 'p', rowKey: 'r' };
    expect(await refusal(table.createEntity({ ...keys, 'due-at': 1 }))).toMatchObject({
      code: 'PropertyNameInvalid',
    });
    expect(await refusal(table.createEntity({ ...keys, [text(256)]: 1 }))).toMatchObject({
      code: 'PropertyNameTooLong',
    });
  });

  it('refuse a filter of more than 15 comparisons, not counting what stands in quotes', async () => {
    const ask = async (filter: string) => {
      const pages = table.listEntities({ queryOptions: { filter } });
      return await refusal(pages.next());
    };
    const any = (count: number) => Array.from({ length: count }, (_, n) => `n eq ${n}`).join(' or ');
    expect(await ask(any(16))).toMatchObject({ status: 400 });
    expect(await ask(any(15))).toBeUndefined();
    expect(await ask(`${any(14)} or t eq 'a eq b eq c'`)).toBeUndefined();
  });

  it('refuse a transaction over two partitions', async () => {
    // By hand, since the client already refuses to send one.
    const part = (partition: string) =>
      `--changeset_c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n` +
      `POST ${tables.url}/${table.tableName} HTTP/1.1\r\nContent-Type: application/json\r\n` +
      `Accept: application/json;odata=minimalmetadata\r\nPrefer: return-no-content\r\n` +
      `DataServiceVersion: 3.0;\r\n\r\n{"PartitionKey":"${partition}","RowKey":"r"}\r\n`;
    const request = createPipelineRequest({
      url: `${tables.url}/$batch`,
      method: 'POST',
      allowInsecureConnection: true,
      headers: createHttpHeaders({
        'content-type': 'multipart/mixed; boundary=batch_b',
        accept: 'application/json',
        'x-ms-version': '2019-02-02',
      }),
      body:
        `--batch_b\r\nContent-Type: multipart/mixed; boundary=changeset_c\r\n\r\n` +
        `${part('a')}${part('b')}--changeset_c--\r\n--batch_b--\r\n`,
    });
    const answer = await table.pipeline.sendRequest(createDefaultHttpClient(), request);
    expect(answer.bodyAsText).toContain('CommandsInBatchActOnDifferentPartitions');
    expect(await Array.fromAsync(table.listEntities())).toEqual([]);
  });

  it('count what is asked and what is sent back', async () => {
    const write = (rowKey: string): TransactionAction => ['create', { partitionKey: 'p', rowKey }];
    await table.submitTransaction(['a', 'b', 'c'].map(write));
    tables.requests.reset();
    await table.upsertEntity({ partitionKey: 'p', rowKey: 'a', n: 1 }, 'Merge');
    expect(tables.requests).toMatchObject({ count: 1, entitiesReturned: 0 });
    await table.getEntity('p', 'a');
    for await (const _ of table.listEntities()) continue;
    expect(tables.requests).toMatchObject({ count: 3, entitiesReturned: 4 });
    const local = new URL('/local/requests', tables.url);
    expect(await (await fetch(local)).json()).toEqual({ count: 3, entitiesReturned: 4 });
    await fetch(local, { method: 'DELETE' });
    expect(tables.requests).toMatchObject({ count: 0, entitiesReturned: 0 });
  });
});

describe('the tables with a file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tables-'));
  });
  afterAll(async () => await rm(folder, { recursive: true }));

  it('come back with every type, ETag, table and gap', async () => {
    const file = join(folder, 'tables.sqlite');
    const before = await startTables({ file });
    const table = open(before, 'kinds');
    await table.createTable();
    await open(before, 'gone').createTable();
    await open(before, 'gone').createEntity({ partitionKey: 'p', rowKey: 'r' });
    await open(before, 'gone').deleteTable();
    await table.createEntity({
      partitionKey: "o'brien",
      rowKey: 'é 漢 🙂',
      when: new Date(0),
      bytes: Uint8Array.of(1, 2),
    });
    await table.createEntity({
      partitionKey: 'p',
      rowKey: 'long',
      long: 2n ** 60n,
      half: 0.5,
      yes: true,
      none: '',
    });
    await table.createEntity({ partitionKey: 'p', rowKey: 'gone' });
    await table.deleteEntity('p', 'gone');
    const undone: TransactionAction[] = [
      ['delete', { partitionKey: 'p', rowKey: 'long' }],
      ['create', { partitionKey: 'p', rowKey: 'undone' }],
      ['delete', { partitionKey: 'p', rowKey: 'gone' }],
    ];
    expect(await refusal(table.submitTransaction(undone))).toMatchObject({ status: 404 });
    const all = async (client: TableClient) => await Array.fromAsync(client.listEntities());
    const held = await all(table);
    await before.stop();

    const after = await startTables({ file });
    expect(await all(open(after, 'kinds'))).toEqual(held);
    expect(held).toHaveLength(2);
    const again = { partitionKey: 'p', rowKey: 'long', n: 1 };
    const etag = held.find(({ rowKey }) => rowKey === 'long')?.etag ?? '';
    await open(after, 'kinds').updateEntity(again, 'Merge', { etag });
    expect(await refusal(open(after, 'gone').getEntity('p', 'r'))).toMatchObject({ status: 404 });
    await open(after, 'gone').createTable();
    expect(await all(open(after, 'gone'))).toEqual([]);
    await after.stop();
  });
});
