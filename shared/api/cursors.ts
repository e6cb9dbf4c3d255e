import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { AppError, hasCode } from '../errors.ts';
import type { Rows } from '../workflow/rows.ts';

const algorithm = 'aes-256-gcm';
const [ivBytes, tagBytes] = [12, 16];

/**
 * Where a page ended, as the client sees it. Sealed rather than spelled out: a page ends also at things that its reader
 * may not see, whose names are nobody's business; and what was changed, or comes with another list or other filters,
 * cannot be opened. All instances share one key, which guards nothing else.
 */
export function cursors(rows: Rows, newSecret: () => string) {
  let key: Promise<Buffer> | undefined;
  const kept = async () => await rows.read('cursors', 'key');
  const secret = async () => {
    const known = await kept();
    if (known) return known.json;
    try {
      const json = JSON.stringify(newSecret());
      await rows.write('cursors', [{ row: 'key', json }]);
      return json;
    } catch (error) {
      // Another instance was first, and its key is the one.
      const theirs = hasCode(error, 'Conflict') ? await kept() : undefined;
      if (theirs) return theirs.json;
      throw error;
    }
  };
  const sharedKey = async () => {
    key ??= secret().then((text) => createHash('sha256').update(text).digest());
    try {
      return await key;
    } catch (error) {
      key = undefined; // the next to come tries again
      throw error;
    }
  };

  return {
    /** `list` says of which list: its address and its filters. */
    async seal(list: string, place: string): Promise<string> {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv(algorithm, await sharedKey(), iv).setAAD(Buffer.from(list));
      const sealed = Buffer.concat([cipher.update(place, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
    },

    async open(list: string, cursor: string): Promise<string> {
      const bytes = Buffer.from(cursor, 'base64url');
      const from = ivBytes + tagBytes;
      const sharedBy = await sharedKey();
      try {
        // Decoding is lenient: what is no encoding of anything counts as changed.
        if (bytes.length < from || bytes.toString('base64url') !== cursor) throw new Error('not whole');
        const decipher = createDecipheriv(algorithm, sharedBy, bytes.subarray(0, ivBytes), {
          authTagLength: tagBytes,
        });
        decipher.setAAD(Buffer.from(list)).setAuthTag(bytes.subarray(ivBytes, from));
        return Buffer.concat([decipher.update(bytes.subarray(from)), decipher.final()]).toString('utf8');
      } catch (cause) {
        const message = 'That is no cursor of this list with these filters: follow nextLink as it is.';
        throw new AppError('ValidationFailed', message, { target: 'cursor', cause });
      }
    },
  };
}
