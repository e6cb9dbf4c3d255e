import { createHash } from 'node:crypto';
import { noteRepeat } from './correlation.ts';
import { AppError, hasCode } from './errors.ts';
import { type Instant, secondsBetween } from './instant.ts';
import type { Rows } from './workflow/rows.ts';

const rememberedSeconds = 24 * 60 * 60;

interface Remembered {
  readonly body: string;
  readonly request: string;
  readonly at: Instant;
}

export type Repeats = ReturnType<typeof repeats>;

/**
 * Makes a POST repeatable. The same key with the same body is the same request for 24 hours, and whatever is
 * made is named after the request, so that a client may send it again until it hears an answer.
 */
export function repeats(rows: Rows, now: () => Instant, newId: () => string) {
  /** The id of the request: a new one, or the one that `key` was given first. */
  return async function requestFor(scope: string, key: string | undefined, body: unknown): Promise<string> {
    if (key === undefined) return newId();
    const partition = digest(`${scope} ${key}`);
    const wanted: Remembered = { body: digest(JSON.stringify(body)), request: newId(), at: now() };
    for (;;) {
      const row = await rows.read(partition, 'request');
      const known = row && (JSON.parse(row.json) as Remembered);
      if (known && secondsBetween(known.at, now()) < rememberedSeconds) {
        refuseReuse(wanted, known);
        noteRepeat();
        return known.request;
      }
      try {
        await rows.write(partition, [
          { row: 'request', json: JSON.stringify(wanted), ...(row && { etag: row.etag }) },
        ]);
        return wanted.request;
      } catch (error) {
        if (!hasCode(error, 'Conflict')) throw error; // else somebody sent the same at the same moment
      }
    }
  };
}

/** A request by what makes it repeatable, for whoever keeps himself which requests he has had. */
export interface Named {
  readonly id: string;
  /** The hash of its body, where it has a key. */
  readonly body?: string;
}

/** Names a request after its key. Whoever keeps such names keeps them for 24 hours, and apart by what was asked. */
export function namer(newId: () => string) {
  return (key: string | undefined, body: unknown): Named =>
    key === undefined ? { id: newId() } : { id: `key-${short(key)}`, body: short(JSON.stringify(body)) };
}

/** The name as a key that a table takes, however long it is and whatever is in it. */
export function asKey(name: string): string {
  return /^[\w.:-]{1,100}$/.test(name) ? name : `named-${short(name)}`;
}

/** The same key with another body is a mistake, and nothing is begun. */
export function refuseReuse(
  { body }: { readonly body?: string },
  known: { readonly body?: string } | undefined,
): void {
  if (known?.body === undefined || known.body === body) return;
  const message = 'This idempotency key came with another body before.';
  throw new AppError('IdempotencyKeyReused', message, { target: 'Idempotency-Key' });
}

/** 128 bits: many of them are kept together. */
function short(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
