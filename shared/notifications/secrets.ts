import { randomUUID } from 'node:crypto';
import type { Instant } from '../instant.ts';
import { secondsAfter } from '../instant.ts';
import type { Rows } from '../workflow/rows.ts';
import type { Secrets } from './ports.ts';
import { signingKey } from './signature.ts';

interface Key {
  readonly key: string;
  /** From when it signs no more; absent for the newest. */
  readonly until?: Instant;
}

interface Parts {
  /** A table of its own: what is in it is in no state, history, event, view or log. */
  readonly rows: Rows;
  readonly readVault: (secretUri: string) => Promise<string>;
  /** The address that the app was told in its settings. */
  readonly setting: string | undefined;
  readonly newSecret: () => string;
  readonly now: () => Instant;
}

/** How long a key signs on once there is a newer one. */
const overlapSeconds = 24 * 3600;

/** Addresses of receivers and keys that sign what is sent to them. */
export function keptSecrets({ rows, readVault, setting, newSecret, now }: Parts) {
  const keysOf = async (id: string) => {
    const row = await rows.read(id, 'keys');
    return row ? (JSON.parse(row.json) as { keys: readonly Key[] }).keys : [];
  };
  const valid = (keys: readonly Key[]) => keys.filter(({ until }) => until === undefined || until > now());
  const put = async (id: string, row: string, value: object) =>
    await rows.write(id, [{ row, json: JSON.stringify(value), etag: 'any' }]);

  const port: Secrets = {
    async address(id, { address, addressRow = 'address' }) {
      if (address === 'setting') return setting;
      if (address !== 'kept') return await readVault(address.secretUri);
      const row = await rows.read(id, addressRow);
      return row && (JSON.parse(row.json) as { url: string }).url;
    },
    keys: async (id) => valid(await keysOf(id)).map(({ key }) => key),
  };
  return {
    ...port,
    /** Keeps an address beside those before, and says where. */
    async putAddress(id: string, url: string): Promise<string> {
      const row = `address-${randomUUID()}`;
      await put(id, row, { url });
      return row;
    },
    dropAddress: async (id: string, row: string) => await rows.remove(id, row),
    /** A new key; those before sign on for a day. Answers the key, which is shown this once. */
    async addKey(id: string): Promise<{ readonly key: string; readonly oldValidUntil: Instant }> {
      const until = secondsAfter(now(), overlapSeconds);
      const key = signingKey(Buffer.from(newSecret(), 'base64url'));
      const older = valid(await keysOf(id)).map(({ key, until: end = until }) => ({ key, until: end }));
      await put(id, 'keys', { keys: [{ key }, ...older.slice(0, 3)] });
      return { key, oldValidUntil: until };
    },
    async remove(id: string): Promise<void> {
      for (const { row } of await rows.inPartition(id, { from: '', to: '~' })) await rows.remove(id, row);
    },
  };
}

export type KeptSecrets = ReturnType<typeof keptSecrets>;
