/** Which part of a list somebody wants. */
export interface Asked {
  /** Where the page before ended; absent: from the beginning. */
  readonly after?: string | undefined;
  /** How many things at most; all there are unless said. */
  readonly most?: number;
}

/** Of a list in the order of time. */
export interface AskedByTime extends Asked {
  readonly order?: 'newest-first' | 'oldest-first';
}

/** A part of a list. */
export interface Page<Of> {
  readonly value: readonly Of[];
  /** Where to go on; absent on the last page. */
  readonly next?: string;
}

/** A page of what was read whole, for it is small. No two keys are the same, and their order is that of the list. */
export function pageIn<Of>(
  all: readonly Of[],
  keyOf: (one: Of) => string,
  { after = '', most = Infinity }: Asked = {},
): Page<Of> {
  const left = all
    .map((one) => ({ one, key: keyOf(one) }))
    .filter(({ key }) => key > after)
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const shown = left.slice(0, most);
  const next = left.length > shown.length ? shown.at(-1)?.key : undefined;
  return { value: shown.map(({ one }) => one), ...(next !== undefined && { next }) };
}

/** The same page of something else. */
export function pageOf<Of, To>({ value, next }: Page<Of>, to: (one: Of) => To): Page<To> {
  return { value: value.map(to), ...(next !== undefined && { next }) };
}
