import { array, assert, asyncProperty, constantFrom, integer, record } from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AuditEntry } from '../../shared/audit/entry.ts';
import { secondsAfter } from '../../shared/instant.ts';
import { startingWith } from '../../shared/workflow/rows.ts';
import { begun, ended, keptAudit } from './kept.ts';

const everything = startingWith('');

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}));
afterEach(() => vi.restoreAllMocks());

describe('an entry', () => {
  it('is on record before the change, and shown as begun by whoever comes after a crash', async () => {
    const audit = keptAudit();
    await audit.journal.begin(begun('r-1'));
    const { value } = await audit.open().requests.page({ most: 10 });
    expect(value).toEqual([begun('r-1')]);
  });

  it('says what became of it once that is known, and is one entry', async () => {
    const audit = keptAudit();
    await audit.journal.begin(begun('r-1'));
    await audit.open().sweep();
    audit.journal.end(ended(begun('r-1')));
    for (const wanted of [{}, { actor: 'key ci' }, { subject: 'image-sets/win11' }]) {
      const { value } = await audit.room.requests.page({ ...wanted, most: 10 });
      expect(value).toEqual([ended(begun('r-1'))]);
    }
    expect((await audit.room.requests.page({ outcome: 'unknown', most: 10 })).value).toEqual([]);
  });

  it('that cannot be written keeps the change from being made', async () => {
    const audit = keptAudit();
    audit.rows('auditjournal').write = () => Promise.reject(new Error('no table'));
    const { journal } = audit.open();
    await expect(journal.begin(begun('r-1'))).rejects.toMatchObject({ code: 'AuditUnavailable' });
  });

  it('whose end is lost stays as it was begun', async () => {
    const audit = keptAudit();
    const blocks = audit.rows('auditjournal');
    const { write } = blocks;
    await audit.journal.begin(begun('r-1'));
    blocks.write = () => Promise.reject(new Error('no table'));
    audit.journal.end(ended(begun('r-1')));
    await audit.journal.settled();
    blocks.write = write;
    expect((await audit.room.requests.page({ most: 10 })).value).toEqual([begun('r-1')]);
  });

  it('shares its write with all that come at the same moment', async () => {
    const audit = keptAudit();
    await Promise.all(
      Array.from({ length: 150 }, async (_, n) => await audit.journal.begin(begun(`r-${n}`))),
    );
    expect(await audit.rows('auditjournal').inPartition('blocks', everything)).toHaveLength(1);
  });

  it('that is new is left out while a storm of others is on its way, and the page says from when on', async () => {
    const audit = keptAudit();
    const start = audit.clock.now;
    for (const minute of [0, 1, 2]) {
      audit.clock.now = secondsAfter(start, minute * 60);
      const { now: at } = audit.clock;
      const all = Array.from({ length: 1500 }, (_, n) => begun(`r-${minute}-${n}`, { at }));
      await Promise.all(all.map(async (one) => await audit.journal.begin(one)));
    }
    const { requests } = audit.open();
    const first = await requests.page({ most: 1000 });
    expect(first.upTo).toBe(secondsAfter(start, 55));
    const rest = await requests.page({ most: 1000, after: first.next });
    expect(rest).not.toHaveProperty('upTo');
    const shown = [...first.value, ...rest.value];
    expect(shown).toHaveLength(1500);
    expect(shown.every(({ at }) => at === start)).toBe(true);
    // Whoever wants what was before is shown all of it; and by and by everybody is.
    expect(await requests.page({ most: 1, until: secondsAfter(start, -1) })).toEqual({ value: [] });
    const last = await requests.page({ most: 1000 });
    expect(last).not.toHaveProperty('upTo');
    expect(last.value[0]?.at).toBe(audit.clock.now);
  });

  it('leaves the journal when it is in the book, and survives a crash between the two', async () => {
    const audit = keptAudit();
    await audit.journal.begin(begun('r-1'));
    const blocks = audit.rows('auditjournal');
    const { remove } = blocks;
    blocks.remove = () => Promise.reject(new Error('killed'));
    await expect(audit.room.sweep()).rejects.toThrow('killed');
    blocks.remove = remove;
    await Promise.all([audit.room.sweep(), audit.open().sweep()]);
    expect(await blocks.inPartition('blocks', everything)).toEqual([]);
    expect((await audit.room.requests.page({ most: 10 })).value).toHaveLength(1);
  });
});

