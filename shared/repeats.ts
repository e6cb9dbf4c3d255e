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
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');

  /** The id of the request: a new one, or the one that `key` was given first. */
  return async function requestFor(scope: string, key: string | undefined, body: unknown): Promise<string> {
    if (key === undefined) return newId();
    const partition = digest(`${scope} ${key}`);
    const wanted: Remembered = { body: digest(JSON.stringify(body)), request: newId(), at: now() };
    for (;;) {
      const row = await rows.read(partition, 'request');
      const known = row && (JSON.parse(row.json) as Remembered);
      if (known && secondsBetween(known.at, now()) < rememberedSeconds) {
        if (known.body === wanted.body) {
          noteRepeat();
          return known.request;
        }
        const message = 'This idempotency key came with another body before.';
        throw new AppError('IdempotencyKeyReused', message, { target: 'Idempotency-Key' });
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
