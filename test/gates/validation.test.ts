import { describe, expect, it } from 'vitest';
import type { CheckEvent } from '../../shared/gates/check.ts';
import { defaultGate } from '../../shared/gates/gate.ts';
import {
  hasTraces,
  type Subject,
  type Validation,
  type ValidationEvent,
  validationLife,
  verdictOf,
} from '../../shared/gates/validation.ts';
import { gateOf, health } from './gate-lab.ts';
import { cellsOf, checks as everyState, courseAfter, courseEvents, later, noon } from './lives.ts';

const subject: Subject = {
  versionId: 'win11.1.1.0',
  set: 'win11',
  number: '1.1.0',
  imageVersionId: '/v',
  channel: 'test',
  attempt: 1,
  by: 'ana',
};
const gate = {
  ...gateOf([health('Status'), { name: 'custom', kind: 'probe', memory: { maxMb: 1 } }]),
} as unknown as typeof defaultGate;
const begun: ValidationEvent = { type: 'begun', subject, gate, gateRevision: 1, at: noon };

const after = (...events: readonly ValidationEvent[]): Validation => {
  const all = [begun, ...events];
  const state = all.reduce<Validation | undefined>(
    (one, event) => validationLife.evolve(one, event),
    undefined,
  );
  if (!state) throw new Error('it never began');
  return state;
};

const tell = (check: string, event: object) => ({ check, event: { at: noon, ...event } as CheckEvent });
const found = (check: string, outcome: string) => tell(check, { type: 'found', outcome, evidence: outcome });
const looked = (told: readonly ReturnType<typeof tell>[], more: object = {}): ValidationEvent => ({
  type: 'looked',
  look: 0,
  at: noon,
  told,
  intends: false,
  waitingFor: 'more',
  lookInSeconds: 60,
  ...more,
});
const placed = tell('custom', { type: 'placed', courses: { 'host-0': courseAfter(courseEvents.meant) } });
const ended = tell('custom', { type: 'course', host: 'host-0', event: courseEvents.ended });

/** Everything that can happen to a run, as the answer to its first look. */
const answers = {
  'begun again': begun,
  'nothing new': looked([]),
  intended: looked([placed], { intends: true }),
  'all passed': looked([found('status', 'passed'), found('custom', 'passed')]),
  'one failed': looked([found('status', 'failed')]),
  'all over, one failed': looked([found('status', 'failed'), found('custom', 'passed')]),
  'all over, one errored': looked([found('status', 'passed'), found('custom', 'errored')]),
  'carried out': { type: 'carried-out', look: 0, at: noon, told: [] },
  'ran out': { type: 'ran-out', look: 0, at: later(360) },
  'old look': looked([found('status', 'failed')], { look: -1 }),
  reported: { type: 'reported', check: 'custom', event: found('custom', 'failed').event, at: noon },
  linked: {
    type: 'linked',
    check: 'custom',
    event: tell('', { type: 'linked', hash: 'h', by: 'a' }).event,
    at: noon,
  },
  canceled: { type: 'canceled', by: 'ana', reason: 'enough', at: noon },
} satisfies Record<string, ValidationEvent>;

const atLook = (event: ValidationEvent, { look }: Validation): ValidationEvent =>
  'look' in event ? { ...event, look: event.look + look } : event;

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
