import { odata, type TransactionAction } from '@azure/data-tables';
import { AppError } from '../errors.ts';
import type { KeyedRow, Range, Rows, Write } from '../workflow/rows.ts';
import type { Table } from './clients.ts';
import { asking, finding } from './errors.ts';
import { type Entity, toRow, toSent } from './table-entity.ts';
import { type Action, submit } from './table-writes.ts';

/** A transaction may have 4 MB of text; JSON within JSON grows on the way. */
const mostBytesTogether = 2_500_000;
const mostInATransaction = 100;
/** Table Storage answers no more entities at once. */
const mostInAPage = 1000;

/** Rows in one table of Table Storage, which is made at first need. */
export function tableRows({ repeatable, once, httpClient }: Table): Rows {
  const name = repeatable.tableName;
  let made: Promise<void> | undefined;
  const exists = async () => {
    made ??= asking(`table ${name}`, async () => await repeatable.createTable());
    try {
      await made;
    } catch (error) {
      made = undefined; // the next to come tries again
      throw error;
    }
  };

  const list = async (filter: string, most = Infinity): Promise<readonly KeyedRow[]> => {
    await exists();
    return await asking(`query of ${name}`, async () => {
      const found: KeyedRow[] = [];
      const pages = repeatable
        .listEntities<Entity>({ queryOptions: { filter } })
        .byPage({ maxPageSize: Math.min(most, mostInAPage) });
      // A page may be short or even empty, and another follow all the same.
      for await (const page of pages) {
        for (const entity of page) found.push(toRow(entity));
        if (found.length >= most) break;
      }
      return found.slice(0, most);
    });
  };

  const removeTogether = async (partition: string, rows: readonly string[]) =>
    await finding(`removal of ${rows.length} rows of ${partition}`, async () => {
      await repeatable.submitTransaction(
        rows.map((rowKey): TransactionAction => ['delete', { partitionKey: partition, rowKey }]),
      );
      return true;
    });

  return {
    async read(partition, row) {
      await exists();
      const entity = await finding(
        `row ${row} of ${partition}`,
        async () => await repeatable.getEntity<Entity>(partition, row),
      );
      return entity && toRow(entity);
    },

    async write(partition, writes) {
      const actions = toActions(partition, writes);
      await exists();
      // A guarded write whose answer was lost must not be sent again unseen: it would lose against itself.
      const client = writes.every(({ etag }) => etag === 'any') ? repeatable : once;
      const written = await finding(
        `write to ${partition}`,
        async () => await submit(client, httpClient, actions),
      );
      // There was nothing left that the ETag could have been of.
      if (!written) throw new AppError('Conflict', `${partition}: a row to replace is gone`);
      return written;
    },

    async remove(partition, ...gone) {
      await exists();
      const removeOne = async (row: string) =>
        await finding(`removal of ${row}`, async () => await repeatable.deleteEntity(partition, row));
      for (let from = 0; from < gone.length; from += mostInATransaction) {
        const rows = gone.slice(from, from + mostInATransaction);
        // Of one that is not there any more a transaction fails as a whole.
        const areGone = rows.length > 1 && (await removeTogether(partition, rows));
        if (!areGone) for (const row of rows) await removeOne(row);
      }
    },

    inPartition: async (partition, range, most) =>
      await list(odata`PartitionKey eq ${partition}` + within('RowKey', range), most),

    acrossPartitions: async (row, range) =>
      await list(odata`RowKey eq ${row}` + within('PartitionKey', range)),
  };
}

function toActions(partition: string, writes: readonly Write[]): readonly Action[] {
  // Every size is looked at before the first byte is sent.
  const sent = writes.map((write) => ({ row: toSent(partition, write), etag: write.etag }));
  const bytes = sent.reduce((sum, { row }) => sum + row.size, 0);
  if (bytes > mostBytesTogether) {
    throw new AppError(
      'StateTooLarge',
      `${partition}: ${writes.length} rows would take ${bytes} bytes together`,
    );
  }
  return sent.map(({ row, etag }): Action => {
    if (etag === undefined) return { how: 'create', row };
    return { how: etag === 'any' ? 'replace-any' : { onlyIf: etag }, row };
  });
}

/** U+FFFF stands for "whatever follows"; it is no character, and stays off the wire. */
function within(key: 'RowKey' | 'PartitionKey', { from, to }: Range): string {
  const lower = from === '' ? '' : ` and ${key} ge ${quoted(from)}`;
  return `${lower}${upper(key, to)}`;
}

function upper(key: string, to: string): string {
  if (!to.endsWith('\uffff')) return ` and ${key} lt ${quoted(to)}`;
  const prefix = to.slice(0, -1);
  if (prefix === '') return '';
  const last = prefix.charCodeAt(prefix.length - 1);
  return ` and ${key} lt ${quoted(prefix.slice(0, -1) + String.fromCharCode(last + 1))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
