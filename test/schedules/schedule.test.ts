import { describe, expect, it } from 'vitest';
import { failure } from '../../shared/errors.ts';
import { minutesAfter } from '../../shared/instant.ts';
import type { SchedulePlan } from '../../shared/schedules/plan.ts';
import { type Schedule, type ScheduleEvent, scheduleLife } from '../../shared/schedules/schedule.ts';

const noon = '2026-01-05T12:00:00.000Z';
const monday = '2026-01-12T20:00:00.000Z';
const plan: SchedulePlan = {
  when: { kind: 'weekly', days: ['Mon'], at: '20:00', timeZone: 'UTC' },
  request: { imageSet: 'win11', bump: 'minor', notes: '', release: true },
  enabled: true,
  missed: { policy: 'run-once', afterMinutes: 60 },
  overlap: 'wait',
  blackouts: [],
  inBlackout: 'skip',
};
const firstDue = '2026-01-05T20:00:00.000Z';
const define = (change: Partial<SchedulePlan> = {}, at = noon): ScheduleEvent => ({
  type: 'defined',
  plan: { ...plan, ...change },
  by: 'ann',
  at,
});
const after = (...events: readonly ScheduleEvent[]): Schedule => {
  let schedule: Schedule | undefined;
  for (const event of events) schedule = scheduleLife.evolve(schedule, event);
  if (!schedule) throw new Error('never defined');
  return schedule;
};
const due: ScheduleEvent = { type: 'due', dueAt: firstDue, at: firstDue };
const run = 'due-2026-01-05T20-00-00-000Z';
const at = minutesAfter(firstDue, 5);
const failed = failure('AzureRefused', 'no');
const skip: ScheduleEvent = { type: 'skip-asked', by: 'ann', reason: 'holiday', at: noon };
const sourced = { when: { kind: 'new-source', everyHours: 6 } } as const;

const states = {
  nothing: undefined,
  waiting: after(define()),
  disabled: after(define({ enabled: false })),
  skipping: after(define(), skip),
  starting: after(define(), due),
  asking: after(define(), due, { type: 'asks', run, at }),
  started: after(define(), due, { type: 'started', run, version: '1.1.0', at }),
  removed: after(define(), { type: 'removed', by: 'ann', at: noon }),
  'for a source': after(define(sourced)),
};
const events: Readonly<Record<string, ScheduleEvent>> = {
  'defined anew': define({ overlap: 'skip' }),
  'defined alike': define(),
  disabled: define({ enabled: false }, at),
  removed: { type: 'removed', by: 'ann', at },
  'a skip asked': skip,
  'a run asked': { type: 'run-asked', by: 'ann', at },
  due,
  'due at another time': { type: 'due', dueAt: monday, at: monday },
  'a source seen': { type: 'source-seen', dueAt: noon, source: 's1', isNew: true, at: noon },
  'no source': { type: 'source-missed', dueAt: noon, failure: failed, isKnown: false, at: noon },
  asks: { type: 'asks', run, at },
  waits: { type: 'waits', run, waitingFor: 'Azure', lookAt: minutesAfter(at, 5), at },
  started: { type: 'started', run, version: '1.1.0', at },
  skipped: { type: 'skipped', run, reason: 'overlap', at },
  failed: { type: 'failed', run, failure: failed, at },
};

