import { array, assert, constantFrom, oneof, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BenchPlaces,
  type BenchPlacesEvent,
  benchPlacesLife,
  type Claim,
  type Priority,
} from '../../shared/images/bench-places.ts';
import { noon } from './versions.ts';

const claim = (version: string, priority: Priority = 'normal', mostOfSet = 2): Claim => ({
  version,
  set: version.split('.')[0] ?? '',
  priority,
  mostOfSet,
  at: noon,
});
const asked = (claim: Claim, most = 2): BenchPlacesEvent => ({ type: 'asked', claim, most, at: noon });
const left = (version: string): BenchPlacesEvent => ({ type: 'left', version, at: noon });

function after(...events: BenchPlacesEvent[]): BenchPlaces {
  const places = events.reduce<BenchPlaces | undefined>(
    (places, event) => benchPlacesLife.evolve(places, event),
    undefined,
  );
  if (!places) throw new Error('somebody always asked');
  return places;
}
const who = (claims: readonly Claim[]) => claims.map(({ version }) => version);

describe('the places on the bench', () => {
  const stories: [title: string, events: BenchPlacesEvent[], held: string[], waiting: string[]][] = [
    ['go to who asks while there are some', [asked(claim('a.1'))], ['a.1'], []],
    [
      'are waited for once they are taken',
      [asked(claim('a.1')), asked(claim('b.1')), asked(claim('c.1'))],
      ['a.1', 'b.1'],
      ['c.1'],
    ],
    [
      'go to the next when somebody leaves',
      [asked(claim('a.1')), asked(claim('b.1')), asked(claim('c.1')), left('a.1')],
      ['b.1', 'c.1'],
      [],
    ],
    [
      'go to the more urgent first, and among equals to who asked first',
      [
        ...['a.1', 'b.1', 'c.1', 'd.1'].map((version) => asked(claim(version))),
        asked(claim('e.1', 'low')),
        asked(claim('f.1', 'high')),
        left('a.1'),
        left('b.1'),
      ],
      ['f.1', 'c.1'],
      ['d.1', 'e.1'],
    ],
    [
      'are not all for one set: another passes it',
      [asked(claim('a.1', 'normal', 1)), asked(claim('a.2', 'high', 1)), asked(claim('b.1'))],
      ['a.1', 'b.1'],
      ['a.2'],
    ],
    [
      'are given once, however often one asks',
      [asked(claim('a.1')), asked(claim('a.1')), asked(claim('a.1'))],
      ['a.1'],
      [],
    ],
    [
      'are left for good: a claim that comes late is old news',
      [asked(claim('a.1')), left('a.1'), asked(claim('a.1'))],
      [],
      [],
    ],
    [
      'grow when the limit does',
      [asked(claim('a.1'), 1), asked(claim('b.1'), 1), asked(claim('b.1'), 2)],
      ['a.1', 'b.1'],
      [],
    ],
  ];
  for (const [title, events, held, waiting] of stories) {
    it(title, () => {
      const places = after(...events);
      expect([who(places.held), who(places.waiting)]).toEqual([held, waiting]);
    });
  }

  it('never has more on it than it has places, and never leaves one free that somebody could have', () => {
    const version = constantFrom('a.1', 'a.2', 'a.3', 'b.1', 'b.2', 'c.1', 'd.1');
    const event = oneof(
      record({ version, priority: constantFrom<Priority>('high', 'normal', 'low') }).map(
        ({ version, priority }) => asked(claim(version, priority), 3),
      ),
      version.map(left),
    );
    assert(
      property(array(event, { minLength: 1, maxLength: 40 }), (events) => {
        const places = after(...events);
        expect(places.held.length).toBeLessThanOrEqual(3);
        for (const set of ['a', 'b', 'c', 'd']) {
          expect(places.held.filter((claim) => claim.set === set).length).toBeLessThanOrEqual(2);
        }
        const all = [...who(places.held), ...who(places.waiting)];
        expect(new Set(all).size).toBe(all.length);
        const couldHave = places.waiting.filter(
          ({ set }) => places.held.filter((claim) => claim.set === set).length < 2,
        );
        if (places.most > 0 && places.held.length < places.most) expect(couldHave).toEqual([]);
      }),
    );
  });
});
