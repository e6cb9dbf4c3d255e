import type { TableEntityResult } from '@azure/data-tables';
import { AppError } from '../errors.ts';
import type { KeyedRow, Write } from '../workflow/rows.ts';

/** Table Storage keeps text in UTF-16, 64 KB a property: the JSON of a row takes as many as it needs. */
const mostUnits = 32_000;
/** Table Storage's own limit is 1 MiB; the rest is for what it reckons differently. */
const mostBytes = 1_000_000;

export type Entity = Record<string, unknown>;

/** A row as it is sent. */
export interface Sent {
  readonly partitionKey: string;
  readonly rowKey: string;
  /** JSON without metadata: types stand beside the values that need one. */
  readonly json: string;
  /** In bytes, as Table Storage counts. */
  readonly size: number;
}

/** The row as it is sent; fails with `StateTooLarge` if Table Storage could not hold it. */
export function toSent(partitionKey: string, { row: rowKey, json, columns = {} }: Write): Sent {
  const properties: Record<string, string | number> = { PartitionKey: partitionKey, RowKey: rowKey };
  let size = 4 + 2 * (partitionKey.length + rowKey.length);
  const add = (name: string, value: string | number) => {
    properties[name] = value;
    size += 8 + 2 * name.length + (typeof value === 'string' ? 4 + 2 * value.length : 8);
  };
  for (const [index, chunk] of chunks(json).entries()) add(chunkName(index), chunk);
  for (const [name, value] of Object.entries(columns)) {
    if (typeof value === 'string' && value.length > mostUnits) {
      throw new AppError('StateTooLarge', `${rowKey}: ${name} is longer than 64 KB`);
    }
    add(name, isPlain(value) ? value : String(value));
    if (!isPlain(value)) properties[`${name}@odata.type`] = 'Edm.Double';
  }
  if (size > mostBytes) throw new AppError('StateTooLarge', `${rowKey} would take ${size} bytes`);
  return { partitionKey, rowKey, json: JSON.stringify(properties), size };
}

export function toRow({ partitionKey, rowKey, etag, ...properties }: TableEntityResult<Entity>): KeyedRow {
  let json = '';
  for (let index = 0; typeof properties[chunkName(index)] === 'string'; index += 1) {
    json += String(properties[chunkName(index)]);
  }
  const columns = Object.fromEntries(
    Object.entries(properties).filter(
      (property): property is [string, string | number] =>
        !/^json\d*$|^odata\.|^timestamp$/.test(property[0]) &&
        ['string', 'number'].includes(typeof property[1]),
    ),
  );
  return { partition: partitionKey ?? '', row: rowKey ?? '', json, columns, etag };
}

function chunkName(index: number): string {
  return index === 0 ? 'json' : `json${index}`;
}

/** Cut between characters: half of a surrogate pair would not survive the way there. */
function chunks(text: string): string[] {
  const found: string[] = [];
  let from = 0;
  do {
    let to = Math.min(from + mostUnits, text.length);
    if (to < text.length && (text.charCodeAt(to) & 0xfc00) === 0xdc00) to -= 1;
    found.push(text.slice(from, to));
    from = to;
  } while (from < text.length);
  return found;
}

/** Without a type Table Storage takes a number without a point for one of 32 bits. */
function isPlain(value: string | number): boolean {
  return typeof value === 'string' || (Number.isInteger(value) && Math.abs(value) < 2 ** 31);
}
