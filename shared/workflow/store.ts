import type { Instant } from '../instant.ts';
import { secondsAfter } from '../instant.ts';
import type { Apart } from './apart.ts';
import { backOffOf } from './back-off.ts';
import { type AskedOfList, type Lists, listWrites, readList } from './lists.ts';
import { debrisAfterSeconds, isOfOutbox, lineRow, outboxWrite, type Told } from './outbox.ts';
import type { Asked, Page } from './page.ts';
import { after, type Range, type Row, type Rows, startingWith, type Write } from './rows.ts';

export interface Saved<State> {
  readonly state: State;
  /** Facts folded so far, those that history does not keep included. */
  readonly changes: number;
  readonly dueAt: Instant | undefined;
  /** Since when it is in the lists of its kind; undefined if there are none, or it was saved before there were. */
  readonly listed: Instant | undefined;
  readonly etag: string;
}

/** A thing of some kind as it is kept. */
export interface Kept<State> {
  readonly id: string;
  readonly saved: Saved<State>;
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
  /** What is kept under a name from this save on, in place of what the ETag is of: for a fact that is told once. */
  readonly named?:
    | { readonly name: string; readonly json: string; readonly etag: string | undefined }
    | undefined;
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
const linePrefix = 'line-';
const namedRow = (name: string) => `once-${name}`;
/** Due rows begin with a year; what else is in the index begins with a letter, and the outbox with 0. */
const everyTime: Range = { from: '1', to: ':' };
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
  readonly #lists: Lists<State> | undefined;
  readonly #apart: Apart | undefined;
  /** What of this kind keeps failing. */
  readonly backOff: ReturnType<typeof backOffOf>;

  constructor(kind: string, rows: Rows, due: Rows, lists?: Lists<State>, apart?: Apart) {
    this.#kind = kind;
    this.#rows = rows;
    this.#due = due;
    this.#lists = lists;
    this.#apart = apart;
    this.backOff = backOffOf(kind, due);
  }

