import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import type { Message } from './queue/message.ts';
import type { QueueJournal, Remembered } from './queue/queue.ts';

const schema = `
  PRAGMA locking_mode = EXCLUSIVE;  -- two brokers on one file would each give the other's messages away
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;      -- outlives the process, however it dies; a power cut may cost the last commits
  CREATE TABLE IF NOT EXISTS message (
    queue TEXT, sequenceNumber INTEGER, messageId TEXT, state TEXT, deliveryCount INTEGER, enqueuedAt INTEGER,
    scheduledFor INTEGER, timeToLive INTEGER, expiresAt INTEGER, deadLetter TEXT, content BLOB,
    PRIMARY KEY (queue, sequenceNumber)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS seen (
    queue TEXT, messageId TEXT, until INTEGER, PRIMARY KEY (queue, messageId)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS issued (queue TEXT PRIMARY KEY, sequenceNumber INTEGER) WITHOUT ROWID;
`;

type Row = Record<string, unknown>;

/**
 * Keeps what queues must not forget in one SQLite file. Whatever happens in one turn of the event loop is one
 * transaction; `committed` calls back after it. If the disk refuses, the process ends: it must not go on
 * accepting messages that it cannot keep.
 */
export class Journal {
  readonly #database: DatabaseSync;
  readonly #statements;
  #writes: (() => unknown)[] = [];
  #waiting: (() => void)[] = [];
  #flush: NodeJS.Immediate | undefined;

  constructor(file = ':memory:') {
    // A predecessor that was just killed may need a moment to let go of the file.
    this.#database = new DatabaseSync(file, { timeout: 1000 });
    this.#database.exec(schema);
    this.#statements = prepare(this.#database);
  }

  /** What is kept of one queue, and where it writes from now on. */
  open(queue: string): { remembered: Remembered; journal: QueueJournal } {
    const { put, delivered, remove, issued, remember, forget } = this.#statements;
    const write = (statement: StatementSync, ...values: SQLInputValue[]) =>
      this.#write(() => statement.run(...values));
    return {
      remembered: this.#read(queue),
      journal: {
        put: (message) => write(put, ...columns(queue, message)),
        delivered: ({ sequenceNumber, deliveryCount }) =>
          write(delivered, deliveryCount, queue, sequenceNumber),
        remove: (sequenceNumber) => write(remove, queue, sequenceNumber),
        issued: (sequenceNumber) => write(issued, queue, sequenceNumber),
        remember: (messageId, until) => write(remember, queue, messageId, until),
        forget: (until) => write(forget, queue, until),
      },
    };
  }

  /** Calls back when everything written so far is safe. */
  committed(callback: () => void): void {
    this.#waiting.push(callback);
    this.#flush ??= setImmediate(() => this.#commit());
  }

  close(): void {
    clearImmediate(this.#flush);
    this.#commit();
    this.#database.close();
  }

  #write(run: () => unknown): void {
    this.#writes.push(run);
    this.#flush ??= setImmediate(() => this.#commit());
  }

  #commit(): void {
    this.#flush = undefined;
    const writes = this.#writes;
    const waiting = this.#waiting;
    this.#writes = [];
    this.#waiting = [];
    if (writes.length > 0) {
      this.#database.exec('BEGIN IMMEDIATE');
      for (const run of writes) run();
      this.#database.exec('COMMIT');
    }
    for (const callback of waiting) callback();
  }

  #read(queue: string): Remembered {
    const { messages, seen, lastIssued } = this.#statements;
    return {
      messages: messages.all(queue).map(messageFrom),
      seen: seen.all(queue).map(({ messageId, until }) => [messageId as string, until as number] as const),
      lastSequenceNumber: Number(lastIssued.get(queue)?.['sequenceNumber'] ?? 0),
    };
  }
}

function prepare(database: DatabaseSync) {
  return {
    put: database.prepare('INSERT OR REPLACE INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    delivered: database.prepare(
      'UPDATE message SET deliveryCount = ? WHERE queue = ? AND sequenceNumber = ?',
    ),
    remove: database.prepare('DELETE FROM message WHERE queue = ? AND sequenceNumber = ?'),
    issued: database.prepare('INSERT OR REPLACE INTO issued VALUES (?, ?)'),
    remember: database.prepare('INSERT OR REPLACE INTO seen VALUES (?, ?, ?)'),
    forget: database.prepare('DELETE FROM seen WHERE queue = ? AND until <= ?'),
    messages: database.prepare('SELECT * FROM message WHERE queue = ? ORDER BY sequenceNumber'),
    seen: database.prepare('SELECT messageId, until FROM seen WHERE queue = ? ORDER BY until'),
    lastIssued: database.prepare('SELECT sequenceNumber FROM issued WHERE queue = ?'),
  };
}

function columns(queue: string, message: Message): SQLInputValue[] {
  const { sequenceNumber, messageId, state, deliveryCount, enqueuedAt, content, deadLetter } = message;
  const { scheduledFor, timeToLive, expiresAt } = message;
  return [
    queue,
    sequenceNumber,
    messageId,
    state,
    deliveryCount,
    enqueuedAt,
    scheduledFor ?? null,
    finite(timeToLive),
    finite(expiresAt),
    deadLetter === undefined ? null : JSON.stringify(deadLetter),
    content,
  ];
}

function messageFrom(row: Row): Message {
  return {
    sequenceNumber: row['sequenceNumber'] as number,
    messageId: row['messageId'] as string,
    state: row['state'] as Message['state'],
    deliveryCount: row['deliveryCount'] as number,
    enqueuedAt: row['enqueuedAt'] as number,
    scheduledFor: (row['scheduledFor'] as number | null) ?? undefined,
    timeToLive: (row['timeToLive'] as number | null) ?? Infinity,
    expiresAt: (row['expiresAt'] as number | null) ?? Infinity,
    deadLetter: row['deadLetter'] === null ? undefined : JSON.parse(row['deadLetter'] as string),
    content: Buffer.from(row['content'] as Uint8Array),
    lock: undefined,
  };
}

// SQLite has no infinity among its integers; null stands for "never".
function finite(ms: number): number | null {
  return Number.isFinite(ms) ? Math.round(ms) : null;
}
