import { describe, expect, it } from 'vitest';
import { hasTraces, type Validation, validationLife, verdictOf } from '../../shared/gates/validation.ts';
import { cellsOf, checks as everyState, later, noon } from './lives.ts';
import { after, answers, atLook, ended, found, looked, placed, tell } from './runs.ts';

const running = after();
const intending = after(answers.intended);
const passed = after(answers['all passed']);
const failed = after(answers['all over, one failed']);
const inconclusive = after(answers['ran out']);
const canceled = after(answers.intended, answers.canceled);
const runs = { running, intending, passed, failed, inconclusive, canceled };
const stateOf = ({ end }: Validation) => end?.verdict ?? 'running';

const table = cellsOf(`
                      | running      | intending    | passed | failed | inconclusive | canceled
begun again           | =            | =            | =      | =      | =            | =
nothing new           | running      | running      | passed | failed | inconclusive | canceled
intended              | running      | running      | passed | failed | inconclusive | canceled
all passed            | passed       | passed       | passed | failed | inconclusive | canceled
one failed            | running      | running      | passed | failed | inconclusive | canceled
all over, one failed  | failed       | failed       | passed | failed | inconclusive | canceled
all over, one errored | inconclusive | inconclusive | passed | failed | inconclusive | canceled
carried out           | running      | running      | passed | failed | inconclusive | canceled
ran out               | inconclusive | inconclusive | passed | failed | inconclusive | canceled
old look              | =            | =            | =      | =      | =            | =
reported              | running      | running      | =      | =      | =            | =
linked                | running      | running      | =      | =      | =            | =
canceled              | canceled     | canceled     | =      | =      | =            | =`);

describe('a run of a gate', () => {
  it.each(table.cells)('that is %s: %s leads to %s', (state, name, cell) => {
    const run = runs[state as keyof typeof runs];
    const event = atLook(answers[name as keyof typeof answers], run);
    const next = validationLife.evolve(run, event);
    if (cell === '=') expect(next).toBe(run);
    else expect(next && stateOf(next)).toBe(cell);
    // What it came to, and what each check came to, is final.
    if (run.end)
      expect(next).toMatchObject({ end: run.end, checks: run.checks.map(({ state }) => ({ state })) });
  });

  it('is told of in the table with every state and every event', () => {
    expect(new Set(table.states)).toEqual(new Set(Object.keys(runs)));
    expect(new Set(table.events)).toEqual(new Set(Object.keys(answers)));
  });

  it('takes nothing before its beginning', () => {
    expect(validationLife.evolve(undefined, answers.canceled)).toBeUndefined();
  });

  it('X4: is looked at again as long as it is open or has traces on hosts, and then no more', () => {
    expect(validationLife.decide(running, noon)).toEqual({ command: { type: 'look' } });
    expect(validationLife.decide(after(answers['nothing new']), noon)).toEqual({ lookAgainAt: later(1) });
    expect(validationLife.decide(intending, later(9))).toEqual({ lookAgainAt: later(10) });
    expect(validationLife.decide(canceled, noon)).toEqual({ command: { type: 'clear' } });
    expect(hasTraces(canceled)).toBe(true);
    expect(validationLife.decide(passed, later(9999))).toEqual({});
  });

  it('X5: ends at its deadline whatever it waits for', () => {
    expect(validationLife.decide(intending, later(360))).toEqual({ command: { type: 'end' } });
    const waiting = after(looked([], { lookInSeconds: 1e6 }));
    expect(validationLife.decide(waiting, noon)).toEqual({ lookAgainAt: later(360) });
    expect(inconclusive.checks.map(({ state }) => state)).toEqual(['inconclusive', 'inconclusive']);
  });

  it('waits, once a required check has failed, for scripts but not for health that may yet come', () => {
    const open = tell('status', { type: 'found', outcome: 'open', evidence: 'no heartbeat' });
    const run = after(looked([open, placed]), { type: 'reported', ...found('custom', 'failed'), at: noon });
    expect(run).toMatchObject({
      end: { verdict: 'failed' },
      checks: [{ state: 'inconclusive', evidence: 'no heartbeat' }, { state: 'failed' }],
    });
    const script = after(looked([placed, found('status', 'failed')]));
    expect(stateOf(script)).toBe('running');
    expect(stateOf(after(looked([placed, ended, found('status', 'failed')])))).toBe('running');
  });
});

describe('the verdict of a run', () => {
  const check = (state: keyof typeof everyState, required: boolean, hadNoHosts = false) => {
    const one = everyState[state];
    return { ...one, plan: { ...one.plan, required }, ...(hadNoHosts && { hadNoHosts: true as const }) };
  };
  const verdict = (checks: readonly ReturnType<typeof check>[], allowNoHosts = false) =>
    verdictOf({ checks, allowNoHosts });

  it.each([
    ['P1: passed', ['passed', 'passed'], 'passed'],
    ['P1: failed by one', ['passed', 'failed', 'inconclusive'], 'failed'],
    ['P3: inconclusive is not passed', ['passed', 'inconclusive'], 'inconclusive'],
    ['P3: nor is an error', ['errored', 'passed'], 'inconclusive'],
    ['skipped does not count against', ['skipped', 'passed'], 'passed'],
  ] as const)('is %s', (_, states, expected) => {
    expect(verdict(states.map((state) => check(state, true)))).toBe(expected);
    const advisory = (['failed', 'errored', 'inconclusive'] as const).map((state) => check(state, false));
    expect(verdict([...advisory, ...states.map((state) => check(state, true))])).toBe(expected);
  });

  it('is passed without hosts only where the gate allows that', () => {
    expect(verdict([check('skipped', true, true)])).toBe('inconclusive');
    expect(verdict([check('skipped', true, true)], true)).toBe('passed');
    expect(verdict([check('skipped', false, true)])).toBe('passed');
  });
});