  async load(id: string): Promise<Saved<State> | undefined> {
    const row = await this.#rows.read(id, stateRow);
    return row && (await this.#savedIn(row));
  }

  /**
   * Everything whose id begins with the prefix, in the order of their ids. Table Storage reads every row of theirs for
   * it, their history too: not for what has no end.
   */
  async loadAll(prefix: string): Promise<readonly Kept<State>[]> {
    const rows = await this.#rows.acrossPartitions(stateRow, startingWith(prefix));
    const all: Kept<State>[] = [];
    for (const row of rows) all.push({ id: row.partition, saved: await this.#savedIn(row) });
    return all;
  }

  /**
   * Writes all of the change or nothing; fails with `Conflict` if somebody else saved meanwhile. Answers what it is
   * now, where the table says by which ETag it is known.
   */
  async save(id: string, change: Change<State, Event>): Promise<Saved<State> | void> {
    const { state, dueAt, before } = change;
    const changes = (before?.changes ?? 0) + 1;
    const listed = before?.listed ?? (this.#lists && change.at);
    const ahead = this.#ahead(id, changes, change);
    if (ahead.length > 0) await this.#due.write(this.#kind, ahead);
    const writes = await this.#writes(change, changes, listed);
    const [etag] = (await this.#rows.write(id, writes)) ?? [];
    if (before?.dueAt !== undefined) {
      await this.#due.remove(this.#kind, dueRow({ id, dueAt: before.dueAt, changes: before.changes }));
    }
    if (etag !== undefined) return { state, changes, dueAt, listed, etag };
  }

  /** The state and what is written with it, the state first. */
  async #writes(
    change: Change<State, Event>,
    changes: number,
    listed: Instant | undefined,
  ): Promise<readonly Write[]> {
    const { state, event, isNews, named } = change;
    return [
      stateWrite(await this.#kept(state), change, changes, listed),
      ...(isNews ? [lineWrite(await this.#kept(event), changes, change)] : []),
      ...(named ? [namedWrite(named)] : []),
    ];
  }

  /** What a fact that was told under that name has left. */
  async keptUnder(id: string, name: string): Promise<Pick<Row, 'json' | 'etag'> | undefined> {
    return await this.#rows.read(id, namedRow(name));
  }

  /** What is in the index before the state that it points at: all of it together. */
  #ahead(
    id: string,
    changes: number,
    { state, at, told = [], dueAt, before }: Change<State, Event>,
  ): Write[] {
    const isNew = before?.listed === undefined;
    return [
      ...(dueAt === undefined ? [] : [dueWrite({ id, dueAt, changes })]),
      ...(this.#lists && isNew ? listWrites(this.#lists, { id, at }, state) : []),
      ...(told.length > 0 ? [outboxWrite({ id, changes, at })] : []),
    ];
  }

  /** A page of a list of this kind; see `Lists`. */
  async page(asked: AskedOfList<Kept<State>> = {}): Promise<Page<Kept<State>>> {
    if (!this.#lists) throw new Error(`${this.#kind} has no lists`);
    const load = async (id: string) => {
      const saved = await this.load(id);
      return saved && { id, saved };
    };
    return await readList({ due: this.#due, kind: this.#kind, order: this.#lists.order, load }, asked);
  }

  async history(id: string): Promise<readonly Line<Event>[]> {
    return (await this.lines(id)).value;
  }

  /** A page of the history: costs what it answers, however long the history is. */
  async lines(id: string, asked: Asked = {}): Promise<Page<Line<Event>>> {
    const { from, to } = startingWith(linePrefix);
    const begins = asked.after === undefined ? from : after(linePrefix + asked.after);
    const { most } = asked;
    const rows = await this.#rows.inPartition(id, { from: begins, to }, most === undefined ? most : most + 1);
    const shown = rows.slice(0, most);
    const value: Line<Event>[] = [];
    for (const { json, columns } of shown) {
      value.push({ at: String(columns['at']), event: await this.#told<Event>(json) });
    }
    const last = rows.length > shown.length ? shown.at(-1)?.row.slice(linePrefix.length) : undefined;
    return { value, ...(last !== undefined && { next: last }) };
  }

  /**
   * The ids of what should have been looked at before `latest`. Costs one query and a read for each of
   * them, however much exists; takes out pointers that no state answers to any more.
   */
  async overdue(latest: Instant): Promise<readonly string[]> {
    return (await this.swept(latest)).ids;
  }

  /** The same, and whether there is something in the outbox that was told before then. */
  async swept(latest: Instant): Promise<{ readonly ids: readonly string[]; readonly isUntold: boolean }> {
    const range: Range = { from: '', to: latest };
    const ids = new Set<string>();
    let isUntold = false;
    for (const { json, row } of await this.#due.inPartition(this.#kind, range)) {
      if (isOfOutbox(row)) {
        isUntold ||= (JSON.parse(json) as { readonly at: Instant }).at < latest;
        continue;
      }
      const due = JSON.parse(json) as Due;
      const current = await this.load(due.id);
      if (current?.changes === due.changes && current.dueAt === due.dueAt) ids.add(due.id);
      else if (secondsAfter(due.dueAt, debrisAfterSeconds) < latest) await this.#due.remove(this.#kind, row);
    }
    return { ids: [...ids], isUntold };
  }

  async #savedIn({ json, columns, etag }: Row): Promise<Saved<State>> {
    const { changes, dueAt, listed } = columns;
    return {
      state: await this.#told<State>(json),
      changes: Number(changes),
      dueAt: String(dueAt) || undefined,
      listed: listed === undefined ? undefined : String(listed),
      etag,
    };
  }

  /** As it is written: the part that is kept apart is in its table by then. */
  async #kept(whole: unknown): Promise<string> {
    return JSON.stringify(this.#apart ? await this.#apart.out(whole) : whole);
  }

  /** Only `save` writes what is read here, so that what is read is what was written. */
  async #told<Of>(json: string): Promise<Of> {
    const kept: unknown = JSON.parse(json);
    return (this.#apart ? await this.#apart.back(kept) : kept) as Of;
  }

  /**
   * Whatever is not over, what is due first coming first. Costs one query and a read for each of them. What is saved
   * meanwhile is not missed: its new pointer was there before its old one went.
   */
  async underWay(): Promise<readonly Kept<State>[]> {
    const found = new Map<string, Saved<State>>();
    for (const { json } of await this.#due.inPartition(this.#kind, everyTime)) {
      const { id } = JSON.parse(json) as Due;
      const saved = found.has(id) ? undefined : await this.load(id);
      if (saved?.dueAt !== undefined) found.set(id, saved);
    }
    return [...found].map(([id, saved]) => ({ id, saved }));
  }
}

function stateWrite(
  json: string,
  { dueAt, before }: Pick<Change<unknown, unknown>, 'dueAt' | 'before'>,
  changes: number,
  listed: Instant | undefined,
): Write {
  return {
    row: stateRow,
    json,
    columns: { changes, dueAt: dueAt ?? '', ...(listed !== undefined && { listed }) },
    ...(before && { etag: before.etag }),
  };
}

function lineWrite(
  json: string,
  changes: number,
  { at, told = [] }: Pick<Change<unknown, unknown>, 'at' | 'told'>,
): Write {
  const columns = { at, ...(told.length > 0 && { told: JSON.stringify(told) }) };
  return { row: lineRow(changes), json, columns };
}

function namedWrite({ name, json, etag }: NonNullable<Change<unknown, unknown>['named']>): Write {
  return { row: namedRow(name), json, ...(etag !== undefined && { etag }) };
}

function dueWrite(due: Due): Write {
  return { row: dueRow(due), json: JSON.stringify(due), etag: 'any' };
}
