import { hasCode } from '../errors.ts';
import type { Instant } from '../instant.ts';
import type { Rows, Write } from '../workflow/rows.ts';
import { type CloudEvent, cloudEvent, type Happening } from './cloud-event.ts';

/** An event and its place. */
export interface Placed {
  readonly position: number;
  readonly event: CloudEvent;
}

const partition = 'feed';
const headRow = 'head';
/** How far the feed is gone: its oldest events are not kept for ever. */
const goneRow = 'gone';
const eventRow = (position: number) => `event|${String(position).padStart(12, '0')}`;
const idRow = (id: string) => `id|${id}`;
const last = 999_999_999_999;
/** A transaction takes 100 rows: two for each event, and the head. */
const mostTogether = 40;

export type EventFeed = ReturnType<typeof eventFeed>;

/**
 * All that happened, in one order that never changes: whoever has read up to a place has missed nothing before it.
 * The head is part of every append, so that of two at once one comes after the other; a row by id, made in the same
 * transaction, keeps an event from ever getting a second place.
 */
export function eventFeed(rows: Rows, publicUrl: string) {
  const head = async () => {
    const row = await rows.read(partition, headRow);
    return row && { etag: row.etag, position: Number(row.columns['position']) };
  };
  const placeOf = async (id: string) => {
    const row = await rows.read(partition, idRow(id));
    return row && Number(row.columns['position']);
  };

  const gone = async () => {
    const row = await rows.read(partition, goneRow);
    return { etag: row?.etag, position: Number(row?.columns['position'] ?? 0) };
  };

  async function withoutKnown(all: readonly Happening[]): Promise<readonly Happening[]> {
    const unknown: Happening[] = [];
    for (const one of all) if ((await placeOf(one.id)) === undefined) unknown.push(one);
    return unknown;
  }

  /** Answers undefined where somebody else appended first. */
  async function tryToAppend(all: readonly Happening[]): Promise<readonly Placed[] | undefined> {
    const before = await head();
    const from = before?.position ?? 0;
    const placed = all.map((one, index) => {
      const position = from + index + 1;
      return { position, event: cloudEvent(one, position, publicUrl) };
    });
    const writes: Write[] = [
      {
        row: headRow,
        json: '{}',
        columns: { position: from + all.length },
        ...(before && { etag: before.etag }),
      },
      ...placed.flatMap(({ position, event }) => [
        { row: eventRow(position), json: JSON.stringify(event) },
        { row: idRow(event.id), json: '{}', columns: { position } },
      ]),
    ];
    try {
      await rows.write(partition, writes);
      return placed;
    } catch (error) {
      if (hasCode(error, 'Conflict')) return undefined;
      throw error;
    }
  }

  return {
    /** The last place that is taken; 0 while nothing has happened. */
    head: async () => (await head())?.position ?? 0,

    placeOf,

    /** The last place whose event is not kept any more; 0 while all are. */
    gone: async () => (await gone()).position,

    /**
     * Removes events from before a moment, the oldest first, at most so many; answers how many. What goes is said
     * before it goes, so that nobody takes the gap for all there was. With an event goes what keeps it from a second
     * place: see to it that nothing as old is in an outbox any more.
     */
    async prune(before: Instant, most: number): Promise<number> {
      const range = { from: eventRow(0), to: eventRow(last) };
      const found = (await rows.inPartition(partition, range, most)).map(toPlaced);
      const known = await gone();
      const kept = found.findIndex(
        ({ position, event }) => position > known.position && event.time >= before,
      );
      const old = kept === -1 ? found : found.slice(0, kept);
      const position = Math.max(known.position, old.at(-1)?.position ?? 0);
      if (position > known.position) {
        const { etag } = known;
        await rows.write(partition, [
          { row: goneRow, json: '{}', columns: { position }, ...(etag !== undefined && { etag }) },
        ]);
      }
      for (const one of old) {
        // In this order, so that a crash in between leaves the row by which the other is found again.
        await rows.remove(partition, idRow(one.event.id));
        await rows.remove(partition, eventRow(one.position));
      }
      return old.length;
    },

    /** Every event is in the feed afterwards, once, in the order given; answers those that were not yet. */
    async append(all: readonly Happening[]): Promise<readonly Placed[]> {
      const placed: Placed[] = [];
      for (let from = 0; from < all.length; from += mostTogether) {
        let open = all.slice(from, from + mostTogether);
        while (open.length > 0) {
          const done = await tryToAppend(open);
          placed.push(...(done ?? []));
          // Whoever came first may have appended the same.
          open = done ? [] : [...(await withoutKnown(open))];
        }
      }
      return placed;
    },

    /** The events after a place, at most so many: costs what it answers, however long the feed is. */
    async after(position: number, most: number): Promise<readonly Placed[]> {
      const range = { from: eventRow(position + 1), to: eventRow(position + most + 1) };
      return (await rows.inPartition(partition, range)).map(toPlaced);
    },
  };
}

function toPlaced({ row, json }: { readonly row: string; readonly json: string }): Placed {
  return { position: Number(row.slice(row.indexOf('|') + 1)), event: JSON.parse(json) as CloudEvent };
}
