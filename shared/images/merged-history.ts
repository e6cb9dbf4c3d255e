import type { Asked, Page } from '../workflow/page.ts';
import type { Line } from '../workflow/store.ts';

type Lines<Event> = (asked: Asked) => Promise<Page<Line<Event>>>;

/** Of a history that has been read to its end. */
const ended = 'end';

/** A page of several histories in one order, the oldest line first: it ends at a place in each of them. */
export async function mergedLines<Event>(
  histories: readonly Lines<Event>[],
  { after, most = Infinity }: Asked,
): Promise<Page<Line<Event>>> {
  const from = after?.split(' ') ?? [];
  const read = async (lines: Lines<Event>, which: number, size: number): Promise<Page<Line<Event>>> =>
    from[which] === ended ? { value: [] } : await lines({ after: from[which] || undefined, most: size });
  const all: { readonly line: Line<Event>; readonly which: number }[] = [];
  for (const [which, lines] of histories.entries()) {
    all.push(...(await read(lines, which, most)).value.map((line) => ({ line, which })));
  }
  const inOrder = all.toSorted((a, b) => (a.line.at < b.line.at ? -1 : a.line.at > b.line.at ? 1 : 0));
  const shown = inOrder.slice(0, most);
  const ends: string[] = [];
  for (const [which, lines] of histories.entries()) {
    const of = (some: typeof all) => some.filter((one) => one.which === which).length;
    if (of(shown) > 0) ends.push((await read(lines, which, of(shown))).next ?? ended);
    else ends.push(of(all) > 0 ? (from[which] ?? '') : ended);
  }
  const value = shown.map(({ line }) => line);
  return ends.every((end) => end === ended) ? { value } : { value, next: ends.join(' ') };
}
