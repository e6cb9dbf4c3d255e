import { DatabaseSync } from 'node:sqlite';
import type { Entity, Table } from './azurite.ts';

/** One write as it is kept: an entity as it now is, or the place where none is any more. */
export type Change =
  | { readonly table: Table; readonly saved: Entity }
  | { readonly table: Table; readonly removed: { readonly partitionKey: string; readonly rowKey: string } };

/** What the tables hold, on disk. Every call is on disk when it returns. */
export interface Journal {
  readonly addTable: (table: Table) => void;
  readonly dropTable: (table: Table) => void;
  /** All of the changes or none of them. */
  readonly commit: (changes: readonly Change[]) => void;
  readonly tables: () => Table[];
  readonly entities: (table: Table) => Entity[];
  readonly close: () => void;
}

const schema = `
  CREATE TABLE IF NOT EXISTS tables (account TEXT, name TEXT COLLATE NOCASE, PRIMARY KEY (account, name));
  CREATE TABLE IF NOT EXISTS entities (
    account TEXT, name TEXT COLLATE NOCASE, partition_key TEXT, row_key TEXT, entity TEXT,
    PRIMARY KEY (account, name, partition_key, row_key)
  ) WITHOUT ROWID;`;

/** Opens the file, or creates it. WAL without a sync at each commit outlives kill -9, not a power failure. */
export function openJournal(file: string): Journal {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  db.exec(schema);
  const addTable = db.prepare('INSERT INTO tables VALUES (?, ?)');
  const dropTable = db.prepare('DELETE FROM tables WHERE account = ? AND name = ?');
  const emptyTable = db.prepare('DELETE FROM entities WHERE account = ? AND name = ?');
  const save = db.prepare('INSERT OR REPLACE INTO entities VALUES (?, ?, ?, ?, ?)');
  const remove = db.prepare(
    'DELETE FROM entities WHERE account = ? AND name = ? AND partition_key = ? AND row_key = ?',
  );
  const atOnce = (work: () => void) => {
    db.exec('BEGIN IMMEDIATE');
    try {
      work();
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };
  const write = (change: Change) => {
    const { account, table } = change.table;
    if ('saved' in change) {
      const { PartitionKey, RowKey } = change.saved;
      save.run(account, table, PartitionKey, RowKey, toText(change.saved));
    } else {
      remove.run(account, table, change.removed.partitionKey, change.removed.rowKey);
    }
  };
  return {
    addTable: ({ account, table }) => void addTable.run(account, table),
    dropTable: ({ account, table }) =>
      atOnce(() => {
        dropTable.run(account, table);
        emptyTable.run(account, table);
      }),
    commit: (changes) => {
      const [only] = changes;
      if (only !== undefined && changes.length === 1) write(only);
      else if (changes.length > 1) atOnce(() => changes.forEach(write));
    },
    tables: () => db.prepare('SELECT account, name AS "table" FROM tables').all() as unknown as Table[],
    entities: ({ account, table }) =>
      db
        .prepare('SELECT entity FROM entities WHERE account = ? AND name = ?')
        .all(account, table)
        .map(({ entity }) => JSON.parse(String(entity)) as Entity),
    close: () => db.close(),
  };
}

// Only these fields: the in-memory store adds bookkeeping of its own to the object, which it must make anew.
function toText({ PartitionKey, RowKey, properties, lastModifiedTime, eTag }: Entity): string {
  return JSON.stringify({ PartitionKey, RowKey, properties, lastModifiedTime, eTag });
}
