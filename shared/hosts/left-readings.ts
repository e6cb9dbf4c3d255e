import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { hasCode } from '../errors.ts';
import { type Instant, secondsAfter } from '../instant.ts';
import { log } from '../log.ts';
import type { Rows } from '../workflow/rows.ts';
import type { Reading, Shelf } from './shared-reading.ts';

/** So long an instance that said it would ask is waited for: not longer than its request takes, as a rule. */
const askedForSeconds = 5;
const pauseMilliseconds = 400;

interface Parts {
  readonly rows: Rows;
  readonly now: () => Instant;
  readonly pause?: () => Promise<unknown>;
}

/**
 * Readings in a table, for the other instances of the app: of each pool the last one, and who is about to ask
 * for the next. Whoever comes while another asks waits for that answer, as he would for his own. A thousand
 * machines are more than a row holds, and one is much like the other: packed they take a twentieth.
 */
export function leftReadings<T>(
  kind: string,
  { rows, now, pause = async () => await sleep(pauseMilliseconds) }: Parts,
): Shelf<T> {
  const asking = `${kind}-asked`;
  const read = async (key: string) => {
    const found = await rows.read(key, kind);
    return found && unpacked<T>(found.json);
  };
  /** Until when somebody is asking already; undefined if we are the ones to ask now. */
  const claimed = async (key: string, last: Instant): Promise<Instant | undefined> => {
    const found = await rows.read(key, asking);
    const askedAt = found ? (JSON.parse(found.json) as { askedAt: Instant }).askedAt : '';
    const until = askedAt > last ? secondsAfter(askedAt, askedForSeconds) : '';
    if (until > now()) return until;
    const json = JSON.stringify({ askedAt: now() });
    try {
      await rows.write(key, [{ row: asking, json, ...(found && { etag: found.etag }) }]);
    } catch (error) {
      if (!hasCode(error, 'Conflict')) throw error;
      return secondsAfter(now(), askedForSeconds);
    }
    return undefined;
  };
  return {
    find: async (name, suits) =>
      await quietly(async () => {
        const key = rowKey(name);
        let found = await read(key);
        if (found && suits(found)) return whole(found);
        const until = (await claimed(key, found?.begunAt ?? '')) ?? '';
        for (let isThere = false; !isThere && now() < until; isThere = found !== undefined && suits(found)) {
          await pause();
          found = await read(key);
        }
        return found && suits(found) ? whole(found) : found;
      }),
    leave: async (name, reading) =>
      await quietly(async () => {
        const packed = gzipSync(JSON.stringify(reading.value), { level: 1 }).toString('base64');
        const json = JSON.stringify({ begunAt: reading.begunAt, packed });
        await rows.write(rowKey(name), [{ row: kind, json, etag: 'any' }]);
      }),
    giveUp: async (name) => await quietly(async () => await rows.remove(rowKey(name), asking)),
  };
}

/** Unpacked when somebody wants it: most of what is found is too old for whoever finds it. */
function unpacked<T>(json: string): Reading<T> {
  const { begunAt, packed } = JSON.parse(json) as { begunAt: Instant; packed: string };
  let value: T | undefined;
  return {
    begunAt,
    get value() {
      return (value ??= JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()) as T);
    },
  };
}

/** What does not unpack is found out here, where Azure can still be asked instead. */
function whole<T>({ begunAt, value }: Reading<T>): Reading<T> {
  return { begunAt, value };
}

/** A key of a row takes no slash. */
const rowKey = (key: string) => key.replaceAll('/', '!');

/** A table that is down must not keep us from Azure: each instance then reads for itself. */
async function quietly<Found>(work: () => Promise<Found>): Promise<Found | undefined> {
  try {
    return await work();
  } catch (error) {
    log.warn('readings not shared', { reason: (error as Error).message });
    return undefined;
  }
}
