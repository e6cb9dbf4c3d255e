import type { ETags, KeyedRow, Range, Rows } from './rows.ts';

const partitionOfAll = 'all';
const stateRow = 'state';
const states = 'state|';
const others = 'rows|';

/**
 * A table whose partitions are small and many, kept in one: what is written to several of them at the same time can
 * then go as one transaction. States lie beside each other, so that all of them are one range, and so do the other rows
 * of each. Partitions have no `|` in their names; and Table Storage takes some two thousand rows a second.
 */
export function inOnePartition(rows: Rows): Rows {
  const read: Rows['read'] = async (partition, row) => await rows.read(partitionOfAll, keyOf(partition, row));
  return {
    read,
    write: async (partition, writes): Promise<ETags> =>
      await rows.write(
        partitionOfAll,
        writes.map((write) => ({ ...write, row: keyOf(partition, write.row) })),
      ),
    remove: async (partition, ...gone) =>
      await rows.remove(partitionOfAll, ...gone.map((row) => keyOf(partition, row))),
    async inPartition(partition, range, most) {
      const start = `${others}${partition}|`;
      const within = { from: start + range.from, to: start + range.to };
      const found = (await rows.inPartition(partitionOfAll, within, most)).map(named);
      const state = isIn(range, stateRow) ? await read(partition, stateRow) : undefined;
      if (!state) return found;
      const all = [...found, { ...state, partition, row: stateRow }];
      return all.toSorted((a, b) => (a.row < b.row ? -1 : 1)).slice(0, most);
    },
    async acrossPartitions(row, { from, to }) {
      if (row === stateRow) {
        return (await rows.inPartition(partitionOfAll, { from: states + from, to: states + to })).map(named);
      }
      const all = await rows.inPartition(partitionOfAll, { from: others + from, to: others + to });
      return all.map(named).filter((one) => one.row === row);
    },
  };
}

function keyOf(partition: string, row: string): string {
  return row === stateRow ? states + partition : `${others}${partition}|${row}`;
}

function named(found: KeyedRow): KeyedRow {
  const [kind, partition = '', ...row] = found.row.split('|');
  return { ...found, partition, row: `${kind}|` === states ? stateRow : row.join('|') };
}

function isIn({ from, to }: Range, key: string): boolean {
  return key >= from && key < to;
}
