import { describe, expect, it } from 'vitest';
import { canBeRetried, type Version } from '../../shared/images/image.ts';
import { canBeDeleted, canBeRevoked } from '../../shared/images/shelf.ts';
import { minutesAfter } from '../../shared/instant.ts';
import {
  after,
  built,
  canceled,
  deleteAsked,
  deprecated,
  done,
  expired,
  fails,
  intends,
  noon,
  noted,
  overdue,
  restored,
  retried,
  revoked,
  taken,
  type Told,
  upTo,
} from './versions.ts';

const where = (version: Version) => ('standing' in version ? version.standing.stage : version.phase);

const beforeShelf = { captured: [...upTo('replicate'), fails, done], taken: taken('production') };
/** A version in every state that it can be in. */
const states = {
  resolve: [],
  replicate: upTo('replicate'),
  'hand-over': upTo('hand-over'),
  held: [...upTo('capture'), fails],
  withdraw: [done, canceled],
  failed: [done, fails, done],
  'failed, captured': beforeShelf.captured,
  canceled: [canceled, done],
  'canceled, captured': [...upTo('replicate'), canceled, done],
  available: built(),
  promoted: [...built(), beforeShelf.taken],
  superseded: [...built(), beforeShelf.taken, taken('production', 2, false)],
  deprecated: [...built(), deprecated],
  recall: [...built(), revoked],
  revoked: [...built(), revoked, done],
  delete: [...built(), deleteAsked],
  deleted: [...built(), deleteAsked, done],
} satisfies Record<string, Told[]>;
const again: Told = (version, index) =>
  retried((version ? canBeRetried(version).at(-1) : undefined) ?? 'resolve')(version, index);
const events = {
  done,
  fails,
  overdue,
  expired,
  canceled,
  'retried, from where it can': again,
  'held by test': taken('test', 7),
  'held by production': taken('production', 7),
  'left by production': taken('production', 7, false),
  revoked,
  deprecated,
  restored,
  'delete asked': deleteAsked,
  noted,
} satisfies Record<string, Told>;

/** What becomes of a version in each state by each event; `=` is: it stays where it is. */
const table = `
                           | resolve  | replicate | hand-over | held     | withdraw   | failed | failed, captured | canceled | canceled, captured | available  | promoted   | superseded | deprecated | recall  | revoked | delete    | deleted
done                       | admit    | hand-over | available | =        | canceled   | =      | =                | =        | =                  | =          | =          | =          | =          | revoked | =       | deleted   | =
fails                      | withdraw | withdraw  | withdraw  | =        | quarantine | =      | =                | =        | =                  | =          | =          | =          | =          | revoked | =       | available | =
overdue                    | withdraw | withdraw  | withdraw  | =        | quarantine | =      | =                | =        | =                  | =          | =          | =          | =          | revoked | =       | available | =
expired                    | =        | =         | =         | withdraw | =          | =      | =                | =        | =                  | =          | =          | =          | =          | =       | =       | =         | =
canceled                   | withdraw | withdraw  | =         | withdraw | =          | =      | =                | =        | =                  | =          | =          | =          | =          | =       | =       | =         | =
retried, from where it can | =        | =         | =         | capture  | =          | admit  | replicate        | =        | =                  | =          | =          | =          | =          | =       | =       | =         | =
held by test               | =        | =         | =         | =        | =          | =      | =                | =        | =                  | =          | =          | =          | =          | =       | =       | =         | =
held by production         | =        | =         | =         | =        | =          | =      | =                | =        | =                  | promoted   | =          | promoted   | =          | =       | =       | =         | =
left by production         | =        | =         | =         | =        | =          | =      | =                | =        | =                  | =          | superseded | =          | =          | =       | =       | =         | =
revoked                    | =        | =         | recall    | =        | =          | =      | recall           | =        | recall             | recall     | recall     | recall     | recall     | =       | =       | =         | =
deprecated                 | =        | =         | =         | =        | =          | =      | =                | =        | =                  | deprecated | deprecated | deprecated | =          | =       | =       | =         | =
restored                   | =        | =         | =         | =        | =          | =      | =                | =        | =                  | =          | =          | =          | available  | =       | =       | =         | =
delete asked               | =        | =         | =         | =        | =          | =      | delete           | =        | delete             | delete     | =          | delete     | delete     | =       | delete  | =         | =
noted                      | =        | =         | =         | =        | =          | =      | =                | =        | =                  | =          | =          | =          | =          | =       | =       | =         | =`;
const [head = [], ...rows] = table
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));
const columns = (head[0] === '' ? head.slice(1) : head) as (keyof typeof states)[];
const cases = rows.flatMap(([event = '', ...cells]) =>
  cells.map((cell, index) => [columns[index] ?? 'resolve', event as keyof typeof events, cell] as const),
);

