import { describe, expect, it } from 'vitest';
import { type Channel, channelLife, heldBy, isUnderWay } from '../../shared/channels/channel.ts';
import { isNewer } from '../../shared/channels/holding.ts';
import { isPromotionIn, policyOf } from '../../shared/channels/policy.ts';
import { minutesAfter } from '../../shared/instant.ts';
import { draw } from '../support/diagram.ts';
import {
  after,
  applied,
  backTo,
  defined,
  done,
  fails,
  noon,
  overdue,
  retried,
  stopped,
  to,
  type Told,
  tooLate,
  upTo,
  waits,
  where,
} from './movements.ts';
import { channelPicture } from './picture.ts';

const held = [to('1.0.0'), ...applied];
/** The channel held 1.0.0, all pools on it, when it was moved to 1.1.0. */
const moving = (stage: Parameters<typeof upTo>[0]) => after(...held, to('1.1.0'), ...upTo(stage));
const states = {
  empty: after(defined),
  admit: moving('admit'),
  stop: moving('stop'),
  include: moving('include'),
  announce: moving('announce'),
  roll: moving('roll'),
  exclude: moving('exclude'),
  settled: after(...held, to('1.1.0'), ...applied),
  'stuck, stop': after(...held, to('1.1.0'), ...upTo('stop'), fails),
  'stuck, roll': after(...held, to('1.1.0'), ...upTo('roll'), fails),
  'stuck, exclude': after(...held, to('1.1.0'), ...upTo('exclude'), fails),
};
const events = {
  done,
  fails,
  overdue,
  waits,
  retried,
  stopped,
  defined: ((channel, minute) => ({ ...defined(channel, minute), policy: { soakHours: 1 } })) as Told,
  'to newer': to('1.2.0'),
  'to older': to('1.0.5'),
  'to same': to('1.1.0', { request: 'again' }),
  'back to': backTo('1.0.0'),
  unproven: to('1.2.0', { proof: {} }),
  'too late': tooLate(to('1.2.0')),
};

/** Where a channel in each state is after each event; `=` is: the very same state, `~`: the same place. */
const table = `
         | empty       | admit         | stop               | include            | announce            | roll            | exclude            | settled     | stuck, stop  | stuck, roll  | stuck, exclude
done     | =           | stop 1.1.0    | include 1.1.0      | announce 1.1.0     | roll 1.1.0          | exclude 1.1.0   | settled 1.1.0      | =           | =            | =            | =
fails    | =           | settled 1.0.0 | stuck 1.1.0 in stop | stuck 1.1.0 in include | stuck 1.1.0 in announce | stuck 1.1.0 in roll | stuck 1.1.0 in exclude | = | =       | =            | =
overdue  | =           | settled 1.0.0 | stuck 1.1.0 in stop | stuck 1.1.0 in include | stuck 1.1.0 in announce | stuck 1.1.0 in roll | stuck 1.1.0 in exclude | = | =       | =            | =
waits    | =           | ~             | ~                  | ~                  | ~                   | ~               | ~                  | =           | =            | =            | =
retried  | =           | =             | =                  | =                  | =                   | =               | =                  | =           | stop 1.1.0   | stop 1.1.0   | exclude 1.1.0
stopped  | =           | settled 1.0.0 | stuck 1.1.0 in stop | stuck 1.1.0 in stop | stuck 1.1.0 in stop | stuck 1.1.0 in stop | =              | =           | =            | =            | =
defined  | ~           | ~             | ~                  | ~                  | ~                   | ~               | ~                  | ~           | ~            | ~            | ~
to newer | admit 1.2.0 | admit 1.2.0   | admit 1.2.0        | admit 1.2.0        | admit 1.2.0         | admit 1.2.0     | admit 1.2.0        | admit 1.2.0 | admit 1.2.0  | admit 1.2.0  | admit 1.2.0
to older | admit 1.0.5 | =             | =                  | =                  | =                   | =               | =                  | =           | =            | =            | =
to same  | admit 1.1.0 | =             | =                  | =                  | =                   | =               | =                  | =           | =            | =            | =
back to  | admit 1.0.0 | admit 1.0.0   | admit 1.0.0        | admit 1.0.0        | admit 1.0.0         | admit 1.0.0     | admit 1.0.0        | admit 1.0.0 | admit 1.0.0  | admit 1.0.0  | admit 1.0.0
unproven | =           | =             | =                  | =                  | =                   | =               | =                  | =           | =            | =            | =
too late | =           | =             | =                  | =                  | =                   | =               | =                  | =           | =            | =            | =`;
const [head = [], ...rows] = table
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));
const columns = head.slice(1) as (keyof typeof states)[];
const cases = rows.flatMap(([event = '', ...cells]) =>
  cells.map((cell, index) => [columns[index] ?? 'empty', event as keyof typeof events, cell] as const),
);
const next = (channel: Channel, ...story: Told[]) =>
  story.reduce<Channel>(
    (before, told, index) => channelLife.evolve(before, told(before, 60 + index)) ?? before,
    channel,
  );

