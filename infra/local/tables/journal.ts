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
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS log (seq INTEGER PRIMARY KEY, changes TEXT);`;

/** So much text in the log, and it is taken to the entities. */
const mostLogged = 4_000_000;

/**
 * Opens the file, or creates it. WAL without a sync at each commit outlives kill -9, not a power failure. A commit is
 * one line at the end of a log, as storage keeps its own writes, and not a page for each entity, wherever that lies;
 * the log is taken to the entities when it has grown, and before they are read.
 */
export function openJournal(file: string, most = mostLogged): Journal {
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
  const append = db.prepare('INSERT INTO log (changes) VALUES (?)');
  const logged = db.prepare('SELECT changes FROM log ORDER BY seq');
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
      save.run(account, table, PartitionKey, RowKey, JSON.stringify(change.saved));
    } else {
      remove.run(account, table, change.removed.partitionKey, change.removed.rowKey);
    }
  };
  /** Unknown is what a process before this one has left. */
  let inLog = Infinity;
  const settle = () => {
    if (inLog === 0) return;
    atOnce(() => {
      const last = new Map<string, Change>();
      for (const { changes } of logged.iterate()) {
        for (const change of JSON.parse(String(changes)) as Change[]) last.set(placeOf(change), change);
      }
      for (const [, change] of [...last].toSorted(([a], [b]) => (a < b ? -1 : 1))) write(change);
      db.exec('DELETE FROM log');
    });
    inLog = 0;
  };
  settle();
  return {
    addTable: ({ account, table }) => void addTable.run(account, table),
    dropTable: ({ account, table }) => {
      settle();
      atOnce(() => {
        dropTable.run(account, table);
        emptyTable.run(account, table);
      });
    },
    commit: (changes) => {
      if (changes.length === 0) return;
      const text = JSON.stringify(changes.map(bare));
      append.run(text);
      inLog += text.length;
      if (inLog > most) settle();
    },
    tables: () => db.prepare('SELECT account, name AS "table" FROM tables').all() as unknown as Table[],
    entities: ({ account, table }) => {
      settle();
      return db
        .prepare('SELECT entity FROM entities WHERE account = ? AND name = ?')
        .all(account, table)
        .map(({ entity }) => JSON.parse(String(entity)) as Entity);
    },
    close: () => {
      settle();
      db.close();
    },
  };
}

function placeOf(change: Change): string {
  const { account, table } = change.table;
  const { partitionKey, rowKey } =
    'saved' in change
      ? { partitionKey: change.saved.PartitionKey, rowKey: change.saved.RowKey }
      : change.removed;
  // No key has such a character.
  return [account, table.toLowerCase(), partitionKey, rowKey].join('\u0000');
}

// Only these fields: the in-memory store adds bookkeeping of its own to the object, which it must make anew.
function bare(change: Change): Change {
  if (!('saved' in change)) return change;
  const { PartitionKey, RowKey, properties, lastModifiedTime, eTag } = change.saved;
  return { table: change.table, saved: { PartitionKey, RowKey, properties, lastModifiedTime, eTag } };
}
