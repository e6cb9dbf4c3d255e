import { describe, expect, it } from 'vitest';
import { afterCheck, type CheckEvent, mostCalls, newCheck } from '../../shared/gates/check.ts';
import { afterCourse } from '../../shared/gates/course.ts';
import {
  cellsOf,
  checkAfter,
  checkEvents,
  checks,
  courseAfter,
  courseEvents,
  courses,
  external,
  later,
} from './lives.ts';

/** What becomes of a check in each state by each event; `=` is: nothing, not even a trace of it. */
const checkTable = cellsOf(`
              | pending      | running      | passed | failed | inconclusive | errored | skipped
open          | running      | =            | =      | =      | =            | =       | =
passed        | passed       | passed       | =      | =      | =            | =       | =
failed        | failed       | failed       | =      | =      | =            | =       | =
inconclusive  | inconclusive | inconclusive | =      | =      | =            | =       | =
errored       | errored      | errored      | =      | =      | =            | =       | =
skipped       | skipped      | skipped      | =      | =      | =            | =       | =
placed        | running      | running      | =      | =      | =            | =       | =
script moved  | =            | =            | =      | =      | =            | =       | =
linked        | running      | running      | =      | =      | =            | =       | =
call meant    | running      | running      | =      | =      | =            | =       | =
call accepted | running      | running      | =      | =      | =            | =       | =
call failed   | pending      | running      | =      | =      | =            | =       | =
call refused  | errored      | errored      | =      | =      | =            | =       | =
ran out       | inconclusive | inconclusive | =      | =      | =            | =       | =
canceled      | skipped      | skipped      | =      | =      | =            | =       | =`);

/** What becomes of a script on a host. */
const courseTable = cellsOf(`
             | wanted  | meant   | running | over    | over, unseen | cleared
meant        | meant   | =       | =       | =       | =            | =
started      | =       | running | =       | over    | over         | =
unheard      | =       | =       | =       | =       | =            | =
not tried    | =       | wanted  | =       | =       | =            | =
turned away  | =       | wanted  | =       | =       | =            | =
refused      | =       | cleared | =       | =       | =            | =
seen         | wanted  | running | running | over    | over         | cleared
ended        | wanted  | over    | over    | over    | over         | cleared
absent       | wanted  | meant   | over    | cleared | over         | cleared
absent later | wanted  | wanted  | over    | cleared | cleared      | cleared
dropped      | cleared | over    | over    | =       | =            | =
left         | =       | =       | =       | cleared | cleared      | =`);

describe('a check', () => {
  it.each(checkTable.cells)('that is %s: %s leads to %s', (state, event, cell) => {
    const check = checks[state as keyof typeof checks];
    expect(check.state).toBe(state);
    const next = afterCheck(check, checkEvents[event as keyof typeof checkEvents]);
    if (cell === '=') expect(next).toBe(check);
    else expect(next.state).toBe(cell);
  });

  it('is told of in the table with every state and every event', () => {
    expect(new Set(checkTable.states)).toEqual(new Set(Object.keys(checks)));
    expect(new Set(checkTable.events)).toEqual(new Set(Object.keys(checkEvents)));
  });

  it('tells another system so often and no more, unless that has heard', () => {
    const { 'call meant': meant, 'call failed': failed, 'call accepted': accepted } = checkEvents;
    const tries = Array.from({ length: mostCalls }, () => [meant, failed]).flat();
    expect(checkAfter(...tries)).toMatchObject({ state: 'errored', evidence: 'no answer' });
    expect(checkAfter(...tries.slice(0, -2)).state).toBe('running');
    expect(checkAfter(meant, accepted, failed)).toMatchObject({ call: { state: 'accepted', tries: 1 } });
  });

  it('asks nobody any more after what its scripts find once it is over', () => {
    const courses = { 'host-0': courseAfter(), 'host-1': courseAfter(courseEvents.meant) };
    const placed: CheckEvent = { type: 'placed', courses, at: later(0) };
    for (const end of [checkEvents['ran out'], checkEvents.canceled, checkEvents.failed]) {
      const over = checkAfter(placed, end);
      expect(over.courses).toMatchObject({ 'host-0': { state: 'cleared' }, 'host-1': { state: 'over' } });
      const gone = {
        type: 'course',
        host: 'host-1',
        event: courseEvents['absent later'],
        at: later(11),
      } as const;
      expect(afterCheck(over, gone)).toMatchObject({
        state: over.state,
        courses: { 'host-1': { state: 'cleared' } },
      });
    }
  });

  it('keeps what it was measured by', () => {
    const event = { ...checkEvents.passed, measured: 12, unit: 's', threshold: 'at most 30 s' } as CheckEvent;
    expect(checkAfter(event)).toMatchObject({ measured: 12, unit: 's', threshold: 'at most 30 s' });
    expect(newCheck(external, later(0)).call).toMatchObject({ state: 'wanted' });
  });
});

describe('the script of a check on a host', () => {
  it.each(courseTable.cells)('that is %s: %s leads to %s', (state, event, cell) => {
    const course = courses[state as keyof typeof courses];
    expect(course.state).toBe(state.split(',')[0]);
    const next = afterCourse(course, courseEvents[event as keyof typeof courseEvents]);
    if (cell === '=') expect(next).toBe(course);
    else expect(next.state).toBe(cell);
  });

  it('is told of in the table with every state and every event', () => {
    expect(new Set(courseTable.states)).toEqual(new Set(Object.keys(courses)));
    expect(new Set(courseTable.events)).toEqual(new Set(Object.keys(courseEvents)));
  });

  it('is given up when Azure turns it away too often', () => {
    const { meant, 'turned away': away } = courseEvents;
    const often = (times: number) =>
      courseAfter(...Array.from({ length: times }, () => [meant, away]).flat());
    expect(often(9).state).toBe('wanted');
    expect(often(10)).toMatchObject({ state: 'cleared', reading: { outcome: 'errored', evidence: 'busy' } });
  });

  it('errs when it is gone before it has ended: its host was made anew', () => {
    const { meant, started, absent } = courseEvents;
    expect(courseAfter(meant, started, absent).reading).toMatchObject({ outcome: 'errored' });
  });
});
