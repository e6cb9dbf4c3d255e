import { AppError } from '../../shared/errors.ts';
import type { KeyedRow, Range, Rows, Write } from '../../shared/workflow/rows.ts';

/** Keeps the promises of a table in memory: for tests that run a thousand lives of a workflow. */
export function memoryRows(): Rows {
  const partitions = new Map<string, Map<string, KeyedRow>>();
  let writes = 0;
  const within = (key: string, { from, to }: Range) => key >= from && key < to;
  const inOrder = (rows: KeyedRow[], key: 'row' | 'partition') =>
    rows.toSorted((a, b) => (a[key] < b[key] ? -1 : 1));
  const check = (existing: KeyedRow | undefined, { row, etag, json, columns }: Write) => {
    if (etag === undefined ? existing : etag !== 'any' && existing?.etag !== etag) {
      throw new AppError('Conflict', `${row} was changed meanwhile`);
    }
    const long = Object.values(columns ?? {}).some((value) => String(value).length > 32_000);
    if (long) throw new AppError('StateTooLarge', `${row} has a column of more than 64 KB`);
    const size = 2 * (json.length + JSON.stringify(columns ?? {}).length);
    if (size > 900_000) throw new AppError('StateTooLarge', `${row} would take ${size} bytes`);
  };
  return {
    read: async (partition, row) => partitions.get(partition)?.get(row),
    write: async (partition, changes) => {
      const rows = partitions.get(partition) ?? new Map<string, KeyedRow>();
      for (const change of changes) check(rows.get(change.row), change);
      const etags = changes.map(({ row, json, columns = {} }) => {
        const etag = String((writes += 1));
        rows.set(row, { partition, row, json, columns: { ...columns }, etag });
        return etag;
      });
      partitions.set(partition, rows);
      return etags;
    },
    remove: async (partition, ...rows) => {
      for (const row of rows) partitions.get(partition)?.delete(row);
    },
    inPartition: async (partition, range, most) =>
      inOrder(
        [...(partitions.get(partition)?.values() ?? [])].filter(({ row }) => within(row, range)),
        'row',
      ).slice(0, most),
    acrossPartitions: async (row, range) =>
      inOrder(
        [...partitions].flatMap(([partition, rows]) => {
          const found = rows.get(row);
          return found && within(partition, range) ? [found] : [];
        }),
        'partition',
      ),
  };
}
