import type { Instant } from '../instant.ts';
import { secondsAfter } from '../instant.ts';
import { backOffOf } from './back-off.ts';
import { debrisAfterSeconds, lineRow, outboxWrite, type Told } from './outbox.ts';
import { type Range, type Row, type Rows, startingWith, type Write } from './rows.ts';

export interface Saved<State> {
  readonly state: State;
  /** Facts folded so far, those that history does not keep included. */
  readonly changes: number;
  readonly dueAt: Instant | undefined;
  readonly etag: string;
}

export interface Change<State, Event> {
  readonly state: State;
  readonly event: Event;
  readonly at: Instant;
  readonly isNews: boolean;
  /** What the world is told of it: in the outbox from this save on, until somebody has taken it to the feed. */
  readonly told?: readonly Told[];
  /** When the state next calls for something; absent once it never will by itself. */
  readonly dueAt: Instant | undefined;
  /** What the state was made from; absent for the first. */
  readonly before: Saved<State> | undefined;
}

export interface Line<Event> {
  readonly at: Instant;
  readonly event: Event;
}

interface Due {
  readonly id: string;
  readonly dueAt: Instant;
  readonly changes: number;
}

const stateRow = 'state';
/** Due rows begin with a year; what else is in the index begins with a letter. */
const everyTime: Range = { from: '0', to: ':' };
/** Unique to one save, so that taking an old row out can never take a newer one with it. */
const dueRow = ({ dueAt, id, changes }: Due) => `${dueAt}|${id}|${changes}`;

/**
 * Where the state of one kind of workflow lives: a partition each, with a row `state` and a row for each
 * line of its history, written together; and a due index, one partition a kind, ordered by time.
 *
 * The due row is written before the state it points at. A crash between the two leaves a pointer too many,
 * which the sweeper sees through; never a state that nobody would look at again. What the world is to be told
 * is kept in the same way: a row in the outbox before, and what it says in the line of history.
 */
export class WorkflowStore<State, Event> {
  readonly #kind: string;
  readonly #rows: Rows;
  readonly #due: Rows;
  /** What of this kind keeps failing. */
  readonly backOff: ReturnType<typeof backOffOf>;

  constructor(kind: string, rows: Rows, due: Rows) {
    this.#kind = kind;
    this.#rows = rows;
    this.#due = due;
    this.backOff = backOffOf(kind, due);
  }

  async load(id: string): Promise<Saved<State> | undefined> {
    const row = await this.#rows.read(id, stateRow);
    return row && saved(row);
  }

  /** Everything whose id begins with the prefix, in the order of their ids. */
  async loadAll(prefix: string): Promise<readonly { id: string; saved: Saved<State> }[]> {
    const rows = await this.#rows.acrossPartitions(stateRow, startingWith(prefix));
    return rows.map((row) => ({ id: row.partition, saved: saved<State>(row) }));
  }

  /** Writes all of the change or nothing; fails with `Conflict` if somebody else saved meanwhile. */
  async save(id: string, change: Change<State, Event>): Promise<void> {
    const { state, event, at, isNews, told = [], dueAt, before } = change;
    const changes = (before?.changes ?? 0) + 1;
    const ahead: Write[] = dueAt === undefined ? [] : [dueWrite({ id, dueAt, changes })];
    if (told.length > 0) ahead.push(outboxWrite({ id, changes, at }));
    if (ahead.length > 0) await this.#due.write(this.#kind, ahead);
    const writes: Write[] = [
      {
        row: stateRow,
        json: JSON.stringify(state),
        columns: { changes, dueAt: dueAt ?? '' },
        ...(before && { etag: before.etag }),
      },
    ];
    if (isNews) writes.push(lineWrite(changes, { event, at, told }));
    await this.#rows.write(id, writes);
    if (before?.dueAt !== undefined) {
      await this.#due.remove(this.#kind, dueRow({ id, dueAt: before.dueAt, changes: before.changes }));
    }
  }

  async history(id: string): Promise<readonly Line<Event>[]> {
    const rows = await this.#rows.inPartition(id, startingWith('line-'));
    return rows.map(({ json, columns }) => ({ at: String(columns['at']), event: JSON.parse(json) as Event }));
  }

  /**
   * The ids of what should have been looked at before `latest`. Costs one query and a read for each of
   * them, however much exists; takes out pointers that no state answers to any more.
   */
  async overdue(latest: Instant): Promise<readonly string[]> {
    const range: Range = { from: '', to: latest };
    const ids = new Set<string>();
    for (const { json, row } of await this.#due.inPartition(this.#kind, range)) {
      const due = JSON.parse(json) as Due;
      const current = await this.load(due.id);
      if (current?.changes === due.changes && current.dueAt === due.dueAt) ids.add(due.id);
      else if (secondsAfter(due.dueAt, debrisAfterSeconds) < latest) await this.#due.remove(this.#kind, row);
    }
    return [...ids];
  }

  /** Whatever is not over, what is due first coming first. Costs one query and a read for each of them. */
  async underWay(): Promise<readonly { id: string; saved: Saved<State> }[]> {
    const found: { id: string; saved: Saved<State> }[] = [];
    for (const { json } of await this.#due.inPartition(this.#kind, everyTime)) {
      const due = JSON.parse(json) as Due;
      const current = await this.load(due.id);
      if (current?.changes === due.changes) found.push({ id: due.id, saved: current });
    }
    return found;
  }
}

function lineWrite(
  changes: number,
  { event, at, told }: { readonly event: unknown; readonly at: Instant; readonly told: readonly Told[] },
): Write {
  const columns = { at, ...(told.length > 0 && { told: JSON.stringify(told) }) };
  return { row: lineRow(changes), json: JSON.stringify(event), columns };
}

function dueWrite(due: Due): Write {
  return { row: dueRow(due), json: JSON.stringify(due), etag: 'any' };
}

function saved<State>({ json, columns, etag }: Row): Saved<State> {
  // Only `save` writes this row, so that what is read is what was written.
  const state = JSON.parse(json) as State;
  return { state, changes: Number(columns['changes']), dueAt: String(columns['dueAt']) || undefined, etag };
}
