import { DatabaseSync } from 'node:sqlite';
import type { Entity, Table } from './azurite.ts';

/** One write as it is kept: an entity as it now is, or the place where none is any more. */
export type Change =
  | { readonly table: Table; readonly saved: Entity; readonly isNew: boolean }
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
  CREATE TABLE IF NOT EXISTS log_lines (seq INTEGER PRIMARY KEY, places TEXT, changes TEXT);`;

/** So much text of the log may replace what was there before. */
const mostReplaced = 64_000_000;

/**
 * Opens the file, or creates it. WAL without a sync at each commit outlives kill -9, not a power failure. A commit is
 * one line at the end of a log, as storage keeps its own writes, and not a page for each entity, wherever that lies.
 * The log is taken to the entities before they are read, which is at the next start, and once it has grown by what is
 * of no use any more.
 */
export function openJournal(file: string, most = mostReplaced): Journal {
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
  const append = db.prepare('INSERT INTO log_lines (places, changes) VALUES (?, ?)');
  const places = db.prepare('SELECT seq, places FROM log_lines ORDER BY seq');
  const line = db.prepare('SELECT changes FROM log_lines WHERE seq = ?');
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
  let isSettled = false;
  let replaced = 0;
  const settle = () => {
    if (isSettled) return;
    atOnce(() => {
      const last = new Map<string, number>();
      for (const { seq, places: text } of places.iterate()) {
        for (const place of JSON.parse(String(text)) as string[]) last.set(place, Number(seq));
      }
      // What counts no more is not even read.
      for (const seq of new Set(last.values())) {
        const changes = JSON.parse(String(line.get(seq)?.['changes'])) as Change[];
        for (const change of changes) if (last.get(placeOf(change)) === seq) write(change);
      }
      db.exec('DELETE FROM log_lines');
    });
    isSettled = true;
    replaced = 0;
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
      append.run(JSON.stringify(changes.map(placeOf)), text);
      isSettled = false;
      if (!changes.every((change) => 'saved' in change && change.isNew)) replaced += text.length;
      if (replaced > most) settle();
    },
    tables: () => db.prepare('SELECT account, name AS "table" FROM tables').all() as unknown as Table[],
    entities: ({ account, table }) => {
      settle();
      return db
        .prepare('SELECT entity FROM entities WHERE account = ? AND name = ?')
        .all(account, table)
        .map(({ entity }) => JSON.parse(String(entity)) as Entity);
    },
    close: () => db.close(),
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
  return { ...change, saved: { PartitionKey, RowKey, properties, lastModifiedTime, eTag } };
}
