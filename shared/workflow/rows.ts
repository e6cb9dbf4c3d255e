/**
 * What the engine needs of a table: Table Storage's promises and no more.
 * Keys take no `/ \ # ?` and no control characters.
 */
export interface Rows {
  /** The row, or undefined if there is none. */
  readonly read: (partition: string, row: string) => Promise<Row | undefined>;
  /**
   * All of the writes or none; fails with `Conflict` if an ETag is stale or a new row exists already. Answers the ETags
   * of the rows in their order, where it is told them.
   */
  readonly write: (partition: string, writes: readonly Write[]) => Promise<ETags>;
  /** Gone afterwards, whether they were there or not. */
  readonly remove: (partition: string, ...rows: readonly string[]) => Promise<void>;
  /** Rows of one partition in key order, from `from` up to but without `to`: all of them, or the first so many. */
  readonly inPartition: (partition: string, range: Range, most?: number) => Promise<readonly KeyedRow[]>;
  /** The row of that name from every partition in the range, in key order. */
  readonly acrossPartitions: (row: string, range: Range) => Promise<readonly KeyedRow[]>;
}

/** Whoever is not told what a row is now has to read it before he changes it. */
export type ETags = readonly (string | undefined)[] | void;

export interface Row {
  /** JSON; at most 64 KB a property and 1 MB a row, else `StateTooLarge` before anything is written. */
  readonly json: string;
  /** Small values of their own, beside the JSON. */
  readonly columns: Readonly<Record<string, string | number>>;
  readonly etag: string;
}

export interface KeyedRow extends Row {
  readonly partition: string;
  readonly row: string;
}

export interface Write {
  readonly row: string;
  readonly json: string;
  readonly columns?: Readonly<Record<string, string | number>>;
  /** Replaces the row only if it is still this one; absent: creates it; `any`: whatever is there. */
  readonly etag?: string;
}

export interface Range {
  readonly from: string;
  readonly to: string;
}

/** What comes right after a key: no key of ours has a character before `!`. */
export function after(key: string): string {
  return `${key}!`;
}

/** The keys that begin with `prefix`. */
export function startingWith(prefix: string): Range {
  return { from: prefix, to: `${prefix}\uffff` };
}