/** What each event makes of each state: `=` is nothing, else what is to be seen of it. */
const table: Readonly<Record<keyof typeof states, Readonly<Record<keyof typeof events, string>>>> = {
  nothing: all({ 'defined anew': 'due Mon', 'defined alike': 'due Mon', disabled: 'never due' }, 'never'),
  waiting: all({
    'defined anew': 'due Mon',
    disabled: 'never due',
    removed: 'removed',
    'a skip asked': 'due Mon, skips',
    'a run asked': 'due Mon, starting hand',
    due: 'due next Mon, starting due',
  }),
  disabled: all({
    'defined anew': 'due Mon',
    'defined alike': 'due Mon',
    removed: 'removed',
    'a run asked': 'never due, starting hand',
  }),
  skipping: all({
    'defined anew': 'due Mon, skips',
    disabled: 'never due, skips',
    removed: 'removed',
    'a run asked': 'due Mon, skips, starting hand',
    due: 'due next Mon, skipped',
  }),
  starting: all({
    'defined anew': 'due Mon, starting due',
    disabled: 'never due, skipped',
    removed: 'removed',
    'a skip asked': 'due next Mon, skips, starting due',
    'due at another time': 'due later, starting due',
    asks: 'due next Mon, starting due',
    waits: 'due next Mon, starting due',
    started: 'due next Mon, started',
    skipped: 'due next Mon, skipped',
    failed: 'due next Mon, failed',
  }),
  // Its version may be there already: whatever is said of the schedule, the run goes on.
  asking: all({
    'defined anew': 'due Mon, starting due',
    disabled: 'never due, starting due',
    removed: 'removed',
    'a skip asked': 'due next Mon, skips, starting due',
    'due at another time': 'due later, starting due',
    waits: 'due next Mon, starting due',
    started: 'due next Mon, started',
    skipped: 'due next Mon, skipped',
    failed: 'due next Mon, failed',
  }),
  started: all({
    'defined anew': 'due Mon, started',
    disabled: 'never due, started',
    removed: 'removed, started',
    'a skip asked': 'due next Mon, skips, started',
    'a run asked': 'due next Mon, starting hand, started',
    'due at another time': 'due later, starting due, started',
  }),
  removed: all({ 'defined anew': 'due Mon', 'defined alike': 'due Mon', disabled: 'never due' }),
  'for a source': all({
    'defined anew': 'due Mon',
    'defined alike': 'due Mon',
    disabled: 'never due',
    removed: 'removed',
    'a skip asked': 'due now, skips',
    'a run asked': 'due now, starting hand',
    'a source seen': 'due in hours, starting source',
    'no source': 'due in hours',
  }),
};

function all(changes: Record<string, string>, otherwise = '=') {
  return Object.fromEntries(Object.keys(events).map((name) => [name, changes[name] ?? otherwise]));
}

const whens: Readonly<Record<string, string>> = {
  [firstDue]: 'due Mon',
  [monday]: 'due next Mon',
  '2026-01-19T20:00:00.000Z': 'due later',
  [noon]: 'due now',
  [minutesAfter(noon, 360)]: 'due in hours',
};

function told(schedule: Schedule | undefined): string {
  if (!schedule) return 'never';
  const { nextAt, skipNext, pending, runs, removed } = schedule;
  const is = removed ? 'removed' : nextAt === undefined ? 'never due' : (whens[nextAt] ?? nextAt);
  const starting = pending && `starting ${pending.run.id.split('-')[0]}`;
  return [is, skipNext && 'skips', starting, runs.at(-1)?.state].filter(Boolean).join(', ');
}

describe.each(Object.keys(states) as (keyof typeof states)[])('a schedule: %s', (name) => {
  it.each(Object.keys(events))('hears: %s', (what) => {
    const before = states[name];
    const event = events[what];
    if (!event) throw new Error(what);
    const next = scheduleLife.evolve(before, event);
    const expected = table[name][what];
    if (expected === '=') expect(next).toBe(before);
    else expect(told(next)).toBe(expected);
  });
});

