import { globSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cursors } from '../../shared/api/cursors.ts';
import { endpoints } from '../../shared/api/endpoint.ts';
import { memoryRows } from '../support/memory-rows.ts';

const root = join(import.meta.dirname, '../..');
const byTime = ['orderby'];

/** What each list may be narrowed by, and whether it can be asked for the other way round. */
const lists: Readonly<Record<string, readonly string[]>> = {
  'list-approvals': ['all', 'imageSet', 'channel'],
  'list-audit': ['subject', 'actor', 'since', 'until', 'operation', 'outcome'],
  'list-channels': [],
  'list-copies': ['state'],
  'list-deliveries': ['state'],
  'list-freezes': ['status'],
  'list-host-pools': ['imageSet', 'channel'],
  'list-hosts-of-rollout': ['outcome'],
  'list-image-sets': ['osType'],
  'list-leftovers': ['imageSet'],
  'list-places': ['how'],
  'list-releases': ['imageSet', 'status', ...byTime],
  'list-rollouts': ['hostPool', 'imageSet', 'channel', 'version', 'status', ...byTime],
  'list-schedule-runs': ['state'],
  'list-schedules': ['imageSet'],
  'list-subscriptions': ['kind'],
  'list-validations': ['channel', 'status', ...byTime],
  'list-versions': ['status', ...byTime],
};

beforeAll(async () => {
  for (const file of globSync('functions/*.ts', { cwd: root })) await import(join(root, file));
});

describe('the lists of the API', () => {
  it('take their filters, the size of a page and a cursor, and nothing else', () => {
    const paged = endpoints().filter(({ query = {} }) => 'cursor' in query && 'maxpagesize' in query);
    const named = paged.filter(({ name }) => name.startsWith('list-'));
    expect(
      Object.fromEntries(
        named.map(({ name, query = {} }) => [name, Object.keys(query).filter((one) => !(one in paging))]),
      ),
    ).toEqual(lists);
    const histories = endpoints().filter(({ route }) => route.endsWith('/history'));
    for (const { name, query = {} } of histories) {
      expect({ name, takes: Object.keys(query) }).toEqual({ name, takes: Object.keys(paging) });
    }
  });

  it('have pages of 100 unless said, of 1 to 1000', () => {
    const size = endpoints().find(({ name }) => name === 'list-rollouts')?.query?.['maxpagesize'];
    expect(size?.parse(undefined)).toBe(100);
    for (const wrong of ['0', '1001', '', 'x', '1.5']) expect(size?.safeParse(wrong).success).toBe(false);
    for (const right of ['1', '1000']) expect(size?.safeParse(right).success).toBe(true);
  });
});

const paging = { maxpagesize: 1, cursor: 1 };
const refused = expect.objectContaining({ code: 'ValidationFailed', target: 'cursor' }) as unknown;

describe('a cursor', () => {
  const rows = memoryRows();
  const secret = () => 'a secret of thirty-two bytes or so';
  const here = cursors(rows, secret);

  it('leads every instance to where the page ended, and says nothing of it', async () => {
    const place = '7999|secret-pool-1a2b';
    const cursor = await here.seal('rollouts', place);
    const elsewhere = cursors(rows, () => 'another secret');
    expect(await elsewhere.open('rollouts', cursor)).toBe(place);
    expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toContain('secret-pool');
    expect(cursor).toMatch(/^[\w-]{1,100}$/);
  });

  it('is refused with another list or other filters, and if anything of it was changed', async () => {
    const cursor = await here.seal('rollouts [["status","failed"]]', 'place');
    await expect(here.open('rollouts [["status","running"]]', cursor)).rejects.toEqual(refused);
    const bytes = Buffer.from(cursor, 'base64url');
    for (const at of bytes.keys()) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const sent = here.open('rollouts [["status","failed"]]', changed.toString('base64url'));
      await expect(sent).rejects.toEqual(refused);
    }
    for (const none of ['', 'x', 'feed', cursor.slice(0, 20)]) {
      await expect(here.open('rollouts [["status","failed"]]', none)).rejects.toEqual(refused);
    }
  });

  it('is made with one key, however many instances begin at once', async () => {
    const fresh = memoryRows();
    const both = ['one', 'other'].map((name) => cursors(fresh, () => name));
    const made = await Promise.all(both.map(async (one) => await one.seal('l', 'p')));
    for (const one of both) for (const cursor of made) expect(await one.open('l', cursor)).toBe('p');
  });
});