describe('a channel', () => {
  it.each(cases)('that is %s: %s leads to %s', (state, event, cell) => {
    const channel = states[state];
    const found = next(channel, events[event]);
    if (cell === '=') expect(found).toBe(channel);
    else if (cell === '~') expect([where(found), found === channel]).toEqual([where(channel), false]);
    else expect(where(found)).toBe(cell);
  });

  it('is told of in the table with every state and every event', () => {
    expect(new Set(columns)).toEqual(new Set(Object.keys(states)));
    expect(new Set(rows.map(([event]) => event))).toEqual(new Set(Object.keys(events)));
  });

  it('P6: of two movements decided on the same revision takes the first', () => {
    const one = to('1.2.0')(states.settled, 60);
    const other = to('1.3.0')(states.settled, 60);
    const first = channelLife.evolve(states.settled, one);
    expect(channelLife.evolve(first, other)).toBe(first);
    expect(first && heldBy(first)?.number).toBe('1.2.0');
  });

  it('P1: lets nothing in beyond the first channel without a proof, but for going back', () => {
    expect(next(states.settled, to('1.2.0', { proof: {} }))).toBe(states.settled);
    expect(where(next(states.settled, to('1.2.0', { proof: {}, isFirst: true })))).toBe('admit 1.2.0');
    expect(where(next(states.settled, backTo('1.0.0')))).toBe('admit 1.0.0');
  });

  it('P5: has held a version, applied, from when all its pools were on it, and anew after it was taken back', () => {
    const { settled, roll } = states;
    expect(heldBy(roll)?.appliedAt).toBeUndefined();
    const first = heldBy(settled)?.appliedAt;
    expect(first).toBeDefined();
    const back = next(settled, backTo('1.0.0'), ...applied);
    expect(heldBy(back)?.appliedAt).not.toBe(heldBy(after(...held))?.appliedAt);
    const again = next(back, to('1.1.0', { request: 'again' }));
    expect(heldBy(again)).toMatchObject({ number: '1.1.0', movement: 4 });
    expect(heldBy(again)?.appliedAt).toBeUndefined();
    expect(heldBy(next(again, ...applied))?.appliedAt).not.toBe(first);
  });

  it('goes up in its revision with what is decided, and with nothing else', () => {
    const revisions = [...held, to('1.1.0'), done, waits, ...upTo('roll'), fails, retried, defined].reduce<{
      channel: Channel | undefined;
      seen: number[];
    }>(
      ({ channel, seen }, told, index) => {
        const found = channelLife.evolve(channel, told(channel, index));
        return { channel: found, seen: [...seen, found?.revision ?? 0] };
      },
      { channel: undefined, seen: [] },
    );
    const [, ...steps] = revisions.seen.map((revision, index, all) => revision - (all[index - 1] ?? 0));
    expect(revisions.seen.at(-1)).toBe(3);
    expect(steps.every((step) => step === 0 || step === 1)).toBe(true);
    // What was not let in is a change of what it holds.
    expect(next(states.admit, fails).revision).toBe(states.admit.revision + 1);
  });

  it('holds again what it held when the version is not let in, as if nothing had been, and says why', () => {
    const before = after(...held);
    const back = next(before, to('1.1.0'), fails);
    expect(back).toMatchObject({ phase: 'settled', holds: heldBy(before), unstopped: [], leaving: [] });
    expect(back.past).toMatchObject([{ number: '1.1.0', undone: { code: 'Revoked' } }]);
    expect(where(after(to('1.0.0'), fails))).toBe('empty');
    expect(where(next(states['stuck, roll'], to('1.2.0'), fails))).toBe('stuck 1.1.0 in roll');
    // What was on its way goes on, and had been let in.
    const on = next(states.roll, to('1.2.0'), fails);
    expect(where(on)).toBe('stop 1.1.0');
    expect(on.unstopped).toEqual([]);
    expect(isUnderWay(on, 2)).toBe(true);
  });

  it('goes back past what was never let in', () => {
    const back = next(states.admit, to('1.2.0'), fails);
    expect(where(back)).toBe('settled 1.0.0');
    expect(back.past.map(({ number }) => number)).toEqual(['1.2.0', '1.1.0']);
  });

  it('stops the rollouts of what was on its way, and of nothing that had settled', () => {
    expect(states.stop.unstopped).toEqual([]);
    expect(next(states.roll, to('1.2.0')).unstopped).toEqual([2]);
    expect(next(states.roll, to('1.2.0'), done, to('1.3.0')).unstopped).toEqual([2, 3]);
    expect(next(states['stuck, roll'], backTo('1.0.0')).unstopped).toEqual([2]);
    expect(next(states['stuck, roll'], retried).unstopped).toEqual([2]);
    expect(next(states['stuck, roll'], retried, done).unstopped).toEqual([]);
  });

  it('lets rollouts of a movement begin while it is under way, and no longer', () => {
    expect(isUnderWay(states.roll, 2)).toBe(true);
    expect(isUnderWay(states.roll, 1)).toBe(false);
    expect(isUnderWay(states.settled, 2)).toBe(false);
    expect(isUnderWay(states['stuck, roll'], 2)).toBe(false);
    const asked = next(states.roll, to('1.2.0'));
    expect([isUnderWay(asked, 2), isUnderWay(asked, 3)]).toEqual([true, true]);
    expect(isUnderWay(next(asked, done), 2)).toBe(false);
  });

  it('remembers who has to hear that it left, until all is done', () => {
    expect(states.roll.leaving).toMatchObject([{ number: '1.0.0', isTakenBack: false }]);
    expect(states.settled.leaving).toEqual([]);
    const back = next(states.roll, backTo('1.0.0'), done);
    expect(back.leaving).toEqual([{ number: '1.1.0', isPromotion: true, isTakenBack: true }]);
  });

  it('keeps the last fifty that it held', () => {
    const many = Array.from({ length: 60 }, (_, patch) => to(`1.0.${patch}`));
    const channel = after(...many);
    expect(channel.past).toHaveLength(50);
    expect(channel.past[0]).toMatchObject({ number: '1.0.58', leftFor: { movement: 60, number: '1.0.59' } });
  });

  it('takes no answer to a look of a former movement', () => {
    for (const stuck of [states['stuck, stop'], states.settled]) {
      const late = done(next(stuck, to('1.2.0')), 60);
      const settled = next(stuck, to('1.2.0'), ...applied);
      const now = next(settled, to('1.3.0'));
      expect(channelLife.evolve(now, late)).toBe(now);
    }
    const stopAnswer = fails(next(states['stuck, stop'], retried), 60);
    const again = next(states['stuck, stop'], retried, fails, retried);
    expect(channelLife.evolve(again, stopAnswer)).toBe(again);
  });

  it('X4, X5: calls for a look or an end while it moves, and for nothing else', () => {
    for (const channel of Object.values(states)) {
      const { command } = channelLife.decide(channel, minutesAfter(noon, 100_000));
      expect(command).toEqual(channel.phase === 'moving' ? { type: 'give-up' } : undefined);
    }
  });
});

