import { AppError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { log } from '../log.ts';
import type { Rows } from '../workflow/rows.ts';
import { soon } from '../workflow/together.ts';
import type { AuditEntry } from './entry.ts';

/** What a block of the journal holds: entries, and ids of those that nobody is to read. */
export type Noted = AuditEntry | { readonly id: string; readonly isDropped: true };

interface Parts {
  /** A table of its own. */
  readonly rows: Pick<Rows, 'write'>;
  readonly now: () => Instant;
  readonly newId: () => string;
}

interface Waiting {
  readonly noted: Noted;
  readonly settle: (error?: unknown) => void;
}

/** The partition of the blocks. */
export const blocks = 'blocks';
/** When a block was written, by the clock of who wrote it. */
export const blockTime = (row: string): Instant => row.slice(0, row.indexOf('|'));
/** An entry has 2 KB at most: so many fit into a row. */
const mostTogether = 200;

/**
 * Makes entries durable, at the price of a fraction of a write each: whatever comes while one block is being
 * written goes into the next one, as one row. Blocks are taken into the book later, off the path of any request.
 */
export function journal({ rows, now, newId }: Parts) {
  // Two processes never write the same block, and one never writes the same twice.
  const writer = newId();
  let written = 0;
  const waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;

  async function write(together: readonly Waiting[]): Promise<void> {
    written += 1;
    const row = `${now()}|${writer}|${String(written).padStart(10, '0')}`;
    const json = JSON.stringify(together.map(({ noted }) => noted));
    let failure: unknown;
    try {
      // Whoever hears no answer writes the same block with the same content once more.
      await rows.write(blocks, [{ row, json, etag: 'any' }]);
    } catch (error) {
      failure = error;
      log.error('audit.block-lost', { entries: together.length, error });
    }
    for (const { settle } of together) settle(failure);
  }

  async function writeAll(): Promise<void> {
    // A turn of the event loop: who comes at the same moment goes along.
    await new Promise<void>((next) => {
      setImmediate(next);
    });
    // A block that is slow keeps nobody waiting but who is in it.
    while (waiting.length > 0) await soon(write(waiting.splice(0, mostTogether)));
    writing = undefined;
  }

  const add = async (noted: Noted): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    waiting.push({ noted, settle: (error) => (error === undefined ? resolve() : reject(error)) });
    writing ??= writeAll();
    await promise;
  };

  return {
    /** On record afterwards; refuses where it could not be written, for then nothing may be changed. */
    async begin(entry: AuditEntry): Promise<void> {
      try {
        await add(entry);
      } catch (cause) {
        const message = 'What nobody could account for is not done: the audit cannot be written.';
        throw new AppError('AuditUnavailable', message, { cause });
      }
    },

    /**
     * Nobody waits for it: what is done is done, whether its end is on record or not. What fails leaves the entry
     * that was begun, with the outcome unknown.
     */
    end(noted: Noted): void {
      add(noted).catch(() => {}); // which is logged with the block that it was to be in
    },

    /** Once whatever has been noted so far is written, or has failed. */
    async settled(): Promise<void> {
      await writing;
    },
  };
}
