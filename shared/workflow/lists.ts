import type { Instant } from '../instant.ts';
import type { AskedByTime, Page } from './page.ts';
import { after, type Range, type Rows, startingWith, type Write } from './rows.ts';

/**
 * In which lists of its kind a thing stands. By time there may be several, each with a name: of all, of an image set,
 * of a host pool. What decides on that may never change in its life.
 */
export type Lists<State> =
  | { readonly order: 'by-id' }
  | { readonly order: 'by-time'; readonly names: (id: string, state: State) => readonly string[] };

/** Which list, and which part of it. */
export interface AskedOfList<Found> extends AskedByTime {
  /** By time: the name of the list. */
  readonly list?: string;
  /** By id: only those that begin with it. */
  readonly prefix?: string;
  readonly where?: ((found: Found) => boolean) | undefined;
}

interface Entry {
  readonly id: string;
  /** When the thing was listed; of two entries for one thing the other one is nobody's. */
  readonly at: Instant;
}

/** At once, so that a page costs a few times its slowest read and not the sum of all. */
const readTogether = 32;
/** Whoever asks for what is rare gets shorter pages, not slower ones. */
const mostRead = 1000;
const latestMs = 9_999_999_999_999;

/**
 * The entries of a thing, one for each list and order: rows beside its first due row, written with it and before the
 * state. What a crash leaves is an entry without a state, which is passed over; never a state without its entries.
 */
export function listWrites<State>(lists: Lists<State>, entry: Entry, state: State): Write[] {
  const json = JSON.stringify(entry);
  return rowsOf(lists, entry, state).map((row) => ({ row, json, etag: 'any' }));
}

function rowsOf<State>(lists: Lists<State>, { id, at }: Entry, state: State): readonly string[] {
  if (lists.order === 'by-id') return [`by-id|${id}`];
  const keys = ['newest-first', 'oldest-first'] as const;
  return lists
    .names(id, state)
    .flatMap((list) => keys.map((order) => `${order}|${list}|${keyByTime({ id, at }, order)}`));
}

/** Where something stands in a list by time. */
export function keyByTime({ id, at }: Entry, order: AskedByTime['order'] = 'newest-first'): string {
  const ms = Date.parse(at);
  return `${String(order === 'newest-first' ? latestMs - ms : ms).padStart(13, '0')}|${id}`;
}

interface Listed {
  readonly saved: { readonly listed: Instant | undefined };
}

/** Where a list lies, and what its entries point at. */
interface Source<Found> {
  readonly due: Rows;
  readonly kind: string;
  readonly order: Lists<never>['order'];
  readonly load: (id: string) => Promise<Found | undefined>;
}

/**
 * A page of a list: one query of the index and a read for each entry in it, however long the list is. With `where` it
 * reads on until the page is full, but no more than a thousand entries: then the page is short, and there is a next.
 */
export async function readList<Found extends Listed>(
  source: Source<Found>,
  asked: AskedOfList<Found>,
): Promise<Page<Found>> {
  const { most = Infinity, where = () => true } = asked;
  const value: Found[] = [];
  let read = 0;
  for await (const { one, key, isLast } of entriesIn(source, asked)) {
    read += 1;
    if (one && where(one)) value.push(one);
    if (isLast) break;
    if (value.length >= most || read >= Math.max(mostRead, most)) return { value, next: key };
  }
  return { value };
}

/** Each entry from there on, with what it points at; reads only so far ahead as is likely wanted. */
async function* entriesIn<Found extends Listed>(source: Source<Found>, asked: AskedOfList<Found>) {
  const { start, to, ...part } = partOf(source.order, asked);
  const { size, together } = paceOf(asked);
  let { from } = part;
  for (;;) {
    // One more than is looked at says whether there is anything after it.
    const rows = await source.due.inPartition(source.kind, { from, to }, size + 1);
    for (let at = 0; at < Math.min(rows.length, size); at += together) {
      const looked = rows.slice(at, Math.min(at + together, size));
      const found = await Promise.all(looked.map(async ({ json }) => await answering(json, source)));
      for (const [index, { row }] of looked.entries()) {
        yield { one: found[index], key: row.slice(start.length), isLast: at + index + 1 === rows.length };
        from = after(row);
      }
    }
    if (rows.length <= size) return;
  }
}

function partOf(
  by: Lists<never>['order'],
  { after: last, prefix = '', order = 'newest-first', list = '' }: Omit<AskedOfList<never>, 'where'>,
): Range & { readonly start: string } {
  const start = by === 'by-id' ? 'by-id|' : `${order}|${list}|`;
  const whole = startingWith(start + prefix);
  return { start, to: whole.to, from: last === undefined ? whole.from : after(start + last) };
}

/** How many entries are asked for at once, and how many of what they point at. */
function paceOf({ most = Infinity, where }: { readonly most?: number; readonly where?: unknown }) {
  const size = Math.min(where === undefined ? most : Math.max(most, readTogether), mostRead);
  // A client waits for its page; whoever reads a whole list is one of our own, and asks for one after the other.
  return { size, together: most === Infinity ? 1 : readTogether };
}

/** What an entry points at; undefined where its save never came to be, or another entry counts. */
async function answering<Found extends Listed>(
  json: string,
  { order, load }: Source<Found>,
): Promise<Found | undefined> {
  const { id, at } = JSON.parse(json) as Entry;
  const found = await load(id);
  return found && (order === 'by-id' || found.saved.listed === at) ? found : undefined;
}
