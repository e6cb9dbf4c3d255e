import { describe, expect, it } from 'vitest';
import { minutesAfter } from '../../shared/instant.ts';
import { copyLife } from '../../shared/sharing/copy.ts';
import { answers, copies, copyAfter, copyPlan, grantPlan, label, noon, told, wanted } from './lives.ts';

/** What becomes of a copy in each state by each event; `=` is: nothing, `~` is: it stays there. */
const table = `
                   | grant     | place  | copy      | replicate | completed | failed | remove    | unremoved | removed
done               | completed | copy   | replicate | completed | =         | =      | removed   | =         | =
fails              | failed    | failed | failed    | failed    | =         | =      | unremoved | =         | =
overdue            | failed    | failed | failed    | failed    | =         | =      | unremoved | =         | =
waits              | ~         | ~      | ~         | ~         | =         | =      | ~         | =         | =
is refused for now | ~         | ~      | ~         | ~         | =         | =      | ~         | =         | =
intends            | ~         | ~      | ~         | ~         | =         | =      | ~         | =         | =
old news           | =         | =      | =         | =         | =         | =      | =         | =         | =
is wanted          | =         | =      | =         | =         | =         | =      | =         | place     | place
is retried         | =         | =      | =         | =         | =         | place  | =         | place     | place
is unwanted        | remove    | remove | remove    | remove    | remove    | remove | =         | remove    | =
is stopped         | failed    | failed | failed    | failed    | =         | =      | =         | =         | =`;
const [head = [], ...rows] = table
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));
const states = head.slice(1) as (keyof typeof copies)[];
const cases = rows.flatMap(([event = '', ...cells]) =>
  cells.map((cell, index) => [states[index] ?? 'place', event, cell] as const),
);

describe('a copy', () => {
  it.each(cases)('in %s that %s: %s', (state, event, cell) => {
    const copy = copies[state];
    expect(label(copy)).toBe(state);
    const event_ = told[event]?.(copy);
    if (!event_) throw new Error(`nothing is known of ${event}`);
    const next = copyLife.evolve(copy, event_);
    if (cell === '=') expect(next).toBe(copy);
    else expect(label(next)).toBe(cell === '~' ? state : cell);
    if (cell === '~') expect(next).not.toBe(copy);
  });

  it('is told of in the table with every state and every event', () => {
    expect(new Set(states)).toEqual(new Set(Object.keys(copies)));
    expect(new Set(rows.map(([event]) => event))).toEqual(new Set(Object.keys(told)));
  });

  it('begins with being wanted, and with nothing else', () => {
    for (const tell of Object.values(told)) {
      const event = tell(undefined);
      if (event.type !== 'wanted') expect(copyLife.evolve(undefined, event)).toBeUndefined();
    }
  });

  it('X5: has a deadline in every stage, after which it has failed', () => {
    for (const copy of Object.values(copies)) {
      if (!('standing' in copy)) continue;
      const late = minutesAfter(copy.standing.deadline, 0);
      expect(copyLife.decide(copy, late).command).toEqual({ type: 'give-up' });
    }
  });

  it('X4: calls for a look or for time, until it is over', () => {
    for (const [state, copy] of Object.entries(copies)) {
      const { command, lookAgainAt } = copyLife.decide(copy, noon);
      const isOver = ['completed', 'failed', 'unremoved', 'removed'].includes(state);
      expect(command === undefined && lookAgainAt === undefined).toBe(isOver);
    }
  });

  it('takes no answer to an attempt for one to the next', () => {
    const { done, fails } = answers;
    const first = copyAfter(() => wanted(copyPlan));
    const again = copyAfter(
      () => wanted(copyPlan),
      fails,
      () => wanted(copyPlan, true),
    );
    expect(copyLife.evolve(again, done(first))).toBe(again);
    expect(label(copyLife.evolve(again, done(again)))).toBe('copy');
  });

  it('remembers when Azure was asked for it, for as long as that may come late', () => {
    const { done, fails, intends } = answers;
    const asked = copyAfter(() => wanted(copyPlan), done, intends);
    expect(asked.askedAt).toBe(noon);
    for (const later of [fails, told['is unwanted'] ?? fails, told['is stopped'] ?? fails]) {
      expect(copyLife.evolve(asked, later(asked))?.askedAt).toBe(noon);
    }
    const anew = copyAfter(
      () => wanted(copyPlan),
      done,
      intends,
      fails,
      () => wanted(copyPlan, true),
    );
    expect(anew.askedAt).toBe(noon);
  });

  it('is made as its place is when it is begun again', () => {
    const anew = copyAfter(
      () => wanted(copyPlan),
      answers.fails,
      () => wanted(grantPlan, true),
    );
    expect(anew).toMatchObject({ plan: grantPlan, facts: {}, standing: { stage: 'grant' } });
  });
});