describe('a page of the audit', () => {
  const ofSubject = constantFrom('image-sets/a', 'image-sets/a/versions/1.0.0', 'image-sets/ab', 'rollouts');
  const one = record({
    minutes: integer({ min: 0, max: 140_000 }),
    subject: ofSubject,
    actor: constantFrom('key ci', 'ana@contoso.com (oid 1a2b3c4d)', 'key %/ü'),
    outcome: constantFrom('done', 'refused', 'unknown'),
  });

  it('goes from its beginning on, which is part of it, up to its end, which is not', async () => {
    const audit = keptAudit();
    const { now: at } = audit.clock;
    await audit.journal.begin(begun('r-1', { at }));
    audit.clock.now = secondsAfter(at, 60);
    await audit.room.sweep();
    const found = async (span: { since?: string; until?: string }) =>
      (await audit.room.requests.page({ ...span, most: 10 })).value.length;
    expect([await found({ since: at }), await found({ since: secondsAfter(at, 0.001) })]).toEqual([1, 0]);
    expect([await found({ until: at }), await found({ until: secondsAfter(at, 0.001) })]).toEqual([0, 1]);
  });

  it('is one of several that are together all that is wanted, the newest first, none of it twice', async () => {
    const asked = record({
      subject: constantFrom(undefined, 'image-sets', 'image-sets/a', 'image-sets/a/versions', 'rollouts/'),
      actor: constantFrom(undefined, 'key ci', 'key %/ü', 'nobody'),
      outcome: constantFrom(undefined, 'done', 'unknown'),
      since: constantFrom(undefined, '2026-01-15T00:00:00.000Z'),
      until: constantFrom(undefined, '2026-02-20T00:00:00.000Z'),
      most: integer({ min: 1, max: 7 }),
    });
    const start = '2025-12-01T00:00:00.000Z';
    const isAskedFor = (
      entry: AuditEntry,
      { subject, actor, outcome, since, until }: Partial<AuditEntry> & { since?: string; until?: string },
    ) => {
      const path = subject?.replace(/\/$/, '') ?? '';
      const isBelow = path === '' || `${entry.subject}/`.startsWith(`${path}/`);
      return (
        isBelow &&
        [undefined, entry.actor].includes(actor) &&
        [undefined, entry.outcome].includes(outcome) &&
        entry.at >= (since ?? '') &&
        entry.at < (until ?? '9')
      );
    };
    await assert(
      asyncProperty(array(one, { maxLength: 40 }), asked, async (all, { most, ...given }) => {
        const wanted = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
        const audit = keptAudit();
        const entries = all.map(({ minutes, ...over }, n) =>
          begun(`r-${n}`, { ...over, at: secondsAfter(start, minutes * 60) }),
        );
        for (const [n, entry] of entries.entries()) {
          await audit.journal.begin({ ...entry, outcome: 'unknown' });
          if (n % 3 === 0) await audit.room.sweep();
          if (entry.outcome !== 'unknown') audit.journal.end(entry);
        }
        const found: AuditEntry[] = [];
        let after: string | undefined;
        do {
          const page = await audit.room.requests.page({ ...wanted, most, after });
          expect(page.value.length).toBeLessThanOrEqual(most);
          found.push(...page.value);
          ({ next: after } = page);
        } while (after !== undefined);
        const times = found.map(({ at }) => at);
        expect(times).toEqual(times.toSorted().toReversed());
        const ids = (of: readonly AuditEntry[]) => of.map(({ id }) => id).toSorted();
        expect(ids(found)).toEqual(ids(entries.filter((entry) => isAskedFor(entry, wanted))));
      }),
      { numRuns: 60 },
    );
  });

  it('costs what it shows: of ten thousand entries it reads as many as of a hundred', async () => {
    const rowsRead = async (count: number) => {
      const audit = keptAudit();
      const at = (n: number) => secondsAfter('2026-03-10T11:00:00.000Z', -n * 60);
      for (let n = 0; n < count; n += 1) {
        audit.journal.end(ended(begun(`r-${n}`, { at: at(n), ...(n === 70 && { actor: 'ana' }) })));
      }
      await audit.journal.settled();
      await audit.room.sweep();
      const book = audit.rows('audit');
      const { inPartition } = book;
      let read = 0;
      book.inPartition = async (...asked) => {
        const found = await inPartition(...asked);
        read += found.length;
        return found;
      };
      const pages = [];
      for (const wanted of [{}, { actor: 'ana' }, { subject: 'image-sets/win11' }]) {
        pages.push((await audit.room.requests.page({ ...wanted, most: 20 })).value.length);
      }
      return { read, pages };
    };
    expect(await rowsRead(10_000)).toEqual(await rowsRead(100));
  });

  it('of what is rare is shorter, and says where to go on', async () => {
    const audit = keptAudit();
    for (let n = 0; n < 1500; n += 1) {
      const at = secondsAfter('2026-03-10T11:00:00.000Z', -n);
      const operation = n === 1400 ? 'promote-channel' : 'request-version';
      audit.journal.end(ended(begun(`r-${n}`, { at, operation })));
    }
    const first = await audit.room.requests.page({ operation: 'promote-channel', most: 100 });
    expect(first).toEqual({ value: [], next: expect.any(String) });
    let page = first;
    while (page.value.length === 0 && page.next !== undefined) {
      page = await audit.room.requests.page({ operation: 'promote-channel', most: 100, after: page.next });
    }
    expect(page.value.map(({ id }) => id)).toEqual(['r-1400']);
  });
});

describe('retention', () => {
  it('removes whole months once they are older than the setting, so many rows at a time, and nothing else', async () => {
    const audit = keptAudit({ at: '2026-06-15T12:00:00.000Z', keptDays: 90 });
    for (const [n, at] of ['2025-12-31', '2026-01-01', '2026-02-28', '2026-03-01', '2026-06-15'].entries()) {
      audit.journal.end(ended(begun(`r-${n}`, { at: `${at}T11:00:00.000Z` })));
    }
    await audit.journal.settled();
    await audit.room.sweep();
    // Ninety days before is the 17th of March.
    expect(await audit.room.prune()).toBe(9);
    const left = await audit.room.requests.page({ since: '2020-01-01T00:00:00.000Z', most: 10 });
    expect(left.value.map(({ id }) => id)).toEqual(['r-4', 'r-3']);
    expect(await audit.room.prune()).toBe(0);
  });
});
