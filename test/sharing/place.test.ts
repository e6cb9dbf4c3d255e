import { describe, expect, it } from 'vitest';
import { type Grant, type GrantEvent, grantId, grantLife } from '../../shared/sharing/grant.ts';
import { type Place, type PlaceEvent, placeLife } from '../../shared/sharing/place.ts';
import { answers, copyPlan, grantPlan, noon, put } from './lives.ts';

type Told = (place: Place | undefined) => PlaceEvent;
const placeAfter = (...story: Told[]): Place => {
  const all = story.reduce<Place | undefined>(
    (place, tell) => placeLife.evolve(place, tell(place)),
    undefined,
  );
  if (!all) throw new Error('it was put');
  return all;
};
const first = () => put(copyPlan);
const other = () => put({ ...copyPlan, location: 'northeurope' } as never);
const deleted = (): PlaceEvent => ({ type: 'deleted', by: 'ana', at: noon });
const { done, fails } = answers;
const places = {
  there: placeAfter(first),
  empty: placeAfter(first, deleted),
  withdraw: placeAfter(first, deleted, done),
  stuck: placeAfter(first, deleted, fails),
  removed: placeAfter(first, deleted, done, done),
};
const told: Readonly<Record<string, Told>> = {
  ...answers,
  'is put again': first,
  'is put otherwise': other,
  'is deleted': deleted,
};
const label = (place: Place | undefined) =>
  place && 'standing' in place ? place.standing.stage : place?.phase;

/** What becomes of a place; `=` is: nothing, `~` is: it stays there. */
const table = `
                   | there | empty    | withdraw | stuck | removed
done               | =     | withdraw | removed  | =     | =
fails              | =     | stuck    | stuck    | =     | =
overdue            | =     | stuck    | stuck    | =     | =
waits              | =     | ~        | ~        | =     | =
is refused for now | =     | ~        | ~        | =     | =
intends            | =     | ~        | ~        | =     | =
old news           | =     | =        | =        | =     | =
is put again       | =     | =        | =        | =     | there
is put otherwise   | ~     | =        | =        | =     | there
is deleted         | empty | =        | =        | empty | =`;
const [head = [], ...rows] = table
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));
const states = head.slice(1) as (keyof typeof places)[];
const cases = rows.flatMap(([event = '', ...cells]) =>
  cells.map((cell, index) => [states[index] ?? 'there', event, cell] as const),
);

describe('a place', () => {
  it.each(cases)('that is %s and %s: %s', (state, event, cell) => {
    const place = places[state];
    expect(label(place)).toBe(state);
    const next = placeLife.evolve(place, told[event]?.(place) ?? deleted());
    if (cell === '=') expect(next).toBe(place);
    else expect(label(next)).toBe(cell === '~' ? state : cell);
    if (cell === '~') expect(next).not.toBe(place);
  });

  it('is told of in the table with every state and every event', () => {
    expect(new Set(states)).toEqual(new Set(Object.keys(places)));
    expect(new Set(rows.map(([event]) => event))).toEqual(new Set(Object.keys(told)));
  });

  it('counts its revisions on, also when it was gone', () => {
    expect(placeAfter(first).revision).toBe(1);
    expect(placeAfter(first, other).revision).toBe(2);
    expect(placeAfter(first, other, deleted, done, done, first).revision).toBe(3);
  });

  it('takes no answer to one deletion for one to the next', () => {
    const stuck = placeAfter(first, deleted, fails);
    const again = placeAfter(first, deleted, fails, deleted);
    expect(placeLife.evolve(again, done(placeAfter(first, deleted)))).toBe(again);
    expect(label(placeLife.evolve(stuck, deleted()))).toBe('empty');
  });

  it('X4: calls for a look while it is being removed, and for nothing else', () => {
    for (const place of Object.values(places)) {
      const { command } = placeLife.decide(place, noon);
      expect(command !== undefined).toBe(place.phase === 'removing');
    }
  });
});

describe('a grant', () => {
  const { gallery, grantee } = grantPlan as Extract<typeof grantPlan, { how: 'grant' }>;
  const needed = (place: string): GrantEvent => ({ type: 'needed', place, gallery, grantee, at: noon });
  const unneeded = (place: string): GrantEvent => ({ type: 'unneeded', place, at: noon });
  const is = (type: 'add-asked' | 'remove-asked' | 'withdrawn'): GrantEvent => ({ type, at: noon });
  const after = (...events: GrantEvent[]) =>
    events.reduce<Grant | undefined>((grant, event) => grantLife.evolve(grant, event), undefined);

  const stories: [title: string, story: GrantEvent[], ends: Partial<Grant>][] = [
    ['is needed by places', [needed('a'), needed('b'), needed('a')], { places: ['a', 'b'], isOurs: false }],
    ['is ours once we asked for it', [needed('a'), is('add-asked')], { isOurs: true, addAskedAt: noon }],
    [
      'is withdrawn with the last that needs it',
      [needed('a'), needed('b'), is('add-asked'), unneeded('a'), unneeded('b')],
      { isWithdrawing: true },
    ],
    [
      'stays while another needs it',
      [needed('a'), needed('b'), is('add-asked'), unneeded('a')],
      { isWithdrawing: false, places: ['b'] },
    ],
    ['of others is not withdrawn', [needed('a'), unneeded('a')], { isWithdrawing: false, isOurs: false }],
    [
      'is not asked for once nobody needs it',
      [needed('a'), unneeded('a'), is('add-asked')],
      { isOurs: false },
    ],
    [
      'is withdrawn to the end before it is asked for anew',
      [needed('a'), is('add-asked'), unneeded('a'), is('remove-asked'), needed('b'), is('add-asked')],
      { isWithdrawing: true, places: ['b'] },
    ],
    [
      'that was withdrawn may be asked for anew',
      [needed('a'), is('add-asked'), unneeded('a'), needed('b'), is('withdrawn'), is('add-asked')],
      { isWithdrawing: false, isOurs: true },
    ],
    [
      'goes on being withdrawn when one more needs it no more',
      [needed('a'), is('add-asked'), unneeded('a'), needed('b'), needed('c'), unneeded('b')],
      { isWithdrawing: true, places: ['c'] },
    ],
    [
      'that is not being withdrawn takes no notice of a withdrawal',
      [needed('a'), is('add-asked'), is('remove-asked'), is('withdrawn')],
      { isOurs: true, isWithdrawing: false },
    ],
  ];
  for (const [title, story, ends] of stories) {
    it(title, () => expect(after(...story)).toMatchObject(ends));
  }

  it('begins with a need', () => expect(after(unneeded('a'))).toBeUndefined());

  it('is one for a gallery and whom it is shared with, however they are written', () => {
    const shouted = { ...gallery, gallery: 'GAL' };
    expect(grantId(shouted, { ...grantee, id: 'S3' })).toBe(grantId(gallery, grantee));
    expect(grantId(gallery, grantee)).toBe('s1.rg.gal.s3');
  });
});
