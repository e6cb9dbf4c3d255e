import { describe, expect, it } from 'vitest';
import { type Leftover, type LeftoverEvent, leftoverLife } from '../../shared/images/leftover.ts';
import { minutesAfter } from '../../shared/instant.ts';
import { noon } from './versions.ts';

const leftBehind: LeftoverEvent = {
  type: 'left-behind',
  remains: { owner: 'win11.1.0.0', set: 'win11', attempt: 1, parts: ['/disks/a'] },
  left: ['/disks/a'],
  why: 'stuck',
  at: noon,
};
const stillThere = (look: number): LeftoverEvent => ({
  type: 'still-there',
  look,
  isRefused: true,
  left: ['/disks/a'],
  why: 'stuck',
  at: noon,
});

function after(...events: LeftoverEvent[]): Leftover {
  const found = [leftBehind, ...events].reduce<Leftover | undefined>(
    (leftover, event) => leftoverLife.evolve(leftover, event),
    undefined,
  );
  if (!found) throw new Error('something was left');
  return found;
}

describe('what a bench would not let go of', () => {
  it('X4: is tried again, however often it failed', () => {
    const tried = after(...Array.from({ length: 50 }, (_, look) => stillThere(look)));
    expect(tried.tries).toBe(50);
    expect(leftoverLife.decide(tried, minutesAfter(noon, 361)).command).toEqual({ type: 'reap' });
    expect(leftoverLife.decide(tried, noon).lookAgainAt).toBe(minutesAfter(noon, 360));
  });

  it('is asked after soon where Azure has begun to let go', () => {
    const going = after(stillThere(0), stillThere(1), {
      type: 'still-there',
      look: 2,
      isRefused: false,
      left: ['/disks/a'],
      why: 'Azure had not deleted it yet.',
      at: noon,
    });
    expect(leftoverLife.decide(going, noon).lookAgainAt).toBe(minutesAfter(noon, 5));
  });

  it('is over once it is gone', () => {
    const gone = after(stillThere(0), { type: 'gone', look: 1, at: noon });
    expect(gone).toMatchObject({ left: [], goneAt: noon });
    expect(leftoverLife.decide(gone, minutesAfter(noon, 9999))).toEqual({});
    expect(leftoverLife.evolve(gone, stillThere(2))).toBe(gone);
  });

  it('X4: is tried again when more is left of the same attempt later', () => {
    const gone = after(stillThere(0), { type: 'gone', look: 1, at: noon });
    const again = leftoverLife.evolve(gone, { ...leftBehind, left: ['/disks/b'] });
    expect(again).toMatchObject({ left: ['/disks/b'], look: 2 });
    expect(again?.goneAt).toBeUndefined();
    // Told twice is told once.
    expect(again && leftoverLife.evolve(again, leftBehind)).toBe(again);
  });

  it('is tried at once when somebody asks for it, whatever pause was due', () => {
    const refused = after(stillThere(0), stillThere(1));
    expect(leftoverLife.decide(refused, minutesAfter(noon, 1)).command).toBeUndefined();
    const hurried = leftoverLife.evolve(refused, { type: 'hurried', at: noon });
    expect(hurried && leftoverLife.decide(hurried, noon).command).toEqual({ type: 'reap' });
    // Asked for again before it was tried, it is tried once.
    expect(hurried && leftoverLife.evolve(hurried, { type: 'hurried', at: noon })).toBe(hurried);
  });

  it('takes no notice of an answer to a look that was answered', () => {
    const tried = after(stillThere(0));
    expect(leftoverLife.evolve(tried, { type: 'gone', look: 0, at: noon })).toBe(tried);
  });
});
