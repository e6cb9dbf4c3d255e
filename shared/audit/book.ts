import { createHash } from 'node:crypto';
import { type Instant, toInstant } from '../instant.ts';
import type { Page } from '../workflow/page.ts';
import { type KeyedRow, type Range, type Rows, startingWith, type Write } from '../workflow/rows.ts';
import { type AuditEntry, isWanted, type Wanted } from './entry.ts';
import { blocks, blockTime, type Noted } from './journal.ts';

interface Parts {
  /** A table of its own: a partition for each month. */
  readonly book: Rows;
  /** That of the journal. */
  readonly journal: Pick<Rows, 'inPartition' | 'remove'>;
}

/** Blocks of the journal that are taken at once. */
const blocksAtOnce = 50;
/** A transaction takes 100 rows; those of an entry stay together. */
const rowsTogether = 96;
/** Rows that a page reads at most: whoever asks for what is rare gets shorter pages, not slower ones. */
const mostRead = 1000;
const last = 999_999_999_999_999;

/** The newest first. */
const timeKey = (ms: number) => String(last - ms).padStart(15, '0');
const monthOf = (at: Instant) => at.slice(0, 7);
const monthBefore = (month: string) => monthOf(toInstant(Date.parse(`${month}-01T00:00:00.000Z`) - 1));

/**
 * Entries as they are read: by time, and once more by each name and each thing, so that a page costs what it shows.
 * A row is written once and stays as it is: an entry whose end came later has a second row, right before the first.
 */
export function auditBook({ book, journal }: Parts) {
  async function write(entries: readonly AuditEntry[]): Promise<void> {
    for (const [month, ofMonth] of Map.groupBy(entries, ({ at }) => monthOf(at))) {
      let together: Write[] = [];
      for (const entry of ofMonth) {
        const rows = rowsOf(entry);
        if (together.length + rows.length > rowsTogether) {
          await book.write(month, together);
          together = [];
        }
        together.push(...rows);
      }
      await book.write(month, together);
    }
  }

  return {
    /**
     * Takes what is in the journal into the book, the oldest first. May be done by several at once, and again after a
     * crash: all write the same rows, and the blocks go last. Ends once it has taken `most`, for somebody else to go
     * on, and says from when on there is more; undefined where it has taken all.
     */
    async take(most: number): Promise<Instant | undefined> {
      let taken = 0;
      for (;;) {
        const found = await journal.inPartition(blocks, startingWith(''), blocksAtOnce);
        const noted: Noted[] = [];
        const rows: string[] = [];
        for (const { row, json } of found) {
          if (taken + noted.length >= most) break;
          noted.push(...(JSON.parse(json) as Noted[]));
          rows.push(row);
        }
        await write(settled(noted));
        taken += noted.length;
        for (const row of rows) await journal.remove(blocks, row);
        const left = found[rows.length];
        if (left) return blockTime(left.row);
        if (found.length < blocksAtOnce) return undefined;
      }
    },

    /** The newest first, from `until` (or where the page before ended) back to `since`. */
    async page(wanted: Wanted & Span & Part): Promise<Page<AuditEntry>> {
      const { since, until, after, most } = wanted;
      const index = indexOf(wanted);
      const oldest = timeKey(Date.parse(since) - 1);
      let from = after === undefined ? timeKey(Date.parse(until) - 1) : `${after}|2`;
      let month = monthOf(after === undefined ? until : toInstant(last - Number(after.slice(0, 15))));
      let before: string | undefined;
      let shown: string | undefined;
      let read = 0;
      const value: AuditEntry[] = [];
      const endingAt = (key: string | undefined) => ({ value, ...(key !== undefined && { next: key }) });
      while (month >= monthOf(since)) {
        const atOnce = Math.min(mostRead, most * 2);
        const found = await book.inPartition(month, ranged(index, from, oldest), atOnce);
        for (const { row, json } of found) {
          const key = row.slice(index.length, row.lastIndexOf('|'));
          const isKnown = key === before;
          before = key;
          const entry = JSON.parse(json) as AuditEntry;
          if (isKnown || !isWanted(entry, wanted)) continue;
          // Only one that there is no more room for says that there is another page.
          if (value.length === most) return endingAt(shown);
          value.push(entry);
          shown = key;
        }
        read += found.length;
        if (found.length >= atOnce) from = `${before}|2`;
        else month = monthBefore(month);
        if (read >= mostRead) return endingAt(before);
      }
      return { value };
    },

    /** Removes months that were over before `before`, at most so many rows; answers how many. */
    async prune(before: Instant, most: number): Promise<number> {
      let removed = 0;
      let month = monthOf(before);
      for (let back = 0; back < monthsBack && removed < most; back += 1) {
        month = monthBefore(month);
        const found: readonly KeyedRow[] = await book.inPartition(month, startingWith(''), most - removed);
        for (const { row } of found) await book.remove(month, row);
        removed += found.length;
      }
      return removed;
    },
  };
}

/** The longest that entries can have been kept by a setting from before: ten years and some. */
const monthsBack = 125;

interface Part {
  /** Where the page before ended. */
  readonly after?: string | undefined;
  readonly most: number;
}

interface Span {
  readonly since: Instant;
  /** Up to but without. */
  readonly until: Instant;
}

/** Of what was noted the last word on each request. */
function settled(noted: readonly Noted[]): readonly AuditEntry[] {
  const byId = new Map<string, Noted>();
  for (const one of noted) {
    const known = byId.get(one.id);
    const isLast = !known || (!('isDropped' in known) && known.outcome === 'unknown');
    if (isLast) byId.set(one.id, one);
  }
  return [...byId.values()].filter((one): one is AuditEntry => !('isDropped' in one));
}

function rowsOf(entry: AuditEntry): Write[] {
  const { at, id, actor, by, subject, began, outcome } = entry;
  const json = JSON.stringify(entry);
  // The end of a request sorts before its beginning, which it says all of.
  const key = `${timeKey(Date.parse(at))}|${id}|${outcome === 'unknown' ? 1 : 0}`;
  const indexes = new Set([everything, actorIndex(actor)]);
  if (by !== undefined) indexes.add(actorIndex(by));
  for (const path of [subject, began]) {
    const thing = path === undefined ? undefined : thingOf(path);
    if (thing !== undefined) indexes.add(thingIndex(thing));
  }
  return [...indexes].map((index) => ({ row: `${index}${key}`, json, etag: 'any' }));
}

const everything = 'all|';
// Names have characters that no key takes.
const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);
const actorIndex = (name: string) => `actor|${digest(name)}|`;
const thingIndex = (thing: string) => `thing|${digest(thing)}|`;

/** Of a path what is looked up: collection and name. What is below is in there, and is looked through. */
function thingOf(path: string): string | undefined {
  const [collection, name] = path.split('/');
  return name ? `${collection}/${name}` : undefined;
}

function indexOf({ subject, actor }: Wanted): string {
  const thing = subject === undefined ? undefined : thingOf(subject);
  if (thing !== undefined) return thingIndex(thing);
  return actor === undefined ? everything : actorIndex(actor);
}

function ranged(index: string, from: string, oldest: string): Range {
  return { from: `${index}${from}`, to: `${index}${oldest}` };
}