describe('the policy of a channel', () => {
  it('lets a version into the first as it comes, and asks for every later one and for the only one', () => {
    const entry = (first: boolean, only: boolean) => policyOf(undefined, { first, only }).entry;
    expect([entry(true, false), entry(false, false), entry(true, true)]).toEqual([
      'automatic',
      'approved',
      'approved',
    ]);
    expect(policyOf({ entry: 'automatic', soakHours: 8 }, { first: false, only: false })).toEqual({
      entry: 'automatic',
      soakHours: 8,
      approval: { quorum: 1, notRequester: false, days: 14 },
      rollbackDays: 30,
    });
  });

  it('makes entering any but a first that is not the only one a promotion', () => {
    expect([true, false].map((only) => isPromotionIn({ first: true, only }))).toEqual([true, false]);
    expect(isPromotionIn({ first: false, only: false })).toBe(true);
  });

  it('compares numbers by their parts', () => {
    expect(isNewer('1.10.0', '1.9.0')).toBe(true);
    expect(isNewer('1.9.0', '1.10.0')).toBe(false);
    expect(isNewer('1.9.0', '1.9.0')).toBe(false);
  });
});

describe('the picture of a channel', () => {
  it('shows every stage, and an end for each', () => {
    const lines = draw(channelPicture).split('\n').slice(1);
    const froms = new Set(lines.map((line) => line.trim().split(' ')[0]));
    for (const stage of [
      'admit',
      'stop',
      'include',
      'announce',
      'roll',
      'exclude',
      'settled',
      'stuck',
      'empty',
    ]) {
      expect(froms).toContain(stage);
    }
    expect(lines).toContain('  admit --> settled: stage-failed, stage-overdue, stopped');
  });
});
