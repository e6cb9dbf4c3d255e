import { describe, expect, it } from 'vitest';
import { type EndOfLifeDate, type EndOfLifeEvent, endOfLifeLife } from '../../shared/images/end-of-life.ts';
import { days } from './kept-world.ts';
import { noon } from './versions.ts';

const ref = {
  subscriptionId: 's',
  resourceGroup: 'rg-images',
  gallery: 'gal_desktops',
  definition: 'win11-avd',
  number: '1.0.0',
};
const [first, second] = [days(60), days(90)];
const failure = { code: 'AzureRefused', message: 'no', remedy: '' } as const;
type Told = (known: EndOfLifeDate | undefined) => EndOfLifeEvent;
const answer = (known: EndOfLifeDate | undefined) => ({
  stage: 'end-of-life' as const,
  look: known?.standing?.look ?? -1,
  at: noon,
});
const events = {
  found: () => ({ type: 'end-of-life-found', ref, date: first, setAt: noon, at: noon }),
  'moved to the same': (known) => ({
    type: 'end-of-life-moved',
    ref,
    date: known?.date ?? first,
    by: 'ana',
    at: days(1),
  }),
  'moved on': () => ({ type: 'end-of-life-moved', ref, date: second, by: 'ana', at: days(2) }),
  noticed: (known) => ({ type: 'end-of-life-noticed', date: known?.date ?? first, at: noon }),
  'noticed of another date': () => ({ type: 'end-of-life-noticed', date: days(7), at: noon }),
  waits: (known) => ({ type: 'stage-running', ...answer(known), lookAt: days(1) }),
  troubled: (known) => ({ type: 'stage-troubled', ...answer(known), failure, lookAt: days(1) }),
  intended: (known) => ({
    type: 'stage-intended',
    ...answer(known),
    intent: { attempt: 1, at: noon, what: '', before: '' },
  }),
  done: (known) => ({ type: 'stage-done', ...answer(known) }),
  failed: (known) => ({ type: 'stage-failed', ...answer(known), failure }),
  overdue: (known) => ({ type: 'stage-overdue', ...answer(known), failure }),
  'done too late': (known) => ({ type: 'stage-done', ...answer(known), look: 0 }),
} as const satisfies Record<string, Told>;

function dateAfter(...names: (keyof typeof events)[]): EndOfLifeDate | undefined {
  return names.reduce<EndOfLifeDate | undefined>(
    (known, name) => endOfLifeLife.evolve(known, events[name](known)),
    undefined,
  );
}

const states = {
  unknown: dateAfter(),
  settled: dateAfter('found'),
  told: dateAfter('found', 'noticed'),
  moving: dateAfter('found', 'moved to the same', 'moved on', 'waits'),
  'not brought': dateAfter('moved on', 'failed'),
};

/** What becomes of a date by each event; `=` is: nothing. */
const table = `
                        | unknown | settled | told   | moving      | not brought
found                   | settled | =       | =      | =           | =
moved to the same       | moving  | =       | =      | =           | moving
moved on                | moving  | moving  | moving | =           | moving
noticed                 | =       | told    | =      | moving told | not brought told
noticed of another date | =       | =       | =      | =           | =
waits                   | =       | =       | =      | moving      | =
troubled                | =       | =       | =      | moving      | =
intended                | =       | =       | =      | moving      | =
done                    | =       | =       | =      | settled     | =
failed                  | =       | =       | =      | not brought | =
overdue                 | =       | =       | =      | not brought | =
done too late           | =       | =       | =      | =           | =`;

function nameOf(known: EndOfLifeDate | undefined): string {
  if (!known) return 'unknown';
  const words = [
    ...(known.standing ? ['moving'] : []),
    ...(known.notBrought ? ['not brought'] : []),
    ...(known.told?.date === known.date ? ['told'] : []),
  ];
  return words.join(' ') || 'settled';
}

const [head = [], ...rows] = table
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));
const columns = head.slice(1) as (keyof typeof states)[];
const cases = rows.flatMap(([event = '', ...cells]) =>
  cells.map((cell, index) => [columns[index] ?? 'unknown', event as keyof typeof events, cell] as const),
);

describe('the end of life of a version', () => {
  it.each(cases)('that is %s: %s leads to %s', (state, event, cell) => {
    const known = states[state];
    expect(nameOf(known)).toBe(state);
    const next = endOfLifeLife.evolve(known, events[event](known));
    if (cell === '=') expect(next).toBe(known);
    else {
      expect(next).not.toBe(known);
      expect(nameOf(next)).toBe(cell);
    }
  });

  it('is told of in the table with every state and every event', () => {
    expect(new Set(columns)).toEqual(new Set(Object.keys(states)));
    expect(new Set(rows.map(([event]) => event))).toEqual(new Set(Object.keys(events)));
  });

  it('X4: has a time at which it is looked at as long as Azure has another date, and none after', () => {
    for (const [name, known] of Object.entries(states)) {
      const { command, lookAgainAt } = known ? endOfLifeLife.decide(known, noon) : {};
      expect(command !== undefined || lookAgainAt !== undefined).toBe(name === 'moving');
    }
  });

  it('V6: has a notice of its own for each date that it is moved to', () => {
    const known = dateAfter('found', 'noticed', 'moved on');
    expect(known).toMatchObject({ date: second, setAt: days(2), by: 'ana', told: { date: first } });
    expect(nameOf(known)).toBe('moving');
  });

  it('asks Azure again for the same date where it was not brought to it, and leaves the rest', () => {
    const known = dateAfter('moved on', 'noticed', 'failed', 'moved to the same');
    expect(known).toMatchObject({ date: second, setAt: days(2), told: { date: second } });
    expect(known).not.toHaveProperty('notBrought');
  });
});
