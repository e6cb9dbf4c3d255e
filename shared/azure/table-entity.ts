import type { TableEntityResult } from '@azure/data-tables';
import { AppError } from '../errors.ts';
import type { KeyedRow, Write } from '../workflow/rows.ts';

/** Table Storage keeps text in UTF-16, 64 KB a property: the JSON of a row takes as many as it needs. */
const mostUnits = 32_000;
/** Table Storage's own limit is 1 MiB; the rest is for what it reckons differently. */
const mostBytes = 1_000_000;

export type Entity = Record<string, unknown>;
/** What is written: a row with its keys. */
export type KeyedEntity = Entity & { readonly partitionKey: string; readonly rowKey: string };

interface Made {
  readonly entity: KeyedEntity;
  /** In bytes, as Table Storage counts. */
  readonly size: number;
}

/** The row as an entity; fails with `StateTooLarge` if Table Storage could not hold it. */
export function toEntity(partitionKey: string, { row: rowKey, json, columns = {} }: Write): Made {
  const properties = Object.fromEntries([
    ...chunks(json).map((chunk, index) => [chunkName(index), chunk] as const),
    ...Object.entries(columns).map(([name, value]) => [name, columnValue(rowKey, name, value)] as const),
  ]);
  const size = Object.entries(properties).reduce(
    (sum, [name, value]) =>
      sum + 8 + 2 * name.length + (typeof value === 'string' ? 4 + 2 * value.length : 8),
    4 + 2 * (partitionKey.length + rowKey.length),
  );
  if (size > mostBytes) throw new AppError('StateTooLarge', `${rowKey} would take ${size} bytes`);
  return { entity: { partitionKey, rowKey, ...properties }, size };
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

/** The entity as JSON without metadata has it, where types stand beside the values that need one. */
export function onTheWire({ partitionKey, rowKey, ...properties }: KeyedEntity): Entity {
  const sent: Entity = { PartitionKey: partitionKey, RowKey: rowKey };
  for (const [name, value] of Object.entries(properties)) {
    if (isTyped(value)) sent[`${name}@odata.type`] = `Edm.${value.type}`;
    sent[name] = isTyped(value) ? value.value : value;
  }
  return sent;
}

function isTyped(value: unknown): value is { readonly type: string; readonly value: string } {
  return typeof value === 'object' && value !== null && 'type' in value;
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

function columnValue(row: string, name: string, value: string | number) {
  if (typeof value === 'string') {
    if (value.length > mostUnits) throw new AppError('StateTooLarge', `${row}: ${name} is longer than 64 KB`);
    return value;
  }
  // Without a type Table Storage takes a number without a point for one of 32 bits.
  const isSmall = Number.isInteger(value) && Math.abs(value) < 2 ** 31;
  return isSmall ? value : { type: 'Double' as const, value: String(value) };
}
