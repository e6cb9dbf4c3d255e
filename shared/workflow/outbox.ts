import type { Instant } from '../instant.ts';
import { secondsAfter } from '../instant.ts';
import { type Rows, startingWith, type Write } from './rows.ts';

/** What the world is told of a fact. */
export interface Told {
  /** Noun and verb, such as `version.available`. */
  readonly type: string;
  /** What it is about: its path below `/api/`. */
  readonly subject: string;
  /** Small, and without secrets: what a receiver needs to act without asking. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** By what a kind of workflow tells the world of its facts. */
export interface Feed<State, Event> {
  /** What the fact tells, if anything: judged from the fact and the states before and after it. */
  readonly tells: (id: string, event: Event, after: State, before: State | undefined) => readonly Told[];
  /** Somebody may look into the outbox now. May be lost; must not throw. */
  readonly wake: () => Promise<void>;
  /** A sweep has looked, and found something in the outbox that nobody has taken for a while, or nothing. */
  readonly swept?: (isUntold: boolean) => Promise<void>;
}

/** Something told that is not in the feed yet. `id` stays the same, however often it is told. */
export interface Untold extends Told {
  readonly id: string;
  readonly at: Instant;
}

/** What one save left in the outbox, in the order of the saves of each subject. */
export interface OutboxEntry {
  readonly row: string;
  readonly told: readonly Untold[];
}

interface Pointer {
  readonly id: string;
  readonly changes: number;
  readonly at: Instant;
}

/** The row that keeps one line of history. */
export const lineRow = (changes: number) => `line-${padded(changes)}`;
const padded = (changes: number) => String(changes).padStart(8, '0');
/** Before every due row, so that a sweep finds both with one query. */
const prefix = '0-outbox|';
/** As long as a due row may stand alone. */
export const debrisAfterSeconds = 15 * 60;

/** Whether a row of the due index is one of an outbox. */
export function isOfOutbox(row: string): boolean {
  return row.startsWith(prefix);
}

/** The outbox row of a save: written before it, in the transaction of its due row. */
export function outboxWrite(pointer: Pointer): Write {
  // Of two who race for the same change both write this; the line of history says what was told, and by whom.
  const row = `${prefix}${pointer.id}|${padded(pointer.changes)}`;
  return { row, json: JSON.stringify(pointer), etag: 'any' };
}

/** What was saved of one kind, and is not known to be in the feed. `rows` is the table of its states. */
export function outboxOf(kind: string, rows: Rows, due: Rows) {
  return {
    /** Costs one query, and a read for each entry; takes out what no save answers to. */
    async read(now: Instant): Promise<readonly OutboxEntry[]> {
      const entries: OutboxEntry[] = [];
      for (const { row, json } of await due.inPartition(kind, startingWith(prefix))) {
        const pointer = JSON.parse(json) as Pointer;
        const line = await rows.read(pointer.id, lineRow(pointer.changes));
        const told = line?.columns['told'];
        if (told !== undefined) entries.push({ row, told: namedAfter(kind, pointer, String(told), line) });
        // Without a line its save never came to be, or is under way.
        else if (secondsAfter(pointer.at, debrisAfterSeconds) < now) await due.remove(kind, row);
      }
      return entries;
    },
    async remove(entries: readonly OutboxEntry[]): Promise<void> {
      await due.remove(kind, ...entries.map(({ row }) => row));
    },
  };
}

function namedAfter(
  kind: string,
  { id, changes }: Pointer,
  told: string,
  line: { readonly columns: Readonly<Record<string, string | number>> } | undefined,
): readonly Untold[] {
  const at = String(line?.columns['at']);
  return (JSON.parse(told) as Told[]).map(({ type, subject, data }, index) => {
    const name = `${kind}:${id}:${changes}${index === 0 ? '' : `.${index}`}`;
    return { id: name, type, subject, data, at };
  });
}