describe('a schedule', () => {
  it('makes up once for all the times that nobody saw pass', () => {
    const late = '2026-02-03T09:00:00.000Z';
    const schedule = after(define(), { type: 'due', dueAt: firstDue, at: late });
    expect(schedule).toMatchObject({
      nextAt: '2026-02-09T20:00:00.000Z',
      pending: { run: { dueAt: firstDue } },
    });
  });

  it('or leaves it, where the policy says so', () => {
    const missed = { policy: 'skip', afterMinutes: 60 } as const;
    const on = (minutes: number) =>
      after(define({ missed }), { type: 'due', dueAt: firstDue, at: minutesAfter(firstDue, minutes) });
    expect(on(60).pending).toBeDefined();
    expect(on(61)).toMatchObject({ runs: [{ state: 'skipped', reason: expect.stringContaining('missed') }] });
  });

  const blackouts = [
    { from: '2026-01-05T00:00:00.000Z', until: '2026-01-06T00:00:00.000Z', reason: 'year end' },
    { from: '2026-01-05T18:00:00.000Z', until: '2026-01-07T06:00:00.000Z', reason: 'audit' },
  ];
  it('skips a run in a blackout, or begins it when the last of them ends', () => {
    expect(after(define({ blackouts }), due).runs).toMatchObject([
      { state: 'skipped', reason: 'blackout: audit' },
    ]);
    expect(after(define({ blackouts, inBlackout: 'run-after' }), due).pending).toMatchObject({
      lookAt: '2026-01-07T06:00:00.000Z',
      waitingFor: 'the end of a blackout: audit',
    });
  });

  it('begins after the last of blackouts that follow one another', () => {
    const next = { from: '2026-01-07T06:00:00.000Z', until: '2026-01-09T00:00:00.000Z', reason: 'move' };
    const all = { blackouts: [...blackouts, next], inBlackout: 'run-after' } as const;
    expect(after(define(all), due).pending?.lookAt).toBe(next.until);
  });

  it('looks anew at what it waits for once somebody has changed its plan', () => {
    const waits = after(define({ blackouts, inBlackout: 'run-after' }), due, define({}, at));
    expect(waits.pending?.lookAt).toBe(at);
  });

  it('has as long to begin after a blackout as ever', () => {
    const lookAt = '2026-02-01T00:00:00.000Z';
    const waits = { type: 'waits', run, waitingFor: 'a blackout', lookAt, at } as const;
    const week = 7 * 24 * 60;
    expect(after(define(), due, { ...waits, isBlackout: true }).pending).toMatchObject({
      lookAt,
      deadline: minutesAfter(lookAt, week),
    });
    expect(after(define(), due, waits).pending?.lookAt).toBe(minutesAfter(firstDue, week));
  });

  it('begins by hand also in a blackout', () => {
    const byHand: ScheduleEvent = { type: 'run-asked', by: 'ann', at: firstDue };
    expect(after(define({ blackouts }), byHand).pending?.lookAt).toBe(firstDue);
  });

  it('asked by hand for what it has begun begins nothing', () => {
    const asked: ScheduleEvent = { type: 'run-asked', by: 'ann', at, request: 'r1' };
    const begun = after(define(), asked, { type: 'started', run: 'hand-r1', version: '1.1.0', at });
    expect(scheduleLife.evolve(begun, asked)).toBe(begun);
    expect(scheduleLife.evolve(begun, { ...asked, request: 'r2' })).toHaveProperty('pending');
  });

  it('begins the same source once, and again only if it could not begin', () => {
    const seen = (from: Schedule, source: string) =>
      scheduleLife.evolve(from, {
        type: 'source-seen',
        dueAt: from.nextAt ?? '',
        source,
        isNew: true,
        at: from.nextAt ?? '',
      });
    const first = seen(states['for a source'], 's1');
    const id = 'source-s1';
    expect(first).toMatchObject({ pending: { run: { id } } });
    const begun = scheduleLife.evolve(first, { type: 'started', run: id, version: '1.1.0', at });
    expect(begun && seen(begun, 's1')).not.toHaveProperty('pending');
    expect(begun && seen(begun, 's2')).toMatchObject({ pending: { run: { id: 'source-s2' } } });
    const refused = scheduleLife.evolve(first, { type: 'failed', run: id, failure: failed, at });
    expect(refused && seen(refused, 's1')).toMatchObject({ pending: { run: { id } } });
  });
});
