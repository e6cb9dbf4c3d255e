import type { Rows } from './rows.ts';

/** A large part of states and facts that most of them have in common: kept once, beside all that name it. */
export interface Apart {
  /** The same with a reference in its place, where it has that part; what is referred to is in the table by then. */
  readonly out: (whole: unknown) => Promise<unknown>;
  /** The same with that part in its place again. What was kept with it in its place stays as it is. */
  readonly back: (kept: unknown) => Promise<unknown>;
}

interface Parts {
  /** A table of its own. */
  readonly rows: Rows;
  /** Its name. */
  readonly field: string;
  /** No two texts ever have the same, and it is a key that a table takes. */
  readonly hashOf: (json: string) => string;
}

/** What stands in the place of the part: no part of ours looks like it. */
interface Reference {
  readonly keptApart: string;
}

type Words = Readonly<Record<string, unknown>>;

const partRow = 'part';
/** So many are kept in mind. */
const most = 500;

/**
 * A field of states and facts is kept apart, in a row that its hash names: nothing is ever changed there, so that what was
 * read or written once is known. A crash before what refers to it leaves a row that the next to come refers to.
 */
export function keptApart({ rows, field, hashOf }: Parts): Apart {
  const byHash = new Map<string, object>();
  // Whoever makes a state from another leaves the part as it is: the same object is the same part.
  const hashes = new WeakMap<object, string>();

  const know = (hash: string, part: object) => {
    hashes.set(part, hash);
    byHash.set(hash, part);
    const [oldest] = byHash.keys();
    if (byHash.size > most && oldest !== undefined) byHash.delete(oldest);
  };
  const put = async (part: object): Promise<string> => {
    const json = JSON.stringify(part);
    const hash = hashOf(json);
    if (!byHash.has(hash)) await rows.write(hash, [{ row: partRow, json, etag: 'any' }]);
    know(hash, part);
    return hash;
  };
  const find = async (hash: string): Promise<object> => {
    const known = byHash.get(hash);
    if (known) return known;
    const row = await rows.read(hash, partRow);
    if (!row) throw new Error(`${field} ${hash} is referred to, and was never written`);
    const part = JSON.parse(row.json) as object;
    know(hash, part);
    return part;
  };

  return {
    async out(whole) {
      const part = isObject(whole) ? whole[field] : undefined;
      if (!isObject(whole) || !isObject(part)) return whole;
      return { ...whole, [field]: { keptApart: hashes.get(part) ?? (await put(part)) } satisfies Reference };
    },
    async back(kept) {
      const part = isObject(kept) ? kept[field] : undefined;
      if (!isObject(kept) || !isReference(part)) return kept;
      return { ...kept, [field]: await find(part.keptApart) };
    },
  };
}

function isObject(value: unknown): value is Words {
  return typeof value === 'object' && value !== null;
}

function isReference(value: unknown): value is Reference {
  return isObject(value) && typeof value['keptApart'] === 'string';
}