describe('V2: a version moves only along its diagram:', () => {
  it.each(cases)('%s, %s: %s', (state, event, cell) => {
    const version = after(...states[state]);
    expect(state).toMatch(where(version));
    const next = after(...states[state], events[event]);
    expect(where(next)).toBe(cell === '=' ? where(version) : cell);
  });

  it('the table tells of every state and every event', () => {
    expect(new Set(columns)).toEqual(new Set(Object.keys(states)));
    expect(new Set(rows.map(([event]) => event))).toEqual(new Set(Object.keys(events)));
  });
});

describe('a version on the shelf', () => {
  const { promoted, superseded, available } = states;
  const stories: [title: string, ends: string, story: Told[]][] = [
    ['V4: is not promoted by the channel that proves it', 'available', [...available, taken('test')]],
    [
      'is superseded only once all channels beyond the first have left it',
      'promoted',
      [...promoted, taken('pilot'), taken('production', 2, false)],
    ],
    [
      'takes no notice of a movement that is over',
      'promoted',
      [...superseded, taken('production', 3), taken('production', 2, false)],
    ],
    ['is what it was when its deprecation is undone', 'superseded', [...superseded, deprecated, restored]],
    [
      'is what channels made of it meanwhile',
      'promoted',
      [...superseded, deprecated, taken('production', 3), restored],
    ],
    ['V5: is not deleted while a channel holds it', 'available', [...available, taken('test'), deleteAsked]],
    [
      'V5: comes back as what it was when it is found in use',
      'superseded',
      [...superseded, deleteAsked, fails],
    ],
    [
      'is not begun to be used when Azure was perhaps asked already to remove it',
      'deprecated',
      [...available, deleteAsked, intends, fails],
    ],
    [
      'V7: revoked while it is deleted, is recalled when that is refused',
      'recall',
      [...available, deleteAsked, revoked, fails],
    ],
    ['V7: revoked while it is deleted, is deleted', 'deleted', [...available, deleteAsked, revoked, done]],
    ['V1: leaves a tombstone for ever', 'deleted', [...states.deleted, revoked, retried('replicate')]],
    ['has failed again when deleting it is refused', 'failed', [...beforeShelf.captured, deleteAsked, fails]],
    ['V7: is never restored once it is revoked', 'revoked', [...states.revoked, restored, deprecated]],
  ];
  it.each(stories)('%s', (_, ends, story) => expect(where(after(...story))).toBe(ends));

  it('remembers who holds it, what was written of it, and since when it is promoted', () => {
    const version = after(...promoted, taken('test', 4), noted);
    expect(version.facts.holding).toMatchObject({ test: { movement: 4 }, production: { isHeld: true } });
    expect(version.noted).toMatchObject({ notes: 'new Teams', description: 'for all', by: 'ana' });
    expect(version.facts.promotedAt).toBe(after(...promoted).facts.promotedAt);
    expect(after(...superseded, taken('production', 9)).facts.promotedAt).toBe(version.facts.promotedAt);
  });

  it('says why it was not deleted, until somebody tries again', () => {
    const refused = after(...available, deleteAsked, fails);
    expect(refused.facts.deleteRefused).toMatchObject({ code: 'AzureRefused', message: 'no' });
    expect(after(...available, deleteAsked, fails, deleteAsked).facts.deleteRefused).toBeUndefined();
  });

  it('keeps who revoked it first, and is recalled again only where there is more to do', () => {
    const more: Told = (_, index) => ({
      type: 'revoked',
      by: 'eve',
      reason: 'me too',
      rollback: true,
      at: minutesAfter(noon, index),
    });
    const first = after(...states.revoked);
    expect(first).toMatchObject({ phase: 'revoked', by: 'ben', facts: { recall: { stopped: [] } } });
    expect(after(...states.revoked, revoked)).toEqual(first);
    expect(after(...states.revoked, more)).toMatchObject({ by: 'ben', rollback: true, standing: {} });
    expect(after(...states.recall, more)).toMatchObject({
      by: 'ben',
      rollback: true,
      standing: { look: 13 },
    });
    const failed = after(...states.recall, fails);
    expect(failed.facts.recall).toMatchObject({ failure: { code: 'AzureRefused' } });
    expect(where(after(...states.recall, fails, revoked))).toBe('recall');
  });

  it('offers what can be done about it', () => {
    const offers = (story: Told[]) => {
      const version = after(...story);
      return [canBeRevoked(version), canBeDeleted(version)];
    };
    expect(offers(available)).toEqual([true, true]);
    expect(offers(promoted)).toEqual([true, false]);
    expect(offers(states.replicate)).toEqual([false, false]);
    expect(offers(states.failed)).toEqual([false, false]);
    expect(offers(states['failed, captured'])).toEqual([true, true]);
    expect(offers(states.recall)).toEqual([true, false]);
    expect(offers(states.deleted)).toEqual([false, false]);
  });
});
